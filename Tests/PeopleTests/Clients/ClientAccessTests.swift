import Evidence
import Notices
import People
import SQL
import TestSupport
import Testing

/// Who sees clients, who changes them, and what is remembered of both.
@Suite struct ClientAccessTests {
    /// A shop with a seller, another seller, their head, and one client each.
    struct Shop {
        let seller: PersonID
        let other: PersonID
        let head: PersonID
        let mine: ClientID
        let theirs: ClientID

        init(_ gateway: TestGateway) async throws {
            seller = try await gateway.employee("张三", id: "p-zhang", unit: "east")
            other = try await gateway.employee("李四", id: "p-li", unit: "west")
            head = try await gateway.employee("王五", id: "p-wang", unit: "hq")
            try await gateway.unit("hq", manager: head)
            try await gateway.unit("east", parent: "hq")
            mine = try await gateway.client("上海示例贸易有限公司", number: "C-1", owner: seller)
            theirs = try await gateway.client("北京样板科技有限公司", number: "C-2", owner: other)
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-35 the same list call returns different rows per role`(_ backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            let shop = try await Shop(gateway)
            let desk = gateway.people.clients
            let nobodys = try await gateway.client("无人负责", number: "C-3")
            func list(_ actor: Actor) async throws -> [ClientID] {
                try await desk.list(after: nil, limit: 10, by: actor).map(\.id)
            }
            #expect(try await list(try await gateway.actor(shop.seller)) == [shop.mine])
            #expect(try await list(try await gateway.actor(shop.other)) == [shop.theirs])
            // The head of hq has east below, not west.
            #expect(try await list(try await gateway.actor(shop.head)) == [shop.mine])
            #expect(try await list(.hr) == [shop.mine, shop.theirs, nobodys])
            #expect(try await desk.list(after: shop.mine, limit: 1, by: .hr).map(\.id) == [shop.theirs, nobodys])
            await expectRefusal(.forbidden) { _ = try await list(.administrator) }
            await expectRefusal(.forbidden) { _ = try await list(.integration) }
            let seller = try await gateway.actor(shop.seller)
            await expectRefusal(.forbidden, "not among those you may see") {
                _ = try await desk.show(shop.theirs, by: seller)
            }
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-34 no role below the export permission gets a bulk response`(_ backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            let shop = try await Shop(gateway)
            let desk = gateway.people.clients
            for role in Role.allCases where role != .exporter {
                let actor = Actor(
                    principal: Principal(id: "k-\(role)", kind: .apiKey, method: "api-key"), person: shop.seller,
                    roles: [role], managedUnits: [UnitID("east")], state: .active)
                await expectRefusal(.forbidden) { try await desk.export(reason: "备份", by: actor) { _, _ in } }
                guard AccessPolicy.reach(of: actor, for: .viewClients) != nil else { continue }
                await expectRefusal(.invalid, "1 to 50") { _ = try await desk.list(after: nil, limit: 51, by: actor) }
                await expectRefusal(.invalid, "1 to 50") {
                    _ = try await desk.search(.name("限"), limit: 51, by: actor)
                }
            }
            let exporter = Actor(
                principal: Principal(id: "k-out", kind: .apiKey, method: "api-key"), roles: [.hr, .exporter])
            await expectRefusal(.invalid, "reason") { try await desk.export(reason: "", by: exporter) { _, _ in } }
            let taken = Box<[String]>([])
            let count = try await desk.export(reason: "年度审计", by: exporter) { clients, fields in
                taken.store(taken.load() + clients.map { "\($0.externalID) \(fields[$0.id]?.first?.value ?? "")" })
            }
            #expect(count == 2 && taken.load() == ["C-1 上海示例贸易有限公司", "C-2 北京样板科技有限公司"])
            let log = try await desk.operations(on: shop.mine, of: "k-out", before: nil, limit: 9, by: .hr)
            #expect(log.map(\.kind) == [.export])
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-34 S-46 the contacts of a leaver's clients come by the page, and each look is on record`(
        _ backend: Backend
    ) async throws {
        try await TestGateway.with(backend) { gateway in
            let shop = try await Shop(gateway)
            let desk = gateway.people.clients
            let second = try await gateway.client("第二家", number: "C-4", owner: shop.seller)
            let head = try await gateway.actor(shop.head)
            for actor in [.hr, head] {
                await expectRefusal(.invalid, "1 to 50") {
                    _ = try await desk.contacts(heldBy: shop.seller, after: nil, limit: 51, by: actor)
                }
            }
            let seller = try await gateway.actor(shop.seller)
            await expectRefusal(.forbidden) {
                _ = try await desk.contacts(heldBy: shop.seller, after: nil, limit: 50, by: seller)
            }
            let first = try await desk.contacts(heldBy: shop.seller, after: nil, limit: 1, by: head)
            #expect(first.contacts.map(\.client.id) == [shop.mine] && first.next == shop.mine)
            func looks(at client: ClientID) async throws -> Int {
                let log = try await desk.operations(
                    on: client, of: head.principal.id, before: nil, limit: 9, by: .hr)
                return log.count
            }
            #expect(try await looks(at: shop.mine) == 1)
            #expect(try await looks(at: second) == 0, "what was not shown was not looked at")
            let rest = try await desk.contacts(heldBy: shop.seller, after: first.next, limit: 1, by: head)
            #expect(rest.contacts.map(\.client.id) == [second] && rest.next == nil)
            #expect(try await looks(at: second) == 1)

            // Told of the newest change of hands only, client by client.
            gateway.pass(.seconds(60))
            _ = try await desk.transfer(second, to: shop.head, reason: "分工调整", by: .hr)
            _ = try await desk.runDue()
            let both = try await desk.contacts(heldBy: shop.seller, after: nil, limit: 50, by: .hr)
            #expect(both.contacts.map(\.isTold) == [false, true])
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-36 edits by non-owners fail and every allowed edit keeps the old value`(_ backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            let shop = try await Shop(gateway)
            let desk = gateway.people.clients
            let (mine, others) = (try await gateway.actor(shop.seller), try await gateway.actor(shop.other))
            let edit = [FieldEdit(name: "name", value: "上海改名贸易有限公司")]
            for actor in [others, .integration, .administrator] {
                await expectRefusal(.forbidden) { try await desk.edit(shop.mine, edit, by: actor) }
            }
            #expect(try await desk.show(shop.mine, by: .hr).client.name == "上海示例贸易有限公司")
            try await desk.edit(shop.mine, edit, by: mine)
            try await desk.edit(shop.mine, [FieldEdit(name: "name", value: "上海又改贸易有限公司")], by: mine)
            #expect(try await desk.show(shop.mine, by: .hr).client.name == "上海又改贸易有限公司")
            let old = try await desk.replacedFields(of: shop.mine, by: mine)
            #expect(Set(old.map(\.field.value)) == ["上海示例贸易有限公司", "上海改名贸易有限公司"])
            #expect(old.allSatisfy { $0.replacedBy == "p-zhang" } && old.count == 2)
            let acts = try await gateway.people.acts.acts(about: .client(shop.mine))
            #expect(acts.filter { $0.entry.event == .clientEdited }.count == 2)
            // The database itself keeps the old values and the log.
            for statement in [
                "DELETE FROM client_field_history", "UPDATE client_field_history SET source = 'x'",
                "DELETE FROM client_operations", "UPDATE client_operations SET actor = 'x'",
                "DELETE FROM client_assignments", "UPDATE client_assignments SET employee = 'p-li'",
            ] {
                await #expect(throws: SQLError.self, "\(statement)") {
                    try await gateway.database.write { tx in try tx.execute(Query(stringLiteral: statement)) }
                }
            }
        }
    }

    @Test(arguments: Backend.allCases)
    func `F49 of two who edit what both have seen, one is told to look again`(_ backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            let shop = try await Shop(gateway)
            let desk = gateway.people.clients
            let (mine, head) = (try await gateway.actor(shop.seller), try await gateway.actor(shop.head))
            let seen = try #require(try await desk.show(shop.mine, by: mine).fields.first).changedAt
            let refusals = try await withThrowingTaskGroup(of: PeopleError?.self) { group in
                for (index, actor) in [mine, head].enumerated() {
                    group.addTask {
                        do {
                            try await desk.edit(
                                shop.mine, [FieldEdit(name: "name", value: "改名\(index)", seen: seen)], by: actor)
                            return nil
                        } catch let error as PeopleError { return error }
                    }
                }
                var all: [PeopleError?] = []
                for try await one in group { all.append(one) }
                return all
            }
            #expect(refusals.compactMap(\.?.code) == [.conflict])
            #expect(try await desk.replacedFields(of: shop.mine, by: mine).count == 1)
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-37 each read and each write of a client is listed with actor and time`(_ backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            let shop = try await Shop(gateway)
            let desk = gateway.people.clients
            let (mine, others) = (try await gateway.actor(shop.seller), try await gateway.actor(shop.other))
            gateway.pass(.seconds(60))
            _ = try await desk.list(after: nil, limit: 10, by: mine)
            _ = try await desk.show(shop.mine, by: mine)
            _ = try await desk.search(.externalID("C-1"), limit: 10, by: mine)
            try await desk.edit(shop.mine, [FieldEdit(name: "level", value: "A")], by: mine)
            _ = try await desk.startOrder(shop.mine, number: nil, amount: Amount(fen: 100), currency: "CNY", by: mine)
            await expectRefusal(.forbidden) {
                _ = try await desk.timeline(of: shop.mine, before: nil, limit: 1, by: others)
            }
            await expectRefusal(.forbidden) {
                try await desk.edit(shop.mine, [FieldEdit(name: "level", value: "B")], by: others)
            }
            let log = try await desk.operations(on: shop.mine, of: nil, before: nil, limit: 50, by: .hr)
            let recent = log.filter { $0.at == gateway.clock.now }
            #expect(
                Set(recent.map { "\($0.kind.rawValue) \($0.person?.rawValue ?? "") \($0.isRefused)" }) == [
                    "list p-zhang false", "view p-zhang false", "search p-zhang false", "edit p-zhang false",
                    "order p-zhang false", "view p-li true", "edit p-li true",
                ])
            let before = log.filter { $0.at < gateway.clock.now }
            #expect(Set(before.map { "\($0.kind.rawValue) \($0.actor)" }) == ["assign key-hr", "sync key-crm"])
            await expectRefusal(.forbidden) {
                _ = try await desk.operations(on: shop.mine, of: nil, before: nil, limit: 50, by: mine)
            }
            let auditor = Actor(principal: .approverA, roles: [.auditor])
            let page = try await desk.operations(on: nil, of: "u-p-li", before: nil, limit: 50, by: auditor)
            #expect(page.map(\.client) == [shop.mine, shop.mine])
            #expect(
                try await desk.operations(on: nil, of: "u-p-li", before: page[0].id, limit: 9, by: auditor) == [page[1]]
            )
        }
    }

