import Evidence
import Notices

/// How far a person has watched the course of one version of a policy.
public struct Viewing: Sendable, Hashable {
    /// Who.
    public let person: PersonID
    /// Which policy.
    public let policy: PolicyID
    /// Which version.
    public let version: Int
    /// How much was watched without a gap from the beginning.
    public let watchedMilliseconds: Int
    /// When the player last reported.
    public let lastReportAt: Timestamp
    /// How often it reported from a place that it cannot have reached by playing.
    public let skips: Int
    /// When the whole was watched; nil before.
    public let completedAt: Timestamp?

    /// Describes a viewing.
    public init(
        person: PersonID, policy: PolicyID, version: Int, watchedMilliseconds: Int, lastReportAt: Timestamp, skips: Int,
        completedAt: Timestamp?
    ) {
        self.person = person
        self.policy = policy
        self.version = version
        self.watchedMilliseconds = watchedMilliseconds
        self.lastReportAt = lastReportAt
        self.skips = skips
        self.completedAt = completedAt
    }

    /// The whole percents watched; 100 only when it was watched to the end.
    public func percent(of course: Course) -> Int { min(100, watchedMilliseconds / (course.seconds * 10)) }
}

/// One sitting of an exam.
public struct ExamSitting: Sendable, Hashable {
    /// Names it.
    public let id: ExamID
    /// Who sits it.
    public let person: PersonID
    /// On which policy.
    public let policy: PolicyID
    /// On which version.
    public let version: Int
    /// The questions that were asked, with their options and the right ones.
    public let questions: [Question]
    /// The score that passes.
    public let passMark: Int
    /// When it was begun.
    public let startedAt: Timestamp
    /// When it closes.
    public let closesAt: Timestamp
    /// What was answered; nil before.
    public let answers: [Int]?
    /// Whole percents of right answers; nil before.
    public let score: Int?
    /// When it was handed in; nil before.
    public let submittedAt: Timestamp?

    /// Gathers a sitting.
    public init(
        id: ExamID, person: PersonID, policy: PolicyID, version: Int, questions: [Question], passMark: Int,
        startedAt: Timestamp, closesAt: Timestamp, answers: [Int]? = nil, score: Int? = nil,
        submittedAt: Timestamp? = nil
    ) {
        self.id = id
        self.person = person
        self.policy = policy
        self.version = version
        self.questions = questions
        self.passMark = passMark
        self.startedAt = startedAt
        self.closesAt = closesAt
        self.answers = answers
        self.score = score
        self.submittedAt = submittedAt
    }

    /// Whether it was handed in and passed.
    public var isPassed: Bool { score.map { $0 >= passMark } ?? false }

    /// The sitting with answers; whole percents, rounded down, so that nobody passes by rounding.
    public func handedIn(_ answers: [Int], at moment: Timestamp) -> ExamSitting {
        let right = zip(questions, answers).filter { $0.answer == $1 }.count
        return ExamSitting(
            id: id, person: person, policy: policy, version: version, questions: questions, passMark: passMark,
            startedAt: startedAt, closesAt: closesAt, answers: answers, score: right * 100 / questions.count,
            submittedAt: moment)
    }
}

/// The signed statement of a person that they read and understood a policy.
public struct PolicyStatement: Sendable, Hashable {
    /// Who.
    public let person: PersonID
    /// Which policy.
    public let policy: PolicyID
    /// Which version.
    public let version: Int
    /// The first day of that version.
    public let effectiveOn: CivilDate
    /// The exam it rests on.
    public let exam: ExamID
    /// When it was signed.
    public let signedAt: Timestamp
    /// The exact words and what they are bound to, as canonical JSON.
    public let content: [UInt8]
    /// How the person was identified.
    public let proof: SignatureProof
    /// The statement as a document with the company's seal.
    public let document: SealedNotice

    /// Gathers a statement.
    public init(
        person: PersonID, policy: PolicyID, version: Int, effectiveOn: CivilDate, exam: ExamID, signedAt: Timestamp,
        content: [UInt8], proof: SignatureProof, document: SealedNotice
    ) {
        self.person = person
        self.policy = policy
        self.version = version
        self.effectiveOn = effectiveOn
        self.exam = exam
        self.signedAt = signedAt
        self.content = content
        self.proof = proof
        self.document = document
    }
}

/// Everything on record about a person's training in one policy (S-109).
public struct TrainingProof: Sendable {
    /// Every version in which they were trained, the oldest first.
    public let versions: [Part]
    /// Every act about the person and this policy, with its place in the log.
    public let acts: [RecordedAct]

    /// One version.
    public struct Part: Sendable {
        /// The policy as it was.
        public let policy: PolicyVersion
        /// How far the course was watched; nil when it was never begun.
        public let viewing: Viewing?
        /// Every sitting.
        public let exams: [ExamSitting]
        /// The signed statement; nil before.
        public let statement: PolicyStatement?
    }
}
