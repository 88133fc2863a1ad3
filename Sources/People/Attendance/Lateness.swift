import Notices

/// How often somebody was late and left early in a month.
public struct LatenessCounts: Sendable, Hashable {
    /// The month.
    public let month: Month
    /// Late arrivals.
    public let late: Int
    /// Early leaves.
    public let early: Int

    /// States counts.
    public init(month: Month, late: Int, early: Int) {
        self.month = month
        self.late = late
        self.early = early
    }
}

/// The months of a person as a chart shows them, with the sentence that compares the last two.
public struct LatenessTrend: Sendable, Hashable {
    /// Oldest first.
    public let months: [LatenessCounts]
    /// The comparison of late arrivals.
    public let late: BilingualText
    /// The comparison of early leaves.
    public let early: BilingualText

    /// Compares the last month with the one before.
    public init(name: String, months: [LatenessCounts]) {
        self.months = months
        let (now, before) = (months.last, months.dropLast().last)
        late = PeriodComparison(current: now?.late ?? 0, previous: before?.late ?? 0).sentence(
            name, zh: "迟到", en: "was late")
        early = PeriodComparison(current: now?.early ?? 0, previous: before?.early ?? 0).sentence(
            name, zh: "早退", en: "left early")
    }
}

/// A count against that of the period before (环比).
public struct PeriodComparison: Sendable, Hashable {
    /// The count of this period.
    public let current: Int
    /// The count of the period before.
    public let previous: Int

    /// Compares two counts.
    public init(current: Int, previous: Int) {
        self.current = current
        self.previous = previous
    }

    /// The change in per cent, rounded to nearest; nil where the period before had none, since nothing is a multiple of zero.
    public var changePercent: Int? {
        guard previous > 0 else { return nil }
        let change = (current - previous) * 100
        return (change >= 0 ? change + previous / 2 : change - previous / 2) / previous
    }

    /// For example `李四本月迟到5次,环比上升150%`.
    func sentence(_ name: String, zh: String, en: String) -> BilingualText {
        let times = "\(current) time\(current == 1 ? "" : "s")"
        let begin = (zh: "\(name)本月\(zh)\(current)次,", en: "\(name) \(en) \(times) this month, ")
        guard let change = changePercent else {
            return current == 0
                ? BilingualText(zh: begin.zh + "上月也没有", en: begin.en + "as in the month before")
                : BilingualText(zh: begin.zh + "上月没有,不计环比", en: begin.en + "against none in the month before")
        }
        if change == 0 { return BilingualText(zh: begin.zh + "环比持平", en: begin.en + "as in the month before") }
        return BilingualText(
            zh: begin.zh + "环比\(change > 0 ? "上升" : "下降")\(abs(change))%",
            en: begin.en + "\(change > 0 ? "+" : "-")\(abs(change))% against the month before")
    }
}
