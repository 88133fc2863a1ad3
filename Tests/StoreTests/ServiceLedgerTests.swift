import Evidence
import Notices
import Store
import TestSupport
import Testing

/// What the service says of its own availability.
struct ServiceLedgerTests {
    private static func beginning(_ instant: String) throws -> TestGateway.Options {
        var options = TestGateway.Options()
        options.start = try #require(Timestamp(rfc3339: instant))
        return options
    }

    /// Looks every 15 seconds, as the service does.
    private func watch(_ ledger: ServiceLedger, _ clock: ManualClock, seconds: Int) async throws {
        try await ledger.noteReady(at: clock.now, wasReady: false)
        for _ in 0..<seconds / 15 {
            clock.advance(by: .seconds(15))
            try await ledger.noteReady(at: clock.now, wasReady: true)
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-130 uptime is measured over days, and a stop counts against it to the second`(backend: Backend) async throws
    {
        try await TestGateway.with(backend, try Self.beginning("2026-11-20T15:50:00Z")) { gateway in
            let (ledger, clock) = (ServiceLedger(gateway.database), gateway.clock)
            #expect(try await ledger.shares(of: [1], at: clock.now).isEmpty, "nothing is said of what nobody watched")
            try await watch(ledger, clock, seconds: 900)
            // Six minutes during which nobody was there; midnight in China has passed.
            clock.advance(by: .seconds(360))
            try await watch(ledger, clock, seconds: 540)
            let shares = try await ledger.shares(of: [1, 30], at: clock.now)
            #expect(shares.map(\.days) == [1, 30])
            #expect(shares[1].served == .seconds(1_440) && shares[1].watched == .seconds(1_800))
            #expect(shares[1].percent == "80.000 %")
            // Of today 5 minutes before the stop and 9 after it; the look at midnight belongs to the new day.
            #expect(shares[0].watched == .seconds(1_200) && shares[0].served == .seconds(855))
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-130 a quick restart, a second process and a clock put back never add to the uptime`(
        backend: Backend
    ) async throws {
        try await TestGateway.with(backend, try Self.beginning("2026-11-20T04:00:00Z")) { gateway in
            let (ledger, clock) = (ServiceLedger(gateway.database), gateway.clock)
            try await watch(ledger, clock, seconds: 60)
            // Ten seconds, but another process: it did not see them.
            clock.advance(by: .seconds(10))
            try await ledger.noteReady(at: clock.now, wasReady: false)
            // Two processes look five seconds apart.
            for step in [5, 10, 5, 10] {
                clock.advance(by: .seconds(step))
                try await ledger.noteReady(at: clock.now, wasReady: true)
            }
            let later = clock.now
            clock.advance(by: .seconds(-600))
            for _ in 0..<3 {
                clock.advance(by: .seconds(15))
                try await ledger.noteReady(at: clock.now, wasReady: true)
            }
            let share = try #require(try await ledger.shares(of: [1], at: later).first)
            #expect(share.served == .seconds(90) && share.watched == .seconds(100))
        }
    }

    @Test func `a share is rounded down, so that nobody reads a hundred that was not`() {
        func percent(_ served: Int, of watched: Int) -> String? {
            ServedShare(
                days: 30, from: Timestamp(microseconds: 0), served: .seconds(served), watched: .seconds(watched)
            ).percent
        }
        #expect(percent(999_999, of: 1_000_000) == "99.999 %")
        #expect(percent(9_999_999, of: 10_000_000) == "99.999 %")
        #expect(percent(10, of: 10) == "100.000 %")
        #expect(percent(1, of: 100) == "1.000 %")
        #expect(percent(0, of: 0) == nil)
    }
}
