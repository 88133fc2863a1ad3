import Evidence
import Notices

/// Who takes part in a handover from now on, and by when; nil leaves a thing as it is.
public struct HandoverAssignment: Sendable, Hashable {
    /// Who takes the work over.
    public var successor: PersonID?
    /// Who reviews.
    public var reviewer: PersonID?
    /// Who sees to it in HR.
    public var officer: PersonID?
    /// The last day for stages.
    public var due: [HandoverStage: CivilDate]

    /// States an assignment.
    public init(
        successor: PersonID? = nil, reviewer: PersonID? = nil, officer: PersonID? = nil,
        due: [HandoverStage: CivilDate] = [:]
    ) {
        self.successor = successor
        self.reviewer = reviewer
        self.officer = officer
        self.due = due
    }
}

extension HandoverDesk {
    /// Names successor, reviewer and officer, and sets dates.
    public func assign(_ id: HandoverID, _ new: HandoverAssignment, by actor: Actor) async throws -> HandoverRecord {
        try AccessPolicy.require(.manageDepartures, actor)
        try await change(id) { record in
            guard record.handover.clearedAt == nil else {
                throw PeopleError(.conflict, "the handover is cleared; nobody is assigned any more")
            }
            try await check(new, for: record.handover)
            var change = HandoverChange(record.handover)
            change.handover.successor = new.successor ?? record.handover.successor
            change.handover.reviewer = new.reviewer ?? record.handover.reviewer
            change.handover.officer = new.officer ?? record.handover.officer
            for (stage, day) in new.due { change.handover.change(stage) { $0.dueOn = day } }
            let (officer, reviewer) = (change.handover.officer, change.handover.reviewer)
            change.handover.change(.assignment) { $0.owner = officer }
            change.handover.change(.review) { $0.owner = reviewer }
            change.handover.change(.recovery) { $0.owner = officer }
            if let day = new.due[.submission] {
                change.items = record.items.filter { !$0.isClosed }.map { item in
                    var item = item
                    item.dueOn = day
                    return item
                }
            }
            change.acts = [
                try act(
                    .handoverAssigned, on: record, by: actor,
                    [
                        "successor": change.handover.successor.map { .string($0.rawValue) } ?? .null,
                        "reviewer": change.handover.reviewer.map { .string($0.rawValue) } ?? .null,
                        "officer": .string(change.handover.officer.rawValue),
                        "due": .object(
                            Dictionary(
                                change.handover.stages.map { ($0.stage.rawValue, .string("\($0.dueOn)")) },
                                uniquingKeysWith: { first, _ in first })),
                    ])
            ]
            return (change, ())
        }
        return try await require(id)
    }

    private func check(_ new: HandoverAssignment, for handover: HandoverCase) async throws {
        var faults: [PeopleError.Fault] = []
        for (field, person) in [("successor", new.successor), ("reviewer", new.reviewer), ("officer", new.officer)] {
            if let person, let message = try await unfit(person, toTakeFrom: handover.person) {
                faults.append(.init(field: field, message: message))
            }
        }
        if let successor = new.successor ?? handover.successor, successor == new.reviewer ?? handover.reviewer {
            faults.append(
                .init(
                    field: "reviewer",
                    message:
                        "\"\(successor.rawValue.prefix(40))\" takes the work over and cannot review it too; name two"
                ))
        }
        if let successor = new.successor, let person = try await directory.recipients([successor])[successor],
            person.address(for: .sms) == nil || person.address(for: .email) == nil
        {
            faults.append(
                .init(
                    field: "successor",
                    message:
                        "\"\(successor.rawValue.prefix(40))\" has no telephone or mailbox that clients could be told; add both"
                ))
        }
        var last = handover.noticeOn
        for stage in handover.stages {
            let day = new.due[stage.stage] ?? stage.dueOn
            if day < last {
                faults.append(
                    .init(
                        field: "due.\(stage.stage.rawValue)", message: "\(day) is before \(last); put the days in order"
                    ))
            }
            last = max(last, day)
        }
        try PeopleError.check(faults, "the handover was not assigned")
    }

    /// Closes the stage that is under way, and begins the next (S-61).
    ///
    /// A stage closes only when what it is for is done: so the next cannot begin before.
    public func close(_ stage: HandoverStage, of id: HandoverID, by actor: Actor) async throws -> HandoverRecord {
        let seen = try await require(id)
        try await requireOwner(of: stage, seen.handover, actor)
        if stage == .recovery { return try await recover(id, by: actor) }
        try await change(id) { record in
            try Self.require(stage, in: record.handover)
            try requireDone(stage, record)
            var change = HandoverChange(record.handover)
            let now = clock.now
            change.handover.change(stage) { $0.closedAt = now }
            if let next = stage.next { change.handover.change(next) { $0.startedAt = now } }
            change.acts.append(try stageAct(stage, record, change.handover, by: actor))
            if stage == .review {
                change.handover.clearedAt = now
                change.acts.append(
                    try act(
                        .handoverCleared, on: record, by: actor,
                        [
                            "clearedAt": .string(now.rfc3339),
                            "statutoryLastDay": .string("\(record.handover.lastDay.day)"),
                        ]))
            }
            return (change, ())
        }
        let record = try await require(id)
        if stage == .assignment { try await beginHandover(record, by: actor) }
        return record
    }

