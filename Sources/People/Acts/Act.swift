import Evidence
import Notices

/// Something done or observed in the HR core that may matter in a dispute: a signed entry and what it is about.
///
/// A store takes acts with the state they belong to and writes both in one transaction, or neither.
public struct Act: Sendable, Hashable {
    /// The signed entry.
    public let entry: SignedEntry
    /// Everything it is about; the employee comes first where there is one.
    public let subjects: [Subject]
}

/// Signs acts.
public struct ActRecorder: Sendable {
    private let recorder: EvidenceRecorder
    private let clock: any WallClock

    /// Makes a recorder that signs with the house's key.
    public init(recorder: EvidenceRecorder, clock: any WallClock) {
        self.recorder = recorder
        self.clock = clock
    }

    /// The present moment, by the clock that stamps acts.
    var now: Timestamp { clock.now }

    /// Signs that something happened now, by our clock.
    ///
    /// The entry is sealed under the data key of the first employee among the subjects, so that it can be erased with
    /// them; an act about no employee belongs to the organisation.
    ///
    /// - Parameters:
    ///   - facts: the details; `by` and `about` are added here.
    ///   - isOurs: seal it under the organisation's key all the same, because it is about many and names nobody.
    public func act(
        _ event: EvidenceEvent, by actor: Actor, about subjects: [Subject], _ facts: [String: JSONValue] = [:],
        happenedAt: ObservedTime? = nil, isOurs: Bool = false
    ) throws -> Act {
        var all = facts
        all["by"] = actor.facts
        all["about"] = .array(subjects.map { .string($0.description) })
        let owner = isOurs ? nil : subjects.first { $0.kind == .employee }?.id
        let entry = try recorder.sign(
            EvidenceDraft(
                event: event, subject: EvidenceSubject(recipient: owner),
                happenedAt: happenedAt ?? ObservedTime(at: clock.now, clock: ObservedTime.ours), facts: .object(all)))
        return Act(entry: entry, subjects: subjects)
    }
}

/// An act as the store gives it back.
public struct RecordedAct: Sendable, Hashable {
    /// The entry; its body is nil once the person it was about was erased.
    public let entry: RecordedEntry
    /// When we learnt of it.
    public let learntAt: Timestamp
    /// What it is about.
    public let subjects: [Subject]

    /// Gathers it.
    public init(entry: RecordedEntry, learntAt: Timestamp, subjects: [Subject]) {
        self.entry = entry
        self.learntAt = learntAt
        self.subjects = subjects
    }
}

/// Reads what was recorded about a thing.
public protocol ActReader: Sendable {
    /// Everything recorded about a subject, oldest first.
    func acts(about subject: Subject) async throws -> [RecordedAct]
}

/// Records acts that change no state of their own.
public protocol ActStore: ActReader {
    /// Stages acts in one transaction.
    func record(_ acts: [Act]) async throws
}
