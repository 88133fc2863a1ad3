/// The only source of the current time; everything that needs an instant is handed one of these.
public protocol WallClock: Sendable {
    /// The current instant.
    var now: Timestamp { get }
    /// Returns once `now` has reached the instant, at once if it already has; throws `CancellationError` if cancelled.
    func sleep(until instant: Timestamp) async throws
}

extension WallClock {
    /// Returns once this much time has passed on this clock.
    public func sleep(for span: Duration) async throws { try await sleep(until: now.adding(span)) }
}
