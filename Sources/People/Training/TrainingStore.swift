import Evidence
import Notices

/// Reads policies and who was trained in them.
public protocol TrainingReader: Sendable {
    /// Every version of every policy, or of one, by policy and version.
    func policies(_ policy: PolicyID?) async throws -> [PolicyVersion]
    /// How far a person watched the courses of a policy.
    func viewings(of person: PersonID, policy: PolicyID) async throws -> [Viewing]
    /// One sitting.
    func exam(_ id: ExamID) async throws -> ExamSitting?
    /// Every sitting of a person, on one policy where it is named, the oldest first.
    func exams(of person: PersonID, policy: PolicyID?) async throws -> [ExamSitting]
    /// Every statement a person has signed, the oldest first.
    func statements(of person: PersonID) async throws -> [PolicyStatement]
}

/// Keeps policies and training; each verb is one transaction of state and acts.
public protocol TrainingStore: TrainingReader {
    /// Publishes a version; false if somebody else published that version first.
    func publish(_ version: PolicyVersion, acts: [Act]) async throws -> Bool
    /// Begins a viewing; changes nothing if there is one.
    func begin(_ viewing: Viewing) async throws
    /// Replaces a viewing if it is still the one that was seen; false if another report came between.
    func advance(_ viewing: Viewing, from seen: Viewing, acts: [Act]) async throws -> Bool
    /// Opens a sitting.
    func open(_ exam: ExamSitting, acts: [Act]) async throws
    /// Hands a sitting in; false if it was handed in before.
    func submit(_ exam: ExamSitting, acts: [Act]) async throws -> Bool
    /// Keeps a statement; false if the person has signed that version before.
    func sign(_ statement: PolicyStatement, acts: [Act]) async throws -> Bool
}

/// How watching is checked and exams are held: `config/rules/training.yaml`.
public struct TrainingRules: Sendable, Hashable {
    /// The longest credited time between two reports of a player.
    public let heartbeat: Duration
    /// How far a report may run ahead of the clock.
    public let tolerance: Duration
    /// How long an exam is open.
    public let examTime: Duration
    /// How many exams a person may begin in a day on one policy.
    public let examsADay: Int

    /// Reads the rules strictly.
    public init(yaml: String, file: String) throws(SourceFault) {
        let root = try YAMLNode.parse(yaml, file: file)
        let object = try root.object([
            "id", "version", "heartbeat-seconds", "tolerance-seconds", "exam-minutes", "exams-a-day",
        ])
        func number(_ key: String, _ range: ClosedRange<Int>) throws(SourceFault) -> Int {
            let node = try object.need(key, root)
            let value = try node.integer()
            guard range.contains(value) else {
                throw node.fault("\(value) is not from \(range.lowerBound) to \(range.upperBound)")
            }
            return value
        }
        _ = try object.need("id", root).string()
        _ = try number("version", 1...1_000_000)
        heartbeat = .seconds(try number("heartbeat-seconds", 5...120))
        tolerance = .seconds(try number("tolerance-seconds", 0...30))
        examTime = .seconds(try number("exam-minutes", 5...600) * 60)
        examsADay = try number("exams-a-day", 1...20)
    }
}

extension EvidenceEvent {
    /// A version of a policy was published with its course and exam.
    public static let policyPublished = EvidenceEvent(rawValue: "PolicyPublished")
    /// A player reported from a place that it cannot have reached by playing.
    public static let courseSkipped = EvidenceEvent(rawValue: "CourseSkipped")
    /// A course was watched to its end.
    public static let courseWatched = EvidenceEvent(rawValue: "CourseWatched")
    /// An exam was begun.
    public static let examStarted = EvidenceEvent(rawValue: "ExamStarted")
    /// An exam was handed in and scored.
    public static let examSubmitted = EvidenceEvent(rawValue: "ExamSubmitted")
    /// A person signed that they read and understood a policy.
    public static let policyStatementSigned = EvidenceEvent(rawValue: "PolicyStatementSigned")
}
