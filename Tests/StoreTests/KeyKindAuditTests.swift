import Notices
import SQL
import Store
import TestSupport
import Testing

/// A key that was issued for trials stays one.
@Suite struct KeyKindAuditTests {
    @Test(arguments: Backend.allCases)
    func `a test key that somebody makes live in the database is found by the audit`(_ backend: Backend) async throws {
        try await TestGateway.with(backend, checks: false) { gateway in
            let desk = APIKeyDesk(store: gateway.store, recorder: gateway.recorder, clock: gateway.clock)
            let (key, _) = try await desk.make(name: "CI", kind: .test, scopes: [.issue], person: nil, by: .author)
            _ = try await desk.make(name: "HR", scopes: [.issue], person: nil, by: .author)
            try await gateway.sequence()
            #expect(try await StateAuditor(gateway.store).audit().isSound)
            try await gateway.database.write { tx in try tx.execute("UPDATE api_keys SET kind = 'live'") }
            let findings = try await StateAuditor(gateway.store).audit().findings
            #expect(findings.count == 1 && findings.first?.row == key.id)
            #expect(findings.first?.description.contains("of another kind than it was issued as") == true)
        }
    }
}
