/// An instant in UTC with microsecond precision.
///
/// Holds the years 0000 to 9999, the range RFC 3339 can write; values beyond either end stay at that end.
public struct Timestamp: Sendable, Hashable, Comparable {
    /// Microseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
    public let microseconds: Int64

    /// The first instant of the year 0000.
    public static let earliest = Timestamp(microseconds: .min)
    /// The last microsecond of the year 9999.
    public static let latest = Timestamp(microseconds: .max)

    /// Makes an instant from microseconds since 1970, held within the years 0000 to 9999.
    public init(microseconds: Int64) {
        self.microseconds = min(max(microseconds, -62_167_219_200_000_000), 253_402_300_799_999_999)
    }

    /// Tells which of two instants comes first.
    public static func < (a: Timestamp, b: Timestamp) -> Bool { a.microseconds < b.microseconds }

    /// The instant this much later (or earlier, for a negative span).
    public func adding(_ span: Duration) -> Timestamp {
        let (sum, overflow) = microseconds.addingReportingOverflow(span.microseconds)
        guard overflow else { return Timestamp(microseconds: sum) }
        return span < .zero ? .earliest : .latest
    }

    /// The span from another instant to this one; negative if this one comes first.
    public func since(_ other: Timestamp) -> Duration { .microseconds(microseconds - other.microseconds) }
}

extension Timestamp: Codable {
    /// Reads an RFC 3339 string.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let value = Timestamp(rfc3339: text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "not an RFC 3339 instant: \(text.prefix(40))")
        }
        self = value
    }

    /// Writes the RFC 3339 string with six digits.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rfc3339)
    }
}

extension Timestamp: CustomStringConvertible {
    /// The same as `rfc3339`.
    public var description: String { rfc3339 }
}

extension Duration {
    /// Whole microseconds, rounded towards zero and held within 64 bits.
    var microseconds: Int64 {
        let (seconds, attoseconds) = components
        let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
        if overflow { return seconds < 0 ? .min : .max }
        let (sum, spilled) = scaled.addingReportingOverflow(attoseconds / 1_000_000_000_000)
        return spilled ? (seconds < 0 ? .min : .max) : sum
    }
}
