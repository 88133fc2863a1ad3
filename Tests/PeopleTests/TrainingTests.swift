import Evidence
import Notices
import People
import TestSupport
import Testing

struct TrainingTests {
    private static let policy = PolicyID("performance-management")

    @Test(arguments: Backend.allCases)
    func `S-105 policies have versions, and each its first day`(backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            let person = try await gateway.employee()
            let today = CivilDate(inChina: gateway.clock.now)
            try await gateway.publish("performance-management")
            try await gateway.publish("attendance", title: "考勤制度")
            try await gateway.publish("performance-management", effectiveOn: today.adding(days: 30))
            let desk = gateway.people.training
            let all = try await desk.policies(by: .hr)
            #expect(
                all.map { "\($0.policy) \($0.version)" } == [
                    "attendance 1", "performance-management 1", "performance-management 2",
                ])
            #expect(all.last?.effectiveOn == today.adding(days: 30))
            #expect(all.last?.textHash == SHA256.hash(Array(all[1].text.utf8)))
            // What is not in force yet is not trained yet.
            let actor = try await gateway.actor(person)
            #expect(try await desk.beginCourse(Self.policy, by: actor).version.version == 1)
            gateway.clock.advance(by: .seconds(31 * 86_400))
            #expect(try await desk.beginCourse(Self.policy, by: actor).version.version == 2)
            let early = try await #require(throws: PeopleError.self) {
                try await gateway.publish("performance-management", effectiveOn: today.adding(days: 30))
            }
            #expect(early.faults.map(\.field) == ["effectiveOn"])
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-106 skipping is detected and the exam stays locked below 100 %`(backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            let person = try await gateway.employee()
            try await gateway.publish("performance-management", seconds: 1800)
            let desk = gateway.people.training
            let actor = try await gateway.actor(person)
            await #expect(throws: PeopleError(.locked, "")) { _ = try await desk.beginExam(Self.policy, by: actor) }
            _ = try await desk.beginCourse(Self.policy, by: actor)
            gateway.clock.advance(by: .seconds(10))
            #expect(try await desk.report(Self.policy, atSeconds: 10, by: actor).isSkip == false)
            // Straight to the end after one second.
            gateway.clock.advance(by: .seconds(1))
            let skip = try await desk.report(Self.policy, atSeconds: 1800, by: actor)
            #expect(skip.isSkip && skip.resumeAtSeconds == 10 && skip.percent == 0)
            // To wait is not to watch either.
            gateway.clock.advance(by: .seconds(1800))
            #expect(try await desk.report(Self.policy, atSeconds: 1800, by: actor).isSkip)
            // A thousand reports at one instant are worth nothing.
            for second in 11...15 { _ = try await desk.report(Self.policy, atSeconds: second, by: actor) }
            #expect(try await desk.beginCourse(Self.policy, by: actor).resumeAtSeconds == 10)
            var at = 10
            while at < 1799 {
                let step = min(15, 1799 - at)
                gateway.clock.advance(by: .seconds(step))
                at += step
                #expect(try await desk.report(Self.policy, atSeconds: at, by: actor).isSkip == false)
            }
            let locked = try await #require(throws: PeopleError.self) {
                _ = try await desk.beginExam(Self.policy, by: actor)
            }
            #expect(locked == PeopleError(.locked, "") && locked.reason.contains("99 %"))
            gateway.clock.advance(by: .seconds(1))
            let done = try await desk.report(Self.policy, atSeconds: 1800, by: actor)
            #expect(done.percent == 100 && done.viewing.skips == 2)
            _ = try await desk.beginExam(Self.policy, by: actor)
            let events = try await gateway.people.acts.acts(about: .employee(person)).map(\.entry.event)
            #expect(events == [.courseSkipped, .courseSkipped, .courseWatched, .examStarted])
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-107 questions, answers, score and pass mark are kept`(backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            let person = try await gateway.employee()
            try await gateway.publish("performance-management", passMark: 90)
            let desk = gateway.people.training
            let actor = try await gateway.actor(person)
            try await gateway.watch(Self.policy, by: actor)
            let exam = try await desk.beginExam(Self.policy, by: actor)
            #expect(Set(exam.questions.map(\.id)) == ["q1", "q2"])
            let bad = try await #require(throws: PeopleError.self) {
                _ = try await desk.submit(exam.id, answers: [7], by: actor)
            }
            #expect(bad.faults.map(\.field) == ["answers", "answers[0]"])
            let half = exam.questions.enumerated().map { $0 == 0 ? $1.answer : 1 - $1.answer }
            let scored = try await desk.submit(exam.id, answers: half, by: actor)
            #expect(scored.score == 50 && scored.passMark == 90 && !scored.isPassed)
            #expect(try await gateway.peopleStore.exam(exam.id) == scored)
            await #expect(throws: PeopleError(.conflict, "")) {
                _ = try await desk.submit(exam.id, answers: half, by: actor)
            }
            await #expect(throws: PeopleError(.locked, "")) {
                _ = try await desk.askToSign(exam.id, channel: .email, by: actor)
            }
            gateway.clock.advance(by: .seconds(60))
            let second = try await desk.beginExam(Self.policy, by: actor)
            let passed = try await desk.submit(second.id, answers: second.questions.map(\.answer), by: actor)
            #expect(passed.score == 100 && passed.isPassed)
            let third = try await desk.beginExam(Self.policy, by: actor)
            await #expect(throws: PeopleError(.locked, "")) { _ = try await desk.beginExam(Self.policy, by: actor) }
            gateway.clock.advance(by: .seconds(3601))
            await #expect(throws: PeopleError(.locked, "")) {
                _ = try await desk.submit(third.id, answers: third.questions.map(\.answer), by: actor)
            }
            let records = try await desk.trainingRecords(of: person)
            #expect(records.map(\.score) == ["50", "100"] && records.map(\.isPassed) == [false, true])
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-108 the signed statement is bound to the version and the exam`(backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            gateway.mail.alwaysAccepts()
            let person = try await gateway.employee()
            let statement = try await gateway.train(person, in: "performance-management")
            #expect(try await gateway.peopleStore.statements(of: person) == [statement])
            let content = try JSONValue(parsing: statement.content)
            let policy = try #require(try await gateway.people.training.policies(by: .hr).first)
            #expect(content["statement"]?.string == "我已阅读并理解《绩效管理制度》")
            #expect(content["version"]?.integer == 1 && content["textHash"]?.string == policy.textHash.hex)
            #expect(content["exam"]?.string == statement.exam.rawValue && content["score"]?.integer == 100)
            #expect(statement.proof.hash == SHA256.hash(statement.content))
            #expect(statement.proof.method == "one-time-code" && statement.proof.address == "p-zhangsan@example.com")
            #expect(statement.document.bytes.starts(with: Array("%PDF".utf8)))
            let seal = CAdES.verify(
                cms: statement.document.signature, over: statement.document.bytes,
                roots: [gateway.keys.issuer.certificate], asOf: gateway.clock.now)
            #expect(seal.isValid)
            let act = try #require(
                try await gateway.people.acts.acts(about: .employee(person)).last {
                    $0.entry.event == .policyStatementSigned
                })
            let facts = try EntryBody(parsing: try #require(act.entry.body)).facts
            #expect(facts["signedHash"]?.string == statement.proof.hash.hex)
            #expect(facts["version"]?.integer == 1 && facts["exam"]?.string == statement.exam.rawValue)
            #expect(act.subjects.contains(Subject(.exam, statement.exam)))
            // The code of one statement signs no other, and none signs twice.
            let actor = try await gateway.actor(person)
            _ = try await gateway.people.training.askToSign(statement.exam, channel: .email, by: actor)
            await #expect(throws: PeopleError(.conflict, "")) {
                _ = try await gateway.people.training.sign(statement.exam, code: try gateway.lastCode(), by: actor)
            }
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-109 the whole proof of a training comes in one call`(backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            gateway.mail.alwaysAccepts()
            let person = try await gateway.employee()
            let other = try await gateway.employee("李四", id: "p-lisi")
            let statement = try await gateway.train(person, in: "performance-management")
            try await gateway.sequence()
            let desk = gateway.people.training
            let proof = try await desk.proof(of: person, in: Self.policy, by: .hr)
            let part = try #require(proof.versions.first)
            #expect(part.policy.title == "绩效管理制度" && part.viewing?.completedAt != nil)
            #expect(part.exams.map(\.score) == [100] && part.statement == statement)
            #expect(
                proof.acts.map(\.entry.event) == [.courseWatched, .examStarted, .examSubmitted, .policyStatementSigned])
            #expect(proof.acts.allSatisfy { $0.entry.leafIndex != nil && $0.entry.body != nil })
            #expect(try await desk.proof(of: other, in: Self.policy, by: .hr).versions.isEmpty)
            let stranger = try await gateway.actor(other)
            await #expect(throws: PeopleError(.forbidden, "")) {
                _ = try await desk.proof(of: person, in: Self.policy, by: stranger)
            }
        }
    }

    @Test(arguments: Backend.allCases)
    func `F49 two players, two hands and two editors at once make one of each`(backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            gateway.mail.alwaysAccepts()
            let person = try await gateway.employee()
            let published = await Self.together(2) { try await gateway.publish("performance-management") }
            #expect(published == 1)
            #expect(try await gateway.people.training.policies(by: .hr).count == 1)
            let actor = try await gateway.actor(person)
            let desk = gateway.people.training
            _ = try await desk.beginCourse(Self.policy, by: actor)
            gateway.clock.advance(by: .seconds(20))
            _ = await Self.together(4) { try await desk.report(Self.policy, atSeconds: 20, by: actor) }
            let watched = try await desk.beginCourse(Self.policy, by: actor).resumeAtSeconds
            #expect(watched == 20, "four players at once are credited the time of one")
            try await gateway.watch(Self.policy, by: actor)
            let exam = try await desk.beginExam(Self.policy, by: actor)
            let answers = exam.questions.map(\.answer)
            let handedIn = await Self.together(3) { try await desk.submit(exam.id, answers: answers, by: actor) }
            #expect(handedIn == 1)
        }
    }

    /// How many of so many who do the same at once succeed.
    static func together<T: Sendable>(_ count: Int, _ body: @escaping @Sendable () async throws -> T) async -> Int {
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<count { group.addTask { await (try? body()) != nil } }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
    }

    @Test(arguments: Backend.allCases)
    func `a policy that cannot be is refused with every place`(backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            let draft = TrainingDesk.Draft(
                title: "", text: "", effectiveOn: CivilDate(dayNumber: 20_000),
                course: Course(location: "", hash: SHA256.hash([UInt8]()), seconds: 3),
                exam: ExamPlan(
                    questions: [Question(id: "a", text: "?", options: ["x", "x"], answer: 2)], asked: 2, passMark: 101))
            let error = try await #require(throws: PeopleError.self) {
                _ = try await gateway.people.training.publish(PolicyID("绩效"), draft, by: .hr)
            }
            #expect(
                error.faults.map(\.field) == [
                    "policy", "title", "text", "course.location", "course.seconds", "exam.asked", "exam.passMark",
                    "exam.questions[0].options", "exam.questions[0].answer",
                ])
            #expect(try await gateway.people.training.policies(by: .hr) == [])
            let person = try await gateway.employee()
            let actor = try await gateway.actor(person)
            await #expect(throws: PeopleError(.forbidden, "")) {
                _ = try await gateway.people.training.publish(PolicyID("x"), draft, by: actor)
            }
        }
    }
}
