import Evidence
import Notices

/// What a change of the state of employment opens and closes (S-82, S-87).
///
/// It is worked out from ``AccessPolicy`` itself, so that evidence and enforcement cannot say different things.
struct PermissionChange: Sendable, Hashable {
    let person: PersonID
    let from: EmploymentState?
    let to: EmploymentState?
    let closed: [Permission]
    let opened: [Permission]
    let reason: String
    let trigger: String
    let triggeredAt: Timestamp

    /// Nil when the two states allow the same.
    init?(of person: PersonID, from: EmploymentState, to: EmploymentState, trigger: String, triggeredAt: Timestamp) {
        let (before, after) = (AccessPolicy.closed(in: from), AccessPolicy.closed(in: to))
        guard before != after else { return nil }
        self.person = person
        self.from = from
        self.to = to
        closed = after.subtracting(before).sorted { $0.rawValue < $1.rawValue }
        opened = before.subtracting(after).sorted { $0.rawValue < $1.rawValue }
        reason = AccessPolicy.reason(for: to)
        self.trigger = trigger
        self.triggeredAt = triggeredAt
    }
}

extension ActRecorder {
    /// The act of a change of permissions: who, why, how far the handover had come, and how long it took (S-87, S-88).
    func act(
        _ change: PermissionChange, progress: HandoverProgress?, closedAt: Timestamp, by actor: Actor
    ) throws -> Act {
        try act(
            .permissionsChanged, by: actor, about: [.employee(change.person)],
            [
                "closed": .array(change.closed.map { .string($0.rawValue) }),
                "opened": .array(change.opened.map { .string($0.rawValue) }), "reason": .string(change.reason),
                "trigger": .string(change.trigger),
                "handover": progress.facts,
            ].merging(Self.span(from: change.triggeredAt, to: closedAt)) { first, _ in first })
    }

    /// From the trigger to the closure, in seconds with their fraction.
    static func span(from trigger: Timestamp, to closedAt: Timestamp) -> [String: JSONValue] {
        let micros = max(0, closedAt.microseconds - trigger.microseconds)
        return [
            "triggeredAt": .string(trigger.rfc3339), "closedAt": .string(closedAt.rfc3339),
            "seconds": .number(Double(micros / 1000) / 1000),
        ]
    }
}

extension HandoverProgress? {
    /// How it stands in acts.
    var facts: JSONValue {
        map { ["done": .integer(Int64($0.done)), "total": .integer(Int64($0.total))] } ?? .null
    }
}

extension AccessPolicy {
    /// What a state of employment takes away from everybody, whatever their roles.
    static func closed(in state: EmploymentState) -> Set<Permission> {
        let actor = Actor(principal: .songda, roles: [], state: state)
        return Set(Permission.allCases.filter { employmentRefusal(actor, $0) != nil })
    }

    /// Why a state takes it away, as acts say it.
    static func reason(for state: EmploymentState) -> String {
        switch state {
        case .resigned, .handover: "防止客户资源流失：已提出离职，停止新增客户、修改客户资料和发起新订单，既有工作可以完成并交接"
        case .left: "劳动关系已结束，收回全部权限"
        case .suspended: "劳动合同暂停履行，仅保留查阅本人材料、签署和申诉"
        case .onboarding, .active: "在职，恢复岗位权限"
        }
    }
}
