import Evidence
import Notices
import TestSupport
import Testing

@testable import People

/// The copy that a person takes of what is held about them.
struct OwnDataTests {
    private static func copy(_ gateway: TestGateway, _ person: PersonID) async throws -> JSONValue {
        try await gateway.people.ownData.copy(for: try await gateway.actor(person))
    }

    private static func events(_ copy: JSONValue) -> [String] {
        copy["entries"]?.array?.compactMap { $0["event"]?.string } ?? []
    }

    @Test(arguments: Backend.allCases)
    func `attendance, leave with its reason, shifts and hand-me-downs are in the copy`(_ backend: Backend) async throws
    {
        try await TestGateway.with(backend) { gateway in
            let person = try await gateway.employee()
            let other = try await gateway.employee("李四", id: "p-lisi")
            try await gateway.punch([person, other], "2026-11-19", "08:55")
            try await gateway.punch([person], "2026-11-19", "18:05", .card)
            let day = try #require(CivilDate("2026-11-20"))
            try await gateway.people.attendance.record(
                [
                    Leave(
                        id: "L-1", person: person, from: day, to: day, requestedOn: day.adding(days: -3),
                        state: .approved, kind: "病假", reason: "手术复查", source: "oa")
                ], by: .integration)
            let desk = gateway.people.attendance
            let plan = ShiftPlan(
                id: ShiftPlanID("w47"), name: "w47", unit: UnitID("sales"), from: day, to: day.adding(days: 6),
                state: .draft,
                shifts: [
                    Shift(person: person, day: day, startMinute: 540, endMinute: 1_080, hourlyFen: 3_000)
                ])
            try await desk.save(plan, by: .hr)
            try await desk.move(ShiftPlanID("w47"), to: .inForce, by: .hr)
            _ = try await gateway.people.handover.importHoldings(
                [Holding(id: "IT-7", kind: "computer", title: "笔记本电脑")], .devices, of: person, by: .hr)
            let copy = try await Self.copy(gateway, person)
            #expect(copy["punches"]?.array?.map { $0["source"]?.string } == ["card", "face"], "the newest first")
            #expect(copy["attendanceDays"]?.array?.map { $0["punches"]?.integer } == [2])
            #expect(copy["leaves"]?[0]?["reason"]?.string == "手术复查" && copy["leaves"]?[0]?["kind"]?.string == "病假")
            #expect(copy["shifts"]?[0]?["day"]?.string == "2026-11-20")
            #expect(copy["holdings"]?[0]?["title"]?.string == "笔记本电脑")
            #expect(copy["cut"]?.array?.isEmpty == true)
            #expect(try await Self.copy(gateway, other)["leaves"]?.array?.isEmpty == true)
        }
    }