    func stageAct(
        _ stage: HandoverStage, _ record: HandoverRecord, _ after: HandoverCase, by actor: Actor
    ) throws -> Act {
        let closed = after.record(of: stage)
        return try act(
            .handoverStageClosed, on: record, by: actor,
            [
                "stage": .string(stage.rawValue), "dueOn": closed.map { .string("\($0.dueOn)") } ?? .null,
                "owner": closed?.owner.map { .string($0.rawValue) } ?? .null,
                "next": stage.next.map { .string($0.rawValue) } ?? .null,
            ])
    }

    /// Refuses unless the stage is the one under way; says what stands before it.
    static func require(_ stage: HandoverStage, in handover: HandoverCase) throws(PeopleError) {
        guard let current = handover.stage else {
            throw PeopleError(.conflict, "every stage of the handover is closed")
        }
        guard current != stage else { return }
        guard handover.record(of: stage)?.startedAt == nil else {
            throw PeopleError(.conflict, "the stage \(stage.rawValue) is closed; \(current.rawValue) is under way")
        }
        throw PeopleError(
            .conflict, "the stage \(stage.rawValue) has not begun: \(current.rawValue) must be closed before it")
    }

    private func requireOwner(of stage: HandoverStage, _ handover: HandoverCase, _ actor: Actor) async throws {
        switch stage {
        case .assignment: try AccessPolicy.require(.manageDepartures, actor)
        case .submission:
            if actor.person == handover.person {
                try AccessPolicy.require(.submitHandover, actor, owner: handover.person)
            } else {
                try AccessPolicy.require(.manageDepartures, actor)
            }
        case .review: try await requireReviewer(of: handover, actor)
        case .recovery: try AccessPolicy.require(.freezeAccess, actor)
        }
    }

    /// The manager of the leaver's unit or HR, and never one of the two parties (S-70).
    func requireReviewer(of handover: HandoverCase, _ actor: Actor) async throws {
        let employee = try await store.require(handover.person)
        try AccessPolicy.require(.reviewHandover, actor, unit: employee.unit)
        if let person = actor.person, person == handover.person || person == handover.successor {
            throw PeopleError(.forbidden, "whoever hands over or takes over does not review; ask the unit's head or HR")
        }
    }

    private func requireDone(_ stage: HandoverStage, _ record: HandoverRecord) throws {
        switch stage {
        case .assignment:
            guard record.handover.successor != nil, record.handover.reviewer != nil else {
                throw PeopleError(.locked, "the assignment is not complete: name a successor and a reviewer")
            }
        case .submission:
            try Self.refuse(record.items.filter { $0.isOwed || ($0.isUnimported && !$0.isClosed) }, "submission")
        case .review:
            try Self.refuse(record.items.filter { !$0.isClosed }, "review")
            let left = HandoverStep.allCases.filter { record.handover.passed[$0] == nil }
            guard left.isEmpty else {
                throw PeopleError(
                    .locked,
                    "the review is not complete: \(left.map { "\($0.zh) (\($0.rawValue))" }.joined(separator: ", ")) "
                        + "not passed")
            }
        case .recovery: break
        }
    }

    private static func refuse(_ items: [HandoverItem], _ what: Sentence) throws(PeopleError) {
        guard !items.isEmpty else { return }
        throw PeopleError(
            .locked, "the \(what) is not complete: \(items.count) item(s) are open",
            faults: items.prefix(50).map { .init(field: "items.\($0.id)", message: .said($0.obstacle.zh)) })
    }

    /// Passes a step of the approval flow; the steps are passed in order (S-71).
    public func pass(_ step: HandoverStep, of id: HandoverID, by actor: Actor) async throws -> HandoverRecord {
        try await requireReviewer(of: try await require(id).handover, actor)
        try await change(id) { record in
            try Self.require(.review, in: record.handover)
            guard record.handover.passed[step] == nil else {
                throw PeopleError(.conflict, "the step \(step.zh) (\(step.rawValue)) is passed already")
            }
            for earlier in HandoverStep.allCases.prefix(while: { $0 != step })
            where record.handover.passed[earlier] == nil {
                throw PeopleError(
                    .conflict,
                    "\(step.zh) (\(step.rawValue)) cannot be passed before \(earlier.zh) (\(earlier.rawValue))")
            }
            try Self.refuse(record.items.filter { $0.kind.step == step && !$0.isClosed }, "step \(step.zh)")
            var change = HandoverChange(record.handover)
            change.handover.passed[step] = clock.now
            change.acts = [try act(.handoverStepPassed, on: record, by: actor, ["step": .string(step.rawValue)])]
            return (change, ())
        }
        return try await require(id)
    }
}
