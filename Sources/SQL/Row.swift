/// One row of an answer.
public struct Row: Sendable {
    let header: RowHeader
    let values: [SQLValue]

    /// The names of the columns, in order.
    public var columns: [String] { header.names }

    /// The value of a column, or nil if the answer has no such column.
    public subscript(column: String) -> SQLValue? {
        header.positions[column].map { values[$0] }
    }

    /// The value of a column as a Swift type.
    ///
    /// Throws `.decoding` when the column is missing or holds another class of value; the error names the column and the
    /// class found, never the value.
    public func get<T: SQLDecodable>(_ column: String, as type: T.Type = T.self) throws(SQLError) -> T {
        guard let position = header.positions[column] else {
            throw SQLError(
                .decoding, "column \(column) is not in the answer, which has \(columns.joined(separator: ", "))")
        }
        return try decode(position, column)
    }

    /// The value of a column, counted from 0, as a Swift type.
    public func get<T: SQLDecodable>(_ position: Int, as type: T.Type = T.self) throws(SQLError) -> T {
        guard values.indices.contains(position) else {
            throw SQLError(
                .decoding, "column number \(position) is not in the answer, which has \(values.count) columns")
        }
        return try decode(position, header.names[position])
    }

    private func decode<T: SQLDecodable>(_ position: Int, _ column: String) throws(SQLError) -> T {
        guard let value = T(sqlValue: values[position]) else {
            throw SQLError(
                .decoding, "column \(column) holds \(values[position].kind), which cannot be read as \(T.self)")
        }
        return value
    }
}

/// The column names of an answer, shared by its rows.
final class RowHeader: Sendable {
    let names: [String]
    let positions: [String: Int]

    init(_ names: [String]) {
        self.names = names
        // Two columns of one name: the first one wins, as it does for a reader of the text.
        positions = Dictionary(zip(names, names.indices), uniquingKeysWith: { first, _ in first })
    }
}

/// A type that can be read from a column.
public protocol SQLDecodable {
    /// The value, or nil if the database's value is of another class or out of range.
    init?(sqlValue: SQLValue)
}

extension SQLValue: SQLDecodable {
    /// The value itself.
    public init?(sqlValue: SQLValue) { self = sqlValue }
}

extension Int64: SQLDecodable {
    /// An integer column.
    public init?(sqlValue: SQLValue) {
        guard case .integer(let number) = sqlValue else { return nil }
        self = number
    }
}

extension Int: SQLDecodable {
    /// An integer column.
    public init?(sqlValue: SQLValue) {
        guard case .integer(let number) = sqlValue else { return nil }
        self.init(exactly: number)
    }
}

extension Bool: SQLDecodable {
    /// An integer column that holds 0 or 1; any other number is not a boolean.
    public init?(sqlValue: SQLValue) {
        switch sqlValue {
        case .integer(0): self = false
        case .integer(1): self = true
        default: return nil
        }
    }
}

extension Double: SQLDecodable {
    /// A floating-point column, or an integer one that a double holds exactly.
    public init?(sqlValue: SQLValue) {
        switch sqlValue {
        case .real(let number): self = number
        case .integer(let number): self.init(exactly: number)
        default: return nil
        }
    }
}

extension String: SQLDecodable {
    /// A text column.
    public init?(sqlValue: SQLValue) {
        guard case .text(let text) = sqlValue else { return nil }
        self = text
    }
}

extension [UInt8]: SQLDecodable {
    /// A column of bytes.
    public init?(sqlValue: SQLValue) {
        guard case .blob(let bytes) = sqlValue else { return nil }
        self = bytes
    }
}

extension Optional: SQLDecodable where Wrapped: SQLDecodable {
    /// Nil for NULL, otherwise the wrapped value.
    public init?(sqlValue: SQLValue) {
        if case .null = sqlValue {
            self = .none
        } else if let wrapped = Wrapped(sqlValue: sqlValue) {
            self = .some(wrapped)
        } else {
            return nil
        }
    }
}
