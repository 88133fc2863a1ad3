import Evidence

/// When to try again, and when to give up.
public struct RetrySchedule: Sendable, Hashable {
    /// Waits after the first, second, … failed attempt; the last one repeats.
    public let waits: [Duration]
    /// Counted from the creation of the delivery; after it the delivery is `expired`.
    public let maximumAge: Duration
    /// How many attempts may be repeated after an unknown outcome.
    public let retriesAfterUnknown: Int

    /// Makes a schedule.
    public init(waits: [Duration], maximumAge: Duration, retriesAfterUnknown: Int) {
        precondition(!waits.isEmpty, "a retry schedule needs a first wait")
        self.waits = waits
        self.maximumAge = maximumAge
        self.retriesAfterUnknown = retriesAfterUnknown
    }

    /// Mail: RFC 5321 section 4.5.4.1 asks for two tries in the first hour, then every two to three hours, for four
    /// to five days.
    ///
    /// One repeat after an unknown outcome, with the same bytes, so that a receiver can drop the duplicate.
    public static let email = RetrySchedule(
        waits: [.seconds(300), .seconds(1500), .seconds(3600), .seconds(7200), .seconds(10_800)],
        maximumAge: .seconds(5 * 86_400), retriesAfterUnknown: 1)

    /// Text messages: a gateway that is down comes back soon or not at all, and a text that may have been taken is never
    /// sent again blindly.
    public static let sms = RetrySchedule(
        waits: [.seconds(30), .seconds(120), .seconds(600), .seconds(1800)],
        maximumAge: .seconds(86_400), retriesAfterUnknown: 0)

    /// The next moment to try after `attempts` attempts, or nil when it would be too late.
    ///
    /// - Parameters:
    ///   - asked: the wait the peer asked for, which is respected when it is longer than ours.
    ///   - jitter: 0…1; spreads the retries of many deliveries that failed at one moment over a fifth of the wait.
    public func next(
        after attempts: Int, now: Timestamp, createdAt: Timestamp, asked: Duration?, jitter: Double
    ) -> Timestamp? {
        let base = waits[min(max(attempts, 1), waits.count) - 1]
        let wait = max(base, asked ?? .zero)
        let moment = now.adding(wait).adding(wait * (jitter * 0.2))
        return moment.since(createdAt) > maximumAge ? nil : moment
    }
}
