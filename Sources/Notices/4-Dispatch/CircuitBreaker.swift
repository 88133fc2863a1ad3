import Evidence

/// Stops using a route that keeps failing, and lets one parcel through now and then to see whether it is back.
///
/// Closed → open on five failures in a row or fifty within a minute; open → half-open after a wait that doubles up to ten
/// minutes; half-open lets a single parcel through. Only failures of the route count, never a refusal of one recipient.
public struct CircuitBreaker: Sendable, Hashable {
    /// What the breaker lets through.
    public enum State: Sendable, Hashable {
        /// Everything.
        case closed
        /// Nothing before this moment.
        case open(until: Timestamp)
        /// One parcel, which is under way.
        case halfOpen
    }

    /// The present state.
    public private(set) var state: State = .closed
    /// Why it last opened.
    public private(set) var reason = ""
    private var failuresInRow = 0
    private var windowStart: Timestamp?
    private var failuresInWindow = 0
    private var openings = 0

    /// A breaker that lets everything through.
    public init() {}

    /// Whether a parcel may go now; asking in the open state after its wait takes the single probe.
    public mutating func admits(at now: Timestamp) -> Bool {
        switch state {
        case .closed: return true
        case .halfOpen: return false
        case .open(let until):
            guard now >= until else { return false }
            state = .halfOpen
            return true
        }
    }

    /// Counts a parcel that the route handled, whatever it answered; true if that closed the breaker.
    public mutating func recordSuccess() -> Bool {
        failuresInRow = 0
        openings = 0
        guard state != .closed else { return false }
        state = .closed
        failuresInWindow = 0
        windowStart = nil
        return true
    }

    /// Gives the single probe back: the parcel that was to go did not.
    public mutating func abandonProbe(at now: Timestamp) {
        if state == .halfOpen { state = .open(until: now) }
    }

    /// Counts a failure of the route; true if that opened the breaker.
    public mutating func recordFailure(_ why: String, at now: Timestamp) -> Bool {
        failuresInRow += 1
        if let start = windowStart, now.since(start) <= .seconds(60) {
            failuresInWindow += 1
        } else {
            windowStart = now
            failuresInWindow = 1
        }
        switch state {
        case .open: return false  // parcels that were under way when it opened
        case .closed where failuresInRow < 5 && failuresInWindow < 50: return false
        case .closed, .halfOpen:
            openings += 1
            reason = why
            let wait = min(600, 15 << min(openings - 1, 6))
            state = .open(until: now.adding(.seconds(wait)))
            return true
        }
    }
}
