import Evidence
import Notices
import People
import TestSupport
import Testing

/// What the clock does in a handover: notices, reminders, the freeze, the closure of access.
@Suite struct TimingTests {
    private func assigned(_ gateway: TestGateway) async throws -> Departing {
        var departing = try await Departing(gateway)
        try await departing.stock()
        try await departing.resign()
        try await departing.assign()
        return departing
    }

    @Test(arguments: Backend.allCases)
    func `S-58 overdue items are reminded of once a day until they are done`(_ backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            let departing = try await assigned(gateway)
            for item in try await departing.record().items where item.isOwed && item.kind != .project {
                try await departing.take(departing.submit(item))
            }
            func reminders() async throws -> Int {
                try await departing.notices("handover-reminder").filter { $0.person == departing.leaver }.count
            }
            // 14 December is the last day for the material; on that day nothing is overdue.
            gateway.pass(.seconds(23 * 86_400))
            try await departing.desk.runDue()
            #expect(try await reminders() == 0)
            for day in 1...3 {
                gateway.pass(.seconds(86_400))
                try await departing.desk.runDue()
                try await departing.desk.runDue()
                #expect(try await reminders() == day)
            }
            let notice = try #require(try await departing.notices("handover-reminder").first?.notice)
            let content = try #require(try await gateway.store.content(of: notice))
            #expect(String(decoding: content, as: UTF8.self).contains("华东冷链投标"))
            try await departing.submit(departing.item(.project))
            gateway.pass(.seconds(86_400))
            try await departing.desk.runDue()
            #expect(try await reminders() == 3)
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-59 each submission gives two notices, one to HR and one to the successor`(_ backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            let departing = try await assigned(gateway)
            let item = try await departing.submit(departing.item(.project))
            let sent = try await departing.notices("handover-submitted")
            #expect(
                sent.map(\.person).sorted { $0.rawValue < $1.rawValue } == [departing.officer, departing.successor])
            #expect(sent.allSatisfy { $0.item == item.id && $0.notice != nil })
            try await gateway.settle()
            for message in sent {
                let inbox = try await gateway.deliveries(of: try #require(message.notice), .inbox)
                #expect(inbox.map(\.state) == [.available])
            }
            try await departing.desk.runDue()
            #expect(try await departing.notices("handover-submitted").count == 2)
            try await departing.submit(departing.item(.documentList))
            #expect(try await departing.notices("handover-submitted").count == 4)
        }
    }

    @Test(arguments: Backend.allCases)
    func `key material that is overdue freezes access, and can still be handed in`(_ backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            let departing = try await assigned(gateway)
            gateway.pass(.seconds(23 * 86_400))
            try await departing.desk.runDue()
            #expect(try await gateway.peopleStore.require(departing.leaver).freezeReason == nil)
            gateway.pass(.seconds(86_400))
            try await departing.desk.runDue()
            let reason = try #require(try await gateway.peopleStore.require(departing.leaver).freezeReason)
            #expect(reason.contains("交接材料逾期未提交") && reason.contains("防止客户资源流失"))
            let leaver = try await gateway.actor(departing.leaver)
            #expect(throws: PeopleError(.forbidden, "")) {
                try AccessPolicy.require(.viewClients, leaver, owner: departing.leaver)
            }
            #expect(try await departing.submit(departing.item(.clientList)).state == .submitted)
            #expect(try await departing.desk.clearance(of: departing.id, by: .hr).state == .locked)
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-84 whoever has resigned still reads and finishes what is theirs, and begins nothing`(
        _ backend: Backend
    ) async throws {
        try await TestGateway.with(backend) { gateway in
            var departing = try await Departing(gateway)
            try await departing.stock()
            let desk = gateway.people.clients
            let before = try await gateway.actor(departing.leaver)
            let own = try #require(try await desk.list(after: nil, limit: 10, by: before).first)
            _ = try await desk.startOrder(own.id, number: "S-1", amount: Amount(fen: 100), currency: "CNY", by: before)
            try await departing.resign()
            let leaver = try await gateway.actor(departing.leaver)
            #expect(leaver.state == .resigned)
            let client = try #require(try await desk.list(after: nil, limit: 10, by: leaver).first)
            #expect(try await desk.show(client.id, by: leaver).client.id == client.id)
            #expect(try await desk.moveOrder("S-1", to: .completed, by: leaver).state == .completed)
            #expect(throws: PeopleError(.forbidden, "")) {
                try AccessPolicy.require(.startOrder, leaver, owner: leaver.person)
            }
            #expect(throws: PeopleError(.forbidden, "")) {
                try AccessPolicy.require(.addClient, leaver, owner: leaver.person)
            }
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-87 each change of permissions says who, why, and how far the handover was`(_ backend: Backend) async throws
    {
        try await TestGateway.with(backend) { gateway in
            let departing = try await assigned(gateway)
            let total = try await departing.record().items.count
            try await departing.submit(departing.item(.project))
            gateway.pass(.seconds(24 * 86_400))
            try await departing.desk.runDue()
            gateway.pass(.seconds(8 * 86_400))
            try await gateway.people.roster.runDue()
            let acts = try await gateway.people.acts.acts(about: .employee(departing.leaver))
            let changes = try acts.filter { [.permissionsChanged, .accessFrozen].contains($0.entry.event) }.map {
                try EntryBody(parsing: try #require($0.entry.body)).facts
            }
            // Resigned, frozen because material was overdue, left.
            #expect(changes.count == 3)
            for facts in changes {
                #expect(facts["by"]?["id"]?.string?.isEmpty == false)
                #expect(facts["reason"]?.string?.isEmpty == false)
            }
            #expect(changes[0]["reason"]?.string?.contains("防止客户资源流失") == true)
            for facts in changes.dropFirst() {
                #expect(facts["handover"]?["total"]?.integer == Int64(total))
                #expect(facts["handover"]?["done"]?.integer == 0)
            }
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-88 the time from the clearance to the closure of access is measured in seconds`(
        _ backend: Backend
    ) async throws {
        try await TestGateway.with(backend) { gateway in
            var departing = try await Departing(gateway)
            try await departing.stock()
            try await departing.resign()
            try await departing.clear()
            #expect(try await departing.record().handover.closure == nil)
            gateway.pass(.seconds(42))
            try await departing.desk.runDue()
            let closed = try await departing.record().handover
            #expect(closed.closure?.seconds == 42)
            #expect(closed.isClosed)
            let leaver = try await gateway.actor(departing.leaver)
            #expect(throws: PeopleError(.forbidden, "")) { try AccessPolicy.require(anyReach: .viewClients, leaver) }
            let act = try #require(
                try await gateway.people.acts.acts(about: Subject(.handover, departing.id)).last {
                    $0.entry.event == .accessClosed
                })
            #expect(try EntryBody(parsing: try #require(act.entry.body)).facts["seconds"]?.number == 42)
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-88 a leaver who never cleared loses access with the last day, and the seconds are told`(
        _ backend: Backend
    ) async throws {
        try await TestGateway.with(backend) { gateway in
            let departing = try await assigned(gateway)
            let midnight = try #require(CivilDate("2026-12-22")).startInChina
            departing.pass(to: midnight.adding(.seconds(17)))
            try await gateway.people.roster.runDue()
            gateway.pass(.seconds(3))
            try await departing.desk.runDue()
            let handover = try await departing.record().handover
            #expect(handover.closure == AccessClosure(triggeredAt: midnight, closedAt: midnight.adding(.seconds(17))))
            #expect(handover.closure?.seconds == 17)
            #expect(handover.clearedAt == nil && !handover.isClosed)
        }
    }
}
