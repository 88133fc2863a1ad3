import Notices

/// A month of the calendar.
public struct Month: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Months since January of the year 0.
    public let number: Int

    /// The month with a number.
    public init(number: Int) { self.number = number }

    /// The month in which a day falls.
    public init(_ day: CivilDate) {
        let parts = day.parts
        number = parts.year * 12 + parts.month - 1
    }

    /// The month written `yyyy-MM`, or nil.
    public init?(_ text: String) {
        guard text.utf8.count == 7, let day = CivilDate(text + "-01") else { return nil }
        self.init(day)
    }

    /// The month so many months later.
    public func adding(_ months: Int) -> Month { Month(number: number + months) }

    /// Its first day.
    public var first: CivilDate {
        guard let day = CivilDate(year: number / 12, month: number % 12 + 1, day: 1) else {
            preconditionFailure("a month between the years 1 and 9999 has a first day")
        }
        return day
    }

    /// Its last day.
    public var last: CivilDate { adding(1).first.adding(days: -1) }

    /// `yyyy-MM`.
    public var description: String { String(first.description.prefix(7)) }

    /// As a sentence writes it: `2026年11月`, `2026-11`.
    public func formatted(_ language: NoticeLanguage) -> String {
        language == .chinese ? "\(number / 12)年\(number % 12 + 1)月" : description
    }

    /// Orders by time.
    public static func < (a: Month, b: Month) -> Bool { a.number < b.number }
}
