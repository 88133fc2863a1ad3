import Evidence
import Notices

/// Names one goal.
public struct GoalID: Identifier {
    /// The identifier as text.
    public let rawValue: String
    /// Wraps a string that is known to name a goal.
    public init(rawValue: String) { self.rawValue = rawValue }
}

/// What a member of staff and their manager agreed on; it counts only once both have signed the same words.
public struct Goal: Sendable, Hashable {
    /// Where a goal stands.
    public enum State: String, Sendable, Hashable, CaseIterable {
        /// Not signed by both.
        case draft
        /// Signed by both.
        case active
        /// No longer pursued.
        case withdrawn
    }

    /// Names it.
    public let id: GoalID
    /// Whose goal.
    public let person: PersonID
    /// The period, for example `2026-Q4`.
    public let period: String
    /// What is to be reached, in words.
    public let title: String
    /// How much it counts among the goals of the period, 1 to 100.
    public let weight: Int
    /// The first day.
    public let startsOn: CivilDate
    /// The day by which it is to be reached.
    public let dueOn: CivilDate
    /// Where it stands.
    public let state: State
    /// When the manager signed; nil before.
    public let managerSignedAt: Timestamp?
    /// When the member of staff signed; nil before.
    public let employeeSignedAt: Timestamp?
    /// The newest progress.
    public let progress: Progress?

    /// How far a goal has come, as a system reported it.
    public struct Progress: Sendable, Hashable {
        /// In hundredths of a per cent.
        public let percent: Hundredths
        /// The system, for example `jira`.
        public let source: String
        /// When it stood there.
        public let at: Timestamp

        /// States a progress.
        public init(percent: Hundredths, source: String, at: Timestamp) {
            self.percent = percent
            self.source = source
            self.at = at
        }
    }

    /// Describes a goal.
    public init(
        id: GoalID, person: PersonID, period: String, title: String, weight: Int, startsOn: CivilDate, dueOn: CivilDate,
        state: State = .draft, managerSignedAt: Timestamp? = nil, employeeSignedAt: Timestamp? = nil,
        progress: Progress? = nil
    ) {
        self.id = id
        self.person = person
        self.period = period
        self.title = title
        self.weight = weight
        self.startsOn = startsOn
        self.dueOn = dueOn
        self.state = state
        self.managerSignedAt = managerSignedAt
        self.employeeSignedAt = employeeSignedAt
        self.progress = progress
    }

    /// The hash of what is signed: every word and figure of the agreement.
    public var contentHash: Digest {
        let content: JSONValue = [
            "goal": .string(id.rawValue), "person": .string(person.rawValue), "period": .string(period),
            "title": .string(title), "weight": .integer(Int64(weight)), "startsOn": .string(startsOn.description),
            "dueOn": .string(dueOn.description),
        ]
        return SHA256.hash(content.canonicalBytes)
    }
}

/// A figure with two decimals, exact: scores, per cents.
public struct Hundredths: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The figure times a hundred.
    public let value: Int

    /// The figure from its hundredths.
    public init(value: Int) { self.value = value }
    /// A whole figure.
    public init(_ whole: Int) { value = whole * 100 }

    /// The figure written as `69`, `69.5` or `69.55`; nil for anything else.
    public init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), text.utf8.count <= 9, let whole = Int(parts[0]), whole >= 0,
            parts[0].utf8.allSatisfy({ (0x30...0x39).contains($0) })
        else { return nil }
        guard parts.count == 2 else {
            value = whole * 100
            return
        }
        guard (1...2).contains(parts[1].utf8.count), parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let rest = Int(parts[1])
        else { return nil }
        value = whole * 100 + (parts[1].utf8.count == 1 ? rest * 10 : rest)
    }

    /// Without needless decimals.
    public var description: String {
        let (whole, rest) = value.quotientAndRemainder(dividingBy: 100)
        if rest == 0 { return String(whole) }
        return rest % 10 == 0 ? "\(whole).\(rest / 10)" : "\(whole).\(rest < 10 ? "0" : "")\(rest)"
    }

    /// Orders by size.
    public static func < (a: Hundredths, b: Hundredths) -> Bool { a.value < b.value }
}

/// The rate, the remainder and the time left of a period's goals (S-27).
public struct GoalProgress: Sendable, Hashable {
    /// The weighted mean of the active goals.
    public let rate: Hundredths
    /// What is left; nothing where more than all was reached.
    public let remainder: Hundredths
    /// The last day among the goals.
    public let dueOn: CivilDate
    /// The sentence.
    public let sentence: BilingualText

    /// Computes them; nil when no goal is active.
    public init?(name: String, goals: [Goal], today: CivilDate) {
        let active = goals.filter { $0.state == .active }
        let weights = active.reduce(0) { $0 + $1.weight }
        guard let due = active.map(\.dueOn).max(), weights > 0 else { return nil }
        let sum = active.reduce(0) { $0 + $1.weight * ($1.progress?.percent.value ?? 0) }
        rate = Hundredths(value: (sum + weights / 2) / weights)
        remainder = Hundredths(value: max(0, 10_000 - rate.value))
        dueOn = due
        guard remainder.value > 0 else {
            sentence = BilingualText(zh: "\(name)目标完成率\(rate)%", en: "\(name) has reached \(rate)% of target")
            return
        }
        let begin = (zh: "\(name)目标完成率\(rate)%,剩余\(remainder)%", en: "\(name) has reached \(rate)% of target; ")
        guard today <= due else {
            sentence = BilingualText(
                zh: begin.zh + "已逾期\(due.dayNumber.distance(to: today.dayNumber))天",
                en: begin.en + "the remaining \(remainder)% is \(today.dayNumber - due.dayNumber) days overdue")
            return
        }
        let left = TimeLeft(from: today, to: due)
        sentence = BilingualText(
            zh: begin.zh + "需在\(left.zh)内完成", en: begin.en + "the remaining \(remainder)% is due within \(left.en)")
    }
}

/// The time between two days in words: whole months, then days.
struct TimeLeft {
    let zh: String
    let en: String

    init(from: CivilDate, to: CivilDate) {
        var months = 0
        while from.adding(months: months + 1) <= to { months += 1 }
        let days = to.dayNumber - from.adding(months: months).dayNumber
        let en = (month: "\(months) month\(months == 1 ? "" : "s")", day: "\(days) day\(days == 1 ? "" : "s")")
        switch (months, days) {
        case (0, _): (zh, self.en) = ("\(days)天", en.day)
        case (_, 0): (zh, self.en) = ("\(months)个月", en.month)
        default: (zh, self.en) = ("\(months)个月零\(days)天", "\(en.month) and \(en.day)")
        }
    }
}

extension CivilDate {
    /// The same day so many months later, or the last of that month where it is shorter.
    func adding(months: Int) -> CivilDate {
        let month = Month(self).adding(months)
        return min(month.first.adding(days: parts.day - 1), month.last)
    }
}
