import Notices

extension BenchGateway {
    /// Runs every worker of the gateway while something is done, and then tells them to finish.
    ///
    /// - Parameter hole: a dispatcher whose peer never answers; what it has begun is broken off at the end.
    func whileWorking<T: Sendable>(
        beside hole: HoleDispatcher? = nil, _ work: @Sendable () async throws -> T
    ) async throws -> T {
        let stop = StopSignal()
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.sealer.run(until: stop) }
            group.addTask { try await self.dispatcher.run(until: stop) }
            group.addTask { try await self.sequencer.run() }
            group.addTask { try await self.stamper.run() }
            if let hole { group.addTask { try await hole.dispatcher.run(until: stop) } }
            // The workers end only when told; if one ends by itself, its error is thrown by the next line that waits.
            let value = try await work()
            stop.stop()
            hole?.breakOff()
            group.cancelAll()
            while let result = await group.nextResult() {
                if case .failure(let error) = result, !(error is CancellationError) { throw error }
            }
            return value
        }
    }
}
