/// Why a database did not do what it was asked.
///
/// The message never holds a bound value or a password; `statement` is the text with `$1…$n`.
public struct SQLError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What went wrong, in a form that a program can act on.
    public enum Code: Sendable, Hashable {
        /// A row with this key is there already; the columns as `table.column, table.column`, the same on both engines.
        case uniqueViolation(String)
        /// A row refers to one that is not there, or is still referred to.
        case foreignKeyViolation
        /// A CHECK, a trigger or a STRICT column type refused the value.
        case checkViolation
        /// A column that must have a value got none.
        case notNullViolation
        /// The transaction lost against another one, again and again; nothing was written, and it may be tried later.
        case serializationFailure
        /// The server is gone and nothing was written.
        case connectionLost
        /// Nobody can say whether the transaction was committed.
        case ambiguousCommit
        /// The disk is full; nothing was written.
        case diskFull
        /// The disk failed; the process must be restarted before anything more is written.
        case ioError
        /// A write was asked of a reading transaction or a read-only database.
        case readOnly
        /// Someone else holds the database or the row.
        case locked
        /// The file is damaged, or is no database.
        case corrupt
        /// The database was written by a newer program.
        case tooNew
        /// A column is missing or of another type than asked for.
        case decoding
        /// A value cannot be kept by either engine, such as a text with a NUL.
        case invalidValue
        /// The database was closed.
        case closed
        /// Anything else; see the reason.
        case other
    }

    /// What went wrong.
    public let code: Code
    /// A sentence: the thing, the value, the cure.
    public let reason: String
    /// The statement that failed, with `$1…$n` in place of values.
    public let statement: String?

    /// An error, with the statement it came from.
    public init(_ code: Code, _ reason: String, statement: String? = nil) {
        self.code = code
        self.reason = reason
        self.statement = statement
    }

    /// Errors are equal when their codes are.
    public static func == (left: SQLError, right: SQLError) -> Bool { left.code == right.code }

    /// The reason, followed by the statement.
    public var description: String {
        statement.map { "\(reason) (in: \($0))" } ?? reason
    }

    /// The same error with the statement filled in.
    func inStatement(_ text: String) -> SQLError {
        SQLError(code, reason, statement: statement ?? text)
    }
}

extension SQLError {
    /// True when a key was there already.
    public var isUniqueViolation: Bool {
        if case .uniqueViolation = code { true } else { false }
    }

    /// True when the failure concerns this transaction's data, so that other transactions are unharmed.
    var isConstraintViolation: Bool {
        switch code {
        case .uniqueViolation, .foreignKeyViolation, .checkViolation, .notNullViolation: true
        default: false
        }
    }
}
