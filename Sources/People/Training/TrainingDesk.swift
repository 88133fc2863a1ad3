import Evidence
import Notices

/// Publishes policies, checks that courses are watched, holds exams and takes the signed statement.
///
/// The order cannot be turned around: no exam before the course was watched to its end, no statement before the exam was
/// passed, and everything is bound to one version of the policy.
public struct TrainingDesk: Sendable {
    let store: any TrainingStore
    let roster: any RosterReader
    let log: any ActReader
    let signing: SignatureDesk
    let acts: ActRecorder
    let clock: any WallClock
    let rules: TrainingRules

    /// What is to be published.
    public struct Draft: Sendable {
        /// Its title.
        public var title: String
        /// The full text.
        public var text: String
        /// The first day it holds.
        public var effectiveOn: CivilDate
        /// How it was discussed with the staff.
        public var procedure: String
        /// The video.
        public var course: Course
        /// The exam.
        public var exam: ExamPlan

        /// Drafts a version.
        public init(
            title: String, text: String, effectiveOn: CivilDate, procedure: String = "", course: Course, exam: ExamPlan
        ) {
            self.title = title
            self.text = text
            self.effectiveOn = effectiveOn
            self.procedure = procedure
            self.course = course
            self.exam = exam
        }
    }

    /// Publishes the next version of a policy (S-105).
    public func publish(_ policy: PolicyID, _ draft: Draft, by actor: Actor) async throws -> PolicyVersion {
        try AccessPolicy.require(.manageTraining, actor)
        let known = try await store.policies(policy)
        try PeopleError.check(Self.faults(policy, draft, after: known.last), "the policy was not published")
        let version = PolicyVersion(
            policy: policy, version: (known.last?.version ?? 0) + 1, title: draft.title, text: draft.text,
            effectiveOn: draft.effectiveOn, procedure: draft.procedure, course: draft.course, exam: draft.exam,
            publishedAt: clock.now)
        let act = try acts.act(
            .policyPublished, by: actor, about: [Subject(.policy, policy)],
            [
                "policy": .string(policy.rawValue), "version": .integer(Int64(version.version)),
                "title": .string(draft.title), "textHash": .string(version.textHash.hex),
                "effectiveOn": .string(draft.effectiveOn.description), "procedure": .string(draft.procedure),
                "video": .string(draft.course.hash.hex), "seconds": .integer(Int64(draft.course.seconds)),
                "passMark": .integer(Int64(draft.exam.passMark)),
            ])
        guard try await store.publish(version, acts: [act]) else {
            throw PeopleError(
                .conflict, "version \(version.version) of \(policy) was published by somebody else just now; look at it"
            )
        }
        return version
    }

    /// Every version of every policy, or of one.
    public func policies(_ policy: PolicyID? = nil, by actor: Actor) async throws -> [PolicyVersion] {
        _ = try AccessPolicy.require(anyReach: .viewTraining, actor)
        return try await store.policies(policy)
    }

    /// The version to be trained in: the newest that holds on this day, or the first that will.
    func current(_ policy: PolicyID) async throws -> PolicyVersion {
        let versions = try await store.policies(policy)
        let today = CivilDate(inChina: clock.now)
        guard let found = versions.last(where: { $0.effectiveOn <= today }) ?? versions.first else {
            throw PeopleError(.notFound, "there is no policy \"\(policy.rawValue.prefix(60))\"")
        }
        return found
    }

    /// The person behind an actor who is trained.
    func learner(_ actor: Actor) throws -> PersonID {
        guard let person = actor.person else {
            throw PeopleError(.forbidden, "only a member of staff is trained; use a key with the scope staff")
        }
        try AccessPolicy.require(.train, actor, owner: person)
        return person
    }

    /// Everything on record about a person's training in a policy, in one call (S-109).
    public func proof(of person: PersonID, in policy: PolicyID, by actor: Actor) async throws -> TrainingProof {
        let employee = try await roster.require(person)
        try AccessPolicy.require(.viewTraining, actor, owner: person, unit: employee.unit)
        let viewings = try await store.viewings(of: person, policy: policy)
        let exams = try await store.exams(of: person, policy: policy)
        let statements = try await store.statements(of: person).filter { $0.policy == policy }
        let parts = try await store.policies(policy).compactMap { version -> TrainingProof.Part? in
            let part = TrainingProof.Part(
                policy: version, viewing: viewings.first { $0.version == version.version },
                exams: exams.filter { $0.version == version.version },
                statement: statements.first { $0.version == version.version })
            return part.viewing == nil && part.exams.isEmpty && part.statement == nil ? nil : part
        }
        let about = Subject(.policy, policy)
        return TrainingProof(
            versions: parts, acts: try await log.acts(about: .employee(person)).filter { $0.subjects.contains(about) })
    }

    // MARK: What a version must be

    private static func faults(
        _ policy: PolicyID, _ draft: Draft, after last: PolicyVersion?
    ) -> [PeopleError.Fault] {
        var faults: [PeopleError.Fault] = []
        func check(_ isFine: Bool, _ field: String, _ message: Sentence) {
            if !isFine { faults.append(.init(field: field, message: message)) }
        }
        let name = policy.rawValue.utf8
        check(
            (1...60).contains(name.count)
                && name.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D },
            "policy", "\"\(policy.rawValue.prefix(60))\" is not made of lower-case letters, digits and hyphens")
        check(!draft.title.isEmpty && draft.title.utf8.count <= 200, "title", "write 1 to 200 bytes")
        check(!draft.text.isEmpty && draft.text.utf8.count <= 500_000, "text", "write 1 to 500000 bytes")
        check(draft.procedure.utf8.count <= 5000, "procedure", "write at most 5000 bytes")
        check(!draft.course.location.isEmpty, "course.location", "say where the video is")
        check(
            (10...14_400).contains(draft.course.seconds), "course.seconds",
            "\(draft.course.seconds) is not from 10 to 14400; give the length of the video")
        let exam = draft.exam
        check((1...500).contains(exam.questions.count), "exam.questions", "write 1 to 500 questions")
        check(
            exam.asked >= 1 && exam.asked <= exam.questions.count, "exam.asked",
            "\(exam.asked) of \(exam.questions.count) questions cannot be asked; ask 1 to \(exam.questions.count)")
        check((1...100).contains(exam.passMark), "exam.passMark", "\(exam.passMark) is not from 1 to 100")
        check(Set(exam.questions.map(\.id)).count == exam.questions.count, "exam.questions", "two bear the same id")
        for (index, question) in exam.questions.enumerated() {
            let place = "exam.questions[\(index)]"
            check(!question.id.isEmpty && !question.text.isEmpty, place, "needs an id and a text")
            check(
                (2...10).contains(question.options.count) && Set(question.options).count == question.options.count,
                "\(place).options", "write 2 to 10 different options")
            check(
                question.options.indices.contains(question.answer), "\(place).answer",
                "\(question.answer) is none of the options, which are counted from 0")
        }
        if let last {
            check(
                draft.effectiveOn > last.effectiveOn, "effectiveOn",
                "\(draft.effectiveOn) is not after \(last.effectiveOn), the first day of version \(last.version)")
        }
        return faults
    }
}
