import Foundation
import Synchronization

/// One writing connection: takes what has queued up and commits it as a group.
///
/// Transactions are SERIALIZABLE, which is what SQLite's single writer gives, so that a closure means the same on both. To that
/// end a closure that met a duplicate key is run once more: the server tells of a key which a neighbour committed after our
/// snapshot as 23505, not as 40001 (PostgreSQL manual, 13.5), although the closure never had a chance to see it.
///
/// The object belongs to its thread; only `queue` and `statistics` are shared.
final class PostgresWriter {
    private let session: PostgresSession
    private let queue: WorkQueue<Job>
    private let statistics: PostgresStatistics
    private var groupsUntilPrune = 0

    init(_ session: PostgresSession, _ queue: WorkQueue<Job>, _ statistics: PostgresStatistics) {
        self.session = session
        self.queue = queue
        self.statistics = statistics
    }

    /// Serves the queue until it is closed.
    func run() {
        while let jobs = queue.take(upTo: Job.largestGroup) {
            serve(jobs)
            pruneNowAndThen()
        }
    }

    private func serve(_ given: [Job], isSecondLook: Bool = false) {
        var jobs = given
        // A lost race is no outage: time spent in the queue must not use up its retries.
        let raceDeadline = ContinuousClock.now + session.patience
        var races = 0
        var backoff = Backoff()
        while let first = jobs.first {
            do {
                let outcomes = try commit(jobs, first.since + session.patience)
                statistics.count(outcomes)
                return answer(jobs, outcomes, isSecondLook)
            } catch {
                switch error.code {
                case .connectionLost:
                    session.disconnect()
                    jobs = stillWaiting(jobs, error)
                    guard let next = jobs.first, backoff.sleep(until: next.since + session.patience) else { continue }
                case .serializationFailure where jobs.count == 1 || races < 3:
                    races += 1
                    guard races <= 20, backoff.sleep(until: raceDeadline) else { return jobs.fail(error) }
                // Whatever spoilt the COMMIT may be the doing of one closure: each is then judged alone.
                case .serializationFailure where jobs.count > 1, _ where jobs.count > 1 && error.isConstraintViolation:
                    statistics.countRetry()
                    for job in jobs { serve([job], isSecondLook: isSecondLook) }
                    return
                default: return jobs.fail(error)
                }
                statistics.countRetry()
            }
        }
    }

    /// Those who may wait longer for the server; the others are told that it stayed away.
    ///
    /// A group holds what came while the one before it waited: the first of it is nearly out of patience, the last has just
    /// begun.
    private func stillWaiting(_ jobs: [Job], _ error: SQLError) -> [Job] {
        let now = ContinuousClock.now
        let isPatient = { (job: Job) in job.since + self.session.patience > now }
        jobs.filter { !isPatient($0) }.fail(error)
        return jobs.filter(isPatient)
    }

    /// Tells every caller what came of it, except those whose duplicate key deserves a look from a later snapshot.
    private func answer(_ jobs: [Job], _ outcomes: [JobOutcome], _ isSecondLook: Bool) {
        guard !isSecondLook, outcomes.contains(where: \.metDuplicateKey) else { return jobs.answer(outcomes) }
        for (job, outcome) in zip(jobs, outcomes) {
            if outcome.metDuplicateKey {
                statistics.countRetry()
                serve([job], isSecondLook: true)
            } else {
                [job].answer([outcome])
            }
        }
    }

