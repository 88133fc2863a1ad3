import Evidence
import Notices

/// How an employment is to move on.
public struct EmploymentMove: Sendable, Hashable {
    /// Where it goes.
    public var state: EmploymentState
    /// The day from which it holds.
    public var effectiveOn: CivilDate
    /// Why.
    public var reason: String
    /// The last day, where somebody leaves; nil keeps the one on record.
    public var lastDay: CivilDate?

    /// Describes a move.
    public init(to state: EmploymentState, on effectiveOn: CivilDate, reason: String, lastDay: CivilDate? = nil) {
        self.state = state
        self.effectiveOn = effectiveOn
        self.reason = reason
        self.lastDay = lastDay
    }
}

/// What a move led to.
public struct MoveOutcome: Sendable, Hashable {
    /// The member of staff after it.
    public let employee: Employee
    /// What the law has to say about it; nil when nothing.
    public let warning: BilingualText?
    /// The earliest last day the law allows, where one was asked for.
    public let earliestLastDay: CivilDate?
}

extension RosterDesk {
    /// Moves an employment on along its states (S-82, S-118).
    ///
    /// Of two who move it at once one succeeds and the other is told. Permissions change with the state, in the same
    /// transaction as their evidence.
    public func move(_ name: String, _ move: EmploymentMove, by actor: Actor) async throws -> MoveOutcome {
        let employee = try await find(name)
        let leaves = move.state == .resigned || move.state == .handover || move.state == .left
        try AccessPolicy.require(leaves ? .manageDepartures : .editRoster, actor)
        try PeopleError.check(moveFaults(move, of: employee), "the employment of \(employee.number) was not moved")
        if employee.state == .onboarding, move.state == .active { try await requireSigned(employee) }
        return try await carryOut(move, of: employee, facts: [:], warning: nil, earliest: nil, by: actor)
    }

    /// Moves an employment towards its end for ``HandoverDesk``, which has asked ``AccessPolicy``: the person's own notice
    /// needs no right over departures.
    func depart(_ employee: Employee, _ move: EmploymentMove, by actor: Actor) async throws -> MoveOutcome {
        try PeopleError.check(moveFaults(move, of: employee), "the employment of \(employee.number) was not moved")
        return try await carryOut(move, of: employee, facts: [:], warning: nil, earliest: nil, by: actor)
    }

    /// Records that somebody has given notice (劳动合同法 37), with the earliest last day the law allows (S-123).
    ///
    /// An earlier day is recorded with a warning and not refused: both sides may have agreed on it in writing.
    public func resign(
        _ name: String, noticeOn day: CivilDate, lastDay: CivilDate?, reason: String, by actor: Actor
    ) async throws -> MoveOutcome {
        try AccessPolicy.require(.manageDepartures, actor)
        let employee = try await find(name)
        let isProbation = employee.probationUntil.map { day <= $0 } ?? false
        let id = isProbation ? "resignation-in-probation" : "resignation"
        guard let period = law.period(id) else {
            throw PeopleError(.unavailable, "the rules lack the period \"\(id)\"; add it to service-law.yaml")
        }
        let checked = period.check(planned: lastDay ?? period.lastDay(receivedOn: day), receivedOn: day)
        let move = EmploymentMove(to: .resigned, on: day, reason: reason, lastDay: checked.planned)
        try PeopleError.check(
            moveFaults(move, of: employee), "the resignation of \(employee.number) was not recorded")
        let facts: [String: JSONValue] = [
            "noticeOn": .string("\(day)"), "earliestLastDay": .string("\(checked.earliest)"),
            "period": .string(period.id), "basis": .string(period.source),
            "warning": checked.warning.map { ["zh": .string($0.zh), "en": .string($0.en)] } ?? .null,
        ]
        return try await carryOut(
            move, of: employee, facts: facts, warning: checked.warning, earliest: checked.earliest, by: actor)
    }

    /// Moves somebody to another unit or position; the state of the employment stays (S-118).
    public func transfer(
        _ name: String, to unit: UnitID, position: String, on day: CivilDate, reason: String, by actor: Actor
    ) async throws -> Employee {
        try AccessPolicy.require(.editRoster, actor)
        let employee = try await find(name)
        var faults = dayFaults(day, of: employee)
        if try await !store.units().contains(where: { $0.id == unit }) {
            faults.append(
                .init(field: "unit", message: "there is no unit \"\(unit.rawValue.prefix(40))\"; add it first"))
        }
        if let fault = Wording.lineFault(position) { faults.append(.init(field: "position", message: fault)) }
        if let fault = Wording.reasonFault(reason) { faults.append(.init(field: "reason", message: fault)) }
        if employee.state == .left { faults.append(.init(field: "employee", message: "has left; take them on again")) }
        try PeopleError.check(faults, "\(employee.number) was not transferred")
        let step = EmploymentStep(
            person: employee.id, state: employee.state, effectiveOn: day, unit: unit, position: position,
            lastDay: employee.lastDay, reason: reason)
        let act = try acts.act(
            .employeeTransferred, by: actor, about: [.employee(employee.id), .unit(unit), .unit(employee.unit)],
            [
                "fromUnit": .string(employee.unit.rawValue), "fromPosition": .string(employee.position),
                "unit": .string(unit.rawValue), "position": .string(position), "effectiveOn": .string("\(day)"),
                "reason": .string(reason),
            ])
        guard try await store.move(step, from: employee, acts: [act]) else { throw Self.overtaken(employee) }
        return try await store.require(employee.id)
    }

