import Evidence
import Notices
import People
import Store
import TestSupport
import Testing

/// Lists and searches of clients walk along an index, however many clients there are.
@Suite struct ClientQueryPlanTests {
    @Test(arguments: Backend.allCases) func `a page of clients and a search are walks along an index`(
        _ backend: Backend
    ) async throws {
        try await TestGateway.with(backend) { gateway in
            let seller = try await gateway.employee()
            for number in 1...20 { try await gateway.client("客户\(number)", number: "C-\(number)", owner: seller) }
            for number in 1...20 { try await gateway.order("O-\(number)", of: "C-\(number)") }
            let id = try #require(try await gateway.peopleStore.client(externalID: "C-1")).id
            if backend == .postgres { try await gateway.database.write { tx in try tx.execute("ANALYZE") } }
            let now = gateway.clock.now
            let one = ClientScope(owners: [seller])
            let cases: [(String, String, @Sendable (SQLPeopleStore) async throws -> Void)] = [
                (
                    "FROM clients c WHERE c.id >", "sqlite_autoindex_clients_1",
                    { _ = try await $0.clients(in: .all, after: ClientID("x"), limit: 9) }
                ),
                (
                    "AND c.owner =", "clients_owner",
                    { _ = try await $0.clients(in: one, after: ClientID("x"), limit: 9) }
                ),
                (
                    "JOIN client_name_parts", "PRIMARY KEY",
                    { _ = try await $0.search(.name("客户1"), in: .all, limit: 9) }
                ),
                (
                    "c.external_id =", "sqlite_autoindex_clients_2",
                    { _ = try await $0.search(.externalID("C-1"), in: .all, limit: 9) }
                ),
                (
                    "d.value_hash =", "addresses_value",
                    { _ = try await $0.search(.address(.sms, "+8613900000001"), in: .all, limit: 9) }
                ),
                (
                    "FROM client_events", "client_events_client",
                    { _ = try await $0.timeline(of: id, before: .init(happenedAt: now, id: "x"), limit: 9) }
                ),
                (
                    "FROM client_operations", "client_operations_client",
                    { _ = try await $0.operations(on: id, by: nil, before: "x", limit: 9) }
                ),
                (
                    "FROM client_operations", "client_operations_actor",
                    { _ = try await $0.operations(on: nil, by: "key-crm", before: "x", limit: 9) }
                ),
                (
                    "count(DISTINCT client)", "client_operations_window",
                    { _ = try await $0.clientsRead(by: "key-crm", since: now) }
                ),
                ("c.watch_from <=", "clients_watched", { _ = try await $0.silentClients(since: now, limit: 9) }),
                ("n.due_at <=", "client_notices_due", { _ = try await $0.dueContactNotices(now: now, limit: 9) }),
                ("WHERE due_at <=", "client_alerts_due", { _ = try await $0.dueAlerts(now: now, limit: 9) }),
                ("o.state IN", "client_orders", { _ = try await $0.openOrders(of: [id]) }),
                (
                    "a.employee =", "client_assignments_employee",
                    { _ = try await $0.clients(heldBy: seller, ever: true, after: nil, limit: 9) }
                ),
            ]
            for (words, index, verb) in cases {
                let plans = try await QueryPlanTests.plans(gateway, containing: words) { store, _ in
                    try await verb(SQLPeopleStore(beside: store))
                }
                for plan in plans {
                    // Statistics of twenty rows may favour another index of PostgreSQL's.
                    #expect(plan.contains(backend == .sqlite ? index : "Index"), "\(words): \(plan)")
                    #expect(!plan.contains("Seq Scan"), "\(words): \(plan)")
                    #expect(!plan.split(separator: "\n").contains { $0.hasPrefix("SCAN") }, "\(words): \(plan)")
                }
            }
        }
    }
}
