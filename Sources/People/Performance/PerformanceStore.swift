import Evidence
import Notices

/// The figures of a month.
public struct PerformanceMonth: Sendable, Hashable {
    /// The month.
    public let month: Month
    /// How much of the target was reached, in per cent.
    public let completion: Hundredths?
    /// The approved score, of 100.
    public let score: Hundredths?
    /// The system that reported it.
    public let source: String
    /// When we learnt it.
    public let recordedAt: Timestamp

    /// States figures.
    public init(month: Month, completion: Hundredths?, score: Hundredths?, source: String, recordedAt: Timestamp) {
        self.month = month
        self.completion = completion
        self.score = score
        self.source = source
        self.recordedAt = recordedAt
    }
}

/// What rules and lists ask of performance.
public protocol PerformanceReader: Sendable {
    /// One goal.
    func goal(_ id: GoalID) async throws -> Goal?
    /// The goals of a person, of one period where given.
    func goals(of person: PersonID, period: String?) async throws -> [Goal]
    /// The progress of a goal, oldest first.
    func progress(of goal: GoalID) async throws -> [Goal.Progress]
    /// The figures of these people in a span of months.
    func performance(of people: [PersonID], from: Month, to: Month) async throws -> [PersonID: [Month:
        PerformanceMonth]]
    /// Who in these units was below a completion in a month, a page at a time by number.
    func belowTarget(
        _ percent: Hundredths, in month: Month, units: Set<UnitID>?, after number: String?, limit: Int
    ) async throws -> [(employee: Employee, completion: Hundredths)]
    /// One review.
    func review(_ id: ReviewID) async throws -> Review?
    /// The reviews of a person, oldest first.
    func reviews(of person: PersonID) async throws -> [Review]
    /// A version of a review that counts no more, or the one that does.
    func version(_ number: Int, of review: ReviewID) async throws -> Review.Version?
}

/// A line of an import of goal progress.
public struct ProgressLine: Sendable, Hashable {
    /// Which goal.
    public let goal: GoalID
    /// How far it stands.
    public let progress: Goal.Progress

    /// Describes a line.
    public init(goal: GoalID, progress: Goal.Progress) {
        self.goal = goal
        self.progress = progress
    }
}

/// Performance as it is written; each verb is one transaction, and the state decides between two who act at once.
public protocol PerformanceStore: PerformanceReader {
    /// Writes a draft down, or replaces one; signatures given before are void.
    func save(_ goal: Goal, acts: [Act]) async throws -> Bool
    /// Records a signature on exactly this content; the goal becomes active with the second. False if it changed meanwhile.
    func sign(_ goal: GoalID, hash: Digest, asManager: Bool, by: String, at: Timestamp, acts: [Act]) async throws
        -> Bool
    /// Withdraws a goal.
    func withdraw(_ goal: GoalID, from: Goal.State, acts: [Act]) async throws -> Bool
    /// Adds progress; the same goal, source and time counts once. Returns how many were new.
    func record(_ progress: [ProgressLine], receivedAt: Timestamp, acts: [Act]) async throws -> Int
    /// Sets the completion of months.
    func record(_ months: [PersonID: [PerformanceMonth]], acts: [Act]) async throws
    /// Begins a review with its first version; false if the period has one.
    func begin(_ review: Review, at: Timestamp, acts: [Act]) async throws -> Bool
    /// Moves a review on if it still stands where the caller saw it, in the version they saw.
    func move(_ review: ReviewID, _ step: ReviewStep, acts: [Act]) async throws -> Bool
}

/// One step of a review.
public struct ReviewStep: Sendable {
    /// Where the caller saw it.
    public let from: Review.State
    /// The version the caller saw.
    public let version: Int
    /// What happens.
    public let kind: Kind
    /// Whose review it is; texts are sealed under their key.
    public let person: PersonID
    /// When.
    public let at: Timestamp

    /// What can happen to a review.
    public enum Kind: Sendable {
        case confirm
        case appeal(Review.Appeal)
        /// Ends the appeal; with a next version it was upheld.
        case decide(appeal: String, decision: String, next: Review.Version?, by: String)
        /// Writes the score into the person's figures in the same transaction.
        case approve(by: String, month: Month, score: Hundredths)
        case sign(Review.Signature)
    }
}
