import Evidence
import Notices
import People
import TestSupport
import Testing

/// What a departure sets going: dates by law, the list from live data.
@Suite struct DepartureTests {
    @Test(arguments: Backend.allCases)
    func `S-123 the earliest last day is the notice date plus 30, and an earlier day warns and stays`(
        _ backend: Backend
    ) async throws {
        try await TestGateway.with(backend) { gateway in
            var departing = try await Departing(gateway)
            let record = try await departing.resign(lastDay: "2026-12-20")
            #expect(record.handover.noticeOn == CivilDate("2026-11-21"))
            #expect(record.handover.lastDay.earliest == CivilDate("2026-12-21"))
            #expect(record.handover.lastDay.day == CivilDate("2026-12-20"))
            #expect(record.handover.lastDay.warning?.zh.contains("早1日") == true)
            #expect(record.handover.lastDay.rule?.contains("劳动合同法第三十七条") == true)
            #expect(try await gateway.peopleStore.require(departing.leaver).lastDay == CivilDate("2026-12-20"))
        }
    }

    @Test func `S-123 the lawful day itself does not warn, and probation has three days`() throws {
        let law = try TestResources.law()
        let notice = try #require(CivilDate("2026-11-21"))
        func day(_ kind: DepartureKind, _ last: String?) throws -> LastDay {
            try LastDay(
                of: Departure(
                    person: PersonID("p"), kind: kind, noticeOn: notice, lastDay: last.flatMap { CivilDate($0) },
                    reason: "r"), law: law)
        }
        #expect(try day(.resignation, "2026-12-21").warning == nil)
        #expect(try day(.resignation, nil).day == CivilDate("2026-12-21"))
        #expect(try day(.resignationInProbation, nil).day == CivilDate("2026-11-24"))
        #expect(try day(.resignationInProbation, "2026-11-23").warning != nil)
        #expect(try day(.dismissal, "2026-11-21").earliest == nil)
        #expect(throws: PeopleError(.invalid, "")) { try day(.dismissal, nil) }
    }

