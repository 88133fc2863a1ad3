/// A calendar date and time of day in UTC, by the proleptic Gregorian calendar.
///
/// Written here rather than taken from Foundation because it is on the path of every evidence entry.
struct CivilTime: Equatable {
    var year: Int
    var month: Int
    var day: Int
    var hour: Int
    var minute: Int
    var second: Int
    var microsecond: Int

    init(year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int, microsecond: Int = 0) {
        self.year = year
        self.month = month
        self.day = day
        self.hour = hour
        self.minute = minute
        self.second = second
        self.microsecond = microsecond
    }

    init(_ instant: Timestamp) {
        let total = instant.microseconds
        let seconds = Int(floorDivide(total, 1_000_000))
        microsecond = Int(total - Int64(seconds) * 1_000_000)
        let days = Int(floorDivide(Int64(seconds), 86_400))
        let ofDay = seconds - days * 86_400
        hour = ofDay / 3_600
        minute = ofDay / 60 % 60
        second = ofDay % 60
        // Count from 1 March 0000: with the leap day last, month lengths follow one linear formula.
        let shifted = days + 719_468
        let era = Int(floorDivide(Int64(shifted), 146_097))
        let ofEra = shifted - era * 146_097
        let yearOfEra = (ofEra - ofEra / 1_460 + ofEra / 36_524 - ofEra / 146_096) / 365
        let ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * ofYear + 2) / 153
        day = ofYear - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// The instant, or nil if a field is outside its range (31 April, hour 24, second 60).
    var instant: Timestamp? {
        guard (0...9999).contains(year), (1...12).contains(month), day >= 1, day <= daysInMonth,
            (0...23).contains(hour), (0...59).contains(minute), (0...59).contains(second),
            (0...999_999).contains(microsecond)
        else { return nil }
        let marchYear = month <= 2 ? year - 1 : year
        let era = Int(floorDivide(Int64(marchYear), 400))
        let yearOfEra = marchYear - era * 400
        let ofYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let days = era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + ofYear - 719_468
        let seconds = days * 86_400 + hour * 3_600 + minute * 60 + second
        return Timestamp(microseconds: Int64(seconds) * 1_000_000 + Int64(microsecond))
    }

    private var daysInMonth: Int {
        switch month {
        case 2: (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

private func floorDivide(_ a: Int64, _ b: Int64) -> Int64 {
    let quotient = a / b
    return a % b < 0 ? quotient - 1 : quotient
}

/// Reads fixed-width decimal fields from ASCII text, refusing anything else.
struct DigitReader {
    let text: [UInt8]
    private(set) var position = 0

    init(_ text: [UInt8]) { self.text = text }

    var isAtEnd: Bool { position == text.count }
    var next: UInt8? { position < text.count ? text[position] : nil }

    mutating func number(_ width: Int) -> Int? {
        guard position + width <= text.count else { return nil }
        var value = 0
        for byte in text[position..<position + width] {
            guard (0x30...0x39).contains(byte) else { return nil }
            value = value * 10 + Int(byte - 0x30)
        }
        position += width
        return value
    }

    mutating func take(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        position += 1
        return true
    }

    /// Reads 1 to 18 digits after the point as microseconds; digits beyond the sixth are cut off.
    mutating func fraction() -> Int? {
        var value = 0
        var digits = 0
        while let byte = next, (0x30...0x39).contains(byte) {
            if digits < 6 { value = value * 10 + Int(byte - 0x30) }
            digits += 1
            position += 1
        }
        guard (1...18).contains(digits) else { return nil }
        for _ in min(digits, 6)..<6 { value *= 10 }
        return value
    }
}
