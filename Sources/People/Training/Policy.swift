import Evidence
import Notices

/// Names one policy of the company over all its versions, for example `performance-management`.
public struct PolicyID: Identifier {
    /// The identifier as text.
    public let rawValue: String
    /// Wraps a string that is known to name a policy.
    public init(rawValue: String) { self.rawValue = rawValue }
}

/// Names one sitting of an exam.
public struct ExamID: Identifier {
    /// The identifier as text.
    public let rawValue: String
    /// Wraps a string that is known to name a sitting.
    public init(rawValue: String) { self.rawValue = rawValue }
}

extension Subject.Kind {
    /// A policy of the company.
    public static let policy = Subject.Kind(rawValue: "policy")
    /// A sitting of an exam.
    public static let exam = Subject.Kind(rawValue: "exam")
}

/// One version of a policy (规章制度) with its course and its exam; it never changes once published.
public struct PolicyVersion: Sendable, Hashable {
    /// The policy.
    public let policy: PolicyID
    /// The version, counted from 1.
    public let version: Int
    /// Its title without book title marks: `绩效管理制度`.
    public let title: String
    /// The full text, Markdown.
    public let text: String
    /// SHA-256 of the text.
    public let textHash: Digest
    /// The first day it holds.
    public let effectiveOn: CivilDate
    /// How it was discussed with the staff before it was decided (劳动合同法 第四条); empty when nothing is on record.
    public let procedure: String
    /// What must be watched.
    public let course: Course
    /// What must be answered.
    public let exam: ExamPlan
    /// When it was published.
    public let publishedAt: Timestamp

    /// Gathers a version.
    public init(
        policy: PolicyID, version: Int, title: String, text: String, effectiveOn: CivilDate, procedure: String,
        course: Course, exam: ExamPlan, publishedAt: Timestamp
    ) {
        self.policy = policy
        self.version = version
        self.title = title
        self.text = text
        textHash = SHA256.hash(Array(text.utf8))
        self.effectiveOn = effectiveOn
        self.procedure = procedure
        self.course = course
        self.exam = exam
        self.publishedAt = publishedAt
    }

    /// What the person signs: `我已阅读并理解《绩效管理制度》`.
    public func statement(_ language: NoticeLanguage) -> String {
        switch language {
        case .chinese: "我已阅读并理解《\(title)》"
        case .english: "I have read and understood \"\(title)\""
        }
    }
}

/// The video of a policy.
public struct Course: Sendable, Hashable, Codable {
    /// Where the player finds it, a path or an address.
    public let location: String
    /// SHA-256 of the file, so that it can be shown what was watched.
    public let hash: Digest
    /// How long it is.
    public let seconds: Int

    /// Describes a video.
    public init(location: String, hash: Digest, seconds: Int) {
        self.location = location
        self.hash = hash
        self.seconds = seconds
    }
}

/// The questions of a policy and what it takes to pass.
public struct ExamPlan: Sendable, Hashable, Codable {
    /// The bank, from which each sitting draws.
    public let questions: [Question]
    /// How many are drawn.
    public let asked: Int
    /// The score that passes, of 100.
    public let passMark: Int

    /// Describes an exam.
    public init(questions: [Question], asked: Int, passMark: Int) {
        self.questions = questions
        self.asked = asked
        self.passMark = passMark
    }
}

/// A question with its options, one of which is right.
public struct Question: Sendable, Hashable, Codable {
    /// Names it in the bank.
    public let id: String
    /// What is asked.
    public let text: String
    /// What can be answered.
    public let options: [String]
    /// The place of the right option, counted from 0.
    public let answer: Int

    /// Describes a question.
    public init(id: String, text: String, options: [String], answer: Int) {
        self.id = id
        self.text = text
        self.options = options
        self.answer = answer
    }
}
