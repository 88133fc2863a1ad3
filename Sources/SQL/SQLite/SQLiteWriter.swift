import GRDB
import Synchronization

/// The one writing connection of a file: takes what has queued up and commits it as a group.
///
/// Everything here happens on the writer's own thread, except `statistics` and `failure`, which have locks.
final class SQLiteWriter: Sendable {
    let queue = WorkQueue<Job>()
    let statistics = Mutex(SQLStatistics())
    private let pool: DatabasePool
    private let path: String
    /// Makes room when the disk is full; false if it cannot.
    private let whenFull: @Sendable () -> Bool
    /// Set once the disk has failed.
    ///
    /// After a failed fsync nobody knows what the kernel kept, and trying again may "succeed" without having written
    /// (fsyncgate). Only a restart, which reads the file anew, finds out.
    private let failure = Mutex<SQLError?>(nil)
    /// The log is copied into the file when it has grown by so many pages (16 MiB).
    ///
    /// A page that several commits have changed is copied once, so longer is cheaper; what it costs is space, and time to
    /// read the log after a crash.
    private static let mostPagesInLog = 4_000

    init(_ pool: DatabasePool, path: String, whenFull: @escaping @Sendable () -> Bool = { false }) {
        self.pool = pool
        self.whenFull = whenFull
        self.path = path
    }

    /// Serves the queue until it is closed.
    func run() {
        do {
            // The connection is borrowed once: nobody else writes.
            try pool.writeWithoutTransaction { database in
                let log = SQLiteLog(database)
                let session = Session(statements: try SQLiteStatements(database))
                while let jobs = queue.take(upTo: Job.largestGroup) {
                    serve(jobs, session)
                    session.keepNotesInMemory()
                    if log.growth >= Self.mostPagesInLog { empty(log, .passive) }
                }
                // SQLite does it when the last connection closes, but those are the readers, who cannot: a copy of the file
                // that somebody makes after the stop would be empty.
                empty(log, .truncate)
            }
        } catch {
            let fault = SQLiteFault.error(error, path: path)
            while let jobs = queue.take(upTo: Job.largestGroup) { jobs.fail(fault) }
        }
    }

    /// What the writer keeps from group to group; touched on its thread only.
    private final class Session {
        let statements: SQLiteStatements
        /// Groups that are to run with savepoints from the start, because a closure threw not long ago.
        var cautious = 0
        private var hasNotesInMemory = false

        init(statements: SQLiteStatements) { self.statements = statements }

        /// Has SQLite keep in memory what it needs to undo a statement, once there are statements of many rows.
        ///
        /// Such a statement notes every page it touches; beyond 64 KiB that goes to a temporary file, at five times the writes
        /// of all the rest. It is little: no statement touches more than some thousand rows. Not from the start: the steps of
        /// the migrator, which come first, may touch and sort everything there is, and that must not need memory. It can only
        /// be said between transactions.
        func keepNotesInMemory() {
            guard statements.metManyRows, !hasNotesInMemory else { return }
            // Only speed is lost where it fails, and the next group tries again.
            hasNotesInMemory = (try? statements.control("PRAGMA temp_store = MEMORY")) != nil
        }
    }

    private func serve(_ jobs: [Job], _ session: Session) {
        if let failure = failure.withLock({ $0 }) { return jobs.fail(failure) }
        do {
            let outcomes = try commit(jobs, session)
            count(outcomes)
            jobs.answer(outcomes)
        } catch {
            let fault = SQLiteFault.error(error, path: path)
            switch fault.code {
            case .ioError, .corrupt: jobs.fail(markFailed(fault))
            case .diskFull where whenFull():
                statistics.withLock { $0.retries += 1 }
                serve(jobs, session)
            // A deferred constraint or a full disk may be the doing of one closure: each is then judged alone.
            case _ where jobs.count > 1 && (fault.isConstraintViolation || fault.code == .diskFull):
                statistics.withLock { $0.retries += 1 }
                for job in jobs { serve([job], session) }
            default: jobs.fail(fault)
            }
        }
    }

    /// Commits a group, its closures side by side.
    ///
    /// A savepoint has SQLite keep every page as it was before, for nothing as long as no closure throws. So a group runs
    /// without them first; when one throws, all of it is undone and run again with a savepoint each.
    private func commit(_ jobs: [Job], _ session: Session) throws -> [JobOutcome] {
        if jobs.count > 1, session.cautious == 0 {
            if let outcomes = try commitWithoutSavepoints(jobs, session.statements) { return outcomes }
            session.cautious = 16
        } else if jobs.count > 1 {
            session.cautious -= 1
        }
        return try commitJudging(jobs, session.statements)
    }

    /// The outcomes of a group in which no closure threw; nil if one did, and then nothing of the group was written.
    private func commitWithoutSavepoints(_ jobs: [Job], _ statements: SQLiteStatements) throws -> [JobOutcome]? {
        let transaction = SQLiteTransaction(statements, path: path)
        defer { transaction.isOver = true }
        try transaction.control("BEGIN IMMEDIATE")
        do {
            var outcomes: [JobOutcome] = []
            outcomes.reserveCapacity(jobs.count)
            for job in jobs {
                let reply = try job.run(transaction)
                if let failure = transaction.failure { throw failure }
                outcomes.append(.done(reply))
            }
            try transaction.control("COMMIT")
            return outcomes
        } catch {
            let failure = transaction.failure
            // SQLite may have rolled back by itself; otherwise a failure to do so is the disk's and is reported already.
            if statements.isInsideTransaction { try? statements.control("ROLLBACK") }
            // The disk's failure, and what COMMIT found, are not one closure's to answer for.
            if let failure, failure.code == .ioError || failure.code == .corrupt { throw failure }
            return nil
        }
    }

    private func commitJudging(_ jobs: [Job], _ statements: SQLiteStatements) throws -> [JobOutcome] {
        let transaction = SQLiteTransaction(statements, path: path)
        defer { transaction.isOver = true }
        try transaction.control("BEGIN IMMEDIATE")
        do {
            var outcomes: [JobOutcome] = []
            outcomes.reserveCapacity(jobs.count)
            for job in jobs {
                try outcomes.append(outcome(of: job, isAlone: jobs.count == 1, in: transaction))
            }
            if outcomes.contains(where: \.isDone) {
                try transaction.control("COMMIT")
            } else if statements.isInsideTransaction {
                try transaction.control("ROLLBACK")
            }
            return outcomes
        } catch {
            // SQLite may have rolled back by itself; otherwise a failure to do so is the disk's and is reported already.
            if statements.isInsideTransaction { try? statements.control("ROLLBACK") }
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
    private func empty(_ log: SQLiteLog, _ kind: Database.CheckpointMode) {
        guard failure.withLock({ $0 == nil }) else { return }
        do {
            try log.copyIntoFile(kind)
        } catch {
            let fault = SQLiteFault.error(error, path: path)
            // A reader in the way or a full disk: the WAL keeps everything, and the next round tries again.
            if fault.code == .ioError || fault.code == .corrupt { _ = markFailed(fault) }
        }
    }
}
