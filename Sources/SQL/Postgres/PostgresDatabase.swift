/// A database on a PostgreSQL server, or on an engine that speaks its protocol.
///
/// Needs nothing beyond plain PostgreSQL. The conninfo may name several hosts; the one that takes writes is found by libpq,
/// at the start and after each loss.
public final class PostgresDatabase: SQLDatabase {
    /// Always `.postgres`.
    public let dialect = SQLDialect.postgres
    private let writes = WorkQueue<Job>()
    private let reads = WorkQueue<Job>()
    private let threads = WorkerThreads()
    private let counts = PostgresStatistics()

    /// Connects and makes the table by which lost commits are found out.
    ///
    /// - Parameters:
    ///   - conninfo: as libpq takes it, `host=… dbname=…` or `postgresql://…`; never repeated in an error.
    ///   - poolSize: connections in all, at least two; two of them write (one, if there are fewer than four).
    ///   - patience: how long a call waits for a server that is gone before it throws `.connectionLost`.
    ///   - needsStandby: refuses to write to a server that waits for no synchronous standby, now and at every commit.
    ///
    /// Throws when no server answers, and refuses one with `synchronous_commit` or `fsync` off.
    public init(
        conninfo: String, poolSize: Int = 5, patience: Duration = .seconds(30), needsStandby: Bool = false
    ) async throws {
        let target = try PostgresTarget(conninfo: conninfo, needsStandby: needsStandby)
        let threads = threads
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            threads.start("postgres-start") {
                continuation.resume(
                    with: Result {
                        do {
                            try CommitWitness.prepare(PostgresConnection(target))
                        } catch let failure as PostgresConnection.Failure {
                            throw failure.error
                        }
                    })
            }
        }
        let writers = poolSize < 4 ? 1 : 2
        // The threads hold the queues, not the database: when that is let go, the queues close and the threads end.
        let (writes, reads, counts) = (writes, reads, counts)
        for number in 0..<writers {
            threads.start("postgres-write-\(number)") {
                PostgresWriter(PostgresSession(target, patience: patience, counts), writes, counts).run()
            }
        }
        for number in 0..<max(1, poolSize - writers) {
            threads.start("postgres-read-\(number)") {
                PostgresReader(PostgresSession(target.forReading, patience: patience, counts), reads, counts).run()
            }
        }
    }

    deinit {
        writes.close()
        reads.close()
    }

    /// Counts since the database was opened.
    public var statistics: SQLStatistics { counts.current }

    /// Runs a closure on one snapshot, beside other reads and the writers.
    public func read<T: Sendable>(_ body: @escaping @Sendable (any SQLTransaction) throws -> T) async throws -> T {
        try await Job.perform(on: reads, body)
    }

    /// Runs a closure in a transaction of a writer's next group, and returns when the server has committed it.
    @discardableResult
    public func write<T: Sendable>(_ body: @escaping @Sendable (any SQLTransaction) throws -> T) async throws -> T {
        try await Job.perform(on: writes, body)
    }

    /// Finishes what is queued and disconnects.
    public func close() async {
        writes.close()
        reads.close()
        await threads.ended()
    }
}