    private func commit(_ jobs: [Job], _ deadline: ContinuousClock.Instant) throws(SQLError) -> [JobOutcome] {
        let connection = try session.connection(until: deadline)
        let transaction = PostgresTransaction(connection, begin: "BEGIN ISOLATION LEVEL SERIALIZABLE READ WRITE")
        defer { transaction.isOver = true }
        let witness = CommitWitness()
        var outcomes: [JobOutcome] = []
        outcomes.reserveCapacity(jobs.count)
        do {
            for job in jobs { try outcomes.append(outcome(of: job, isAlone: jobs.count == 1, in: transaction)) }
            guard outcomes.contains(where: \.isDone) else {
                try transaction.rollback()
                return outcomes
            }
        } catch {
            abandon(transaction)
            throw error
        }
        do {
            try transaction.commit(witness.commands, promise: session.target.promise)
            return outcomes
        } catch  where error.code == .connectionLost {
            guard try wasCommitted(witness, error) else { throw error }
            return outcomes
        } catch {
            abandon(transaction)
            throw error
        }
    }

    /// Runs one closure in its savepoint; throws only if the whole transaction is lost.
    private func outcome(
        of job: Job, isAlone: Bool, in transaction: PostgresTransaction
    ) throws(SQLError) -> JobOutcome {
        do {
            // A lone closure needs no savepoint: when it throws, there is no neighbour to spare.
            let reply = try isAlone ? job.run(transaction) : transaction.attempt { try job.run(transaction) }
            if let failure = transaction.failure { throw failure }
            return .done(reply)
        } catch {
            if let failure = transaction.failure, PostgresTransaction.costsTransaction(failure) { throw failure }
            return .threw(error)
        }
    }

    /// Finds out what became of a COMMIT whose reply was lost; `.ambiguousCommit` if nobody tells in time.
    private func wasCommitted(_ witness: CommitWitness, _ loss: SQLError) throws(SQLError) -> Bool {
        let deadline = ContinuousClock.now + session.patience
        var backoff = Backoff()
        repeat {
            session.disconnect()
            // Asked anew each time: the machine may have slept in between.
            guard !witness.isForgotten else { break }
            do {
                let answer = try witness.wasCommitted(
                    on: session.connection(until: deadline), promise: session.target.promise)
                statistics.countResolved()
                return answer
            } catch {
                // Not an answer; the deadline bounds how often we ask.
                continue
            }
        } while backoff.sleep(until: deadline)
        throw SQLError(
            .ambiguousCommit,
            "PostgreSQL: the reply to COMMIT was lost and the server did not come back within \(session.patience), or so long ago "
                + "that nobody knows any more: the transaction may or may not have been written; look for its row before doing anything twice (\(loss.reason))"
        )
    }

    /// Leaves the failed transaction; a connection on which even that fails is not used again.
    private func abandon(_ transaction: PostgresTransaction) {
        do { try transaction.rollback() } catch { session.disconnect() }
    }

    private func pruneNowAndThen() {
        groupsUntilPrune -= 1
        guard groupsUntilPrune < 0 else { return }
        groupsUntilPrune = 2_000
        // Only housekeeping: what is not deleted now is deleted next time.
        if let connection = try? session.connection(until: .now) { try? CommitWitness.prune(connection) }
    }
}

/// The counts shared by the threads of one database.
final class PostgresStatistics: Sendable {
    private let counts = Mutex(SQLStatistics())

    var current: SQLStatistics { counts.withLock { $0 } }

    /// Told after each try to connect.
    func noteServer(isThere: Bool) {
        counts.withLock { counts in
            counts.unreachableSince = isThere ? nil : counts.unreachableSince ?? .now
        }
    }

    /// Whoever was answered has seen the server, whatever a neighbour could not do.
    func countRead() {
        counts.withLock { counts in
            counts.reads += 1
            counts.unreachableSince = nil
        }
    }

    func countRetry() { counts.withLock { $0.retries += 1 } }
    func countResolved() { counts.withLock { $0.resolvedCommits += 1 } }

    func count(_ outcomes: [JobOutcome]) {
        let done = outcomes.count(where: \.isDone)
        counts.withLock { counts in
            counts.unreachableSince = nil
            if done > 0 { counts.groups += 1 }
            counts.writes += done
            counts.rollbacks += outcomes.count - done
            counts.largestGroup = max(counts.largestGroup, done)
        }
    }
}
