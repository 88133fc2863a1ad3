import Evidence
import Notices
import People
import TestSupport
import Testing

/// The third of the three cases: the head of development who missed every target, signed the consequence, and vanished.
@Suite struct VanishedManagerStoryTests {
    @Test(arguments: Backend.allCases)
    func `the manager who vanishes: from the missed targets to a dossier that nobody can deny`(_ backend: Backend)
        async throws
    {
        try await TestGateway.with(backend, .at("2026-11-09T04:00:00Z")) { gateway in
            var story = try await Vanishing(gateway)
            try await isWarned(story)
            try await signsTheConsequence(story)
            try await vanishes(&story)
            try await isCalledBackAndDismissed(&story)
            try await isHandedOverWithoutHim(&story)
            try await comesBack(story)
            try await isProvable(story)
        }
    }

    /// Both have signed the goal; three months below target warn HR, who talks and helps.
    private func isWarned(_ story: Vanishing) async throws {
        let (gateway, manager) = (story.gateway, story.manager)
        let desk = gateway.people.performance
        let goal = try await desk.set(
            Goal(
                id: GoalID("q4"), person: manager, period: "2026-Q4", title: "季度完成3个项目交付", weight: 100,
                startsOn: try #require(CivilDate("2026-10-01")), dueOn: try #require(CivilDate("2026-12-31"))),
            by: try await gateway.actor(story.head))
        _ = try await desk.sign(goal.id, hash: goal.contentHash, by: try await gateway.actor(story.head))
        let active = try await desk.sign(goal.id, hash: goal.contentHash, by: try await gateway.actor(manager))
        #expect(active.state == .active)
        try await gateway.completion(manager, ["2026-08": 66, "2026-09": 60, "2026-10": 50])
        _ = try await gateway.people.risk.run()
        let alert = try #require(try await gateway.alerts(manager).first { $0.topic == "completion" })
        #expect(alert.level == 2 && alert.text?.zh.contains("连续3个月绩效完成率低于70%") == true)
        let today = CivilDate(inChina: gateway.clock.now)
        _ = try await gateway.people.risk.assign(alert.id, to: story.officer, by: .hr)
        for (kind, words) in [(Intervention.Kind.talk, "谈及资源不足"), (.assistant, "增加1名助理"), (.targetCut, "降低季度目标至80%")] {
            _ = try await gateway.people.risk.intervene(
                alert.id, kind: kind, on: today, record: words, result: nil, by: .hr)
        }
    }

    /// Trained in the policy, scored, heard, and the halved month signed: only then is less paid.
    private func signsTheConsequence(_ story: Vanishing) async throws {
        let (gateway, manager) = (story.gateway, story.manager)
        try await gateway.train(manager, in: "performance-management")
        let review = try await gateway.score(
            manager, "2026-11", Hundredths(50), payFactor: Hundredths("0.5"))
        try await gateway.sign(review, "确认当月绩效减半")
        let sheet = try await gateway.people.pay.draft(
            manager, month: try #require(PayMonth("2026-11")), region: "shanghai",
            facts: [
                PayTests.fact("baseWage", "20000", "contract", "C-7"), PayTests.score(review, "50"),
                PayTests.fact("performanceFactor", "0.5", "performance", review.rawValue),
            ], by: .hr)
        try await gateway.people.pay.finalise(sheet.id, by: .hr)
        #expect(sheet.content.result.due.text(places: 2) == "25000.00")
    }

    /// The day after pay day he is gone: asked the same day, an alert that rises, one and the same.
    private func vanishes(_ story: inout Vanishing) async throws {
        let gateway = story.gateway
        var ids: Set<AlertID> = []
        for (day, level) in [("2026-11-16", 1), ("2026-11-17", 2), ("2026-11-18", 3)] {
            try gateway.pass(to: "\(day)T04:00:00Z")
            try await gateway.punch(story.others, day)
            _ = try await gateway.people.risk.run()
            let absence = try await gateway.alerts(story.manager).filter { $0.topic == "absence" }
            #expect(absence.map(\.level) == [level], "\(day)")
            ids.formUnion(absence.map(\.id))
        }
        #expect(ids.count == 1)
        let asked = try await gateway.store.notices(
            NoticeFilter(kind: "attendance-question", person: story.manager), before: nil, limit: 10)
        #expect(asked.count == 1, "he was asked on the first day")
        try await gateway.settle()
        #expect(try await gateway.deliveries(of: asked[0].id, .inbox).first?.state == .available)
    }

    /// Called back, then dismissed: in the inbox, by mail and by message, each with its own state and time.
    private func isCalledBackAndDismissed(_ story: inout Vanishing) async throws {
        let gateway = story.gateway
        try gateway.pass(to: "2026-11-19T04:00:00Z")
        _ = try await story.issue(
            "absence-recall",
            [
                "absentFrom": "2026-11-16", "absentDays": 3, "ruleClause": "《考勤管理制度》（2025年版）第十二条，本人已签收",
                "returnBy": "2026-11-24", "reportTo": "人力资源部王女士，总部三楼，010-88886666",
            ])
        try gateway.pass(to: "2026-11-25T04:00:00Z")
        var request = gateway.dismissalRequest(
            to: [story.manager],
            fields: [
                "position": "开发主管", "contractStart": "2026-01-05", "facts": "2026年11月16日起，您未办理请假手续，连续八个工作日未到岗。",
                "evidence": ["2026年11月考勤记录"], "unionNoticeDate": "2026-11-20", "finalDate": "2026-11-30",
                "handoverDate": "2026-11-30",
            ])
        request.declarations = PreflightDeclarations(
            unionNotifiedAt: Timestamp(rfc3339: "2026-11-20T02:00:00Z"), protectedStates: [],
            evidence: ["2026年11月考勤记录"])
        story.dismissal = try await gateway.approvedDismissal(request)
        try await gateway.settle()
        let ways = try await gateway.store.deliveries(of: story.dismissal)
        for (channel, state) in [
            (ChannelKind.inbox, DeliveryState.available), (.email, .accepted), (.sms, .accepted),
        ] {
            #expect(ways.first { $0.address.channel == channel }?.state == state, "\(channel)")
        }
    }

    /// Nobody is there to hand over: HR does, in its own name; the employment ends on its day, cleared or not.
    private func isHandedOverWithoutHim(_ story: inout Vanishing) async throws {
        let (gateway, desk) = (story.gateway, story.gateway.people.handover)
        let opened = try await desk.record(
            Departure(
                person: story.manager, kind: .dismissal, noticeOn: CivilDate(inChina: gateway.clock.now),
                lastDay: CivilDate("2026-11-30"), reason: "连续旷工"), by: .hr)
        let id = opened.handover.id
        story.handover = id
        _ = try await desk.assign(id, HandoverAssignment(successor: story.successor), by: .hr)
        _ = try await desk.close(.assignment, of: id, by: .hr)
        try await story.handIn()
        let head = try await gateway.actor(story.head)
        for item in try await desk.handover(id, by: .hr).items where item.state == .submitted {
            let taker = item.kind.isReturnedToCompany ? Actor.secondHR : try await gateway.actor(story.successor)
            _ = try await desk.take(
                item.id, of: id, contentHash: item.contentHash, condition: item.kind.needsCondition ? "外观完好" : nil,
                by: taker)
            _ = try await desk.review(item.id, of: id, accepts: true, opinion: nil, by: head)
        }
        for step in HandoverStep.allCases { _ = try await desk.pass(step, of: id, by: head) }
        _ = try await desk.close(.review, of: id, by: head)
        _ = try await desk.runDue()
        #expect(try await desk.clearance(of: id, by: .hr).state == .cleared)
        try gateway.pass(to: "2026-12-01T00:00:05Z")
        try await gateway.people.roster.runDue()
        try await desk.runDue()
        #expect(try await gateway.peopleStore.require(story.manager).state == .left)
        #expect(try await gateway.people.roster.limbos(by: .hr).isEmpty, "terminated, not left hanging")
    }

    /// Three months later he is back and opens what has lain in his inbox since November.
    private func comesBack(_ story: Vanishing) async throws {
        let gateway = story.gateway
        try gateway.pass(to: "2027-03-01T02:00:00Z")
        let delivery = try #require(try await gateway.deliveries(of: story.dismissal, .inbox).first)
        _ = try await gateway.pipeline.read.open(
            delivery.id, person: story.manager, by: .account, source: .inbox)
        #expect(try await gateway.deliveries(of: story.dismissal, .inbox).first?.state == .opened)
        let former = try await gateway.actor(story.manager)
        #expect(throws: PeopleError(.forbidden, "")) { try AccessPolicy.require(anyReach: .viewFile, former) }
    }

    /// One bundle for legal: everything in order, what HR did under HR's name, and it verifies without us.
    private func isProvable(_ story: Vanishing) async throws {
        let found = try await story.gateway.dossier(of: story.manager)
        #expect(found.report.isSound, "\(found.report.text(.english))")
        let order = [
            "绩效目标签字", "发出风险预警", "沟通与帮扶记录", "签署制度知悉声明", "绩效评分", "员工签字确认绩效结果", "工资单生效", "发出风险预警",
            "离职登记", "提交交接事项", "交接事项验收", "内部交接结清", "收回访问权限",
        ]
        #expect(found.misplaced(order) == nil, "\(found.names)")
        #expect(found.table("attendance.csv").filter { $0.contains(",absent,") }.count >= 3)
        #expect(found.table("performance.csv").contains { $0.hasPrefix("2026-10,50,") })
        #expect(found.table("reviews.csv").contains { $0.contains("确认当月绩效减半") && $0.contains(",0.5,") })
        #expect(found.table("risk-alerts.csv").contains { $0.contains("absence-three-days v2") })
        #expect(found.table("handover-list.csv").contains { $0.contains("key-hr（代 \(story.manager)）") })
        #expect(found.items.contains { $0["file"]?.string?.hasSuffix(".asice") == true }, "the notices' own bundles")
    }
}

/// The manager, those around him, and what the story has come to.
private struct Vanishing {
    let gateway: TestGateway
    let manager: PersonID
    let head: PersonID
    let successor: PersonID
    let officer: PersonID
    var dismissal = NoticeID("")
    var handover = HandoverID("")

