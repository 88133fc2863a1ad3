import Evidence
import Notices
import TestSupport
import Testing

/// A process with nothing to do looks, writes nothing, and begins at once when there is something.
@Suite struct IdleTests {
    @Test(arguments: Backend.allCases)
    func `an idle process reads and commits nothing`(_ backend: Backend) async throws {
        try await TestGateway.staffed(backend, { $0.limits.idlePoll = .milliseconds(5) }) { gateway in
            gateway.acceptsAll()
            _ = try await gateway.sealedClientNotice()
            try await gateway.settle()
            let stop = StopSignal()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await gateway.pipeline.run(until: stop) }
                try await looks(60, gateway)
                let before = gateway.database.statistics
                try await looks(200, gateway)
                for _ in 0..<20 {
                    gateway.pass(.milliseconds(250))
                    #expect(try await gateway.sequencer.step() == .idle)
                    _ = try await gateway.stamper.step()
                }
                _ = try await gateway.store.takeDueClaims(now: gateway.clock.now, limit: 10)
                _ = try await gateway.pipeline.receive.retryUnmatched(parsers: [])
                let after = gateway.database.statistics
                #expect(after.writes == before.writes && after.groups == before.groups)
                stop.stop()
                try await group.waitForAll()
            }
        }
    }

    /// Waits until the workers have read the database so often more.
    private func looks(_ count: Int, _ gateway: TestGateway) async throws {
        let goal = gateway.database.statistics.reads + count
        let deadline = ContinuousClock.now + .seconds(60)
        while gateway.database.statistics.reads < goal {
            guard ContinuousClock.now < deadline else { throw TestSupportError("the workers do not look") }
            await Poke().wait(.milliseconds(5))
        }
    }

    @Test(arguments: Backend.allCases)
    func `what is issued to an idle process leaves without waiting for the next look`(_ backend: Backend) async throws {
        // A look every hour: only the pokes can be in time.
        try await TestGateway.staffed(backend, { $0.limits.idlePoll = .seconds(3600) }) { gateway in
            gateway.acceptsAll()
            let stop = StopSignal()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await gateway.pipeline.run(until: stop) }
                for count in 1...5 {
                    _ = try await gateway.issue(gateway.clientContactChange())
                    await gateway.mail.waitForParcels(count)
                    await gateway.sms.waitForParcels(count)
                }
                stop.stop()
                try await group.waitForAll()
            }
        }
    }
}
