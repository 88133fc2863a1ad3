import Evidence
import Notices
import People
import TestSupport
import Testing

struct RiskCaseTests {
    /// An alert about 张三, below target for two months.
    private func alert(_ gateway: TestGateway) async throws -> (person: PersonID, alert: Alert) {
        let person = try await gateway.employee()
        try await gateway.completion(person, ["2026-09": 60, "2026-10": 60])
        _ = try await gateway.people.risk.run()
        return (person, try #require(try await gateway.alerts(person).first))
    }

    @Test(arguments: Backend.allCases)
    func `S-1 one profile shows four series, each with its source and its last update`(backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            let person = try await gateway.employee()
            let desk = gateway.people.risk
            let (today, now) = (CivilDate(inChina: gateway.clock.now), gateway.clock.now)
            try await gateway.punch([person], "2026-11-20", "09:05", .dingtalk)
            try await gateway.completion(person, ["2026-10": 88])
            try await gateway.consent(person, .messages)
            for (kind, source) in [(SeriesKind.messages, "wecom"), (.projects, "jira")] {
                _ = try await desk.record(
                    kind, source: source, points: [SeriesPoint(person: person, day: today, value: 7)], by: .integration)
            }
            let series = try await desk.profile(of: person, by: .hr).series
            #expect(series.map(\.name) == ["attendance", "performance", "communication", "collaboration"])
            #expect(series.map(\.source) == ["dingtalk", "dingtalk-projects", "wecom", "jira"])
            #expect(series.map(\.updatedAt) == [now, now, now, now])
            #expect(series[0].points.last { $0.what == "late" }?.value == "1")
            #expect(series[1].points.map(\.value) == ["88"])
            #expect(series[2].points.map(\.value) == ["7"] && series[3].points.map(\.value) == ["7"])
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-6 an alert is assigned, has a talk record, and is closed with a reason`(backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            let (person, alert) = try await alert(gateway)
            let desk = gateway.people.risk
            let today = CivilDate(inChina: gateway.clock.now)
            await #expect(throws: PeopleError(.conflict, "")) {
                try await desk.close(alert.id, outcome: .stayed, reason: "已沟通", by: .hr)
            }
            let hr = try await gateway.hrPerson()
            #expect(try await desk.assign(alert.id, to: hr, by: .hr).assignee == "p-hr")
            await #expect(throws: PeopleError(.invalid, "")) { try await desk.assign(alert.id, to: person, by: .hr) }
            _ = try await desk.intervene(
                alert.id, kind: .talk, on: today, record: "谈及薪酬与发展", result: "愿意留任", by: .hr)
            await #expect(throws: PeopleError(.invalid, "")) {
                try await desk.close(alert.id, outcome: .stayed, reason: "", by: .hr)
            }
            let closed = try await desk.close(alert.id, outcome: .stayed, reason: "调薪后留任", by: .hr)
            #expect(closed.state == .closed && closed.outcome == .stayed && closed.closedReason == "调薪后留任")
            let talks = try await desk.interventions(for: alert.id, by: .hr)
            #expect(talks.map(\.record) == ["谈及薪酬与发展"] && talks.map(\.result) == ["愿意留任"])
            await #expect(throws: PeopleError(.conflict, "")) { try await desk.assign(alert.id, to: nil, by: .hr) }
        }
    }

    @Test(arguments: Backend.allCases)
    func `F49 of two who take an alert at once one has it, and of two who close it one does`(
        backend: Backend
    ) async throws {
        try await TestGateway.with(backend) { gateway in
            let (_, alert) = try await alert(gateway)
            let desk = gateway.people.risk
            func both(_ body: @escaping @Sendable (Actor) async throws -> Void) async -> Int {
                await withTaskGroup(of: Bool.self) { group in
                    for actor in [Actor.hr, .secondHR] {
                        // The one who comes second is refused; that is the point.
                        group.addTask { (try? await body(actor)) != nil }
                    }
                    return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
                }
            }
            _ = await both { _ = try await desk.assign(alert.id, to: nil, by: $0) }
            let closed = await both { _ = try await desk.close(alert.id, outcome: .stayed, reason: "已沟通", by: $0) }
            #expect(closed == 1)
            let events = try await gateway.people.acts.acts(about: Subject(.alert, alert.id)).map(\.entry.event)
            #expect(events.filter { $0 == .alertClosed }.count == 1)
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-7 an accepted alert opens a shadow assignment thirty days or more before the planned last day`(
        backend: Backend
    ) async throws {
        try await TestGateway.with(backend) { gateway in
            let (person, alert) = try await alert(gateway)
            let successor = try await gateway.employee("李四", id: "p-lisi")
            let desk = gateway.people.risk
            let today = CivilDate(inChina: gateway.clock.now)
            func open(_ days: Int) async throws -> ShadowAssignment {
                try await desk.openShadow(
                    alert.id, successor: successor, from: today, plannedLastDay: today.adding(days: days), by: .hr)
            }
            await #expect(throws: PeopleError(.conflict, "")) { try await open(30) }
            _ = try await desk.assign(alert.id, to: nil, by: .hr)
            await #expect(throws: PeopleError(.invalid, "")) { try await open(29) }
            let shadow = try await open(30)
            #expect(shadow.employee == person && shadow.successor == successor && shadow.from == today)
            await #expect(throws: PeopleError(.conflict, "")) { try await open(40) }
            let seen = try await gateway.people.risk.caseView(of: person, by: .hr).alerts.first?.shadow
            #expect(seen == shadow, "the case names the successor")
            let events = try await gateway.people.acts.acts(about: Subject(.alert, alert.id)).map(\.entry.event)
            #expect(events.contains(.clientsShadowed))
            for one in [person, successor] {
                let events = try await gateway.people.acts.acts(about: .employee(one)).map(\.entry.event)
                #expect(events.contains(.clientsShadowed))
            }
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-21 a remedy with type and date hangs on the alert and stands in the person's record`(
        backend: Backend
    ) async throws {
        try await TestGateway.with(backend) { gateway in
            let (person, alert) = try await alert(gateway)
            let desk = gateway.people.risk
            #expect(alert.raises.first?.content.suggestion?.zh.contains("80%") == true)
            let today = CivilDate(inChina: gateway.clock.now)
            for (kind, words) in [
                (Intervention.Kind.assistant, "增派一名助理"), (.targetCut, "季度目标调整为80%"), (.resources, "追加预算"),
            ] {
                _ = try await desk.intervene(alert.id, kind: kind, on: today, record: words, result: nil, by: .hr)
                gateway.pass(.milliseconds(1))
            }
            await #expect(throws: PeopleError(.invalid, "")) {
                try await desk.intervene(
                    alert.id, kind: .other, on: today.adding(days: 1), record: "明天", result: nil, by: .hr)
            }
            let kinds = try await desk.interventions(for: alert.id, by: .hr).map(\.kind)
            #expect(kinds == [.assistant, .targetCut, .resources])
            let facts = try await gateway.people.acts.acts(about: .employee(person))
                .filter { $0.entry.event == .interventionRecorded }
                .map { try EntryBody(parsing: try #require($0.entry.body)).facts }
            #expect(facts.map { $0["kind"]?.string } == ["assistant", "target-cut", "resources"])
            #expect(facts.allSatisfy { $0["on"]?.string == today.description })
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-23 one view links the alert, the handover and the evidence`(backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            let (person, alert) = try await alert(gateway)
            try await gateway.people.access.setFreeze(person, frozen: true, reason: "未交接", by: .administrator)
            try await gateway.sequence()
            let view = try await gateway.people.risk.caseView(of: person, by: .hr)
            #expect(view.alerts.map(\.alert.id) == [alert.id])
            let before = try #require(view.acts.first { $0.act.entry.event == .alertRaised })
            let during = try #require(view.acts.first { $0.act.entry.event == .accessFrozen })
            #expect(before.stage == .before && during.stage == .during)
            #expect(
                before.act.entry.leafIndex != nil && during.act.entry.leafIndex != nil, "each has its place in the log")
            #expect(view.steps.map(\.state) == [.active])
            await #expect(throws: PeopleError(.forbidden, "")) {
                try await gateway.people.risk.caseView(of: person, by: try await gateway.actor(person))
            }
        }
    }

    /// Three people: one is alerted and resigns, one is alerted and stays, one resigns unforeseen; a fourth just works.
    private func history(_ gateway: TestGateway) async throws {
        var people: [PersonID] = []
        for name in ["甲", "乙", "丙", "丁"] { people.append(try await gateway.employee(name, id: "p-\(people.count)")) }
        for person in people[0...1] { try await gateway.completion(person, ["2026-09": 60, "2026-10": 60]) }
        let desk = gateway.people.risk
        _ = try await desk.run()
        for (person, outcome) in [(people[0], Alert.Outcome.left), (people[1], .stayed)] {
            let alert = try #require(try await gateway.alerts(person).first)
            _ = try await desk.assign(alert.id, to: nil, by: .hr)
            _ = try await desk.close(alert.id, outcome: outcome, reason: "结案", by: .hr)
        }
        let today = CivilDate(inChina: gateway.clock.now)
        for (person, days) in [(people[0], 25), (people[2], 5)] {
            let step = EmploymentStep(
                person: person, state: .resigned, effectiveOn: today.adding(days: days), unit: UnitID("sales"),
                position: "销售经理", lastDay: nil, reason: "个人原因")
            #expect(try await gateway.peopleStore.move(step, from: .active, acts: []))
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-8 a report over closed cases shows precision, recall and accuracy, and whether the target is met`(
        backend: Backend
    ) async throws {
        try await TestGateway.with(backend) { gateway in
            try await history(gateway)
            let today = CivilDate(inChina: gateway.clock.now)
            let report = try await gateway.people.risk.quality(from: today, to: today.adding(days: 30), by: .hr)
            let all = try #require(report.first)
            #expect(report.map(\.rule) == ["all", "completion-two-months"])
            #expect(all.truePositives == 1 && all.falsePositives == 1)
            #expect(all.falseNegatives == 1 && all.trueNegatives == 1)
            #expect(all.precision == Hundredths(50) && all.recall == Hundredths(50) && all.accuracy == Hundredths(50))
            #expect(all.baselineAccuracy == Hundredths(50), "saying that nobody leaves is right about two of four")
            #expect(all.meetsTarget == false)
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-9 the lead time from alert to resignation is measured in days against a baseline`(
        backend: Backend
    ) async throws {
        try await TestGateway.with(backend) { gateway in
            try await history(gateway)
            let today = CivilDate(inChina: gateway.clock.now)
            let all = try #require(
                try await gateway.people.risk.quality(from: today, to: today.adding(days: 30), by: .hr).first)
            #expect(all.leadDays == [25] && all.medianLeadDays == 25)
            #expect(all.gainDays == 25 && all.meetsGain == true)
        }
    }

    @Test(arguments: Backend.allCases)
    func `a rule is tried on history before it is switched on, and makes no alert`(backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            try await history(gateway)
            let desk = gateway.people.risk
            let today = CivilDate(inChina: gateway.clock.now)
            let before = try await desk.alerts(by: .hr).count
            let quality = try await desk.backtest(
                "completion-two-months", from: today.adding(days: -10), to: today, by: .hr)
            #expect(quality.truePositives == 1 && quality.falsePositives == 1)
            #expect(quality.leadDays == [35])
            #expect(try await desk.alerts(by: .hr).count == before)
            await #expect(throws: PeopleError(.notFound, "")) {
                try await desk.backtest("nonsense", from: today, to: today, by: .hr)
            }
        }
    }
}
