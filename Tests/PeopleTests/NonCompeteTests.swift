import Evidence
import Notices
import People
import TestSupport
import Testing

struct NonCompeteTests {
    /// A salesperson with a signed non-compete whose last day was 2026-11-30, on the day after.
    private func leaver(_ gateway: TestGateway, months: Int = 24, hasHR: Bool = true) async throws -> Agreement {
        gateway.mail.alwaysAccepts()
        gateway.sms.alwaysAccepts()
        if hasHR { _ = try await hr(gateway) }
        let person = try await gateway.employee()
        let offer = try await gateway.people.agreements.offer(
            "non-compete", to: person,
            values: ["months": .integer(Int64(months)), "compensationShare": 30, "competitors": ["物流企业"]],
            isMandatory: true, by: .hr)
        let signed = try await gateway.sign(offer)
        let lastDay = try #require(CivilDate("2026-11-30"))
        let step = EmploymentStep(
            person: person, state: .left, effectiveOn: lastDay, unit: UnitID("sales"), position: "销售经理",
            lastDay: lastDay,
            reason: "辞职")
        #expect(try await gateway.peopleStore.move(step, from: .active, acts: []))
        try advance(gateway, to: "2026-12-01")
        return signed
    }

    private func hr(_ gateway: TestGateway) async throws -> PersonID {
        try await gateway.employee("王人事", id: "p-hr", position: "人事", roles: [.hr])
    }

    private func advance(_ gateway: TestGateway, to day: String) throws {
        let target = try #require(CivilDate(day)).startInChina.adding(.seconds(36_000))
        gateway.clock.advance(by: target.since(gateway.clock.now))
    }

    private func tasks(_ gateway: TestGateway) async throws -> [String] {
        #expect(try await gateway.people.agreements.runDue() == [])
        return try await gateway.people.agreements.tasks(isOpen: nil, by: .hr).map { "\($0.check) \($0.occasion)" }
            .sorted()
    }

