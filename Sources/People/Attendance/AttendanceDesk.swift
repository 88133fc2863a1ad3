import Evidence
import Notices

/// Takes in punches, leave and shift plans; shows today's board, and months as a trend.
public struct AttendanceDesk: Sendable {
    let store: any AttendanceStore & RosterReader
    let book: RuleBook
    let acts: ActRecorder
    let clock: any WallClock

    /// The largest import at once; a larger one is sent in parts, each durable on its own.
    public static let largestImport = 20_000

    init(store: any AttendanceStore & RosterReader, book: RuleBook, acts: ActRecorder, clock: any WallClock) {
        self.store = store
        self.book = book
        self.acts = acts
        self.clock = clock
    }

    // MARK: What comes in

    /// Takes in punches of one or several sources; the same punch from the same source counts once, however often it comes.
    ///
    /// Per row: what is wrong is named with its place and the rest is taken. A punch in the future or of a stranger is wrong.
    public func record(_ lines: [PunchLine], by actor: Actor) async throws -> ImportReport {
        try AccessPolicy.require(.recordAttendance, actor)
        guard !lines.isEmpty, lines.count <= Self.largestImport else {
            throw PeopleError(
                .invalid, "punches: \(lines.count) rows; send 1 to \(Self.largestImport) at once")
        }
        return try await take(lines, place: { "punches[\($0)].\($1)" }, by: actor)
    }

    /// Checks punches against roster and clock and stores those that are right.
    ///
    /// - Parameter place: names the place of a fault, given the punch's index and the column.
    func take(
        _ lines: [PunchLine], before refused: [PeopleError.Fault] = [], place: (Int, String) -> String, by actor: Actor
    ) async throws -> ImportReport {
        let (now, hours) = (clock.now, try await book.rules().hours)
        let people = try await store.people(numbers: Set(lines.map(\.number)))
        var faults = refused
        var punches: [Punch] = []
        punches.reserveCapacity(lines.count)
        for (row, line) in lines.enumerated() {
            guard let person = people[line.number] else {
                faults.append(
                    .init(
                        field: place(row, "employee"),
                        message: "\"\(line.number.prefix(60))\" is no number on the roster; add the employee first"))
                continue
            }
            guard line.at <= now.adding(.seconds(300)), line.at >= now.adding(.seconds(-400 * 86_400)) else {
                faults.append(
                    .init(
                        field: place(row, "at"),
                        message: "\(line.at.rfc3339) is in the future or over 400 days ago; check the clock's zone"))
                continue
            }
            punches.append(Punch(person: person, at: line.at, source: line.source, day: hours.workday(line.at)))
        }
        guard !punches.isEmpty else { return ImportReport(added: 0, repeated: 0, refused: faults) }
        var records = [
            try acts.act(
                .punchesImported, by: actor, about: [],
                [
                    "rows": .integer(Int64(lines.count)), "taken": .integer(Int64(punches.count)),
                    "sources": .array(Set(punches.map(\.source.rawValue)).sorted().map { .string($0) }),
                ])
        ]
        for punch in punches where punch.source == .manual {
            records.append(
                try acts.act(
                    .punchEntered, by: actor, about: [.employee(punch.person)], ["at": .string(punch.at.rfc3339)]))
        }
        let added = try await store.record(punches, hours: hours, receivedAt: now, acts: records)
        return ImportReport(added: added, repeated: punches.count - added, refused: faults)
    }

    /// Records requests for leave as the office system has them; all or none.
    public func record(_ leaves: [Leave], by actor: Actor) async throws {
        try AccessPolicy.require(.recordAttendance, actor)
        let known = try await store.employees(leaves.map(\.person))
        var faults: [PeopleError.Fault] = []
        for (row, leave) in leaves.enumerated() {
            if known[leave.person] == nil {
                faults.append(
                    .init(field: "leaves[\(row)].employee", message: "\(leave.person) is not on the roster"))
            }
            if leave.to < leave.from || leave.to.dayNumber - leave.from.dayNumber > 400 {
                faults.append(
                    .init(
                        field: "leaves[\(row)].to",
                        message: "\(leave.to) does not follow \(leave.from) within 400 days; correct the days"))
            }
            if leave.id.isEmpty || leave.id.utf8.count > 100 {
                faults.append(.init(field: "leaves[\(row)].id", message: "give 1 to 100 bytes"))
            }
        }
        if Set(leaves.map(\.id)).count < leaves.count {
            faults.append(.init(field: "leaves", message: "an id stands twice; send each request once"))
        }
        try PeopleError.check(faults, "no leave was recorded")
        let records = try leaves.map { leave in
            try acts.act(
                .leaveRecorded, by: actor, about: [.employee(leave.person)],
                [
                    "leave": .string(leave.id), "from": .string(leave.from.description),
                    "to": .string(leave.to.description), "state": .string(leave.state.rawValue),
                    "kind": .string(leave.kind), "source": .string(leave.source),
                ])
        }
        try await store.record(leaves, receivedAt: clock.now, acts: records)
    }

