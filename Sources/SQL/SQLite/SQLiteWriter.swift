import GRDB
import Synchronization

/// The one writing connection of a file: takes what has queued up and commits it as a group.
///
/// Everything here happens on the writer's own thread, except `statistics` and `failure`, which have locks.
final class SQLiteWriter: Sendable {
    let queue = WorkQueue<Job>()
    let statistics = Mutex(SQLStatistics())
    private let pool: DatabasePool
    private let texts: SQLiteTexts
    private let path: String
    /// Makes room when the disk is full; false if it cannot.
    private let whenFull: @Sendable () -> Bool
    /// Set once the disk has failed.
    ///
    /// After a failed fsync nobody knows what the kernel kept, and trying again may "succeed" without having written
    /// (fsyncgate). Only a restart, which reads the file anew, finds out.
    private let failure = Mutex<SQLError?>(nil)
    /// Pages put into the WAL since it was last emptied.
    private let pagesInLog = Atomic(0)

    init(
        _ pool: DatabasePool, _ texts: SQLiteTexts, path: String, whenFull: @escaping @Sendable () -> Bool = { false }
    ) {
        self.pool = pool
        self.whenFull = whenFull
        self.texts = texts
        self.path = path
    }

    /// Serves the queue until it is closed.
    func run() {
        while let jobs = queue.take(upTo: Job.largestGroup) {
            serve(jobs)
            if pagesInLog.load(ordering: .relaxed) >= 1_000 { emptyLog(.passive) }
        }
        // SQLite does it when the last connection closes, but those are the readers, who cannot: a copy of the file that
        // somebody makes after the stop would be empty.
        emptyLog(.truncate)
    }

    private func serve(_ jobs: [Job]) {
        if let failure = failure.withLock({ $0 }) { return jobs.fail(failure) }
        do {
            let outcomes = try pool.writeWithoutTransaction { database in
                try commit(jobs, on: database)
            }
            count(outcomes)
            jobs.answer(outcomes)
        } catch {
            let fault = SQLiteFault.error(error, path: path)
            switch fault.code {
            case .ioError, .corrupt: jobs.fail(markFailed(fault))
            case .diskFull where whenFull():
                statistics.withLock { $0.retries += 1 }
                serve(jobs)
            // A deferred constraint or a full disk may be the doing of one closure: each is then judged alone.
            case _ where jobs.count > 1 && (fault.isConstraintViolation || fault.code == .diskFull):
                statistics.withLock { $0.retries += 1 }
                for job in jobs { serve([job]) }
            default: jobs.fail(fault)
            }
        }
    }

    private func commit(_ jobs: [Job], on database: Database) throws -> [JobOutcome] {
        let transaction = SQLiteTransaction(database, texts, path: path)
        defer {
            transaction.isOver = true
            pagesInLog.add(transaction.pagesWritten, ordering: .relaxed)
        }
        try transaction.control("BEGIN IMMEDIATE")
        do {
            var outcomes: [JobOutcome] = []
            outcomes.reserveCapacity(jobs.count)
            for job in jobs {
                try outcomes.append(outcome(of: job, isAlone: jobs.count == 1, in: transaction))
            }
            if outcomes.contains(where: \.isDone) {
                try transaction.control("COMMIT")
            } else if database.isInsideTransaction {
                try transaction.control("ROLLBACK")
            }
            return outcomes
        } catch {
            // SQLite may have rolled back by itself; otherwise a failure to do so is the disk's and is reported already.
            if database.isInsideTransaction { try? transaction.control("ROLLBACK") }
            throw error
        }
    }

    /// Runs one closure in its savepoint; throws only if the whole transaction is lost.
    private func outcome(
        of job: Job, isAlone: Bool, in transaction: SQLiteTransaction
    ) throws(SQLError) -> JobOutcome {
        do {
            // A lone closure needs no savepoint: when it throws, there is no neighbour to spare.
            let reply = try isAlone ? job.run(transaction) : transaction.attempt { try job.run(transaction) }
            if let failure = transaction.failure { throw failure }
            return .done(reply)
        } catch {
            if let failure = transaction.failure, !isAlone || failure.code == .ioError { throw failure }
            return .threw(error)
        }
    }

    private func count(_ outcomes: [JobOutcome]) {
        let done = outcomes.count(where: \.isDone)
        statistics.withLock { statistics in
            if done > 0 { statistics.groups += 1 }
            statistics.writes += done
            statistics.rollbacks += outcomes.count - done
            statistics.largestGroup = max(statistics.largestGroup, done)
        }
    }

    private func markFailed(_ fault: SQLError) -> SQLError {
        let last = SQLError(
            fault.code,
            fault.reason
                + "; nothing more will be written: whether the last transaction survived is known only after a restart, "
                + "so check the disk and restart",
            statement: fault.statement)
        failure.withLock { $0 = $0 ?? last }
        return last
    }

    /// Copies the WAL into the database file.
    ///
    /// SQLite's own automatic checkpoint is switched off because it swallows a failing fsync.
    private func emptyLog(_ kind: Database.CheckpointMode) {
        guard failure.withLock({ $0 == nil }) else { return }
        do {
            try pool.writeWithoutTransaction { database in _ = try database.checkpoint(kind) }
            pagesInLog.store(0, ordering: .relaxed)
        } catch {
            let fault = SQLiteFault.error(error, path: path)
            // A reader in the way or a full disk: the WAL keeps everything, and the next round tries again.
            if fault.code == .ioError || fault.code == .corrupt { _ = markFailed(fault) }
        }
    }
}
