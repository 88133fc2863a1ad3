import Evidence
import Notices

extension HandoverDesk {
    /// The employment moves to its handover, and the clients to the successor; done again by the timer after a crash.
    func beginHandover(_ record: HandoverRecord, by actor: Actor) async throws {
        let handover = record.handover
        guard let successor = handover.successor, let employee = try await store.employee(handover.person) else {
            return
        }
        if employee.state == .resigned {
            do {
                _ = try await roster.move(
                    employee.number, EmploymentMove(to: .handover, on: today, reason: "工作交接开始"), by: actor)
            } catch let error as PeopleError where error.code == .conflict {
                // Somebody else has moved it; the timer looks again.
            }
        }
        guard try await !store.clients(ownedBy: handover.person, after: nil, limit: 1).isEmpty else { return }
        _ = try await clients.transferAll(
            of: handover.person, to: SuccessionPlan(successor: successor), reason: "离职交接", by: actor)
    }

    /// Takes access back once the handover is cleared, and closes the last stage (S-87, S-88).
    ///
    /// The employment goes on until its last day; access does not. The act of the freeze says how long it took.
    func recover(_ id: HandoverID, by actor: Actor) async throws -> HandoverRecord {
        let seen = try await require(id)
        try Self.require(.recovery, in: seen.handover)
        guard let employee = try await store.employee(seen.handover.person) else { return seen }
        let trigger = seen.handover.clearedAt ?? clock.now
        if employee.state != .left, employee.freezeReason != Self.recovered {
            try await access.setFreeze(
                employee.id, frozen: true, reason: Self.recovered, trigger: trigger, by: actor)
        }
        try await change(id) { record in
            try Self.require(.recovery, in: record.handover)
            let closure = record.handover.closure ?? AccessClosure(triggeredAt: trigger, closedAt: clock.now)
            var change = HandoverChange(record.handover)
            change.handover.closure = closure
            change.handover.change(.recovery) { $0.closedAt = clock.now }
            change.acts = [
                try act(.accessClosed, on: record, by: actor, closure.facts),
                try stageAct(.recovery, record, change.handover, by: actor),
            ]
            return (change, ())
        }
        return try await require(id)
    }

    /// Follows the roster: the notice was withdrawn, and the employment goes on.
    func withdraw(_ record: HandoverRecord) async throws {
        try await change(record.handover.id) { record in
            var change = HandoverChange(record.handover)
            guard !record.handover.isClosed else { return (change, ()) }
            change.handover.withdrawnAt = clock.now
            change.acts = [try act(.handoverWithdrawn, on: record, by: .songda, [:])]
            return (change, ())
        }
    }

    /// Follows the roster: both sides have agreed on another last day.
    func redate(_ record: HandoverRecord, to day: CivilDate) async throws {
        let handover = record.handover
        let lastDay = try LastDay(
            of: Departure(
                person: handover.person, kind: handover.kind, noticeOn: handover.noticeOn, lastDay: day, reason: ""),
            law: law)
        try await change(handover.id) { record in
            var change = HandoverChange(record.handover)
            change.handover.lastDay = lastDay
            change.acts = [
                try act(
                    .handoverRedated, on: record, by: .songda,
                    ["was": .string("\(record.handover.lastDay.day)"), "lastDay": .string("\(day)")])
            ]
            return (change, ())
        }
    }

    static let recovered = "工作交接已结清，权限收回"

    /// Notes that the employment has ended, with the time from the end of the last day to the closure of access.
    func noteEnd(_ record: HandoverRecord) async throws {
        let ended = try await store.acts(about: .employee(record.handover.person)).last {
            $0.entry.event == .employmentMoved
        }
        let closedAt = ended?.learntAt ?? clock.now
        try await change(record.handover.id) { record in
            var change = HandoverChange(record.handover)
            change.handover.endedAt = closedAt
            if change.handover.closure == nil {
                let trigger = min(record.handover.lastDay.day.adding(days: 1).startInChina, closedAt)
                let closure = AccessClosure(triggeredAt: trigger, closedAt: closedAt)
                change.handover.closure = closure
                var facts = closure.facts
                // Both facts stand side by side: the employment is over, the clearance may not be.
                facts["cleared"] = .bool(record.handover.clearedAt != nil)
                change.acts = [try act(.accessClosed, on: record, by: .songda, facts)]
            }
            return (change, ())
        }
    }
}

extension AccessClosure {
    /// How it stands in acts.
    var facts: [String: JSONValue] { ActRecorder.span(from: triggeredAt, to: closedAt) }
}
