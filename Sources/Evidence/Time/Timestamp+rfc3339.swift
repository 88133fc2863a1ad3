extension Timestamp {
    /// Reads an RFC 3339 instant such as `2026-11-21T18:32:05.5+08:00`, or nil if the text is not exactly one.
    ///
    /// Digits beyond the sixth of the fraction are cut off; a leap second (`:60`) is refused.
    public init?(rfc3339 text: String) {
        guard text.utf8.count <= 48 else { return nil }
        var reader = DigitReader(Array(text.utf8))
        guard let year = reader.number(4), reader.take(0x2D), let month = reader.number(2), reader.take(0x2D),
            let day = reader.number(2), reader.take(0x54) || reader.take(0x74), let hour = reader.number(2),
            reader.take(0x3A), let minute = reader.number(2), reader.take(0x3A), let second = reader.number(2)
        else { return nil }
        var microsecond = 0
        if reader.take(0x2E) {
            guard let fraction = reader.fraction() else { return nil }
            microsecond = fraction
        }
        guard let offset = Timestamp.offset(from: &reader), reader.isAtEnd,
            let local = CivilTime(
                year: year, month: month, day: day, hour: hour, minute: minute, second: second,
                microsecond: microsecond
            ).instant
        else { return nil }
        self.init(microseconds: local.microseconds - Int64(offset) * 60_000_000)
    }

    /// The instant as RFC 3339 in UTC with exactly six digits: `2026-11-21T10:32:05.123456Z`.
    public var rfc3339: String {
        let civil = CivilTime(self)
        return String(unsafeUninitializedCapacity: 27) { buffer in
            func put(_ value: Int, _ width: Int, at position: Int) {
                var rest = value
                var index = position + width
                while index > position {
                    index -= 1
                    buffer[index] = UInt8(0x30 + rest % 10)
                    rest /= 10
                }
            }
            put(civil.year, 4, at: 0)
            put(civil.month, 2, at: 5)
            put(civil.day, 2, at: 8)
            put(civil.hour, 2, at: 11)
            put(civil.minute, 2, at: 14)
            put(civil.second, 2, at: 17)
            put(civil.microsecond, 6, at: 20)
            (buffer[4], buffer[7], buffer[10], buffer[13]) = (0x2D, 0x2D, 0x54, 0x3A)
            (buffer[16], buffer[19], buffer[26]) = (0x3A, 0x2E, 0x5A)
            return 27
        }
    }

    /// Minutes east of UTC, read from `Z` or `±hh:mm`.
    private static func offset(from reader: inout DigitReader) -> Int? {
        if reader.take(0x5A) || reader.take(0x7A) { return 0 }
        let east = reader.take(0x2B)
        guard east || reader.take(0x2D), let hours = reader.number(2), reader.take(0x3A),
            let minutes = reader.number(2), hours <= 23, minutes <= 59
        else { return nil }
        return (east ? 1 : -1) * (hours * 60 + minutes)
    }
}