    var others: [PersonID] { [head, successor, officer] }

    init(_ gateway: TestGateway) async throws {
        self.gateway = gateway
        gateway.mail.alwaysAccepts()
        gateway.sms.alwaysAccepts()
        head = try await gateway.employee("赵总监", id: "p-head", unit: "dev", position: "研发总监")
        try await gateway.unit("dev", manager: head)
        manager = try await gateway.employee("周主管", id: "p-zhou", unit: "dev", position: "开发主管")
        successor = try await gateway.employee("吴工", id: "p-wu", unit: "dev", position: "高级工程师")
        officer = try await gateway.employee("王女士", id: "p-hr", unit: "hr", position: "人事", roles: [.hr])
        for (list, things) in [
            (Holding.List.projects, [("P-1", "project", "结算系统改造")]),
            (.devices, [("D-1", "computer", "笔记本电脑 X1")]), (.documents, [("W-1", "document", "项目方案")]),
        ] {
            _ = try await gateway.people.handover.importHoldings(
                things.map { Holding(id: $0.0, kind: $0.1, title: $0.2) }, list, of: manager, by: .integration)
        }
    }

    /// Issues a notice that one person approves.
    func issue(_ kind: String, _ fields: JSONValue) async throws -> NoticeID {
        let id = try await gateway.issue(
            IssueRequest(issuer: TestGateway.issuer, kind: kind, recipients: [manager], fields: fields))
        let notice = try #require(try await gateway.store.notice(id))
        _ = try await gateway.pipeline.issue.approve(id, contentHash: notice.contentHash, by: .approverA)
        try await gateway.settle()
        return id
    }

    /// HR hands everything in that is owed, and says that he did not.
    func handIn() async throws {
        let desk = gateway.people.handover
        for item in try await desk.handover(handover, by: .hr).items where item.isOwed {
            _ = try await desk.submit(
                Departing.submission(for: item), for: item.id, of: handover, onBehalf: "员工失联，电话、微信均无法联系", by: .hr)
        }
        _ = try await desk.close(.submission, of: handover, by: .hr)
    }
}
