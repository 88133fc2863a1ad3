/// Rows of values on their way into one table, so that one statement inserts many of them.
///
/// A statement for each row costs the engine more than many a row takes to write: values are cleared, cursors opened and
/// closed, and the place in every index is sought from its root again.
public struct ValueRows: Sendable, Hashable {
    /// The most rows one statement is given: more save nothing, and what an engine keeps of a statement grows with them.
    static let mostInStatement = 64

    /// How many values make a row.
    public let width: Int
    /// How many rows there are.
    public private(set) var count = 0
    /// Full portions, as they will be handed out: many rows are gathered, and are not to be copied once more.
    private var full: [[SQLValue]] = []
    private var rest: [SQLValue] = []
    /// Values of the rows that fit a statement which the drivers keep prepared; a row wider than that stands alone.
    private let mostInPortion: Int

    /// Begins with no rows of so many values.
    public init(width: Int) {
        precondition(width > 0, "a row has at least one value")
        self.width = width
        var rows = 1
        while rows < Self.mostInStatement, 2 * rows * width <= StatementRules.mostKeptValues { rows *= 2 }
        mostInPortion = rows * width
    }

    /// One row.
    public init(_ row: [SQLValue]) {
        self.init(width: row.count)
        (rest, count) = (row, 1)
    }

    /// The values, row by row.
    var values: [SQLValue] { full.isEmpty ? rest : Array(full.joined()) + rest }

    /// Adds a row.
    public mutating func append(_ row: [SQLValue]) {
        precondition(row.count == width, "a row of \(row.count) values among rows of \(width)")
        if rest.isEmpty { rest.reserveCapacity(mostInPortion) }
        rest += row
        count += 1
        if rest.count == mostInPortion {
            full.append(rest)
            rest = []
        }
    }

    /// The rows in portions, one for each statement.
    ///
    /// Their lengths are powers of two, so that any number of rows needs only a few texts to be prepared.
    public var portions: [ValueRows] {
        var portions = full.map { ValueRows(width: width, portion: $0) }
        var start = 0
        while start < rest.count {
            var length = mostInPortion
            while length > rest.count - start { length /= 2 }
            portions.append(ValueRows(width: width, portion: Array(rest[start..<start + length])))
            start += length
        }
        return portions
    }

    private init(width: Int, portion: [SQLValue]) {
        self.init(width: width)
        rest = portion
        count = portion.count / width
    }

    /// One statement for each of the portions; none where there are no rows.
    ///
    /// Write them out in one place: a text is prepared once for each source line and number of rows.
    public func statements(_ statement: (ValueRows) -> Query) -> [Query] { portions.map(statement) }
}
