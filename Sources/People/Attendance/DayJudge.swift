import Evidence
import Notices

/// The hours of a company where no shift plan says otherwise, and when a missing punch counts.
public struct WorkingHours: Sendable, Hashable {
    /// Minutes from midnight.
    public let startMinute: Int
    /// Minutes from midnight.
    public let endMinute: Int
    /// Minutes that are forgiven at both ends.
    public let graceMinutes: Int
    /// Punches before this minute belong to the day before.
    public let dayBeginsMinute: Int
    /// No punch so many minutes after the start is an absence of that day.
    public let absentAfterMinutes: Int
    /// A day with fewer punches in the whole company is a broken feed.
    public let feedNeedsPunches: Int

    /// After which instant a first punch of a day is late, where no shift plan says otherwise.
    public func lateAfter(_ day: CivilDate) -> Timestamp {
        day.startInChina.adding(.seconds(60 * (startMinute + graceMinutes)))
    }

    /// The working day an instant belongs to.
    public func workday(_ instant: Timestamp) -> CivilDate {
        CivilDate(inChina: instant.adding(.seconds(-60 * dayBeginsMinute)))
    }
}

/// What a person was to do on a day.
public enum DayDuty: Sendable, Hashable {
    /// Nothing.
    case off
    /// To work from one instant to another.
    case work(from: Timestamp, to: Timestamp)
    /// There is no calendar for the year: nothing may be concluded.
    case unknown(year: Int)
}

/// What became of a day.
public enum DayVerdict: Sendable, Hashable {
    case off, onLeave
    /// The day is not over, or its absence is not due yet.
    case open
    /// Nobody in the company has punched: the feed is broken or had not begun, and nothing is concluded.
    case noFeed
    /// At work, so many minutes late and away so many minutes early.
    case worked(late: Int, early: Int)
    case absent
    /// There is no calendar for the year.
    case unknown(year: Int)

    /// Every name there is.
    public static let names = [
        off.name, onLeave.name, open.name, worked(late: 0, early: 0).name, worked(late: 1, early: 0).name,
        worked(late: 0, early: 1).name, worked(late: 1, early: 1).name, absent.name, noFeed.name,
        unknown(year: 0).name,
    ]

    /// Its name in answers.
    public var name: String {
        switch self {
        case .off: "off"
        case .onLeave: "on-leave"
        case .open: "open"
        case .worked(let late, let early):
            late > 0 ? (early > 0 ? "late-and-early" : "late") : early > 0 ? "early" : "present"
        case .absent: "absent"
        case .noFeed: "no-feed"
        case .unknown: "calendar-missing"
        }
    }
}

/// Judges the days of one person by plan, calendar, leave and punches.
public struct DayJudge: Sendable {
    let hours: WorkingHours
    let calendars: WorkCalendars
    let shifts: [CivilDate: Shift]
    /// The spans of the plans in force in which the person has a shift; a day inside without a shift is a day off.
    let planned: [ClosedRange<CivilDate>]
    let leaves: [Leave]
    let punches: [CivilDate: PunchDay]
    /// The days on which the company's clocks have reported at all.
    let reported: Set<CivilDate>
    /// Before the first and after the last day of the employment nobody is absent.
    let employed: ClosedRange<CivilDate>

    /// How long a day on which nobody punched waits for its punches.
    static let openDays = 7

    /// What the person was to do.
    public func duty(on day: CivilDate) -> DayDuty {
        guard employed.contains(day) else { return .off }
        if let shift = shifts[day] { return work(day, shift.startMinute, shift.endMinute) }
        if planned.contains(where: { $0.contains(day) }) { return .off }
        guard let isWorkday = calendars.isWorkday(day) else { return .unknown(year: day.parts.year) }
        return isWorkday ? work(day, hours.startMinute, hours.endMinute) : .off
    }

    private func work(_ day: CivilDate, _ start: Int, _ end: Int) -> DayDuty {
        let midnight = day.startInChina
        return .work(from: midnight.adding(.seconds(60 * start)), to: midnight.adding(.seconds(60 * end)))
    }

    /// What became of a day, seen at an instant.
    public func verdict(on day: CivilDate, at now: Timestamp) -> DayVerdict {
        switch duty(on: day) {
        case .off: return .off
        case .unknown(let year): return .unknown(year: year)
        case .work(let from, let to):
            if leaves.contains(where: { $0.excuses(day) }) { return .onLeave }
            let grace = Duration.seconds(60 * hours.graceMinutes)
            guard let punch = punches[day] else {
                if now < from.adding(.seconds(60 * hours.absentAfterMinutes)) { return .open }
                return reported.contains(day) ? .absent : .noFeed
            }
            let late = punch.first > from.adding(grace) ? Self.minutes(punch.first.since(from)) : 0
            // Whoever punched once has not punched out; that is a slip, not an early leave.
            let hasLeft = punch.punches > 1 && now >= to
            let early = hasLeft && punch.last < to.adding(.zero - grace) ? Self.minutes(to.since(punch.last)) : 0
            return .worked(late: late, early: early)
        }
    }

    /// Whole minutes, a begun one counts.
    private static func minutes(_ span: Duration) -> Int {
        let (seconds, rest) = span.components
        return Int((seconds + (rest > 0 ? 1 : 0) + 59) / 60)
    }

    /// The scheduled days without punch and without approved leave that end with the newest day that can be judged.
    ///
    /// A day off is passed over, and so are the newest days if they are still open: because it is early, or because the
    /// company's clocks have not reported yet, which may come in a file within ``openDays``. A worked day, a day of
    /// approved leave, a silence of the clocks behind an absence or of more than ``openDays``, or an unknown year ends the
    /// row.
    public func absences(upTo today: CivilDate, at now: Timestamp, lookBack: Int = 60) -> [CivilDate] {
        var found: [CivilDate] = []
        for back in 0..<lookBack {
            let day = today.adding(days: -back)
            switch verdict(on: day, at: now) {
            case .off: continue
            case .open where found.isEmpty: continue
            case .noFeed where found.isEmpty && back < Self.openDays: continue
            case .absent: found.insert(day, at: 0)
            default: return found
            }
        }
        return found
    }

    /// How often the person was late and left early in a month.
    public func counts(in month: Month, at now: Timestamp) -> LatenessCounts {
        var (late, early) = (0, 0)
        for number in month.first.dayNumber...month.last.dayNumber {
            guard case .worked(let lateBy, let earlyBy) = verdict(on: CivilDate(dayNumber: number), at: now) else {
                continue
            }
            late += lateBy > 0 ? 1 : 0
            early += earlyBy > 0 ? 1 : 0
        }
        return LatenessCounts(month: month, late: late, early: early)
    }
}
