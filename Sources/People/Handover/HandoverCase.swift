import Evidence
import Notices

/// The four stages of a handover (任务分配→资料提交→审核确认→权限回收); each begins when the one before is closed (S-61).
public enum HandoverStage: String, Sendable, Hashable, Codable, CaseIterable {
    /// Successor, reviewer and dates are settled.
    case assignment
    /// The leaver hands in the material.
    case submission
    /// Reviewers accept or return it, and pass the steps.
    case review
    /// Access is taken back.
    case recovery

    /// The one after it.
    public var next: HandoverStage? {
        guard let index = Self.allCases.firstIndex(of: self), index + 1 < Self.allCases.count else { return nil }
        return Self.allCases[index + 1]
    }
}

/// The three steps of the approval flow, passed in this order (客户交接→数据导出→手续办理, S-71).
public enum HandoverStep: String, Sendable, Hashable, Codable, CaseIterable {
    /// Clients are handed over (客户交接).
    case clients
    /// Documents, projects and orders are handed over (数据导出).
    case data
    /// Things are given back, accounts are settled (手续办理).
    case formalities
}

/// A stage with who sees to it and by when.
public struct StageRecord: Sendable, Hashable {
    /// Which.
    public let stage: HandoverStage
    /// Who sees to it; nil until somebody is named.
    public var owner: PersonID?
    /// The last day for it.
    public var dueOn: CivilDate
    /// When it began; nil before.
    public var startedAt: Timestamp?
    /// When it was closed; nil before.
    public var closedAt: Timestamp?

    /// Gathers it.
    public init(
        stage: HandoverStage, owner: PersonID?, dueOn: CivilDate, startedAt: Timestamp? = nil,
        closedAt: Timestamp? = nil
    ) {
        self.stage = stage
        self.owner = owner
        self.dueOn = dueOn
        self.startedAt = startedAt
        self.closedAt = closedAt
    }

    /// Whether it is under way.
    public var isOpen: Bool { startedAt != nil && closedAt == nil }
}

/// When a leaver's access should have been closed and when it was (S-88).
public struct AccessClosure: Sendable, Hashable {
    /// What called for it: the internal clearance, or the end of the last day.
    public let triggeredAt: Timestamp
    /// When it was closed.
    public let closedAt: Timestamp

    /// Gathers it.
    public init(triggeredAt: Timestamp, closedAt: Timestamp) {
        self.triggeredAt = triggeredAt
        self.closedAt = closedAt
    }

    /// Whole seconds between the two.
    public var seconds: Int64 { max(0, (closedAt.microseconds - triggeredAt.microseconds) / 1_000_000) }
}

/// One departure and its handover, without the items.
public struct HandoverCase: Sendable, Hashable {
    /// Names it.
    public let id: HandoverID
    /// Who leaves.
    public let person: PersonID
    /// Why.
    public let kind: DepartureKind
    /// The day on which the notice was received.
    public let noticeOn: CivilDate
    /// The end of the employment, as the roster has it; internal clearance never moves it.
    public var lastDay: LastDay
    /// In whose name notices go out; nil for the only entity there is.
    public let issuer: IssuerID?
    /// When the departure was recorded.
    public let openedAt: Timestamp
    /// When the list of items was ready (S-62).
    public let listedAt: Timestamp
    /// The rules that set its dates, for example `handover v1`.
    public let rules: String
    /// Who sees to it in HR.
    public var officer: PersonID
    /// Who takes the work over; nil until somebody is named.
    public var successor: PersonID?
    /// Who reviews; nil until somebody is named.
    public var reviewer: PersonID?
    /// The four stages, in order.
    public var stages: [StageRecord]
    /// When each step was passed.
    public var passed: [HandoverStep: Timestamp]
    /// When access was frozen because material was overdue.
    public var frozenAt: Timestamp?
    /// When the internal clearance was complete.
    public var clearedAt: Timestamp?
    /// When access was closed.
    public var closure: AccessClosure?
    /// When the roster was told that the employment has ended.
    public var endedAt: Timestamp?
    /// When it came to nothing because the notice was withdrawn.
    public var withdrawnAt: Timestamp?
    /// Raised by every change; whoever saw another one looks again.
    public var version: Int

    /// Gathers it.
    public init(
        id: HandoverID, person: PersonID, kind: DepartureKind, noticeOn: CivilDate, lastDay: LastDay,
        issuer: IssuerID?, openedAt: Timestamp, listedAt: Timestamp, rules: String, officer: PersonID,
        successor: PersonID?, reviewer: PersonID?, stages: [StageRecord], passed: [HandoverStep: Timestamp] = [:],
        frozenAt: Timestamp? = nil, clearedAt: Timestamp? = nil, closure: AccessClosure? = nil,
        endedAt: Timestamp? = nil, withdrawnAt: Timestamp? = nil, version: Int = 1
    ) {
        self.id = id
        self.person = person
        self.kind = kind
        self.noticeOn = noticeOn
        self.lastDay = lastDay
        self.issuer = issuer
        self.openedAt = openedAt
        self.listedAt = listedAt
        self.rules = rules
        self.officer = officer
        self.successor = successor
        self.reviewer = reviewer
        self.stages = stages
        self.passed = passed
        self.frozenAt = frozenAt
        self.clearedAt = clearedAt
        self.closure = closure
        self.endedAt = endedAt
        self.withdrawnAt = withdrawnAt
        self.version = version
    }

    /// The record of a stage.
    public func record(of stage: HandoverStage) -> StageRecord? { stages.first { $0.stage == stage } }

    /// The stage that is under way; nil when all are closed.
    public var stage: HandoverStage? { isClosed ? nil : stages.first(where: \.isOpen)?.stage }

    /// Whether nothing is left to do in it.
    public var isClosed: Bool { withdrawnAt != nil || stages.allSatisfy { $0.closedAt != nil } }

    /// Changes the record of a stage.
    mutating func change(_ stage: HandoverStage, _ body: (inout StageRecord) -> Void) {
        guard let index = stages.firstIndex(where: { $0.stage == stage }) else { return }
        body(&stages[index])
    }
}
