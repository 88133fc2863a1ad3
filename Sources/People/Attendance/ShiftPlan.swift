import Notices

/// Names one shift plan.
public struct ShiftPlanID: Identifier {
    /// The identifier as text.
    public let rawValue: String
    /// Wraps a string that is known to name a shift plan.
    public init(rawValue: String) { self.rawValue = rawValue }
}

/// Who works when in a unit; rules go by it instead of the calendar, for everybody who has a shift in it.
public struct ShiftPlan: Sendable, Hashable {
    /// Where a plan stands.
    public enum State: String, Sendable, Hashable, CaseIterable {
        case draft
        case inForce = "in_force"
        case withdrawn
    }

    /// Names it.
    public let id: ShiftPlanID
    /// What people call it.
    public let name: String
    /// The unit it is for.
    public let unit: UnitID
    /// Its first day.
    public let from: CivilDate
    /// Its last day.
    public let to: CivilDate
    /// Where it stands.
    public let state: State
    /// The shifts.
    public let shifts: [Shift]

    /// Describes a plan.
    public init(
        id: ShiftPlanID, name: String, unit: UnitID, from: CivilDate, to: CivilDate, state: State, shifts: [Shift]
    ) {
        self.id = id
        self.name = name
        self.unit = unit
        self.from = from
        self.to = to
        self.state = state
        self.shifts = shifts
    }

    /// What the plan costs, exact to the fen.
    public var cost: PlanCost {
        PlanCost(minutes: shifts.reduce(0) { $0 + $1.minutes }, fen: shifts.reduce(0) { $0 + $1.costInFen })
    }
}

/// One shift of one person; it may end on the next day.
public struct Shift: Sendable, Hashable {
    /// Who.
    public let person: PersonID
    /// The day on which it begins.
    public let day: CivilDate
    /// Minutes from midnight.
    public let startMinute: Int
    /// Minutes from the midnight before its beginning.
    public let endMinute: Int
    /// What an hour costs, in fen.
    public let hourlyFen: Int
    /// The multiple that is paid, in per cent: 100, 150, 200, 300.
    public let ratePercent: Int

    /// Describes a shift.
    public init(
        person: PersonID, day: CivilDate, startMinute: Int, endMinute: Int, hourlyFen: Int, ratePercent: Int = 100
    ) {
        self.person = person
        self.day = day
        self.startMinute = startMinute
        self.endMinute = endMinute
        self.hourlyFen = hourlyFen
        self.ratePercent = ratePercent
    }

    /// The same shift of the person whom a plan means.
    public func of(_ person: PersonID) -> Shift {
        Shift(
            person: person, day: day, startMinute: startMinute, endMinute: endMinute, hourlyFen: hourlyFen,
            ratePercent: ratePercent)
    }

    /// How long it is.
    public var minutes: Int { endMinute - startMinute }
    /// What it costs, rounded half up to the fen.
    public var costInFen: Int { (minutes * hourlyFen * ratePercent + 3_000) / 6_000 }
}

/// What a plan costs.
public struct PlanCost: Sendable, Hashable {
    /// Worked minutes.
    public let minutes: Int
    /// The cost in fen.
    public let fen: Int
}

/// Two plans side by side.
public struct CostComparison: Sendable, Hashable {
    /// What is.
    public let present: PlanCost
    /// What could be.
    public let proposed: PlanCost

    /// The change in tenths of a per cent, rounded to nearest; nil when the present plan costs nothing.
    public var changePermille: Int? {
        guard present.fen > 0 else { return nil }
        let change = (proposed.fen - present.fen) * 1_000
        return (change >= 0 ? change + present.fen / 2 : change - present.fen / 2) / present.fen
    }
}
