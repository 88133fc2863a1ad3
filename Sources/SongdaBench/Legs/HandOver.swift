import Evidence
import Notices

/// The dispatcher's work on notices that were sealed before, from the first one claimed to the last one proved.
struct HandOver {
    let gateway: BenchGateway
    let count: Int
    /// How many the channel has, where it is one of this process: until it has all, the database need not be asked, which would
    /// be work beside what is measured.
    var taken: @Sendable () -> Int = { .max }

    /// Puts so many people on record, and a notice for each that waits to be handed over.
    func prepare() async throws {
        try await gateway.addPeople(count)
        try await concurrently(count, width: 64) { try await gateway.issue($0, to: $0) }
        while try await gateway.sealer.runOnce() > 0 {}
        try await gateway.drainLog()
    }

    /// Hands all over; what is counted is in the log under a verified checkpoint.
    func run() async throws -> Leg {
        let before = gateway.database.statistics
        let processor = ProcessorTime.seconds
        let stop = StopSignal()
        let span = try await withThrowingTaskGroup(of: Void.self) { group in
            let start = ContinuousClock.now
            group.addTask { try await gateway.dispatcher.run(until: stop) }
            group.addTask { try await gateway.sequencer.run() }
            while try await !isDone() {
                guard ContinuousClock.now - start < .seconds(600) else {
                    throw BenchError("after 600 s not all of \(count) are in the log")
                }
                try await Task.sleep(for: .milliseconds(10))
            }
            let span = ContinuousClock.now - start
            stop.stop()
            group.cancelAll()
            while let result = await group.nextResult() {
                if case .failure(let error) = result, !(error is CancellationError) { throw error }
            }
            return span
        }
        let perUnit = ProcessorTime.microseconds(since: processor, units: count)
        let after = gateway.database.statistics
        let size = try await gateway.verifiedCheckpoint()?.size ?? 0
        let started = try await gateway.logged(.attemptStarted, below: size)
        let accepted = try await gateway.logged(.attemptAccepted, below: size)
        return Leg(
            seconds: span.inSeconds, units: count,
            facts: [
                "commits": Double(after.groups - before.groups), "retries": Double(after.retries - before.retries),
                "CPU µs each": perUnit,
            ],
            fault: started == count && accepted == count
                ? nil : "\(count) released, \(started) begun, \(accepted) accepted in the log")
    }

    private func isDone() async throws -> Bool {
        guard taken() >= count else { return false }
        return try await gateway.hasProved(count)
    }
}