    @Test(arguments: Backend.allCases)
    func `clients are found by part of a name, by number and by the telephone of a contact`(_ backend: Backend)
        async throws
    {
        try await TestGateway.with(backend) { gateway in
            let shop = try await Shop(gateway)
            let desk = gateway.people.clients
            let seller = try await gateway.actor(shop.seller)
            func found(_ query: ClientQuery, _ actor: Actor = .hr) async throws -> [ClientID] {
                try await desk.search(query, limit: 10, by: actor).map(\.id)
            }
            #expect(try await found(.name("示例贸易")) == [shop.mine])
            #expect(try await Set(found(.name("有限公司"))) == [shop.mine, shop.theirs])
            #expect(try await found(.name("有限公司"), seller) == [shop.mine])
            #expect(try await found(.name("海北")).isEmpty)
            #expect(try await found(.externalID("C-2")) == [shop.theirs])
            #expect(try await found(.externalID("C-2"), seller).isEmpty)
            let phone = try #require(try await desk.show(shop.theirs, by: .hr).contacts.first?.addresses[1].value)
            #expect(try await found(.address(.sms, phone)) == [shop.theirs])
            #expect(try await found(.address(.email, "c-1@client.example"), seller) == [shop.mine])
            try await desk.edit(shop.mine, [FieldEdit(name: "name", value: "NEW Name")], by: seller)
            #expect(try await found(.name("示例")).isEmpty)
            #expect(try await found(.name("w nA")) == [shop.mine])
            await expectRefusal(.invalid, "name") { _ = try await found(.name(String(repeating: "长", count: 25))) }
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-42 each client shows the signed clause that covers it`(_ backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            let shop = try await Shop(gateway)
            let clause = CoveringClause(
                employee: shop.seller, agreement: "A-1", text: "任职期间开发的客户归公司所有", signedAt: gateway.clock.now,
                documentHash: SHA256.hash([1]))
            let desk = gateway.people.clients.citing(OneClause(clause: clause))
            #expect(try await desk.show(shop.mine, by: .hr).clause == clause)
            #expect(try await desk.show(shop.theirs, by: .hr).clause == nil)
            // It still covers the client once somebody else is in charge.
            _ = try await desk.transfer(shop.mine, to: shop.other, reason: "调整", by: .hr)
            #expect(try await desk.show(shop.mine, by: .hr).clause == clause)
        }
    }
}

/// One person has signed.
struct OneClause: CoveringClauseReader {
    let clause: CoveringClause
    func coveringClauses(of employees: [PersonID]) async throws -> [PersonID: CoveringClause] {
        employees.contains(clause.employee) ? [clause.employee: clause] : [:]
    }
}
