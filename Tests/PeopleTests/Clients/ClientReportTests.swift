import Evidence
import Foundation
import Notices
import People
import TestSupport
import Testing

/// What is worked out from clients and orders, and what is raised as an alarm.
@Suite struct ClientReportTests {
    private static let day: Int64 = 86_400

    /// A leaver whose two clients were handed over thirty days ago; orders before and after as given, in yuan.
    private static func handedOver(
        _ backend: Backend, before: [Int64], after: [Int64],
        _ body: (TestGateway, PersonID, PersonID) async throws -> Void
    ) async throws {
        try await TestGateway.with(backend) { gateway in
            gateway.mail.alwaysAccepts()
            gateway.sms.alwaysAccepts()
            let leaver = try await gateway.employee("张三", id: "p-zhang")
            let successor = try await gateway.employee("李经理", id: "p-li")
            for number in 1...2 { try await gateway.client("客户\(number)", number: "C-\(number)", owner: leaver) }
            for (index, yuan) in before.enumerated() {
                try await gateway.order(
                    "B-\(index)", of: "C-\(index + 1)", yuan: yuan,
                    placed: gateway.clock.now.adding(.seconds(-10 * day)))
            }
            // Outside the span that is compared, and withdrawn: neither counts.
            try await gateway.order("B-old", yuan: 99_999, placed: gateway.clock.now.adding(.seconds(-31 * day)))
            try await gateway.order("B-gone", yuan: 99_999, state: .cancelled)
            gateway.pass(.seconds(1))
            _ = try await gateway.people.clients.transferAll(
                of: leaver, to: SuccessionPlan(successor: successor), reason: "离职", by: .hr)
            for (index, yuan) in after.enumerated() where yuan > 0 {
                gateway.pass(.seconds(day))
                try await gateway.order("A-\(index)", of: "C-\(index + 1)", yuan: yuan)
            }
            gateway.pass(.seconds((30 - Int64(after.filter { $0 > 0 }.count)) * day))
            try await body(gateway, leaver, successor)
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-43 before and after order volume and churn are reported per leaver`(_ backend: Backend) async throws {
        try await Self.handedOver(backend, before: [6000, 4000], after: [5000, 0]) { gateway, leaver, successor in
            let report = try await gateway.people.clients.loss(of: leaver, windowDays: 90, by: .hr)
            let total = try #require(report.totals.first)
            #expect(total.before.description == "10000.00" && total.after.description == "5000.00")
            #expect(total.change?.description == "-50.00")
            #expect(report.activeBefore.count == 2 && report.churned.count == 1 && report.churn?.description == "50.00")
            #expect(report.trades.allSatisfy { $0.successor == successor && $0.span == .seconds(30 * Self.day) })
            let colleague = try await gateway.actor(successor)
            await expectRefusal(.forbidden) {
                _ = try await gateway.people.clients.loss(of: leaver, windowDays: 90, by: colleague)
            }
            await expectRefusal(.invalid, "windowDays") {
                _ = try await gateway.people.clients.loss(of: leaver, windowDays: 0, by: .hr)
            }
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-44 a dated comparison for the leaver's clients is exported as evidence`(_ backend: Backend) async throws {
        try await Self.handedOver(backend, before: [6000, 4000], after: [5000, 2500]) { gateway, leaver, _ in
            let desk = gateway.people.clients
            let (id, body, hash) = try await desk.recordLoss(of: leaver, windowDays: 30, by: .hr)
            let told = try JSONValue(parsing: body)
            #expect(told["totals"]?[0]?["changePercent"]?.string == "-25.00")
            #expect(told["measuredAt"]?.string == gateway.clock.now.rfc3339 && told["clients"]?.array?.count == 2)
            #expect(SHA256.hash(body) == hash)
            let acts = try await gateway.people.acts.acts(about: .employee(leaver))
            let act = try #require(acts.last { $0.entry.event == .clientLossMeasured })
            let facts = try EntryBody(parsing: try #require(act.entry.body)).facts
            #expect(facts["sha256"]?.string == hash.hex && facts["report"]?.string == id)
            #expect(facts["totals"]?[0]?["changePercent"]?.string == "-25.00")
            // Years later the same bytes come out.
            gateway.pass(.seconds(400 * Self.day))
            try await gateway.order("late", yuan: 1, placed: gateway.clock.now.adding(.seconds(-390 * Self.day)))
            #expect(try await desk.report(id, by: .hr) == body)
            await expectRefusal(.notFound) { _ = try await desk.report("none", by: .hr) }
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-45 a report shows each salesperson's share of clients and revenue`(_ backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            let sellers = [
                try await gateway.employee("张三", id: "p-a"), try await gateway.employee("李四", id: "p-b"),
            ]
            for number in 0..<10 {
                try await gateway.client("客户\(number)", number: "C-\(number)", owner: sellers[number < 3 ? 0 : 1])
            }
            try await gateway.order("O-1", of: "C-0", yuan: 3000)
            try await gateway.order("O-2", of: "C-9", yuan: 7000)
            let desk = gateway.people.clients
            let since = gateway.clock.now.adding(.seconds(-Self.day))
            let report = try await desk.concentration(since: since, by: .hr)
            #expect(report.shares.map(\.owner) == [sellers[1], sellers[0]])
            let share = try #require(report.shares.last)
            #expect(share.clients == 3 && share.clientShare?.description == "30.00")
            #expect(share.revenue.first?.share?.description == "30.00")
            #expect(share.revenue.first?.revenue.amount.description == "3000.00")
            // Whoever sees only their own is told nothing of the others.
            let own = try await desk.concentration(since: since, by: try await gateway.actor(sellers[0]))
            #expect(own.shares.map(\.owner) == [sellers[0]])
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-96 no order for three consecutive months from a transferred client raises one alert`(_ backend: Backend)
        async throws
    {
        try await TestGateway.with(backend) { gateway in
            gateway.mail.alwaysAccepts()
            gateway.sms.alwaysAccepts()
            let leaver = try await gateway.employee("张三", id: "p-zhang")
            let successor = try await gateway.employee("李经理", id: "p-li")
            _ = try await gateway.employee("人事", id: "p-hr", roles: [.hr])
            let id = try await gateway.client("沉默客户", owner: leaver)
            // Never handed over: however silent, it is not what this rule is about.
            try await gateway.client("普通客户", number: "C-2", owner: successor)
            let desk = gateway.people.clients
            _ = try await desk.transfer(id, to: successor, reason: "离职", by: .hr)
            // Handed over on 21 November; 20 February is a day short of three months.
            gateway.pass(.seconds(91 * Self.day))
            #expect(CivilDate(inChina: gateway.clock.now).description == "2027-02-20")
            #expect(try await desk.runDue().alerts == 0)
            gateway.pass(.seconds(Self.day))
            let run = try await desk.runDue()
            #expect(run.alerts == 1 && run.alertNotices == 1)
            let quiet = try await desk.runDue()
            #expect(quiet.alerts == 0 && quiet.alertNotices == 0 && quiet.contactNotices == 0)
            let alert = try #require(try await desk.alerts(kind: .lostClient, before: nil, limit: 9, by: .hr).first)
            #expect(alert.subject == id.rawValue && alert.person == leaver && alert.count == 3)
            #expect(alert.rule == "client-access 2")
            // An order that is told of late but was placed before does not begin a new watch; a new order does.
            try await gateway.order("O-old", placed: gateway.clock.now.adding(.seconds(-200 * Self.day)))
            gateway.pass(.seconds(200 * Self.day))
            #expect(try await desk.runDue().alerts == 0)
            try await gateway.order("O-new")
            gateway.pass(.seconds(90 * Self.day))
            #expect(try await desk.runDue().alerts == 0)
            gateway.pass(.seconds(Self.day))
            #expect(try await desk.runDue().alerts == 1)
            try await gateway.settle()
            let mail = gateway.mail.parcels.filter { $0.address == "p-hr@example.com" }
            #expect(mail.count == 2 && mail.allSatisfy { $0.content.emailMarkdown.contains("沉默客户") })
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-38 so many records in so many minutes raise one alert to the administrator`(_ backend: Backend) async throws
    {
        let rules = try RuleFolder(records: 5, minutes: 10)
        defer { rules.remove() }
        var options = TestGateway.Options()
        options.rules = rules.path
        try await TestGateway.with(backend, options) { gateway in
            gateway.mail.alwaysAccepts()
            gateway.sms.alwaysAccepts()
            _ = try await gateway.employee("管理员", id: "p-admin", roles: [.administrator])
            let seller = try await gateway.employee("张三", id: "p-zhang")
            for number in 1...12 { try await gateway.client("客户\(number)", number: "C-\(number)", owner: seller) }
            let (desk, actor) = (gateway.people.clients, try await gateway.actor(seller))
            let ids = try await gateway.peopleStore.clients(ownedBy: seller, after: nil, limit: 20).map(\.id)
            func alerts() async throws -> [ClientAlert] {
                try await desk.alerts(kind: .bulkAccess, before: nil, limit: 9, by: .administrator)
            }
            // The same client often, and four different ones: ordinary work.
            for _ in 0..<9 { _ = try await desk.show(ids[0], by: actor) }
            for id in ids[1..<4] { _ = try await desk.show(id, by: actor) }
            #expect(try await alerts().isEmpty)
            // Ten minutes later the window is empty again.
            gateway.pass(.seconds(601))
            for id in ids[4..<8] { _ = try await desk.show(id, by: actor) }
            #expect(try await alerts().isEmpty)
            _ = try await desk.show(ids[8], by: actor)
            let raised = try #require(try await alerts().first)
            #expect(raised.count == 5 && raised.person == seller && raised.rule == "client-access 1")
            // One alarm a window, however much more is looked at.
            _ = try await desk.list(after: nil, limit: 10, by: actor)
            #expect(try await alerts().count == 1)
            let acts = try await gateway.people.acts.acts(about: .employee(seller))
            #expect(acts.filter { $0.entry.event == .clientBulkAccess }.count == 1)
            #expect(try await desk.runDue().alertNotices == 1)
            #expect(try await desk.runDue().alertNotices == 0)
            try await gateway.settle()
            let mail = try #require(gateway.mail.parcels.first { $0.address == "p-admin@example.com" })
            #expect(
                mail.content.emailMarkdown.contains("u\\-p\\-zhang") || mail.content.emailMarkdown.contains("u-p-zhang")
            )
        }
    }

    @Test func `thresholds change without a restart, and a file with a fault changes nothing`() async throws {
        let rules = try RuleFolder(records: 3, minutes: 10)
        defer { rules.remove() }
        var options = TestGateway.Options()
        options.rules = rules.path
        try await TestGateway.with(.sqlite, options) { gateway in
            let desk = gateway.people.clients
            for number in 1...3 { try await gateway.client("客户\(number)", number: "C-\(number)") }
            func alerts() async throws -> [String] {
                try await desk.alerts(kind: nil, before: nil, limit: 9, by: .hr).map(\.rule)
            }
            for (text, words) in [
                (RuleFolder.text(records: 99, minutes: 10, version: 2) + "speed: 3\n", "unknown key"),
                (RuleFolder.text(records: 99, minutes: 10, version: 1), "not above"),
                (RuleFolder.text(records: 0, minutes: 10, version: 2), "not from 1"),
                ("id: other\n", "must be client-access"),
            ] {
                try rules.write(text)
                let state = try desk.accessRules(by: .hr)
                #expect(
                    state.rules.bulkRecords == 3 && state.fault?.contains(words) == true, "\(state.fault ?? "none")")
            }
            try rules.write(RuleFolder.text(records: 4, minutes: 10, version: 2))
            #expect(try desk.accessRules(by: .hr).fault == nil)
            _ = try await desk.list(after: nil, limit: 10, by: .hr)
            #expect(try await alerts().isEmpty)
            try rules.write(RuleFolder.text(records: 3, minutes: 10, version: 3))
            _ = try await desk.list(after: nil, limit: 10, by: .hr)
            #expect(try await alerts() == ["client-access 3"])
        }
    }
}

extension RuleFolder {
    /// With other thresholds of access to clients.
    init(records: Int, minutes: Int) throws {
        try self.init()
        try write(Self.text(records: records, minutes: minutes, version: 1))
    }

    static func text(records: Int, minutes: Int, version: Int) -> String {
        """
        id: client-access
        version: \(version)
        page-limit: 50
        bulk-access: {records: \(records), minutes: \(minutes)}
        lost-client: {months: 3}
        notices: true

        """
    }

    func write(_ text: String) throws { try write(text, to: "client-access.yaml") }
}
