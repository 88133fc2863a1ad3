import Evidence
import Notices
import People
import TestSupport
import Testing

/// What other systems say about clients.
@Suite struct ClientSyncTests {
    @Test(arguments: Backend.allCases)
    func `S-31 an update by external id is idempotent and each field shows its source and time`(_ backend: Backend)
        async throws
    {
        try await TestGateway.with(backend) { gateway in
            let (desk, now) = (gateway.people.clients, gateway.clock.now)
            func update(_ source: String, _ ago: Int64, _ fields: [String: String]) -> ClientUpdate {
                ClientUpdate(
                    externalID: "C-7", source: source, changedAt: now.adding(.seconds(-ago)), fields: fields,
                    contacts: [
                        ContactUpdate(
                            externalID: "k-7", name: "王采购", position: source,
                            addresses: [(.email, "\(source)@client.example"), (.sms, "+8613900000007")])
                    ])
            }
            let first = try await desk.sync(
                update("crm", 100, ["name": "示例贸易", "preference.delivery": "周二送货"]), by: .integration)
            #expect(first.isNew && first.applied == ["name", "preference.delivery", "crm:k-7"])
            let again = try await desk.sync(
                update("crm", 100, ["name": "示例贸易", "preference.delivery": "周二送货"]), by: .integration)
            #expect(!again.isNew && again.client == first.client && again.applied.isEmpty)
            // Something older that comes late changes nothing; something newer changes what it names.
            let late = try await desk.sync(update("crm", 200, ["name": "旧名"]), by: .integration)
            #expect(late.stale == ["name", "crm:k-7"])
            _ = try await desk.sync(
                ClientUpdate(
                    externalID: "C-7", source: "logistics", changedAt: now.adding(.seconds(-50)),
                    fields: ["preference.delivery": "周五送货"]), by: .integration)
            let file = try await desk.show(first.client, by: .hr)
            #expect(file.client.name == "示例贸易")
            #expect(
                file.fields == [
                    ClientField(
                        name: "name", value: "示例贸易", source: "crm", changedAt: now.adding(.seconds(-100)), learntAt: now
                    ),
                    ClientField(
                        name: "preference.delivery", value: "周五送货", source: "logistics",
                        changedAt: now.adding(.seconds(-50)), learntAt: now),
                ])
            let contact = try #require(file.contacts.first)
            #expect(file.contacts.count == 1 && contact.name == "王采购" && contact.position == "crm")
            #expect(contact.addresses.map(\.channel) == [.email, .sms, .inbox])
            let old = try await desk.replacedFields(of: first.client, by: .hr)
            #expect(old.map(\.field.value) == ["周二送货"])
            let clients = try await gateway.people.clients.list(after: nil, limit: 10, by: .hr)
            #expect(clients.map(\.id) == [first.client])
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-32 orders and payments arrive by API and stand on the time line in the order they happened`(
        _ backend: Backend
    ) async throws {
        try await TestGateway.with(backend) { gateway in
            let desk = gateway.people.clients
            let (id, now) = (try await gateway.client(), gateway.clock.now)
            let placed = now.adding(.seconds(-5000))
            // The later state comes first, the earlier one afterwards, and once more.
            #expect(try await gateway.order(state: .shipped, placed: placed, changed: now.adding(.seconds(-100))))
            #expect(try await !gateway.order(state: .placed, placed: placed))
            #expect(try await !gateway.order(state: .placed, placed: placed))
            let payment = ClientEventUpdate(
                client: "C-1", source: "bank", externalID: "P-1", changedAt: now,
                content: .payment(
                    amount: Amount(fen: 40_000), currency: "CNY", paidAt: now.adding(.seconds(-10)),
                    orderSource: "erp", order: "O-1"))
            #expect(try await desk.record(payment, by: .integration))
            #expect(try await !desk.record(payment, by: .integration))
            let file = try await desk.show(id, by: .hr)
            #expect(file.openOrders.map(\.state) == [.shipped])
            #expect(file.openOrders.map(\.paid.fen) == [40_000] && file.receivables.map(\.receivable.fen) == [60_000])
            #expect(file.client.lastOrderAt == placed)
            let line = try await desk.timeline(of: id, before: nil, limit: 10, by: .hr)
            #expect(line.map(\.kind) == [.payment, .changed, .order, .order])
            #expect(line.map { $0.details["state"]?.string } == [nil, nil, "shipped", "placed"])
            #expect(line[0].details["amount"]?.string == "400.00" && line[0].source == "bank")
            // Page by page it is the same line.
            var paged: [ClientEvent] = []
            while true {
                let cursor = paged.last.map { ClientEvent.Cursor(happenedAt: $0.happenedAt, id: $0.id) }
                let page = try await desk.timeline(of: id, before: cursor, limit: 1, by: .hr)
                guard !page.isEmpty else { break }
                paged += page
            }
            #expect(paged == line)
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-33 a follow-up without a client record is refused`(_ backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            let desk = gateway.people.clients
            let seller = try await gateway.employee()
            let actor = try await gateway.actor(seller)
            await expectRefusal(.notFound, "put it on record") {
                _ = try await desk.logFollowUp(ClientID("nobody"), text: "电话回访", dueOn: nil, by: actor)
            }
            await expectRefusal(.notFound, "put the client on record") {
                _ = try await desk.record(
                    ClientEventUpdate(
                        client: "C-404", source: "crm", externalID: "F-1", changedAt: gateway.clock.now,
                        content: .followUp(
                            text: "电话回访", dueOn: nil, isDone: false, happenedAt: gateway.clock.now)),
                    by: .integration)
            }
            let added = try await desk.add(externalID: nil, fields: ["name": "新客户"], contacts: [], by: actor)
            let promise = try await desk.logFollowUp(
                added.client, text: "答应下周送样", dueOn: CivilDate(inChina: gateway.clock.now).adding(days: 7), by: actor)
            let file = try await desk.show(added.client, by: actor)
            #expect(file.openFollowUps.map(\.id) == [promise] && file.openFollowUps.map(\.text) == ["答应下周送样"])
            #expect(file.client.owner == seller)
            try await desk.finishFollowUp(promise, by: actor)
            await expectRefusal(.conflict) { try await desk.finishFollowUp(promise, by: actor) }
            #expect(try await desk.show(added.client, by: actor).openFollowUps.isEmpty)
            let kinds = try await desk.timeline(of: added.client, before: nil, limit: 10, by: actor).map(\.kind)
            #expect(Set(kinds) == [.changed, .assigned, .followUp])
        }
    }

