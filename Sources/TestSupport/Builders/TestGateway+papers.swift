import Evidence
import Notices
import People

extension TestGateway {
    /// The code that the relay was last given.
    public func lastCode() throws -> String {
        let words = mail.parcels.last?.content.emailMarkdown ?? ""
        let digits = words.filter { $0.isASCII && $0.isNumber }
        guard digits.count >= 6 else { throw TestSupportError("the last mail carries no code: \(words.prefix(80))") }
        return String(digits.prefix(6))
    }

    /// Has the person sign an agreement, as they would.
    @discardableResult
    public func sign(_ agreement: Agreement) async throws -> Agreement {
        let actor = try await actor(agreement.person)
        _ = try await people.agreements.document(of: agreement.id, by: actor)
        _ = try await people.agreements.askToSign(agreement.id, channel: .email, by: actor)
        return try await people.agreements.sign(
            agreement.id, code: try lastCode(), documentHash: agreement.documentHash, intent: agreement.intent,
            by: actor)
    }

    /// Publishes a policy with a course of a minute and an exam of two questions.
    @discardableResult
    public func publish(
        _ policy: String, title: String = "绩效管理制度", effectiveOn: CivilDate? = nil, seconds: Int = 60, passMark: Int = 60
    ) async throws -> PolicyVersion {
        try await people.training.publish(
            PolicyID(policy),
            TrainingDesk.Draft(
                title: title, text: "第一条 绩效得分低于六十分的，当月绩效减半。",
                effectiveOn: effectiveOn ?? CivilDate(inChina: clock.now), procedure: "2026年10月8日职工代表大会讨论通过",
                course: Course(
                    location: "/media/\(policy).mp4", hash: SHA256.hash(Array(policy.utf8)), seconds: seconds),
                exam: ExamPlan(
                    questions: [
                        Question(id: "q1", text: "低于多少分减半？", options: ["五十", "六十"], answer: 1),
                        Question(id: "q2", text: "减半的是哪个月？", options: ["当月", "下月"], answer: 0),
                    ], asked: 2, passMark: passMark)), by: .hr)
    }

    /// Plays the course of a policy to its end, reporting as a player does.
    public func watch(_ policy: PolicyID, by actor: Actor) async throws {
        var progress = try await people.training.beginCourse(policy, by: actor)
        while progress.viewing.completedAt == nil {
            let next = min(progress.resumeAtSeconds + 15, progress.version.course.seconds)
            clock.advance(by: .seconds(next - progress.resumeAtSeconds))
            progress = try await people.training.report(policy, atSeconds: next, by: actor)
        }
    }

    /// Trains a person in a policy from the first second to the signed statement.
    @discardableResult
    public func train(
        _ person: PersonID, in policy: String, publishes: Bool = true
    ) async throws -> PolicyStatement {
        if publishes { try await publish(policy) }
        let actor = try await actor(person)
        try await watch(PolicyID(policy), by: actor)
        let exam = try await people.training.beginExam(PolicyID(policy), by: actor)
        _ = try await people.training.submit(exam.id, answers: exam.questions.map(\.answer), by: actor)
        _ = try await people.training.askToSign(exam.id, channel: .email, by: actor)
        return try await people.training.sign(exam.id, code: try lastCode(), by: actor)
    }
}
