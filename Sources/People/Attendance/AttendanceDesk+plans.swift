import Evidence
import Notices

extension AttendanceDesk {
    /// Drafts a shift plan, or replaces a draft (S-29); all of it or nothing.
    public func save(_ plan: ShiftPlan, by actor: Actor) async throws {
        try AccessPolicy.require(.recordAttendance, actor)
        var faults: [PeopleError.Fault] = []
        func fault(_ field: String, _ message: Sentence) { faults.append(.init(field: field, message: message)) }
        if plan.id.rawValue.isEmpty || plan.id.rawValue.utf8.count > 60 { fault("id", "give 1 to 60 bytes") }
        if plan.name.isEmpty || plan.name.utf8.count > 200 { fault("name", "give 1 to 200 bytes") }
        if plan.to < plan.from || plan.to.dayNumber - plan.from.dayNumber > 366 {
            fault("to", "\(plan.to) does not follow \(plan.from) within 366 days")
        }
        if plan.shifts.isEmpty || plan.shifts.count > 20_000 {
            fault("shifts", "\(plan.shifts.count) shifts; give 1 to 20000")
        }
        if try await !store.units().contains(where: { $0.id == plan.unit }) {
            fault("unit", "there is no unit \"\(plan.unit.rawValue.prefix(60))\"; add it to the roster first")
        }
        let known = try await store.employees(Array(Set(plan.shifts.map(\.person))))
        var seen: Set<[String]> = []
        for (row, shift) in plan.shifts.enumerated() {
            let place = "shifts[\(row)]"
            if known[shift.person] == nil { fault("\(place).employee", "\(shift.person) is not on the roster") }
            if !(plan.from...max(plan.from, plan.to)).contains(shift.day) {
                fault("\(place).day", "\(shift.day) is outside the plan")
            }
            if !(0..<1_440).contains(shift.startMinute) || !(1...1_440).contains(shift.minutes) {
                fault("\(place).end", "a shift begins within its day and lasts up to 24 hours")
            }
            if !(0...10_000_000).contains(shift.hourlyFen) || !(1...1_000).contains(shift.ratePercent) {
                fault("\(place).hourlyFen", "give 0 to 10000000 fen an hour, and 1 to 1000 per cent of it")
            }
            if !seen.insert([shift.person.rawValue, shift.day.description]).inserted {
                fault("\(place).day", "\(shift.person) has two shifts on \(shift.day); make them one")
            }
        }
        try PeopleError.check(faults, "the plan was not saved")
        let cost = plan.cost
        let act = try acts.act(
            .shiftPlanSaved, by: actor, about: [Subject(.shiftPlan, plan.id), .unit(plan.unit)],
            [
                "from": .string(plan.from.description), "to": .string(plan.to.description),
                "shifts": .integer(Int64(plan.shifts.count)), "minutes": .integer(Int64(cost.minutes)),
                "costFen": .integer(Int64(cost.fen)),
            ])
        try await store.save(plan, at: clock.now, acts: [act])
    }

    /// Puts a draft into force, or withdraws a plan; rules go by it from the next run on.
    public func move(_ id: ShiftPlanID, to state: ShiftPlan.State, by actor: Actor) async throws {
        try AccessPolicy.require(.recordAttendance, actor)
        let plan = try await plan(id, by: actor)
        guard state == .inForce && plan.state == .draft || state == .withdrawn && plan.state != .withdrawn else {
            throw PeopleError(
                .conflict, "plan \(id) is \(plan.state.rawValue) and cannot become \(state.rawValue)")
        }
        let act = try acts.act(
            .shiftPlanMoved, by: actor, about: [Subject(.shiftPlan, id), .unit(plan.unit)],
            ["from": .string(plan.state.rawValue), "to": .string(state.rawValue)])
        guard try await store.move(id, from: plan.state, to: state, acts: [act]) else {
            throw PeopleError(.conflict, "plan \(id) was changed by somebody else meanwhile; look at it again")
        }
    }

    /// A plan with its cost.
    public func plan(_ id: ShiftPlanID, by actor: Actor) async throws -> ShiftPlan {
        try AccessPolicy.require(anyReach: .viewAttendance, actor)
        guard let plan = try await store.shiftPlan(id) else {
            throw PeopleError(.notFound, "there is no shift plan \"\(id.rawValue.prefix(60))\"")
        }
        try AccessPolicy.require(.viewAttendance, actor, unit: plan.unit)
        return plan
    }

    /// What one plan costs against another (S-29).
    public func compare(
        _ present: ShiftPlanID, with proposed: ShiftPlanID, by actor: Actor
    ) async throws -> CostComparison {
        CostComparison(
            present: try await plan(present, by: actor).cost, proposed: try await plan(proposed, by: actor).cost)
    }
}
