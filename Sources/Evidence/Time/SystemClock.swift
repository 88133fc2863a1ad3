import Glibc

/// The machine's real-time clock.
public struct SystemClock: WallClock {
    /// Makes the clock; it has no state.
    public init() {}

    /// The machine's current time in UTC.
    public var now: Timestamp {
        var time = timespec()
        guard clock_gettime(CLOCK_REALTIME, &time) == 0 else {
            preconditionFailure("CLOCK_REALTIME is always readable on Linux")
        }
        return Timestamp(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000)
    }

    /// Sleeps in slices of at most thirty seconds, so that a clock set forward meanwhile is noticed.
    public func sleep(until instant: Timestamp) async throws {
        try Task.checkCancellation()
        while true {
            let rest = instant.since(now)
            if rest <= .zero { return }
            try await Task.sleep(for: min(rest, .seconds(30)))
        }
    }
}
