/// One reading connection: takes one closure at a time, each on its own snapshot.
///
/// Belongs to its thread.
final class PostgresReader {
    private let session: PostgresSession
    private let queue: WorkQueue<Job>
    private let statistics: PostgresStatistics

    init(_ session: PostgresSession, _ queue: WorkQueue<Job>, _ statistics: PostgresStatistics) {
        self.session = session
        self.queue = queue
        self.statistics = statistics
    }

    /// Serves the queue until it is closed.
    func run() {
        while let job = queue.take(upTo: 1)?.first {
            if serve(job) { statistics.countRead() }
        }
    }

    /// True if the server answered.
    private func serve(_ job: Job) -> Bool {
        let deadline = job.since + session.patience
        // A lost race is no outage: time spent in the queue must not use up its retries.
        let raceDeadline = ContinuousClock.now + session.patience
        var backoff = Backoff()
        while true {
            do {
                try run(job, on: session.connection(until: deadline))
                return true
            } catch {
                if error.code == .connectionLost { session.disconnect() }
                let isAgain =
                    switch error.code {
                    case .connectionLost: backoff.sleep(until: deadline)
                    case .serializationFailure: backoff.sleep(until: raceDeadline)
                    default: false
                    }
                guard isAgain else {
                    job.fail(error)
                    return false
                }
            }
        }
    }

    /// Runs the closure and answers it; throws only what may be tried again, with the closure unanswered.
    private func run(_ job: Job, on connection: PostgresConnection) throws(SQLError) {
        let transaction = PostgresTransaction(connection, begin: "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        defer {
            transaction.isOver = true
            // Nothing to keep, so a failure costs the connection and nothing else.
            do { try transaction.rollback() } catch { session.disconnect() }
        }
        do {
            let reply = try job.run(transaction)
            if let failure = transaction.failure { throw failure }
            reply()
        } catch {
            if let failure = transaction.failure, PostgresTransaction.costsTransaction(failure) { throw failure }
            job.fail(error)
        }
    }
}
