import Evidence

/// How much of a span the service was ready, as the service itself saw it (S-130).
///
/// Never more than was seen: what lies before its first look, after a stop and around a fault counts against it. That it could
/// not be reached while it was ready is for others to measure.
public struct ServedShare: Sendable, Hashable {
    /// The length of the span in days, today among them; of a service that is younger, the time since its first look.
    public let days: Int
    /// When the span begins.
    public let from: Timestamp
    /// How long it was ready.
    public let served: Duration
    /// How long the span is.
    public let watched: Duration

    /// States what was seen.
    public init(days: Int, from: Timestamp, served: Duration, watched: Duration) {
        self.days = days
        self.from = from
        self.served = served
        self.watched = watched
    }

    /// The share in thousandths of a per cent, rounded down; nil while there is nothing to divide by.
    public var thousandths: Int? {
        let (served, watched) = (served.components.seconds, watched.components.seconds)
        return watched > 0 ? Int(min(served, watched) * 100_000 / watched) : nil
    }

    /// "99.987 %".
    public var percent: String? {
        thousandths.map { share in
            let rest = String(share % 1_000)
            return "\(share / 1_000).\(String(repeating: "0", count: 3 - rest.utf8.count))\(rest) %"
        }
    }
}
