import Evidence
import Notices

extension RiskDesk {
    /// How long punches of a day that was passed over must have been there before they are believed to be complete.
    static let settling: Duration = .seconds(900)

    /// Each working day is looked through once, when its absences fall due; shifts by their own beginnings.
    func examineAbsences(_ rules: RiskRules, patiently: Bool, _ report: inout RunReport) async throws {
        let (name, now) = ("absences", clock.now)
        let look = DayLook(
            today: rules.hours.workday(now), last: try await store.mark(name), now: now, isPatient: patiently,
            calendars: try await book.calendars())
        // Longer ago than a week, an absence is no news; the row of days still counts from the first.
        for back in (0...DayJudge.openDays).reversed() {
            try await examineAbsences(of: look.today.adding(days: -back), look, rules, &report)
        }
        try await store.setMark(name, at: now)
    }

    /// What one run brings to each day.
    private struct DayLook {
        let today: CivilDate
        /// When absences were last looked for; nil when they never were.
        let last: Timestamp?
        let now: Timestamp
        let isPatient: Bool
        let calendars: WorkCalendars
    }

    /// A day whose feed was silent when its absences fell due stays open: punches of yesterday that come in a file today
    /// still tell who was absent.
    private func examineAbsences(
        of day: CivilDate, _ look: DayLook, _ rules: RiskRules, _ report: inout RunReport
    ) async throws {
        let (name, hours) = ("absences of \(day)", rules.hours)
        func minute(_ instant: Timestamp) -> Int {
            let seconds = instant.since(day.startInChina).components.seconds
            return Int(seconds / 60) - hours.absentAfterMinutes
        }
        let judged = try await store.mark(name)
        // The days before the first look of all were nobody's to watch.
        if judged == nil, look.last == nil, day < look.today {
            try await store.setMark(name, at: look.today.startInChina)
        }
        let begin = look.last == nil ? look.today : day
        let (from, to) = (minute(judged ?? begin.startInChina), minute(look.now))
        guard from < to, to >= 0, from < 1_439 else { return }
        let isDue = from < hours.startMinute && hours.startMinute <= to
        var silence = RunReport()
        let isAlive = try await feedIsAlive(day, hours, look.calendars, &silence)
        // Once a day is enough to say it: when the usual hours fall due.
        if isDue, look.last.map(minute) ?? from < hours.startMinute {
            silence.warnings.forEach { report.warn($0) }
        }
        guard isAlive, try await hasSettled(day, look) else { return }
        if isDue, look.calendars.isWorkday(day) != false { try await examineUnpunched(day, nil, rules, &report) }
        let first = max(0, from + 1)
        if first <= min(to, 1_439) { try await examineUnpunched(day, first...min(to, 1_439), rules, &report) }
        try await store.setMark(name, at: look.now)
    }

    /// An import takes a while: whose punches are in its last part was not absent.
    private func hasSettled(_ day: CivilDate, _ look: DayLook) async throws -> Bool {
        guard look.isPatient else { return true }
        let name = "feed of \(day)"
        guard let seen = try await store.mark(name) else {
            try await store.setMark(name, at: look.now)
            return false
        }
        return look.now.since(seen) >= Self.settling
    }

    /// No punch from anybody is a broken feed, and an unknown year is unknown: neither makes people absent.
    private func feedIsAlive(
        _ day: CivilDate, _ hours: WorkingHours, _ calendars: WorkCalendars, _ report: inout RunReport
    ) async throws -> Bool {
        let isWorkday = calendars.isWorkday(day)
        if isWorkday == nil { report.warn(Self.missing(day.parts.year)) }
        let reported = try await store.reportedDays(from: day, to: day, leastPeople: hours.feedNeedsPunches)
        guard reported.isEmpty else { return true }
        if isWorkday != false {
            report.warn(
                "on \(day) fewer than \(hours.feedNeedsPunches) people have punched in the whole company: the feed is "
                    + "taken for broken and no absence is judged; import the punches")
        }
        return false
    }

    static func missing(_ year: Int) -> String {
        "the calendar for \(year) is missing: no absence is judged without a shift plan; add cn-\(year).yaml to the calendars"
    }

    private func examineUnpunched(
        _ day: CivilDate, _ minutes: ClosedRange<Int>?, _ rules: RiskRules, _ report: inout RunReport
    ) async throws {
        var cursor: PersonID?
        while true {
            let people = try await store.unpunched(
                on: day, shiftsFrom: minutes, after: cursor, limit: Self.batch)
            guard let last = people.last else { return }
            try await examine(people, looked: [], on: day, rules, &report)
            cursor = last
        }
    }
}