    @Test(arguments: Backend.allCases)
    func `S-62 a resignation creates the list from live data within a minute`(_ backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            var departing = try await Departing(gateway)
            for number in 1...60 {
                try await gateway.client("客户\(number)", number: "C-\(number)", owner: departing.leaver)
                try await gateway.order("O-\(number)", of: "C-\(number)")
            }
            var record: HandoverRecord?
            let took = try await ContinuousClock().measure { record = try await departing.resign() }
            #expect(took < .seconds(60))
            let made = try #require(record)
            #expect(made.items.filter { $0.kind == .client }.count == 60)
            #expect(made.items.filter { $0.kind == .order }.count == 60)
            #expect(made.handover.listedAt.microseconds - made.handover.openedAt.microseconds <= 60_000_000)
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-62 a resignation that came through the roster alone gets its list with the next run`(
        _ backend: Backend
    ) async throws {
        try await TestGateway.with(backend) { gateway in
            let departing = try await Departing(gateway)
            try await departing.stock()
            _ = try await gateway.people.roster.resign(
                "N-p-wang", noticeOn: CivilDate(inChina: gateway.clock.now), lastDay: nil, reason: "个人原因", by: .hr)
            #expect(try await gateway.people.handover.runDue() > 0)
            let id = try #require(try await gateway.peopleStore.handover(of: departing.leaver))
            let record = try await departing.desk.handover(id, by: .hr)
            #expect(record.handover.kind == .resignation && record.handover.lastDay.day == CivilDate("2026-12-21"))
            #expect(record.items.contains { $0.kind == .client })
            _ = try await gateway.people.handover.runDue()
            #expect(try await departing.desk.handovers(by: .hr).count == 1)
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-63 client items carry contacts, orders and unfinished service`(_ backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            var departing = try await Departing(gateway)
            try await departing.stock()
            try await departing.resign()
            let clients = try await departing.items(.client)
            #expect(clients.map(\.title) == ["客户C-1", "客户C-2"])
            let first = try #require(clients.first).content
            #expect(first["contacts"]?[0]?["name"]?.string == "王采购")
            #expect(first["contacts"]?[0]?["addresses"]?.array?.isEmpty == false)
            #expect(first["orders"]?[0]?["ref"]?.string == "O-1")
            #expect(first["unfinishedService"]?[0]?["text"]?.string == "承诺月底前补发两箱样品")
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-37 clients on a handover's list, and clients in a dossier, are noted as read`(_ backend: Backend)
        async throws
    {
        try await TestGateway.with(backend) { gateway in
            var departing = try await Departing(gateway)
            try await departing.stock()
            try await departing.resign()
            let officer = try await gateway.actor(departing.officer)
            let client = try #require(
                try await gateway.people.clients.search(.externalID("C-1"), limit: 1, by: .hr).first
            ).id
            func looks() async throws -> [String] {
                try await gateway.people.clients.operations(
                    on: client, of: officer.principal.id, before: nil, limit: 9, by: .hr
                )
                .map { "\($0.kind.rawValue) \($0.detail ?? "")" }
            }
            _ = try await departing.desk.standing(of: departing.id, by: officer)
            #expect(try await looks().isEmpty, "how far it is shows no client")
            _ = try await departing.desk.handover(departing.id, by: officer)
            #expect(try await looks() == ["list handover \(departing.id)"])
            gateway.pass(.seconds(1))
            _ = try await gateway.people.dossiers.list(about: .employee(departing.leaver), by: officer)
            #expect(
                try await looks() == ["export dossier of \(departing.leaver)", "list handover \(departing.id)"])
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-64 each open project and each pending order is an item`(_ backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            var departing = try await Departing(gateway)
            try await departing.stock()
            try await gateway.order("O-3", of: "C-2", state: .completed)
            try await departing.resign()
            #expect(try await departing.items(.order).map(\.origin) == ["order:erp:O-1", "order:erp:O-2"])
            #expect(try await departing.items(.order).first?.amount == Amount(fen: 1_200_000))
            #expect(try await departing.items(.project).map(\.title) == ["华东冷链投标"])
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-65 issued assets appear as items, and later imports add to the list`(_ backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            var departing = try await Departing(gateway)
            try await departing.importHoldings(
                .devices, [("D-1", "computer", "笔记本电脑 X1"), ("K-1", "client-contract", "客户C-1合同原件")])
            try await departing.resign()
            #expect(try await departing.items(.device).map(\.title) == ["笔记本电脑 X1", "客户C-1合同原件"])
            try await departing.importHoldings(
                .devices,
                [("D-1", "computer", "笔记本电脑 X1"), ("K-1", "client-contract", "客户C-1合同原件"), ("D-2", "phone", "手机")])
            #expect(try await departing.items(.device).map(\.title).last == "手机")
            #expect(try await departing.item(.deviceList).content["rows"]?.array?.count == 3)
        }
    }

    @Test(arguments: Backend.allCases)
    func `two who record the same resignation open one handover (F49)`(_ backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            let departing = try await Departing(gateway)
            let outcomes = await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<2 {
                    group.addTask {
                        var copy = departing
                        return (try? await copy.resign()) != nil
                    }
                }
                return await group.reduce(into: [Bool]()) { $0.append($1) }
            }
            #expect(outcomes.filter { $0 }.count == 1)
            #expect(try await departing.desk.handovers(by: .hr).count == 1)
        }
    }

    @Test(arguments: Backend.allCases)
    func `a departure that cannot be is refused with every place, and nothing is left behind`(
        _ backend: Backend
    ) async throws {
        try await TestGateway.with(backend) { gateway in
            let departing = try await Departing(gateway)
            let today = CivilDate(inChina: gateway.clock.now)
            await expectRefusal(.invalid, "successor: \"p-wang\" is the leaver") {
                _ = try await departing.desk.record(
                    Departure(
                        person: departing.leaver, kind: .dismissal, noticeOn: today, lastDay: today.adding(days: -1),
                        reason: " ", successor: departing.leaver, issuer: IssuerID("nobody")),
                    by: .hr)
            }
            let seller = try await gateway.actor(departing.successor)
            await expectRefusal(.forbidden) {
                _ = try await departing.desk.record(
                    Departure(person: departing.leaver, kind: .resignation, noticeOn: today, reason: "x"), by: seller)
            }
            #expect(try await gateway.peopleStore.require(departing.leaver).state == .active)
            #expect(try await gateway.people.acts.acts(about: .employee(departing.leaver)).isEmpty)
        }
    }
}
