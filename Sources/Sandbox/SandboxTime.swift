import Glibc

/// Seconds since 1970, as the sandbox writes them into receipts; handed in, so that a test may stop them.
public struct SandboxTime: Sendable {
    /// Answers with the seconds since 1970.
    public let seconds: @Sendable () -> Int64

    /// Uses a given source of time.
    public init(seconds: @escaping @Sendable () -> Int64) {
        self.seconds = seconds
    }

    /// The machine's clock.
    public static let system = SandboxTime {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return Int64(now.tv_sec)
    }

    /// The date of a mail header in UTC.
    static func mailDate(_ seconds: Int64) -> String {
        let parts = civil(seconds)
        let weekday = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"][parts.weekday]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        return "\(weekday), \(parts.day) \(months[parts.month - 1]) \(parts.year) \(clock(parts)) +0000"
    }

    /// The wall clock of mainland providers, UTC+8, as they write it.
    static func beijing(_ seconds: Int64) -> String {
        let parts = civil(seconds + 8 * 3_600)
        return "\(parts.year)-\(two(parts.month))-\(two(parts.day)) \(clock(parts))"
    }

    /// RFC 3339 in UTC.
    static func rfc3339(_ seconds: Int64) -> String {
        let parts = civil(seconds)
        return "\(parts.year)-\(two(parts.month))-\(two(parts.day))T\(clock(parts))Z"
    }

    private struct Civil {
        var year = 0, month = 0, day = 0, second = 0, weekday = 0
    }

    private static func clock(_ parts: Civil) -> String {
        "\(two(parts.second / 3_600)):\(two(parts.second / 60 % 60)):\(two(parts.second % 60))"
    }

    private static func two(_ number: Int) -> String {
        number < 10 ? "0\(number)" : "\(number)"
    }

    private static func civil(_ seconds: Int64) -> Civil {
        let days = Int(seconds / 86_400)
        // Gregorian date from a day count, in eras of 400 years that begin on 1 March.
        let shifted = days + 719_468
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        return Civil(
            year: yearOfEra + shifted / 146_097 * 400 + (month <= 2 ? 1 : 0), month: month,
            day: dayOfYear - (153 * marchMonth + 2) / 5 + 1, second: Int(seconds % 86_400), weekday: days % 7)
    }
}
