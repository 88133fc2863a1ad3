/// The engine behind a database.
public enum SQLDialect: String, Sendable, Hashable, CaseIterable {
    /// SQLite, in a file beside the program.
    case sqlite
    /// PostgreSQL, or an engine that speaks its protocol.
    case postgres
}

/// What a `read` or `write` closure can do.
///
/// The first statement that fails ends the transaction, on both engines alike: every later statement throws the same
/// error, and the transaction is rolled back even if the closure swallows it. Where a failure is expected, say
/// `ON CONFLICT DO NOTHING`, or wrap the statement in `attempt`. `BEGIN`, `COMMIT` and their kin are refused.
public protocol SQLTransaction {
    /// The engine, for the few texts that differ.
    var dialect: SQLDialect { get }

    /// Runs a statement and returns the number of rows it inserted, updated or deleted.
    @discardableResult
    func execute(_ query: Query) throws(SQLError) -> Int

    /// Runs a statement and returns all its rows.
    @discardableResult
    func query(_ query: Query) throws(SQLError) -> [Row]

    /// Runs a statement and returns its first row.
    func first(_ query: Query) throws(SQLError) -> Row?

    /// Runs many statements and returns each one's count of rows.
    ///
    /// A text that repeats is prepared once; PostgreSQL gets them without waiting for each answer.
    @discardableResult
    func executeBatch(_ queries: [Query]) throws(SQLError) -> [Int]

    /// Runs part of a transaction so that its failure undoes this part alone.
    @discardableResult
    func attempt<T>(_ body: () throws -> T) throws -> T
}

extension SQLTransaction {
    /// Runs a statement and returns its first row.
    public func first(_ query: Query) throws(SQLError) -> Row? {
        try self.query(query).first
    }
}

/// A database that answers questions and keeps what it is told.
public protocol SQLDatabase: Sendable {
    /// The engine.
    var dialect: SQLDialect { get }

    /// Counts since the database was opened.
    var statistics: SQLStatistics { get }

    /// Runs a closure on one consistent snapshot; it may not write, and may run again after a lost connection.
    func read<T: Sendable>(_ body: @escaping @Sendable (any SQLTransaction) throws -> T) async throws -> T

    /// Runs a closure in a transaction and returns once it is durable.
    ///
    /// Concurrent writes share one COMMIT, a savepoint each: a closure that throws undoes its own work only, and its error
    /// comes out unchanged. The closure **may be run more than once** (a lost race, a lost connection), so it must do
    /// nothing but talk to the transaction. A write is not given up when its task is cancelled: what was done in the
    /// outside world must still be recordable while the program shuts down.
    @discardableResult
    func write<T: Sendable>(_ body: @escaping @Sendable (any SQLTransaction) throws -> T) async throws -> T

    /// Finishes what is queued, then lets go of the database; later calls throw `.closed`.
    func close() async
}

/// What a database has done since it was opened.
public struct SQLStatistics: Sendable, Hashable {
    /// Commits, each of a whole group.
    public var groups = 0
    /// Closures made durable by these commits.
    public var writes = 0
    /// Closures that threw and were rolled back.
    public var rollbacks = 0
    /// The most closures that shared a commit.
    public var largestGroup = 0
    /// Groups run again after a lost race or a lost connection.
    public var retries = 0
    /// Commits whose reply was lost and whose outcome was then found out.
    public var resolvedCommits = 0
    /// Reading closures run.
    public var reads = 0
    /// Since when no server answers; nil while one does, and always nil for a file.
    public var unreachableSince: ContinuousClock.Instant?

    /// All zero.
    public init() {}
}
