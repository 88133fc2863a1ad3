import Evidence
import Notices
import People
import SQL
import TestSupport
import Testing

struct PerformanceTests {
    private func goal(_ person: PersonID, _ id: String = "g1", weight: Int = 100, due: String = "2026-12-21") throws
        -> Goal
    {
        Goal(
            id: GoalID(id), person: person, period: "2026-Q4", title: "季度完成3个项目交付", weight: weight,
            startsOn: try #require(CivilDate("2026-10-01")), dueOn: try #require(CivilDate(due)))
    }

    /// A goal that both have signed.
    private func active(_ goal: Goal, _ gateway: TestGateway) async throws {
        let desk = gateway.people.performance
        let set = try await desk.set(goal, by: .hr)
        _ = try await desk.sign(set.id, hash: set.contentHash, by: .hr)
        _ = try await desk.sign(set.id, hash: set.contentHash, by: try await gateway.actor(goal.person))
    }

    @Test(arguments: Backend.allCases)
    func `S-98 a goal is active only after two signatures on the same words, and both are kept`(
        backend: Backend
    ) async throws {
        try await TestGateway.with(backend) { gateway in
            let person = try await gateway.employee()
            let head = try await gateway.employee("李经理", id: "p-head")
            try await gateway.unit("sales", manager: head)
            let (desk, manager) = (gateway.people.performance, try await gateway.actor(head))
            let employee = try await gateway.actor(person)
            let set = try await desk.set(try goal(person), by: manager)
            #expect(try await desk.sign(set.id, hash: set.contentHash, by: manager).state == .draft)
            await #expect(throws: PeopleError(.conflict, "")) {
                try await desk.sign(set.id, hash: set.contentHash, by: manager)
            }
            await #expect(throws: PeopleError(.conflict, "")) {
                try await desk.sign(set.id, hash: SHA256.hash([UInt8]()), by: employee)
            }
            #expect(try await desk.goal(set.id, by: employee).state == .draft)
            // Other words need new signatures.
            let changed = try await desk.set(try goal(person, due: "2026-12-31"), by: manager)
            #expect(try await desk.sign(set.id, hash: changed.contentHash, by: employee).state == .draft)
            let signed = try await desk.sign(set.id, hash: changed.contentHash, by: manager)
            #expect(signed.state == .active)
            #expect(signed.managerSignedAt != nil && signed.employeeSignedAt != nil)
            await #expect(throws: PeopleError(.conflict, "")) { try await desk.set(changed, by: manager) }
            let acts = try await gateway.people.acts.acts(about: Subject(.goal, set.id))
            #expect(acts.map(\.entry.event) == [.goalSet, .goalSigned, .goalSet, .goalSigned, .goalSigned])
        }
    }

    @Test(arguments: Backend.allCases)
    func `F49 of two managers who sign a goal at once one signs`(backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            let person = try await gateway.employee()
            let set = try await gateway.people.performance.set(try goal(person), by: .hr)
            let signed = await withTaskGroup(of: Bool.self) { group in
                for actor in [Actor.hr, .secondHR] {
                    group.addTask {
                        // The one who comes second is refused; that is the point.
                        (try? await gateway.people.performance.sign(set.id, hash: set.contentHash, by: actor)) != nil
                    }
                }
                return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(signed == 1)
            let acts = try await gateway.people.acts.acts(about: Subject(.goal, set.id))
            #expect(acts.filter { $0.entry.event == .goalSigned }.count == 1)
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-99 an import updates progress with its source and its time`(backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            let person = try await gateway.employee()
            try await active(try goal(person, "A"), gateway)
            try await active(try goal(person, "B"), gateway)
            let desk = gateway.people.performance
            func line(_ id: String, _ percent: Int, _ at: Timestamp) -> ProgressLine {
                ProgressLine(
                    goal: GoalID(id), progress: .init(percent: Hundredths(percent), source: "jira", at: at))
            }
            let now = gateway.clock.now
            let lines = [line("A", 80, now), line("B", 50, now)]
            #expect(try await desk.record(lines, by: .integration) == 2)
            #expect(try await desk.record(lines, by: .integration) == 0)
            // What was reported earlier and comes later does not push the goal back.
            _ = try await desk.record([line("A", 30, now.adding(.seconds(-60)))], by: .integration)
            let a = try await desk.goal(GoalID("A"), by: .hr).progress
            #expect(a == Goal.Progress(percent: Hundredths(80), source: "jira", at: now))
            #expect(try await desk.goal(GoalID("B"), by: .hr).progress?.percent == Hundredths(50))
            let error = await #expect(throws: PeopleError.self) {
                try await desk.record([line("A", 90, now), line("C", 10, now)], by: .integration)
            }
            #expect(error?.faults.map(\.field) == ["progress[1].goal"])
            #expect(try await desk.goal(GoalID("A"), by: .hr).progress?.percent == Hundredths(80), "all or none")
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-27 rate, remainder and time left are computed from targets`(backend: Backend) async throws {
        try await TestGateway.with(backend, .at("2026-11-21T04:00:00Z")) { gateway in
            let person = try await gateway.employee("王五", id: "p-wangwu")
            try await active(try goal(person, "A", weight: 60), gateway)
            try await active(try goal(person, "B", weight: 40), gateway)
            let at = gateway.clock.now
            _ = try await gateway.people.performance.record(
                [("A", 80), ("B", 30)].map {
                    ProgressLine(goal: GoalID($0.0), progress: .init(percent: Hundredths($0.1), source: "jira", at: at))
                }, by: .integration)
            let progress = try await gateway.people.performance.goals(of: person, period: "2026-Q4", by: .hr).progress
            #expect(progress?.rate == Hundredths(60) && progress?.remainder == Hundredths(40))
            #expect(progress?.sentence.zh == "王五目标完成率60%,剩余40%需在1个月内完成")
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-28 the list of a department has the right three names`(backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            try await gateway.unit("dev")
            try await gateway.unit("dev-web", parent: "dev")
            let figures = [
                ("甲", "dev", 69), ("乙", "dev-web", 10), ("丙", "dev", 0), ("丁", "dev", 70), ("戊", "sales", 5),
            ]
            for (index, one) in figures.enumerated() {
                let person = try await gateway.employee(one.0, id: "p-\(index)", unit: one.1)
                try await gateway.completion(person, ["2026-10": one.2])
            }
            let list = try await gateway.people.performance.belowTarget(
                Hundredths(70), in: try #require(Month("2026-10")), unit: UnitID("dev"), by: .hr)
            #expect(list.people.map(\.employee.name) == ["甲", "乙", "丙"])
            #expect(list.sentence.zh == "部门 dev有3名员工绩效完成率低于70%")
        }
    }

    private let lines = [
        ScoreLine(dimension: "项目交付", weight: 100, deduction: Hundredths(30), reason: "因项目延期")
    ]
    private let october = Month(CivilDate("2026-10-01")!)

    @Test(arguments: Backend.allCases)
    func `S-100 deduction and reason are separate fields, and a deduction without a reason is refused`(
        backend: Backend
    ) async throws {
        try await TestGateway.with(backend) { gateway in
            let person = try await gateway.employee()
            let desk = gateway.people.performance
            let bare = [ScoreLine(dimension: "项目交付", weight: 100, deduction: Hundredths(30), reason: nil)]
            let error = await #expect(throws: PeopleError.self) {
                try await desk.score(person, month: october, lines: bare, by: .hr)
            }
            #expect(error?.faults.map(\.field) == ["lines[0].reason"])
            let review = try await desk.score(person, month: october, lines: lines, by: .hr)
            let read = try await desk.review(review.id, by: .hr).current
            #expect(read.total == Hundredths(70))
            #expect(read.lines.first?.deduction == Hundredths(30) && read.lines.first?.reason == "因项目延期")
            let clear = try await gateway.database.read { tx in
                try tx.query("SELECT reason FROM review_lines").map { try $0.get("reason", as: [UInt8].self) }
            }
            #expect(clear.allSatisfy { !String(decoding: $0, as: UTF8.self).contains("因项目延期") }, "sealed at rest")
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-104 weights over several dimensions give the total`(backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            let person = try await gateway.employee()
            func three(_ weights: [Int]) -> [ScoreLine] {
                zip(["业绩", "协作", "学习"], weights).map {
                    ScoreLine(
                        dimension: $0, weight: $1, deduction: Hundredths($0 == "业绩" ? 10 : 20), reason: "见说明")
                }
            }
            let desk = gateway.people.performance
            let error = await #expect(throws: PeopleError.self) {
                try await desk.score(person, month: october, lines: three([50, 30, 30]), by: .hr)
            }
            #expect(error?.faults.first?.message.contains("110") == true)
            let review = try await desk.score(person, month: october, lines: three([50, 30, 20]), by: .hr)
            // 0.5 × 90 + 0.3 × 80 + 0.2 × 80.
            #expect(review.current.total == Hundredths(85))
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-102 a score goes from the manager to the employee to HR, in this order only`(backend: Backend) async throws
    {
        try await TestGateway.with(backend) { gateway in
            let person = try await gateway.employee()
            let (desk, employee) = (gateway.people.performance, try await gateway.actor(person))
            let review = try await desk.score(person, month: october, lines: lines, by: .hr)
            await #expect(throws: PeopleError(.conflict, "")) {
                try await desk.approve(review.id, version: 1, by: .secondHR)
            }
            await #expect(throws: PeopleError(.forbidden, "")) {
                try await desk.confirm(review.id, version: 1, by: .secondHR)
            }
            _ = try await desk.confirm(review.id, version: 1, by: employee)
            await #expect(throws: PeopleError(.forbidden, "")) {
                try await desk.approve(review.id, version: 1, by: .hr)
            }
            #expect(try await desk.approve(review.id, version: 1, by: .secondHR).state == .approved)
            let figures = try await gateway.peopleStore.performance(of: [person], from: october, to: october)
            #expect(figures[person]?[october]?.score == Hundredths(70))
            await #expect(throws: PeopleError(.conflict, "")) {
                try await desk.score(person, month: october, lines: lines, by: .hr)
            }
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-102 whoever has scored does not approve under another key either`(backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            let person = try await gateway.employee()
            let officer = try await gateway.employee("王女士", id: "p-hr", unit: "hr", roles: [.hr])
            let (desk, employee) = (gateway.people.performance, try await gateway.actor(person))
            let review = try await desk.score(
                person, month: october, lines: lines, by: try await gateway.actor(officer))
            _ = try await desk.confirm(review.id, version: 1, by: employee)
            let second = try await gateway.people.access.actor(
                Principal(id: "another-key", kind: .apiKey, method: "api-key"), person: officer)
            await #expect(throws: PeopleError(.forbidden, "")) {
                try await desk.approve(review.id, version: 1, by: second)
            }
            #expect(try await desk.approve(review.id, version: 1, by: .hr).state == .approved)
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-101 an appeal pauses confirmation and gets a decision`(backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            let person = try await gateway.employee()
            let (desk, employee) = (gateway.people.performance, try await gateway.actor(person))
            let review = try await desk.score(person, month: october, lines: lines, by: .hr)
            #expect(
                try await desk.review(review.id, by: employee).current.lines == lines, "the person sees the details")
            let appealed = try await desk.appeal(review.id, version: 1, reason: "因客户需求变更,申请调整评分", by: employee)
            #expect(appealed.state == .appealed)
            await #expect(throws: PeopleError(.conflict, "")) {
                try await desk.confirm(review.id, version: 1, by: employee)
            }
            let better = [ScoreLine(dimension: "项目交付", weight: 100, deduction: Hundredths(10), reason: "部分延期")]
            let decided = try await desk.decide(review.id, decision: "需求变更属实", lines: better, by: .secondHR)
            #expect(decided.state == .scored && decided.current.number == 2 && decided.current.total == Hundredths(90))
            #expect(decided.appeals.map(\.state) == [.upheld])
            #expect(decided.appeals.first?.decision == "需求变更属实")
            #expect(try await gateway.peopleStore.version(1, of: review.id)?.lines == lines, "the old version stays")
            await #expect(throws: PeopleError(.conflict, "")) {
                try await desk.confirm(review.id, version: 1, by: employee)
            }
            gateway.pass(.milliseconds(1))
            _ = try await desk.appeal(review.id, version: 2, reason: "仍不认可", by: employee)
            let rejected = try await desk.decide(review.id, decision: "维持", lines: nil, by: .secondHR)
            #expect(rejected.appeals.map(\.state) == [.upheld, .rejected] && rejected.current.number == 2)
            #expect(try await desk.confirm(review.id, version: 2, by: employee).state == .confirmed)
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-103 a signature binds the version of the score, with its words, for good`(backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            let person = try await gateway.employee()
            let (desk, employee) = (gateway.people.performance, try await gateway.actor(person))
            let review = try await desk.score(person, month: october, lines: lines, by: .hr)
            let hash = review.current.hash(of: review.id)
            await #expect(throws: PeopleError(.conflict, "")) {
                try await desk.sign(review.id, version: 1, hash: hash, statement: "确认当月绩效减半", by: employee)
            }
            _ = try await desk.confirm(review.id, version: 1, by: employee)
            _ = try await desk.approve(review.id, version: 1, by: .secondHR)
            await #expect(throws: PeopleError(.conflict, "")) {
                try await desk.sign(
                    review.id, version: 1, hash: SHA256.hash([UInt8]()), statement: "确认当月绩效减半", by: employee)
            }
            let signed = try await desk.sign(
                review.id, version: 1, hash: hash, statement: "确认当月绩效减半", by: employee)
            #expect(signed.signature?.hash == hash && signed.signature?.statement == "确认当月绩效减半")
            let acts = try await gateway.people.acts.acts(about: Subject(.review, review.id))
            let last = try #require(acts.last)
            let facts = try EntryBody(parsing: try #require(last.entry.body)).facts
            #expect(last.entry.event == .performanceSigned && facts["versionHash"]?.string == hash.hex)
            await #expect(throws: (any Error).self, "a signed version cannot be moved under its signature") {
                try await gateway.database.write { tx in
                    _ = try tx.execute("UPDATE reviews SET version = 2 WHERE id = \(review.id.rawValue)")
                }
            }
        }
    }
}
