/// One value as a database keeps it.
///
/// These five classes are all that SQLite and PostgreSQL have in common. There is no boolean and no date: a boolean is an
/// integer column with `CHECK (x IN (0, 1))`, an instant is an integer of microseconds.
public enum SQLValue: Sendable, Hashable {
    /// The absence of a value.
    case null
    /// A whole number of 64 bits.
    case integer(Int64)
    /// A floating-point number; never NaN, which SQLite would silently store as NULL.
    case real(Double)
    /// A text; never with a NUL character, which neither engine can keep.
    case text(String)
    /// Bytes, exactly as given.
    case blob([UInt8])

    /// The class of the value in one word, safe to show where the value itself is not.
    public var kind: String {
        switch self {
        case .null: "null"
        case .integer: "integer"
        case .real: "real"
        case .text: "text"
        case .blob: "blob"
        }
    }
}

/// A type that can stand in an interpolation of a `Query`.
public protocol SQLBindable {
    /// The value as the database will keep it.
    var sqlValue: SQLValue { get }
}

extension SQLValue: SQLBindable {
    /// The value itself.
    public var sqlValue: SQLValue { self }
}

extension Int: SQLBindable {
    /// An integer.
    public var sqlValue: SQLValue { .integer(Int64(self)) }
}

extension Int64: SQLBindable {
    /// An integer.
    public var sqlValue: SQLValue { .integer(self) }
}

extension Bool: SQLBindable {
    /// The integer 1 for true, 0 for false.
    public var sqlValue: SQLValue { .integer(self ? 1 : 0) }
}

extension Double: SQLBindable {
    /// A floating-point number.
    public var sqlValue: SQLValue { .real(self) }
}

extension String: SQLBindable {
    /// A text.
    public var sqlValue: SQLValue { .text(self) }
}

extension Substring: SQLBindable {
    /// A text.
    public var sqlValue: SQLValue { .text(String(self)) }
}

extension [UInt8]: SQLBindable {
    /// Bytes.
    public var sqlValue: SQLValue { .blob(self) }
}

extension Optional: SQLBindable where Wrapped: SQLBindable {
    /// The wrapped value, or NULL.
    public var sqlValue: SQLValue { self?.sqlValue ?? .null }
}
