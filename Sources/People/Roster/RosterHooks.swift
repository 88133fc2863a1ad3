import Notices

/// Says what stands between a new member of staff and their first day of work (S-91).
///
/// The agreements answer it; without them the gate is open.
public protocol OnboardingGate: Sendable {
    /// The names of the mandatory agreements that the person has not signed, in words; empty when nothing is missing.
    func missingAgreements(of employee: Employee) async throws -> [String]
    /// Whether whoever was hired on this day begins with onboarding, however late they come on record.
    func bindsNewcomers(hiredOn: CivilDate) -> Bool
}

extension OnboardingGate {
    /// Only those whose first day has not come.
    public func bindsNewcomers(hiredOn: CivilDate) -> Bool { false }
}

/// A gate that stands open.
public struct OpenGate: OnboardingGate {
    /// Makes a gate.
    public init() {}
    /// Nothing is missing.
    public func missingAgreements(of employee: Employee) async throws -> [String] { [] }
}

/// Says how far a handover has come, for the acts that change a person's permissions (S-87).
public protocol HandoverProgressReader: Sendable {
    /// How much is done; nil when nothing is being handed over.
    func handoverProgress(of person: PersonID) async throws -> HandoverProgress?
}

/// How far a handover has come.
public struct HandoverProgress: Sendable, Hashable {
    /// Items that are done.
    public let done: Int
    /// All items.
    public let total: Int

    /// States a progress.
    public init(done: Int, total: Int) {
        self.done = done
        self.total = total
    }
}

/// The answer where nobody keeps handovers.
public struct NoHandover: HandoverProgressReader {
    /// Makes the answer.
    public init() {}
    /// There is none.
    public func handoverProgress(of person: PersonID) async throws -> HandoverProgress? { nil }
}

/// Tells which courses a person took, for their file (S-117).
public protocol TrainingRecordReader: Sendable {
    /// The records, oldest first.
    func trainingRecords(of person: PersonID) async throws -> [TrainingRecord]
}

/// One course that a person took.
public struct TrainingRecord: Sendable, Hashable {
    /// What the course is called, with its version where it has one.
    public let course: String
    /// The score as printed, for example `95`.
    public let score: String
    /// Whether it was passed.
    public let isPassed: Bool
    /// The day.
    public let on: CivilDate

    /// Gathers a record.
    public init(course: String, score: String, isPassed: Bool, on: CivilDate) {
        self.course = course
        self.score = score
        self.isPassed = isPassed
        self.on = on
    }
}

/// The answer where nobody keeps courses.
public struct NoTraining: TrainingRecordReader {
    /// Makes the answer.
    public init() {}
    /// There are none.
    public func trainingRecords(of person: PersonID) async throws -> [TrainingRecord] { [] }
}

/// What the roster asks of its neighbours; whoever joins fills in their part in ``PeopleDesks``.
public struct RosterHooks: Sendable {
    /// Asked before somebody's first day of work.
    public var gate: any OnboardingGate = OpenGate()
    /// Asked when permissions change.
    public var handover: any HandoverProgressReader = NoHandover()
    /// Asked when a file is read.
    public var training: any TrainingRecordReader = NoTraining()

    /// Begins with open hooks.
    public init() {}
}
