import GRDB
import Synchronization

/// The reading connections of a file: each has a thread of its own and takes one closure at a time, on its own snapshot.
///
/// A connection is opened when all others are busy, so that a quiet program has one.
final class SQLiteReaders: Sendable {
    let queue = WorkQueue<Job>()
    private let pool: DatabasePool
    private let threads: WorkerThreads
    private let path: String
    private let limit: Int
    private let started = Mutex(0)

    init(_ pool: DatabasePool, _ threads: WorkerThreads, path: String, limit: Int) {
        self.pool = pool
        self.threads = threads
        self.path = path
        self.limit = limit
    }

    /// Runs a closure on one snapshot.
    func perform<T: Sendable>(_ body: @escaping @Sendable (any SQLTransaction) throws -> T) async throws -> T {
        if queue.isBusy { startAnother() }
        return try await Job.perform(on: queue, body)
    }

    private func startAnother() {
        let isAllowed = started.withLock { started in
            guard started < limit else { return false }
            started += 1
            return true
        }
        guard isAllowed else { return }
        threads.start("sqlite-reader") { [self] in
            run()
            started.withLock { $0 -= 1 }
        }
    }

    /// Serves the queue until it is closed.
    private func run() {
        // The connection is not opened before there is something to read.
        while let job = queue.take(upTo: 1)?.first {
            do {
                try pool.unsafeRead { database in
                    let statements = try SQLiteStatements(database)
                    serve(job, with: statements)
                    while let next = queue.take(upTo: 1)?.first { serve(next, with: statements) }
                }
            } catch {
                // No connection could be had: `serve` itself throws nothing.
                job.fail(SQLiteFault.error(error, path: path))
            }
        }
    }

    private func serve(_ job: Job, with statements: SQLiteStatements) {
        let transaction = SQLiteTransaction(statements, path: path)
        let result = Result {
            try transaction.control("BEGIN")
            let reply = try job.run(transaction)
            if let failure = transaction.failure { throw failure }
            return reply
        }
        transaction.isOver = true
        // Nothing was written, so nothing can be lost; a connection that cannot even end its snapshot says so at the next BEGIN.
        if statements.isInsideTransaction { try? statements.control("ROLLBACK") }
        switch result {
        case .success(let reply): reply()
        case .failure(let error): job.fail(error)
        }
    }
}
