import SQL
import Synchronization

/// The real database, whose next write of a kind fails as told: before anything was stored, or after everything was.
public final class FaultyDatabase: SQLDatabase {
    /// How a write fails (F44).
    public enum Fault: Sendable, CaseIterable {
        /// It throws and nothing was stored.
        case notPersisted
        /// It throws although everything was stored: the reply was lost.
        case persisted
    }

    private let base: any SQLDatabase
    private struct Order {
        var fault: Fault
        var isFor: @Sendable (Query) -> Bool
        var repeats: Bool
    }

    private let armed = Mutex<Order?>(nil)

    /// Wraps a database that works until told otherwise.
    public init(_ base: any SQLDatabase) { self.base = base }

    /// The next write that sends a statement with these words fails so.
    public func fail(_ fault: Fault, writing words: String) {
        armed.withLock { $0 = Order(fault: fault, isFor: { $0.text.contains(words) }, repeats: false) }
    }

    /// Every write that sends a statement with these words and this value fails, as a crash at that row would.
    public func alwaysFail(_ fault: Fault, writing words: String, about value: String) {
        armed.withLock {
            $0 = Order(
                fault: fault, isFor: { $0.text.contains(words) && $0.values.contains(.text(value)) }, repeats: true)
        }
    }

    /// Works again.
    public func disarm() { armed.withLock { $0 = nil } }

    /// Whether a fault that was asked for has not happened yet.
    public var isArmed: Bool { armed.withLock { $0 != nil } }

    /// The engine.
    public var dialect: SQLDialect { base.dialect }
    /// The counts of the real one.
    public var statistics: SQLStatistics { base.statistics }
    /// Closes the real one.
    public func close() async { await base.close() }

    /// Reads as it is.
    public func read<T: Sendable>(_ body: @escaping @Sendable (any SQLTransaction) throws -> T) async throws -> T {
        try await base.read(body)
    }

    /// Writes as it is, unless a fault is due.
    public func write<T: Sendable>(_ body: @escaping @Sendable (any SQLTransaction) throws -> T) async throws -> T {
        guard let order = armed.withLock({ $0 }) else { return try await base.write(body) }
        let (value, didMatch) = try await base.write { tx in
            let watched = Watched(base: tx, isFor: order.isFor)
            let value = try body(watched)
            if watched.didMatch, order.fault == .notPersisted {
                self.happened(order)
                throw SQLError(.connectionLost, "told to fail before the commit")
            }
            return (value, watched.didMatch)
        }
        if didMatch {
            happened(order)
            throw SQLError(.ambiguousCommit, "told to lose the reply to the commit")
        }
        return value
    }

    private func happened(_ order: Order) {
        if !order.repeats { armed.withLock { $0 = nil } }
    }

    /// One transaction's statements, on the database's own thread.
    private final class Watched: SQLTransaction {
        let base: any SQLTransaction
        let isFor: @Sendable (Query) -> Bool
        var didMatch = false

        init(base: any SQLTransaction, isFor: @escaping @Sendable (Query) -> Bool) {
            self.base = base
            self.isFor = isFor
        }

        var dialect: SQLDialect { base.dialect }

        func execute(_ query: Query) throws(SQLError) -> Int {
            watch(query)
            return try base.execute(query)
        }

        func query(_ query: Query) throws(SQLError) -> [Row] {
            watch(query)
            return try base.query(query)
        }

        func executeBatch(_ queries: [Query]) throws(SQLError) -> [Int] {
            for query in queries { watch(query) }
            return try base.executeBatch(queries)
        }

        func attempt<T>(_ body: () throws -> T) throws -> T { try base.attempt(body) }

        private func watch(_ query: Query) { if isFor(query) { didMatch = true } }
    }
}
