import Evidence

/// A day of the calendar, without time or zone.
///
/// Days of service and notice are counted in China's single zone (UTC+8, no daylight saving since 1992).
public struct CivilDate: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Days since 1970-01-01.
    public let dayNumber: Int

    /// The day with a number.
    public init(dayNumber: Int) { self.dayNumber = dayNumber }

    /// The day with these parts, or nil when the calendar has no such day.
    public init?(year: Int, month: Int, day: Int) {
        guard (1...9999).contains(year), (1...12).contains(month), day >= 1,
            day <= Self.length(ofMonth: month, year: year)
        else { return nil }
        self.dayNumber = Self.number(year, month, day)
    }

    /// The day written `yyyy-MM-dd`, or nil.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 10, bytes[4] == 0x2D, bytes[7] == 0x2D else { return nil }
        func number(_ range: Range<Int>) -> Int? {
            var value = 0
            for byte in bytes[range] {
                guard (0x30...0x39).contains(byte) else { return nil }
                value = value * 10 + Int(byte - 0x30)
            }
            return value
        }
        guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10) else { return nil }
        self.init(year: year, month: month, day: day)
    }

    /// The day on which an instant falls in China.
    public init(inChina instant: Timestamp) {
        let seconds = Self.floorDivide(instant.microseconds, 1_000_000) + 8 * 3600
        dayNumber = Int(Self.floorDivide(seconds, 86_400))
    }

    /// The first instant of the day in China.
    public var startInChina: Timestamp {
        Timestamp(microseconds: (Int64(dayNumber) * 86_400 - 8 * 3600) * 1_000_000)
    }

    /// The day so many days later.
    public func adding(days: Int) -> CivilDate { CivilDate(dayNumber: dayNumber + days) }

    /// The day so many months later; the last of the month where that month has no such day.
    public func adding(months: Int) -> CivilDate {
        let (year, month, day) = parts
        let counted = year * 12 + (month - 1) + months
        let (newYear, newMonth) = (Int(Self.floorDivide(Int64(counted), 12)), ((counted % 12) + 12) % 12 + 1)
        return CivilDate(
            dayNumber: Self.number(newYear, newMonth, min(day, Self.length(ofMonth: newMonth, year: newYear))))
    }

    /// Year, month and day.
    public var parts: (year: Int, month: Int, day: Int) {
        // Days are counted in 400-year cycles that begin on 1 March, so that a leap day ends its year.
        let shifted = dayNumber + 719_468
        let cycle = Int(Self.floorDivide(Int64(shifted), 146_097))
        let ofCycle = shifted - cycle * 146_097
        let yearOfCycle = (ofCycle - ofCycle / 1460 + ofCycle / 36_524 - ofCycle / 146_096) / 365
        let ofYear = ofCycle - (365 * yearOfCycle + yearOfCycle / 4 - yearOfCycle / 100)
        let march = (5 * ofYear + 2) / 153
        let month = march < 10 ? march + 3 : march - 9
        return (yearOfCycle + cycle * 400 + (month <= 2 ? 1 : 0), month, ofYear - (153 * march + 2) / 5 + 1)
    }

    /// `yyyy-MM-dd`.
    public var description: String {
        let (year, month, day) = parts
        func padded(_ number: Int, _ width: Int) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
    }

    /// The day as a document writes it: `2026年11月21日`, `21 November 2026`.
    public func formatted(_ language: NoticeLanguage) -> String {
        let (year, month, day) = parts
        switch language {
        case .chinese: return "\(year)年\(month)月\(day)日"
        case .english: return "\(day) \(Self.englishMonths[month - 1]) \(year)"
        }
    }

    /// Orders by time.
    public static func < (a: CivilDate, b: CivilDate) -> Bool { a.dayNumber < b.dayNumber }

    private static let englishMonths = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]

    private static func length(ofMonth month: Int, year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    private static func number(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let year = month <= 2 ? year - 1 : year
        let cycle = Int(floorDivide(Int64(year), 400))
        let yearOfCycle = year - cycle * 400
        let ofYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return cycle * 146_097 + yearOfCycle * 365 + yearOfCycle / 4 - yearOfCycle / 100 + ofYear - 719_468
    }

    private static func floorDivide(_ a: Int64, _ b: Int64) -> Int64 {
        let quotient = a / b
        return a % b < 0 ? quotient - 1 : quotient
    }
}
