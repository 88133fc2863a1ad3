import Evidence
import Notices

/// A month of one member of staff, day by day.
public struct AttendanceMonth: Sendable, Hashable {
    /// Who.
    public let employee: Employee
    /// Which month.
    public let month: Month
    /// Its days as far as they lie within the employment.
    public let days: [Day]
    /// Late arrivals and early leaves of this month and the five before.
    public let trend: LatenessTrend

    /// One day.
    public struct Day: Sendable, Hashable {
        /// The day.
        public let day: CivilDate
        /// What became of it, seen now.
        public let verdict: DayVerdict
        /// The punches of the day.
        public let punches: PunchDay?
    }
}

extension AttendanceDesk {
    /// A month day by day, judged like the board; nothing is stored for it.
    ///
    /// - Parameter month: the present one when it is not named.
    public func month(of person: PersonID, _ month: Month? = nil, by actor: Actor) async throws -> AttendanceMonth {
        let employee = try await store.require(person)
        try AccessPolicy.require(.viewAttendance, actor, owner: person, unit: employee.unit)
        let now = clock.now
        let today = try await book.rules().hours.workday(now)
        let month = month ?? Month(today)
        guard month <= Month(today), month >= Month(today).adding(-120) else {
            throw PeopleError(.invalid, "month: \(month) is in the future or over ten years ago; choose another")
        }
        let first = month.adding(-5)
        let judge = try await judges([employee], from: first.first, to: month.last)[person]
        let days = (month.first.dayNumber...month.last.dayNumber).map(CivilDate.init(dayNumber:))
        return AttendanceMonth(
            employee: employee, month: month,
            days: days.filter { $0 <= today && employee.employedDays.contains($0) }.compactMap { day in
                judge.map { .init(day: day, verdict: $0.verdict(on: day, at: now), punches: $0.punches[day]) }
            },
            trend: LatenessTrend(
                name: employee.name,
                months: (0...5).map { first.adding($0) }.compactMap { judge?.counts(in: $0, at: now) }))
    }
}