    // MARK: What is shown

    /// The days of some people, ready to be judged.
    func judges(
        _ people: [Employee], from: CivilDate, to: CivilDate, leavesFrom: CivilDate? = nil
    ) async throws -> [PersonID: DayJudge] {
        let ids = people.map(\.id)
        let (hours, calendars) = (try await book.rules().hours, try await book.calendars())
        let punches = try await store.punchDays(of: ids, from: from, to: to)
        let leaves = try await store.leaves(of: ids, from: leavesFrom ?? from, to: to)
        let shifts = try await store.shifts(of: ids, from: from, to: to)
        let reported = try await store.reportedDays(from: from, to: to, leastPeople: hours.feedNeedsPunches)
        return Dictionary(
            uniqueKeysWithValues: people.map { one in
                let planned = shifts[one.id] ?? PlannedShifts()
                let judge = DayJudge(
                    hours: hours, calendars: calendars, shifts: planned.shifts, planned: planned.spans,
                    leaves: leaves[one.id] ?? [], punches: punches[one.id] ?? [:], reported: reported,
                    employed: one.employedDays)
                return (one.id, judge)
            })
    }

    /// One line of today's board.
    public struct BoardLine: Sendable, Hashable {
        /// Who.
        public let employee: Employee
        /// How the day stands.
        public let verdict: DayVerdict
        /// The punches so far.
        public let punches: PunchDay?
    }

    /// A page of the board.
    public struct Board: Sendable, Hashable {
        /// The day that was judged.
        public let day: CivilDate
        /// Its lines, by number.
        public let lines: [BoardLine]
    }

    /// How a day stands at this moment, a page of staff at a time (S-25).
    ///
    /// Reads what the newest import wrote; nothing is cached.
    ///
    /// - Parameter day: the working day that is now, which begins some hours after midnight, when it is not named.
    public func board(
        on day: CivilDate? = nil, units: Set<UnitID>? = nil, after number: String? = nil, limit: Int = 200,
        by actor: Actor
    ) async throws -> Board {
        let reach = try AccessPolicy.require(anyReach: .viewAttendance, actor)
        let today = try await book.rules().hours.workday(clock.now)
        let day = day ?? today
        let people: [Employee]
        switch reach {
        case .own: people = try await store.employees(actor.person.map { [$0] } ?? []).values.map { $0 }
        case .units, .all:
            let allowed =
                reach == .all ? units : units.map { $0.intersection(actor.managedUnits) } ?? actor.managedUnits
            people = try await store.employees(
                in: allowed, states: EmploymentState.atWork, after: number, limit: limit)
        }
        let judges = try await judges(people, from: day, to: day)
        let now = clock.now
        let lines = people.compactMap { one in
            judges[one.id].map {
                BoardLine(employee: one, verdict: $0.verdict(on: day, at: now), punches: $0.punches[day])
            }
        }
        return Board(day: day, lines: lines)
    }

    /// Late arrivals and early leaves of the last months, with the sentence that compares the last two (S-26).
    public func trend(of person: PersonID, until month: Month? = nil, months: Int = 6, by actor: Actor) async throws
        -> LatenessTrend
    {
        let employee = try await store.require(person)
        try AccessPolicy.require(.viewAttendance, actor, owner: person, unit: employee.unit)
        guard (2...24).contains(months) else { throw PeopleError(.invalid, "months: \(months) is not 2 to 24") }
        let now = clock.now
        let today = try await book.rules().hours.workday(now)
        let last = month ?? Month(today)
        let first = last.adding(1 - months)
        let judge = try await judges([employee], from: first.first, to: last.last)[person]
        let counts = (0..<months).map { first.adding($0) }.compactMap { judge?.counts(in: $0, at: now) }
        return LatenessTrend(name: employee.name, months: counts)
    }
}

extension AttendanceDesk: LatenessReader {
    /// Late arrivals of a month as the board and the trend count them; nil where the clocks say nothing of it.
    public func lateArrivals(of person: PersonID, in month: Month) async throws -> KnownLateness? {
        let employee = try await store.require(person)
        let judge = try await judges([employee], from: month.first, to: month.last)[person]
        guard let judge, !judge.punches.isEmpty else { return nil }
        let unjudged = judge.punches.keys.lazy.compactMap { day -> Int? in
            if case .unknown(let year) = judge.duty(on: day) { year } else { nil }
        }
        return KnownLateness(late: judge.counts(in: month, at: clock.now).late, missingCalendar: unjudged.first)
    }
}

extension EmploymentState {
    /// Those of whom attendance is expected.
    static let atWork: Set<EmploymentState> = [.onboarding, .active, .resigned, .handover]
}

extension Employee {
    /// From the first to the last day of the employment.
    var employedDays: ClosedRange<CivilDate> {
        hiredOn...max(hiredOn, lastDay ?? CivilDate(dayNumber: Int(Int32.max)))
    }
}