    @Test(arguments: Backend.allCases)
    func `file, pay in force, training and what was agreed to are in the copy`(_ backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            gateway.mail.alwaysAccepts()
            let person = try await gateway.employee()
            _ = try await gateway.people.roster.file(
                FileEntry(
                    kind: .reward, dated: CivilDate(dayNumber: 20_100), title: "季度奖", reason: "提前完成",
                    amount: Amount(fen: 100_000), currency: "CNY", source: "oa", externalID: "r-1"),
                of: "N-p-zhangsan", by: .hr)
            let month = try #require(PayTests.month)
            let pay = gateway.people.pay
            let final = try await pay.draft(person, month: month, region: "shanghai", facts: [PayTests.base], by: .hr)
            try await pay.finalise(final.id, by: .hr)
            let next = month.next
            _ = try await pay.draft(person, month: next, region: "shanghai", facts: [PayTests.base], by: .hr)
            try await gateway.train(person, in: "performance-management")
            try await gateway.completion(person, ["2026-10": 80])
            let agreement = try await gateway.people.agreements.offer(
                "client-ownership", to: person, values: [:], isMandatory: true, by: .hr)
            try await gateway.sign(agreement)
            let copy = try await Self.copy(gateway, person)
            #expect(copy["file"]?[0]?["title"]?.string == "季度奖" && copy["file"]?[0]?["reason"]?.string == "提前完成")
            #expect(copy["pay"]?.array?.map { $0["month"]?.string } == ["2026-11"], "a draft is nobody's pay yet")
            #expect(copy["pay"]?[0]?["facts"]?[0]?["value"]?.string == "5000")
            #expect(copy["courses"]?[0]?["watchedSeconds"]?.integer == 60)
            #expect(copy["exams"]?[0]?["answers"]?.array?.count == 2)
            #expect(copy["statements"]?[0]?["policy"]?.string == "performance-management")
            #expect(copy["figures"]?[0]?["completion"]?.string == "80")
            #expect(copy["agreements"]?[0]?["state"]?.string == "signed")
            let events = Self.events(copy)
            #expect(events.contains("RewardFiled") && events.contains("PayFinalised"))
            #expect(events.contains("AgreementSigned") && events.contains("PolicyStatementSigned"))
            #expect(!events.contains("PayCalculated"))
        }
    }

    @Test(arguments: Backend.allCases)
    func `what was counted and said with consent is in the copy, and older than two years is not`(
        _ backend: Backend
    ) async throws {
        try await TestGateway.with(backend) { gateway in
            let person = try await gateway.employee()
            try await gateway.consent(person, .conversations)
            try await gateway.consent(person, .messages)
            let today = CivilDate(inChina: gateway.clock.now)
            let desk = gateway.people.risk
            let said = [0, 100, 300].map { back in
                RiskDesk.Conversation(
                    person: person, message: "m\(back)", day: today.adding(days: -back), text: "我准备个人创业了，以后找我就行")
            }
            #expect(try await desk.record(said, source: "wecom", by: .integration).added == 3)
            let points = [SeriesPoint(person: person, day: today, value: 7)]
            #expect(try await desk.record(.messages, source: "proxy", points: points, by: .integration).added == 1)
            let copy = try await Self.copy(gateway, person)
            #expect(copy["snippets"]?.array?.map { $0["message"]?.string } == ["m0", "m100", "m300"])
            #expect(copy["snippets"]?[0]?["text"]?.string?.contains("个人创业") == true)
            #expect(copy["signals"]?[0]?["count"]?.integer == 7 && copy["signals"]?[0]?["kind"]?.string == "messages")
            #expect(copy["consents"]?.array?.map { $0["kind"]?.string } == ["conversations", "messages"])
            gateway.pass(.seconds(Int64(OwnDataScope.days + 1) * 86_400))
            let later = try await Self.copy(gateway, person)
            #expect(later["snippets"]?.array?.isEmpty == true && later["signals"]?.array?.isEmpty == true)
            let left = try #require(later["leftOut"]?.array)
            #expect(left.contains { $0["en"]?.string?.contains("older than two years") == true })
        }
    }

    @Test(arguments: Backend.allCases)
    func `nothing of a succession, a dispute, an alert or a colleague is in the entries`(
        _ backend: Backend
    ) async throws {
        try await TestGateway.with(backend, .at("2026-11-18T04:00:00Z")) { gateway in
            gateway.mail.alwaysAccepts()
            gateway.sms.alwaysAccepts()
            let person = try await gateway.employee()
            let taker = try await gateway.employee("李经理", id: "p-li")
            try await gateway.client(owner: person)
            let today = CivilDate(inChina: gateway.clock.now)
            // Opened through the clients' API, about no alert: the occasion is free text.
            _ = try await gateway.people.clients.shadow(
                person, by: taker, from: today, plannedLastDay: today.adding(days: 40), occasion: "预计十二月离职", actor: .hr)
            _ = try await gateway.people.clients.recordLoss(of: person, windowDays: 30, by: .hr)
            try await gateway.sequence()
            _ = try await gateway.people.dossiers.bundle(about: .employee(person), by: .hr)
            _ = try await gateway.people.roster.file(of: "N-p-zhangsan", by: .hr)
            for day in ["2026-11-16", "2026-11-17"] { try await gateway.punch([taker], day) }
            let known = try await gateway.people.acts.acts(about: .employee(person)).map(\.entry.event)
            for event in [EvidenceEvent.clientsShadowed, .clientLossMeasured, .dossierRead, .fileRead] {
                #expect(known.contains(event), "\(event.rawValue) is there to be left out")
            }
            let copy = try await Self.copy(gateway, person)
            #expect(Set(Self.events(copy)).isSubset(of: OwnDataScope.events.map(\.rawValue)))
            let text = copy.canonicalText
            for secret in ["预计十二月离职", "p-li", "ClientsShadowed", "ClientLossMeasured", "DossierRead"] {
                #expect(!text.contains(secret), "\(secret)")
            }
            #expect(!(try await Self.copy(gateway, taker)).canonicalText.contains("预计十二月离职"))
            let acts = try await gateway.people.acts.acts(about: .employee(person))
            #expect(acts.last?.entry.event == .ownDataTaken)
        }
    }

    @Test func `an act about an alert or about a colleague too stays, whatever its event`() {
        func act(_ event: EvidenceEvent, _ subjects: [Subject]) -> RecordedAct {
            RecordedAct(
                entry: RecordedEntry(
                    id: "e", event: event, body: nil, signature: [], keyID: "k", commitment: SHA256.hash([UInt8]()),
                    leafIndex: nil), learntAt: Timestamp(microseconds: 0), subjects: subjects)
        }
        let (me, colleague) = (PersonID("p-1"), PersonID("p-2"))
        #expect(OwnDataScope.gives(act(.rewardFiled, [.employee(me)]), to: me))
        #expect(!OwnDataScope.gives(act(.rewardFiled, [.employee(me), Subject(kind: .alert, id: "a")]), to: me))
        #expect(!OwnDataScope.gives(act(.rewardFiled, [.employee(me), .employee(colleague)]), to: me))
        #expect(!OwnDataScope.gives(act(.noticeOrdered, [.employee(me)]), to: me))
    }

    @Test func `a part that was cut says so in both languages, and one that just fits does not`() {
        var draft = OwnDataDraft()
        draft.add("fits", [1, 2], atMost: 2)
        #expect(draft.cuts.isEmpty && draft.members["fits"]?.array?.count == 2)
        draft.add("punches", [1, 2, 3], atMost: 2)
        #expect(draft.members["punches"]?.array?.count == 2 && draft.cuts.count == 1)
        #expect(draft.cuts[0].zh.contains("2 条") && draft.cuts[0].en.contains("newest 2 only"))
        for text in OwnDataScope.leftOut + [OwnDataScope.whereToAsk] {
            #expect(text.zh.unicodeScalars.contains { $0.properties.isIdeographic })
            #expect(!text.en.unicodeScalars.contains { $0.properties.isIdeographic })
        }
    }
}