    @Test(arguments: Backend.allCases)
    func `S-94 the term ends two years after the last day and HR is reminded on the set days`(backend: Backend)
        async throws
    {
        try await TestGateway.with(backend) { gateway in
            let agreement = try await leaver(gateway)
            let desk = gateway.people.agreements
            let hr = PersonID("p-hr")
            #expect(try await tasks(gateway) == [])
            let clock = try #require(try await desk.nonCompetes(by: .hr).first?.clock)
            #expect(clock.startsOn.description == "2026-11-30" && clock.endsOn.description == "2028-11-30")
            for month in 1...24 {
                try advance(gateway, to: clock.startsOn.addingMonths(month).description)
                try await desk.recordPayment(
                    agreement.id, month: month, amount: try #require(Amount("4500")),
                    on: CivilDate(inChina: gateway.clock.now),
                    by: .hr)
                if month == 21 {
                    // Ninety days before 2028-11-30 is 2028-09-01.
                    try advance(gateway, to: "2028-08-31")
                    #expect(try await tasks(gateway) == [])
                    try advance(gateway, to: "2028-09-01")
                    let first = ["industry-news 90", "social-insurance 90"]
                    #expect(try await tasks(gateway) == first)
                    #expect(try await tasks(gateway) == first, "once")
                }
                if month == 23 {
                    try advance(gateway, to: "2028-10-31")
                    #expect(try await tasks(gateway).filter { $0.hasSuffix(" 30") }.count == 2)
                    try advance(gateway, to: "2028-11-23")
                    #expect(try await tasks(gateway).filter { $0.hasSuffix(" 7") }.count == 2)
                }
            }
            let reminders = try await gateway.store.notices(
                NoticeFilter(kind: "non-compete-reminder", person: hr), before: nil, limit: 10)
            #expect(reminders.count == 3)
            try advance(gateway, to: "2028-12-01")
            #expect(try await tasks(gateway).count == 6)
            #expect(try await desk.nonCompetes(by: .hr).isEmpty)
            let events = try await gateway.people.acts.acts(about: Subject(.agreement, agreement.id)).map(\.entry.event)
            #expect(events.contains(.nonCompeteStarted) && events.last == .nonCompeteEnded)
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-94 a reminder for which nobody holds the role hr goes out once somebody does`(backend: Backend) async throws
    {
        try await TestGateway.with(backend) { gateway in
            _ = try await leaver(gateway, months: 1, hasHR: false)
            #expect(try await tasks(gateway) == [])
            #expect(try await tasks(gateway) == [])
            let person = try await hr(gateway)
            #expect(try await tasks(gateway).count == 2)
            let reminders = try await gateway.store.notices(
                NoticeFilter(kind: "non-compete-reminder", person: person), before: nil, limit: 10)
            #expect(reminders.count == 1)
        }
    }

    @Test(arguments: [
        ("2026-12-31", 2, "2027-02-28"), ("2027-12-31", 2, "2028-02-29"), ("2028-02-29", 24, "2030-02-28"),
    ])
    func `months end on the corresponding day or the last of the month`(_ from: String, _ months: Int, _ to: String)
        throws
    {
        #expect(try #require(CivilDate(from)).addingMonths(months).description == to)
    }

    @Test(arguments: Backend.allCases)
    func `S-95 the reminder opens check tasks, each closed with an outcome`(backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            let agreement = try await leaver(gateway, months: 1)
            let desk = gateway.people.agreements
            // A month is shorter than ninety days: the nearest reminder is due at once.
            #expect(try await tasks(gateway) == ["industry-news 30", "social-insurance 30"])
            let task = try #require(
                try await desk.tasks(isOpen: true, by: .hr).first { $0.check == "social-insurance" })
            #expect(task.outcome == nil && task.text.zh == "核对社会保险缴纳单位" && task.person == agreement.person)
            await #expect(throws: PeopleError(.invalid, "")) {
                try await desk.close(task.id, outcome: .suspicious, note: "", by: .hr)
            }
            let closed = await TrainingTests.together(3) {
                try await desk.close(task.id, outcome: .suspicious, note: "社保由同行企业缴纳，已截图存证", by: .hr)
            }
            #expect(closed == 1)
            let kept = try #require(try await desk.tasks(isOpen: false, by: .hr).first)
            #expect(kept.outcome == .suspicious && kept.note == "社保由同行企业缴纳，已截图存证")
            #expect(try await desk.tasks(isOpen: true, by: .hr).map(\.check) == ["industry-news"])
            let act = try #require(
                try await gateway.people.acts.acts(about: .employee(agreement.person)).last {
                    $0.entry.event == .checkClosed
                })
            #expect(try EntryBody(parsing: try #require(act.entry.body)).facts["outcome"]?.string == "suspicious")
        }
    }

    @Test(arguments: Backend.allCases)
    func `unpaid compensation is warned of, and three months let the person end it`(backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            let agreement = try await leaver(gateway)
            let desk = gateway.people.agreements
            func standing() async throws -> AgreementDesk.NonCompeteStanding? {
                try await desk.nonCompetes(by: .hr).first
            }
            try advance(gateway, to: "2026-12-30")
            #expect(try await tasks(gateway) == [])
            try advance(gateway, to: "2026-12-31")
            #expect(try await tasks(gateway) == ["compensation month 1"])
            let first = try #require(try await standing())
            #expect(first.unpaidMonths == [1] && !first.isTerminable)
            let amount = try #require(Amount("4500"))
            let today = CivilDate(inChina: gateway.clock.now)
            try await desk.recordPayment(agreement.id, month: 1, amount: amount, on: today, by: .hr)
            await #expect(throws: PeopleError(.conflict, "")) {
                try await desk.recordPayment(agreement.id, month: 1, amount: amount, on: today, by: .hr)
            }
            #expect(try await standing()?.unpaidMonths == [])
            try advance(gateway, to: "2027-03-30")
            #expect(try await tasks(gateway).contains("compensation terminable") == false)
            try advance(gateway, to: "2027-05-01")
            #expect(try await tasks(gateway).contains("compensation terminable"))
            let warned = try #require(try await standing())
            #expect(warned.unpaidMonths == [2, 3, 4, 5] && warned.isTerminable)
            #expect(warned.warning?.zh.contains("第三十八条") == true)
            let bad = try await #require(throws: PeopleError.self) {
                try await desk.recordPayment(
                    agreement.id, month: 25, amount: Amount(fen: 0), on: CivilDate(dayNumber: 30_000), by: .hr)
            }
            #expect(bad.faults.map(\.field) == ["month", "amount", "paidOn"])
            try await desk.release(agreement.id, reason: "岗位不再涉密", by: .hr)
            #expect(try await standing() == nil)
            await #expect(throws: PeopleError(.conflict, "")) {
                try await desk.release(agreement.id, reason: "again", by: .hr)
            }
        }
    }
}
