import Evidence
import Notices
import People
import TestSupport
import Testing

/// The second of the three cases: the core salesperson of a chain, bound from the first day and watched after the last.
@Suite struct ChainStoreStoryTests {
    @Test(arguments: Backend.allCases)
    func `the chain store's leaver: signed on the first day, handed over in person, watched for the term`(
        _ backend: Backend
    ) async throws {
        try await TestGateway.with(backend) { gateway in
            var story = try await Departing(gateway, position: "销售经理", state: .onboarding)
            try await signsOnTheFirstDay(story)
            try await worksInTheSystem(story)
            try await givesNotice(&story)
            try await handsOverInPerson(story)
            try await leaves(story)
            try await isWatched(story)
            try await isProvable(story)
        }
    }

    /// The agreements of her position are served by themselves; until the mandatory ones are signed she does not begin.
    private func signsOnTheFirstDay(_ story: Departing) async throws {
        let gateway = story.gateway
        let served = try await gateway.people.agreements.offerSet(to: story.leaver, by: .hr)
        #expect(
            Set(served.filter(\.isMandatory).map(\.kind)) == ["confidentiality", "client-ownership", "non-compete"])
        let today = CivilDate(inChina: gateway.clock.now)
        func begin() async throws {
            _ = try await gateway.people.roster.move(
                "N-p-wang", EmploymentMove(to: .active, on: today, reason: "入职完成"), by: .hr)
        }
        await expectRefusal(.locked) { try await begin() }
        for agreement in served where agreement.isMandatory { try await gateway.sign(agreement) }
        try await begin()
    }

    /// Clients, orders and payments come from the company's systems; each client shows the clause that covers it.
    private func worksInTheSystem(_ story: Departing) async throws {
        try await story.stock()
        let (gateway, own) = (story.gateway, try await story.actor(story.leaver))
        for client in try await gateway.people.clients.list(after: nil, limit: 10, by: own) {
            let page = try await gateway.people.clients.show(client.id, by: own)
            #expect(page.clause?.employee == story.leaver, "what she develops in service belongs to the company")
            #expect(page.openOrders.count == 1)
        }
        await expectRefusal(.forbidden) {
            _ = try await gateway.people.clients.export(reason: "备份", by: own) { _, _ in }
        }
    }

    /// She gives notice herself; what is new is closed to her at once, and HR names who takes over.
    private func givesNotice(_ story: inout Departing) async throws {
        let own = try await story.actor(story.leaver)
        let record = try await story.desk.record(
            Departure(
                person: story.leaver, kind: .resignation, noticeOn: CivilDate(inChina: story.gateway.clock.now),
                reason: "协助老公创业"), by: own)
        story.id = record.handover.id
        let bound = try await story.actor(story.leaver)
        #expect(throws: PeopleError(.forbidden, "")) {
            try AccessPolicy.require(.startOrder, bound, owner: story.leaver)
        }
        try await story.assign()
        #expect(
            try await story.gateway.peopleStore.clients(ownedBy: story.leaver, after: nil, limit: 10).isEmpty,
            "naming the successor moves every client")
    }

    /// The visit is no walk-through: its time, its place with her consent, and the sheet that the client signed.
    private func handsOverInPerson(_ story: Departing) async throws {
        let (gateway, desk, id) = (story.gateway, story.desk, story.id)
        let own = try await story.actor(story.leaver)
        try await desk.setVisitConsent(true, textHash: SHA256.hash(Array("同意记录拜访地点".utf8)), by: own)
        let visit = try await desk.add(FreeItem(kind: .visit, title: "拜访客户C-1"), to: id, by: .hr)
        try await story.letter(visit, .visitSheet)
        gateway.pass(.seconds(86_400))
        try await story.submit(
            visit, Submission(visit: .init(at: gateway.clock.now, place: "上海市浦东新区示例路1号", met: "王采购")))
        try await story.handEverythingIn()
        for item in try await story.record().items where item.state == .submitted { try await story.accept(item) }
        for step in HandoverStep.allCases { _ = try await desk.pass(step, of: id, by: .hr) }
        _ = try await desk.close(.review, of: id, by: .hr)
        _ = try await desk.runDue()
        #expect(try await desk.clearance(of: id, by: .hr).state == .cleared)
    }

    /// The employment ends on its lawful day, and the non-compete begins to run: two years, not a day more.
    private func leaves(_ story: Departing) async throws {
        let gateway = story.gateway
        story.pass(to: try #require(CivilDate("2026-12-22")).startInChina.adding(.seconds(36_000)))
        try await gateway.people.roster.runDue()
        try await story.desk.runDue()
        #expect(try await gateway.people.agreements.runDue() == [])
        let clock = try #require(try await gateway.people.agreements.nonCompetes(by: .hr).first?.clock)
        #expect(clock.startsOn.description == "2026-12-21" && clock.endsOn.description == "2028-12-21")
    }

    /// One client goes silent for three months: HR is told, checks, and finds where the client went.
    private func isWatched(_ story: Departing) async throws {
        let (gateway, agreements) = (story.gateway, story.gateway.people.agreements)
        let agreement = try #require(try await agreements.nonCompetes(by: .hr).first?.clock.agreement)
        try gateway.pass(to: "2027-01-25T02:00:00Z")
        try await agreements.recordPayment(
            agreement, month: 1, amount: try #require(Amount("4500")), on: CivilDate(inChina: gateway.clock.now),
            by: .hr)
        try await gateway.order("O-3", of: "C-2", yuan: 2_800)
        try gateway.pass(to: "2027-03-02T02:00:00Z")
        let run = try await gateway.people.clients.runDue()
        #expect(run.alerts == 1 && run.alertNotices == 1, "C-2 still orders, C-1 does not")
        let alert = try #require(
            try await gateway.people.clients.alerts(kind: .lostClient, before: nil, limit: 9, by: .hr).first)
        #expect(alert.person == story.leaver)
        _ = try await gateway.people.clients.recordLoss(of: story.leaver, windowDays: 90, by: .hr)
        try gateway.pass(to: "2028-09-22T02:00:00Z")
        _ = try await agreements.runDue()
        let task = try #require(
            try await agreements.tasks(isOpen: true, by: .hr).first { $0.check == "industry-news" })
        try await agreements.close(task.id, outcome: .suspicious, note: "客户C-1转至其配偶的公司，已截图存证", by: .hr)
    }

    /// Agreement and orders in one dossier: what she promised, what was hers, what became of it.
    private func isProvable(_ story: Departing) async throws {
        let found = try await story.gateway.dossier(of: story.leaver)
        #expect(found.report.isSound, "\(found.report.text(.english))")
        let order = [
            "签署协议", "离职登记", "客户移交", "上传交接材料", "内部交接结清", "竞业限制起算", "支付竞业限制补偿", "客户停止下单", "客户损失测算",
            "竞业限制核查结果",
        ]
        #expect(found.misplaced(order) == nil, "\(found.names)")
        #expect(found.members.keys.filter { $0.hasPrefix("documents/agreement-") && $0.hasSuffix(".pdf") }.count == 3)
        let orders = found.table("client-orders.csv")
        #expect(orders.contains { $0.contains("O-1") && $0.contains("12000.00") })
        #expect(orders.contains { $0.contains("O-3") }, "what the client ordered later is there as well")
        #expect(found.table("handover-list.csv").contains { $0.hasPrefix("拜访客户C-1,visit") })
        #expect(found.members["documents/client-loss.json"] != nil)
        #expect(
            found.members.keys.contains { $0.hasPrefix("documents/handover-") && $0.hasSuffix(".pdf") },
            "the client's letters")
    }
}
