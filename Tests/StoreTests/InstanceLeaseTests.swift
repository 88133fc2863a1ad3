import Evidence
import Store
import TestSupport
import Testing

/// Two processes of one name would take each other's claims for their own.
@Suite struct InstanceLeaseTests {
    @Test(arguments: Backend.allCases)
    func `an instance name belongs to one process until it gives it up, falls silent or is known to be gone`(
        _ backend: Backend
    ) async throws {
        try await TestGateway.with(backend) { gateway in
            let leases = InstanceLeases(gateway.database)
            let start = gateway.clock.now
            func take(_ holder: String, replacing gone: String? = nil, at seconds: Int) async throws -> String? {
                let now = start.adding(.seconds(seconds))
                return try await leases.take(
                    "one", holder: holder, replacing: gone, until: now.adding(.seconds(10)), now: now)
            }
            #expect(try await take("a", at: 0) == nil)
            #expect(try await take("b", at: 5) == "a")
            #expect(try await take("a", at: 9) == nil, "who has it renews it")
            #expect(try await take("b", at: 12) == "a", "the renewed term counts")
            #expect(try await take("b", at: 20) == nil, "a holder that falls silent has lost it")
            #expect(try await take("a", at: 21) == "b")
            #expect(try await take("c", replacing: "a", at: 22) == "b", "only the holder can be replaced")
            #expect(try await take("c", replacing: "b", at: 22) == nil)
            try await leases.release("one", holder: "b", now: start.adding(.seconds(23)))
            #expect(try await take("d", at: 23) == "c", "what is not one's own cannot be given up")
            try await leases.release("one", holder: "c", now: start.adding(.seconds(23)))
            #expect(try await take("d", at: 23) == nil)
            #expect(try await leases.take("two", holder: "a", until: start, now: start) == nil, "each name for itself")
        }
    }
}