    @Test(arguments: Backend.allCases)
    func `another system puts in charge whom it names, unless somebody is or they have resigned`(_ backend: Backend)
        async throws
    {
        try await TestGateway.with(backend) { gateway in
            let desk = gateway.people.clients
            let seller = try await gateway.employee()
            try await gateway.employee("走了", id: "p-gone", state: .resigned)
            func sync(_ number: String, _ owner: String) async throws -> ClientSync {
                try await desk.sync(
                    ClientUpdate(
                        externalID: number, source: "crm", changedAt: gateway.clock.now, fields: ["name": "客户"],
                        ownerNumber: owner), by: .integration)
            }
            #expect(try await sync("C-1", "N-p-gone").stale == ["owner"])
            #expect(try await sync("C-1", "N-p-zhangsan").applied == ["owner"])
            let known = try await sync("C-1", "N-p-gone")
            #expect(known.applied.isEmpty && known.stale == ["name"])
            #expect(try await gateway.peopleStore.client(externalID: "C-1")?.owner == seller)
        }
    }

    @Test(arguments: Backend.allCases)
    func `whatever is wrong with what comes in is named, and nothing of it is kept`(_ backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            let (desk, now) = (gateway.people.clients, gateway.clock.now)
            let bad = ClientUpdate(
                externalID: " C", source: "", changedAt: now.adding(.seconds(3600)),
                fields: ["Name": "x", "note": ""],
                contacts: [
                    ContactUpdate(
                        externalID: "k", name: "", language: "de", position: "a\nb", addresses: [(.email, "x")])
                ],
                ownerNumber: "N-404")
            do {
                _ = try await desk.sync(bad, by: .integration)
                Issue.record("it was taken")
            } catch let error as PeopleError {
                #expect(
                    Set(error.faults.map(\.field)) == [
                        "externalID", "source", "changedAt", "fields.Name", "fields.note", "contacts[0].position",
                        "contacts[0].name", "contacts[0].language", "contacts[0].addresses[0].value", "owner",
                        "fields.name",
                    ])
            }
            #expect(try await gateway.store.people(after: nil, limit: 10).isEmpty)
            try await gateway.client()
            let events: [(String, ClientEventUpdate.Content)] = [
                ("currency", .order(state: .placed, amount: Amount(fen: 1), currency: "yuan", placedAt: now)),
                (
                    "placedAt",
                    .order(state: .placed, amount: Amount(fen: 1), currency: "CNY", placedAt: now.adding(.seconds(60)))
                ),
                (
                    "order",
                    .payment(amount: Amount(fen: 1), currency: "CNY", paidAt: now, orderSource: nil, order: "O")
                ),
                ("text", .conversation(channel: "电话", text: " ", happenedAt: now)),
                (
                    "happenedAt",
                    .followUp(text: "x", dueOn: nil, isDone: false, happenedAt: Timestamp(microseconds: 0))
                ),
            ]
            for (field, content) in events {
                await expectRefusal(.invalid, field) {
                    _ = try await desk.record(
                        ClientEventUpdate(
                            client: "C-1", source: "erp", externalID: "E", changedAt: now, content: content),
                        by: .integration)
                }
            }
            try await gateway.order("O-9")
            try await gateway.client("别家", number: "C-2")
            await expectRefusal(.conflict, "another client") { _ = try await gateway.order("O-9", of: "C-2") }
            // Staff and programs keep to what is theirs.
            let actor = try await gateway.actor(try await gateway.employee())
            await expectRefusal(.forbidden) {
                _ = try await desk.sync(
                    ClientUpdate(externalID: "C-3", source: "crm", changedAt: now, fields: ["name": "x"]), by: actor)
            }
        }
    }
}
