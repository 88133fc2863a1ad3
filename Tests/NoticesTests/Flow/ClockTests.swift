import Evidence
import Notices
import TestSupport
import Testing

/// The clock on the wall jumps (F21).
@Suite struct ClockTests {
    static let tenDays = Duration.seconds(10 * 86_400)

    @Test(arguments: Backend.allCases)
    func `set back ten days, no checkpoint is signed into the past, and the jump is an entry (F21)`(_ backend: Backend)
        async throws
    {
        try await TestGateway.staffed(backend) { gateway in
            gateway.acceptsAll()
            _ = try await gateway.sealedClientNotice()
            try await gateway.settle()
            let before = try #require(try await gateway.log.latestCheckpoint())
            let right = gateway.clock.now
            gateway.clock.set(to: right.adding(.zero - Self.tenDays))
            _ = try await gateway.issue(gateway.clientContactChange())
            for _ in 0..<3 {
                guard case .clockHeld = try await gateway.sequencer.step() else {
                    Issue.record("a checkpoint was signed under a clock that went back")
                    return
                }
            }
            #expect(try await gateway.log.latestCheckpoint() == before)
            #expect(try await gateway.eventsOfTheHouse().filter { $0 == "ClockAnomaly" }.count == 1)
            #expect(gateway.alarms.sentences.count == 1)
            // A restart under the wrong clock refuses.
            if backend == .postgres {
                let again = try await gateway.restarted { $0.owner = "two" }
                await #expect(throws: EvidenceError.self) { try await again.sequencer.recover() }
                await again.close()
            }
            gateway.clock.set(to: right.adding(.seconds(1)))
            try await gateway.settle()
            let after = try #require(try await gateway.log.latestCheckpoint())
            #expect(after.size > before.size)
            #expect(after.signedAt >= before.signedAt)
        }
    }

    @Test(arguments: Backend.allCases)
    func `set forward ten days, nothing is signed ahead of time, and deliveries are not lost (F21)`(_ backend: Backend)
        async throws
    {
        try await TestGateway.staffed(backend) { gateway in
            gateway.acceptsAll()
            let id = try await gateway.sealedClientNotice()
            try await gateway.sequence()
            let right = gateway.clock.now
            gateway.clock.set(to: right.adding(Self.tenDays))
            guard case .clockHeld = try await gateway.sequencer.step() else {
                Issue.record("a checkpoint was signed ten days ahead")
                return
            }
            #expect(try await gateway.eventsOfTheHouse().contains("ClockAnomaly"))
            gateway.clock.set(to: right.adding(.seconds(1)))
            try await gateway.settle()
            #expect(try await gateway.only(.email, of: id).state == .accepted)
            let checkpoints = try await gateway.log.checkpoints(fromSize: 0, limit: 100)
            #expect(checkpoints.map(\.signedAt) == checkpoints.map(\.signedAt).sorted())
            let last = try #require(checkpoints.last)
            #expect(last.signedAt <= gateway.clock.now)
        }
    }
}
