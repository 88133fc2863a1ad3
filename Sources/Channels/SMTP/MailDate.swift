import Evidence

/// Dates as mail writes them (RFC 5322 section 3.3).
enum MailDate {
    private static let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// `Sat, 21 Nov 2026 18:32:05 +0800`.
    static func format(_ time: Timestamp, offsetMinutes: Int) -> String {
        let seconds = floorDivide(time.microseconds, 1_000_000) + Int64(offsetMinutes) * 60
        let day = floorDivide(seconds, 86_400)
        let inDay = Int(seconds - day * 86_400)
        let (year, month, date) = civil(fromDay: day)
        let weekday = days[Int(((day % 7) + 7) % 7)]
        let zone = abs(offsetMinutes)
        let sign = offsetMinutes < 0 ? "-" : "+"
        return "\(weekday), \(two(date)) \(months[month - 1]) \(year) "
            + "\(two(inDay / 3600)):\(two(inDay / 60 % 60)):\(two(inDay % 60)) \(sign)\(two(zone / 60))\(two(zone % 60))"
    }

    /// The instant a foreign date means, or nil if it means none.
    ///
    /// Weekday and comments are passed over.
    static func parse(_ text: String) -> Timestamp? {
        var words = text.utf8.split(whereSeparator: { $0 == 0x20 || $0 == 0x09 || $0 == 0x2C })
            .map { String(decoding: $0, as: UTF8.self) }
        if let first = words.first, Int(first) == nil { words.removeFirst() }
        guard words.count >= 4, let date = Int(words[0]), let year = Int(words[2]), (1...31).contains(date),
            let month = months.firstIndex(where: { $0.lowercased() == words[1].lowercased().prefix(3) })
        else { return nil }
        let clock = words[3].split(separator: ":").map { Int($0) ?? -1 }
        guard (2...3).contains(clock.count), (0...23).contains(clock[0]), (0...59).contains(clock[1]) else {
            return nil
        }
        let second = clock.count == 3 ? clock[2] : 0
        // Two-digit years: RFC 5322 section 4.3.
        let fullYear = year < 50 ? 2000 + year : (year < 1000 ? 1900 + year : year)
        guard (0...60).contains(second), (1900...9999).contains(fullYear) else { return nil }
        let zone = words.count > 4 ? offset(words[4]) : 0
        let local = day(fromYear: fullYear, month: month + 1, date: date) * 86_400
        let total = local + Int64(clock[0] * 3600 + clock[1] * 60 + second) - Int64(zone) * 60
        return Timestamp(microseconds: total * 1_000_000)
    }

    /// Minutes east of Greenwich; names of zones other than UTC's count as UTC, as RFC 5322 section 4.3 advises.
    private static func offset(_ word: String) -> Int {
        let bytes = Array(word.utf8)
        guard bytes.count == 5, bytes[0] == 0x2B || bytes[0] == 0x2D,
            let number = Int(String(decoding: bytes.dropFirst(), as: UTF8.self)), number >= 0
        else { return 0 }
        let minutes = number / 100 * 60 + number % 100
        return bytes[0] == 0x2D ? -minutes : minutes
    }

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

    private static func floorDivide(_ a: Int64, _ b: Int64) -> Int64 { a >= 0 ? a / b : (a - b + 1) / b }

    /// Days since 1970-01-01 to a date, counted in years that begin in March so that a leap day comes last.
    private static func civil(fromDay day: Int64) -> (year: Int, month: Int, date: Int) {
        let shifted = day + 719_468
        let era = floorDivide(shifted, 146_097)
        let ofEra = shifted - era * 146_097
        let yearOfEra = (ofEra - ofEra / 1460 + ofEra / 36_524 - ofEra / 146_096) / 365
        let ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * ofYear + 2) / 153
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (Int(year), Int(month), Int(ofYear - (153 * marchMonth + 2) / 5 + 1))
    }

    private static func day(fromYear year: Int, month: Int, date: Int) -> Int64 {
        let marchYear = Int64(month <= 2 ? year - 1 : year)
        let era = floorDivide(marchYear, 400)
        let yearOfEra = marchYear - era * 400
        let ofYear = Int64((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + date - 1)
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + ofYear - 719_468
    }
}
