/// A statement and the values it binds, written as one string with interpolations.
///
/// `"SELECT id FROM notices WHERE kind = \(kind)"` binds `kind`; no value ever becomes part of the text. The text uses
/// `$1…$n` for both engines and is a pure function of the literals, so that the same source line is prepared only once.
public struct Query: ExpressibleByStringInterpolation, Sendable {
    /// Literals are texts of the program.
    public typealias StringLiteralType = StaticString

    private(set) var shape: QueryShape
    /// The values, `$1` first.
    public private(set) var values: [SQLValue]

    /// The statement with `$1…$n` where values go.
    public var text: String { shape.text(marking: "$") }

    /// A statement without values.
    public init(stringLiteral text: StaticString) {
        shape = QueryShape()
        shape.append(text)
        values = []
    }

    /// A statement known in full only at run time, such as one of a migration; never one with a value in it.
    public init(stringLiteral text: String) {
        shape = QueryShape(given: text)
        values = []
    }

    /// A statement built from literals and interpolated values.
    public init(stringInterpolation: StringInterpolation) {
        shape = stringInterpolation.shape
        values = stringInterpolation.values
    }

    /// The first query followed by the second, whose values are numbered on.
    public static func + (left: Query, right: Query) -> Query {
        var sum = left
        sum += right
        return sum
    }

    /// Appends a query, numbering its values on.
    public static func += (left: inout Query, right: Query) {
        left.shape.append(right.shape)
        left.values += right.values
    }

    /// Collects the literals and the values of a `Query`.
    public struct StringInterpolation: StringInterpolationProtocol {
        var shape = QueryShape()
        var values: [SQLValue] = []

        /// Makes room.
        public init(literalCapacity: Int, interpolationCount: Int) {
            shape.reserve(2 * interpolationCount + 1)
            values.reserveCapacity(interpolationCount)
        }

        /// Appends SQL as written in the source.
        public mutating func appendLiteral(_ literal: StaticString) {
            shape.append(literal)
        }

        /// Binds a value.
        public mutating func appendInterpolation(_ value: some SQLBindable) {
            values.append(value.sqlValue)
            shape.appendValue()
        }

        /// Binds a value or NULL.
        ///
        /// An overload of its own: the compiler warns of an optional in an interpolation unless the parameter is one.
        public mutating func appendInterpolation<Value: SQLBindable>(_ value: Value?) {
            values.append(value.sqlValue)
            shape.appendValue()
        }

        /// Inserts text known at compile time, such as a table name; never a value.
        public mutating func appendInterpolation(unsafe text: StaticString) {
            shape.append(text)
        }

        /// Inserts a fragment with its own values.
        public mutating func appendInterpolation(_ fragment: Query) {
            shape.append(fragment.shape)
            values += fragment.values
        }

        /// Binds each element of a list as `($1,$2,…)`, to stand after `IN`.
        ///
        /// An empty list becomes `(NULL)`: `x IN (NULL)` matches no row on either engine. So does `x NOT IN (NULL)`;
        /// ask for the list's emptiness before using NOT IN. The last element of a long list is repeated until their number
        /// is a power of two, which says the same and leaves few texts to prepare.
        public mutating func appendInterpolation(list elements: some Sequence<some SQLBindable>) {
            let start = values.count
            for element in elements { values.append(element.sqlValue) }
            var count = values.count - start
            if count > 8, let last = values.last {
                let padding = (1 << (Int.bitWidth - (count - 1).leadingZeroBitCount)) - count
                values.append(contentsOf: repeatElement(last, count: padding))
                count += padding
            }
            shape.appendList(count)
        }

        /// Binds rows of values as `($1,$2),($3,$4),…`, to stand after `VALUES`.
        ///
        /// No rows make no statement: take them from ``ValueRows/statements(_:)``, which then gives none.
        public mutating func appendInterpolation(rows: ValueRows) {
            precondition(rows.count > 0, "VALUES without a row is no SQL; leave the statement out")
            values += rows.values
            shape.appendRows(rows.count, width: rows.width)
        }
    }
}
