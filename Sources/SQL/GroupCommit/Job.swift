/// A closure that waits for a connection, and the caller who waits for the closure.
struct Job: Sendable {
    /// The most closures that share one COMMIT: more would make the first of them wait too long.
    static let largestGroup = 512

    /// Answers the caller with success.
    typealias Reply = @Sendable () -> Void

    /// Runs the closure; its value stays inside the reply until it may be told.
    let run: @Sendable (any SQLTransaction) throws -> Reply
    /// Answers the caller with an error.
    let fail: @Sendable (any Error) -> Void
    /// From when the caller has been waiting: patience counts from here, or a queue would wait for each of its jobs in turn.
    let since = ContinuousClock.now

    /// Queues a closure and waits for its answer.
    static func perform<T: Sendable>(
        on queue: WorkQueue<Job>, _ body: @escaping @Sendable (any SQLTransaction) throws -> T
    ) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            let job = Job(
                run: { transaction in
                    let value = try body(transaction)
                    return { continuation.resume(returning: value) }
                },
                fail: { continuation.resume(throwing: $0) })
            if !queue.submit(job) {
                job.fail(SQLError(.closed, "the database was closed; open it again"))
            }
        }
    }
}

/// What came of one closure of a group, told only after the group's COMMIT.
///
/// Even a closure's own error waits: it may rest on what a neighbour wrote, and that is not certain before the COMMIT.
enum JobOutcome {
    case done(Job.Reply)
    case threw(any Error)

    var isDone: Bool {
        if case .done = self { true } else { false }
    }

    /// True when the closure ended with a key that was there already.
    var metDuplicateKey: Bool {
        if case .threw(let error as SQLError) = self { error.isUniqueViolation } else { false }
    }
}

extension [Job] {
    /// Tells every caller of the group what came of it.
    func answer(_ outcomes: [JobOutcome]) {
        for (job, outcome) in zip(self, outcomes) {
            switch outcome {
            case .done(let reply): reply()
            case .threw(let error): job.fail(error)
            }
        }
    }

    /// Tells every caller of the group that it failed.
    func fail(_ error: any Error) {
        for job in self { job.fail(error) }
    }
}
