import Evidence

/// How a provider writes the time of its receipts: the pattern, and the zone when the text names none.
///
/// A receipt's own time is evidence with the provider as its clock, so an unreadable one is nil and never
/// replaced by ours.
public struct ProviderTime: Sendable, Hashable {
    /// The notations that occur.
    public enum Form: Sendable, Hashable {
        /// `yyyy MM dd HH mm ss` with any literals between; missing parts count as zero.
        case pattern(String)
        /// Seconds since 1970.
        case epochSeconds
        /// Milliseconds since 1970.
        case epochMilliseconds
        /// RFC 3339, with its own offset.
        case rfc3339
        /// The date of a mail header, `Fri, 24 May 2019 17:18:27 +0000`.
        case rfc2822
    }

    /// The notation.
    public var form: Form
    /// Minutes east of Greenwich, used when the text has no offset of its own.
    public var offsetMinutes: Int

    /// Describes a notation; mainland providers write their own wall clock, UTC+8.
    public init(_ form: Form, offsetMinutes: Int = 480) {
        self.form = form
        self.offsetMinutes = offsetMinutes
    }

    /// Reads a time; nil when the text does not have this form or names no real instant.
    public func timestamp(_ text: String) -> Timestamp? {
        switch form {
        case .pattern(let pattern): Self.read(text, pattern: pattern).flatMap { timestamp($0, offset: offsetMinutes) }
        case .epochSeconds: Int64(text).flatMap { Self.scaled($0, by: 1_000_000) }
        case .epochMilliseconds: Int64(text).flatMap { Self.scaled($0, by: 1_000) }
        case .rfc3339: Timestamp(rfc3339: text)
        case .rfc2822: mailDate(text)
        }
    }

    private struct Fields {
        var year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0
    }

    private static func scaled(_ value: Int64, by factor: Int64) -> Timestamp? {
        let (microseconds, overflow) = value.multipliedReportingOverflow(by: factor)
        return overflow || value <= 0 ? nil : Timestamp(microseconds: microseconds)
    }

    private static func read(_ text: String, pattern: String) -> Fields? {
        var fields = Fields()
        var rest = Array(text.utf8)[...]
        var letters = Array(pattern.utf8)[...]
        while let letter = letters.first {
            let count = letters.prefix { $0 == letter }.count
            if let path = field(letter, count) {
                let digits = rest.prefix(count)
                guard digits.count == count, digits.allSatisfy({ (0x30...0x39).contains($0) }),
                    let value = Int(String(decoding: digits, as: UTF8.self))
                else { return nil }
                fields[keyPath: path] = letter == UInt8(ascii: "y") && count == 2 ? 2000 + value : value
                rest = rest.dropFirst(count)
                letters = letters.dropFirst(count)
            } else {
                guard rest.first == letter else { return nil }
                rest = rest.dropFirst()
                letters = letters.dropFirst()
            }
        }
        return rest.isEmpty ? fields : nil
    }

    private static func field(_ letter: UInt8, _ count: Int) -> WritableKeyPath<Fields, Int>? {
        switch (letter, count) {
        case (UInt8(ascii: "y"), 4), (UInt8(ascii: "y"), 2): \.year
        case (UInt8(ascii: "M"), 2): \.month
        case (UInt8(ascii: "d"), 2): \.day
        case (UInt8(ascii: "H"), 2): \.hour
        case (UInt8(ascii: "m"), 2): \.minute
        case (UInt8(ascii: "s"), 2): \.second
        default: nil
        }
    }

    private func mailDate(_ text: String) -> Timestamp? {
        var words = text.split(separator: " ").map(String.init)
        if words.first?.hasSuffix(",") == true { words.removeFirst() }
        guard words.count == 5, let day = Int(words[0]), let year = Int(words[2]),
            let month = Self.months.firstIndex(of: words[1].lowercased()),
            var fields = Self.read(words[3], pattern: "HH:mm:ss"),
            let offset = Self.offset(words[4])
        else { return nil }
        (fields.year, fields.month, fields.day) = (year, month + 1, day)
        return timestamp(fields, offset: offset)
    }

    private static let months = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ]

    private static func offset(_ text: String) -> Int? {
        if text == "GMT" || text == "UTC" || text == "Z" { return 0 }
        let digits = text.utf8.dropFirst()
        guard digits.count == 4, let number = Int(String(decoding: digits, as: UTF8.self)), number >= 0 else {
            return nil
        }
        let minutes = number / 100 * 60 + number % 100
        switch text.utf8.first {
        case UInt8(ascii: "+"): return minutes
        case UInt8(ascii: "-"): return -minutes
        default: return nil
        }
    }

    private func timestamp(_ fields: Fields, offset: Int) -> Timestamp? {
        let isLeap = fields.year % 4 == 0 && (fields.year % 100 != 0 || fields.year % 400 == 0)
        let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        guard (1970...9999).contains(fields.year), (1...12).contains(fields.month),
            (1...lengths[fields.month - 1]).contains(fields.day),
            fields.hour < 24, fields.minute < 60, fields.second <= 60
        else { return nil }
        // Days since 1970 of a proleptic Gregorian date, counted in 400-year eras that begin on 1 March.
        let year = fields.month <= 2 ? fields.year - 1 : fields.year
        let era = year / 400
        let yearOfEra = year - era * 400
        let dayOfYear = (153 * (fields.month + (fields.month > 2 ? -3 : 9)) + 2) / 5 + fields.day - 1
        let days = era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
        let seconds = days * 86_400 + fields.hour * 3_600 + (fields.minute - offset) * 60 + fields.second
        return Timestamp(microseconds: Int64(seconds) * 1_000_000)
    }
}
