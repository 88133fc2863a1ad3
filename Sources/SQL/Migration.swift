/// A named step of the schema, written for both engines side by side.
///
/// One statement per element. Names begin with a number (`004-inbox`) and run in the order of their names. Once released, a
/// migration is frozen: the migrator refuses a program whose text differs from what was run.
public struct Migration: Sendable, Hashable {
    /// The name, such as `001-notices`.
    public let name: String
    /// The statements for SQLite.
    public let sqlite: [String]
    /// The statements for PostgreSQL.
    public let postgres: [String]

    /// A migration whose statements differ between the engines.
    public init(name: String, sqlite: [String], postgres: [String]) {
        self.name = name
        self.sqlite = sqlite
        self.postgres = postgres
    }

    /// A migration whose statements suit both engines.
    public init(name: String, both: [String]) {
        self.init(name: name, sqlite: both, postgres: both)
    }

    /// A migration written once, in SQLite's words: for PostgreSQL `INTEGER` is `BIGINT`, `BLOB` is `BYTEA`, and tables are
    /// strict without saying so.
    ///
    /// - Parameters:
    ///   - sqlite: what only SQLite is told afterwards, such as its triggers.
    ///   - postgres: what only PostgreSQL is told afterwards.
    public init(name: String, portable: [String], sqlite: [String] = [], postgres: [String] = []) {
        self.init(name: name, sqlite: portable + sqlite, postgres: portable.map(Self.inPostgres) + postgres)
    }

    private static func inPostgres(_ statement: String) -> String {
        let words = [("INTEGER", "BIGINT"), ("BLOB", "BYTEA"), (") STRICT, WITHOUT ROWID", ")"), (") STRICT", ")")]
        return words.reduce(statement) { text, word in
            text.split(separator: word.0, omittingEmptySubsequences: false).joined(separator: word.1)
        }
    }

    /// The statements for one engine.
    public func statements(for dialect: SQLDialect) -> [String] {
        switch dialect {
        case .sqlite: sqlite
        case .postgres: postgres
        }
    }
}
