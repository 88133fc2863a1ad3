/// A period of notice in natural days.
///
/// The day of receipt does not count; the first day is the next one (民法典 201). The last day ends at 24:00. A last day
/// that falls on a rest day may roll forward (民法典 203), which would only lengthen the period; the earliest day given
/// here is the one the law guarantees, never an earlier one.
public struct NoticePeriod: Sendable, Hashable {
    /// Its name in the rules.
    public let id: String
    /// How many full days.
    public let days: Int
    /// The article.
    public let source: String
    /// The period in words.
    public let text: BilingualText

    /// The last day of the period for a notice received on a day.
    public func lastDay(receivedOn day: CivilDate) -> CivilDate { day.adding(days: days) }

    /// The earliest last day of employment, and how a planned day compares with it (S-123).
    public func check(planned: CivilDate, receivedOn day: CivilDate) -> PlannedDay {
        let earliest = lastDay(receivedOn: day)
        guard planned < earliest else { return PlannedDay(planned: planned, earliest: earliest, warning: nil) }
        let short = earliest.dayNumber - planned.dayNumber
        return PlannedDay(
            planned: planned, earliest: earliest,
            warning: BilingualText(
                zh: "\(planned)比法定最早日期\(earliest)早\(short)日（\(source)：\(text.zh)）；没有双方书面约定的，请改为\(earliest)或之后",
                en:
                    "\(planned) is \(short) day(s) before \(earliest), the earliest day under \(source) (\(text.en)); without a "
                    + "written agreement of both parties use \(earliest) or later"))
    }

    /// A planned day beside the earliest one.
    public struct PlannedDay: Sendable, Hashable {
        /// The day asked for.
        public let planned: CivilDate
        /// The earliest day the period allows.
        public let earliest: CivilDate
        /// What the author is told when the planned day is too early.
        public let warning: BilingualText?
    }
}
