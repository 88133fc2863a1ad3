import Evidence
import Notices

/// What rules, boards and charts ask of attendance; always for many people at once.
public protocol AttendanceReader: Sendable {
    /// The days with punches of these people in a span.
    func punchDays(
        of people: [PersonID], from: CivilDate, to: CivilDate
    ) async throws -> [PersonID: [CivilDate: PunchDay]]
    /// Leave that touches a span or was requested in it; reasons are not opened.
    func leaves(of people: [PersonID], from: CivilDate, to: CivilDate) async throws -> [PersonID: [Leave]]
    /// The punches of a person since an instant, the newest first.
    func punches(of person: PersonID, since: Timestamp, limit: Int) async throws -> [Punch]
    /// The requests for leave of a person with their reasons opened, the newest first.
    func leaves(of person: PersonID, limit: Int) async throws -> [Leave]
    /// The shifts of plans in force in a span, with the spans of these plans.
    func shifts(of people: [PersonID], from: CivilDate, to: CivilDate) async throws -> [PersonID: PlannedShifts]
    /// The days of a span on which at least so many people have punched.
    func reportedDays(from: CivilDate, to: CivilDate, leastPeople: Int) async throws -> Set<CivilDate>
    /// The newest punch of a person, with its source.
    func newestPunch(of person: PersonID) async throws -> (at: Timestamp, source: PunchSource, receivedAt: Timestamp)?
    /// A plan with its shifts.
    func shiftPlan(_ id: ShiftPlanID) async throws -> ShiftPlan?
}

/// The shifts of one person.
public struct PlannedShifts: Sendable, Hashable {
    /// By the day on which they begin.
    public var shifts: [CivilDate: Shift] = [:]
    /// The spans of the plans in which the person has a shift.
    public var spans: [ClosedRange<CivilDate>] = []
    /// Begins with none.
    public init() {}
}

/// Attendance as it is written; each verb is one transaction that also marks whoever has new data for the rules.
public protocol AttendanceStore: AttendanceReader {
    /// Adds punches; returns how many were new.
    ///
    /// Marks only whom the rules must look at again: whoever's first punch of the day is late by these hours or by a shift,
    /// and whoever gets punches for a day that is over. A million punctual people cost the rules nothing.
    func record(_ punches: [Punch], hours: WorkingHours, receivedAt: Timestamp, acts: [Act]) async throws -> Int
    /// Adds requests for leave, or replaces what is known of them.
    func record(_ leaves: [Leave], receivedAt: Timestamp, acts: [Act]) async throws
    /// Adds a draft, or replaces one; refuses when the plan is no draft any more.
    func save(_ plan: ShiftPlan, at: Timestamp, acts: [Act]) async throws
    /// Moves a plan on if it still stands where the caller saw it, and nobody in it has a shift on the same day in another
    /// plan in force.
    func move(_ plan: ShiftPlanID, from: ShiftPlan.State, to: ShiftPlan.State, acts: [Act]) async throws -> Bool
    /// Members of staff with these numbers.
    func people(numbers: Set<String>) async throws -> [String: PersonID]
}