    /// Records another last day that both sides agreed on; the state stays.
    public func agreeLastDay(_ name: String, _ day: CivilDate, reason: String, by actor: Actor) async throws -> Employee
    {
        try AccessPolicy.require(.manageDepartures, actor)
        let employee = try await find(name)
        var faults: [PeopleError.Fault] = []
        if employee.state != .resigned, employee.state != .handover {
            faults.append(
                .init(field: "employee", message: "is \(employee.state.rawValue); record the resignation first"))
        }
        if day < employee.hiredOn {
            faults.append(.init(field: "lastDay", message: "\(day) is before the first day \(employee.hiredOn)"))
        }
        if let fault = Wording.reasonFault(reason) { faults.append(.init(field: "reason", message: fault)) }
        try PeopleError.check(faults, "the last day of \(employee.number) was not changed")
        let step = EmploymentStep(
            person: employee.id, state: employee.state, effectiveOn: employee.stateSince, unit: employee.unit,
            position: employee.position, lastDay: day, reason: reason)
        let act = try acts.act(
            .lastDayAgreed, by: actor, about: [.employee(employee.id)],
            [
                "was": employee.lastDay.map { .string("\($0)") } ?? .null, "lastDay": .string("\(day)"),
                "reason": .string(reason),
            ])
        guard try await store.move(step, from: employee, acts: [act]) else { throw Self.overtaken(employee) }
        return try await store.require(employee.id)
    }

    /// Ends the employments whose last day is over; whoever comes first does it, the others find nothing.
    ///
    /// The law ends them, not the clearance: an open handover is named in the act and stays open. Returns how many.
    @discardableResult
    public func runDue(limit: Int = 500) async throws -> Int {
        let today = today
        var ended = 0
        for employee in try await store.employees(lastDayBefore: today, limit: limit) {
            guard let last = employee.lastDay else { continue }
            let move = EmploymentMove(to: .left, on: last, reason: "最后工作日 \(last) 届满")
            do {
                _ = try await carryOut(
                    move, of: employee, facts: [:], warning: nil, earliest: nil,
                    trigger: last.adding(days: 1).startInChina,
                    by: .songda)
                ended += 1
            } catch let error as PeopleError where error.code == .conflict { continue }
        }
        return ended
    }

    // MARK: Parts

    private func carryOut(
        _ move: EmploymentMove, of employee: Employee, facts: [String: JSONValue], warning: BilingualText?,
        earliest: CivilDate?, trigger: Timestamp? = nil, by actor: Actor
    ) async throws -> MoveOutcome {
        let isLeaving = move.state == .resigned || move.state == .handover || move.state == .left
        let last = isLeaving ? move.lastDay ?? employee.lastDay ?? move.effectiveOn : nil
        let step = EmploymentStep(
            person: employee.id, state: move.state, effectiveOn: move.effectiveOn, unit: employee.unit,
            position: employee.position, lastDay: last, reason: move.reason)
        var all = facts
        all["from"] = .string(employee.state.rawValue)
        all["to"] = .string(move.state.rawValue)
        all["effectiveOn"] = .string("\(move.effectiveOn)")
        all["reason"] = .string(move.reason)
        all["lastDay"] = last.map { .string("\($0)") } ?? .null
        var recorded = [
            try acts.act(.employmentMoved, by: actor, about: [.employee(employee.id), .unit(employee.unit)], all)
        ]
        let change = PermissionChange(
            of: employee.id, from: employee.state, to: move.state, trigger: "employment moved: \(move.reason)",
            triggeredAt: trigger ?? clock.now)
        if let change {
            let progress = try await hooks.handover.handoverProgress(of: employee.id)
            recorded.append(try acts.act(change, progress: progress, closedAt: clock.now, by: actor))
        }
        guard try await store.move(step, from: employee, acts: recorded) else { throw Self.overtaken(employee) }
        return MoveOutcome(
            employee: try await store.require(employee.id), warning: warning, earliestLastDay: earliest)
    }

    private func moveFaults(_ move: EmploymentMove, of employee: Employee) -> [PeopleError.Fault] {
        var faults = dayFaults(move.effectiveOn, of: employee)
        func note(_ field: String, _ message: Sentence) { faults.append(.init(field: field, message: message)) }
        if !employee.state.next.contains(move.state) {
            let next = employee.state.next.map(\.rawValue).sorted().joined(separator: ", ")
            note("state", "\(move.state.rawValue) does not follow \(employee.state.rawValue); it may become \(next)")
        }
        if let fault = Wording.reasonFault(move.reason) { note("reason", fault) }
        let last = move.lastDay ?? employee.lastDay
        switch move.state {
        case .resigned, .handover:
            if last == nil { note("lastDay", "is missing; say the last day of the employment") }
            if let last, last < employee.hiredOn {
                note("lastDay", "\(last) is before the first day \(employee.hiredOn)")
            }
        case .left:
            // Clearance never moves the statutory end: leaving earlier takes a last day that was agreed anew.
            if let last, last > today {
                note("lastDay", "the employment ends on \(last), which is not over; agree on another last day first")
            }
        default:
            if move.lastDay != nil { note("lastDay", "does not go with \(move.state.rawValue); leave it out") }
        }
        return faults
    }

    private func dayFaults(_ day: CivilDate, of employee: Employee) -> [PeopleError.Fault] {
        if day > today {
            return [.init(field: "effectiveOn", message: "\(day) is in the future; record it on the day")]
        }
        if day < employee.stateSince, employee.state != .onboarding {
            return [
                .init(
                    field: "effectiveOn",
                    message:
                        "\(day) is before \(employee.stateSince), when \(employee.state.rawValue) began; correct it")
            ]
        }
        return []
    }

    private static func overtaken(_ employee: Employee) -> PeopleError {
        PeopleError(
            .conflict, "somebody else has just moved \(employee.number); look again and repeat if it still fits")
    }
}
