/// Watches our clock for steps, and says when no checkpoint may be signed.
///
/// A checkpoint's time is a claim; after a step we cannot say which side of it was right. Small steps (a time server
/// correcting us) heal once the clock has run evenly for a minute. Larger ones wait until the clock is back or an
/// operator has set it right and restarted the service: signing ten days ahead would otherwise block the log for ten
/// days once the clock is corrected.
struct ClockGuard: Sendable {
    /// Why no checkpoint may be signed now.
    enum Hold: Sendable, Hashable {
        /// The clock jumped by this much against elapsed time.
        case stepped(by: Duration)
        /// The clock stands before the last checkpoint.
        case behind(lastCheckpoint: Timestamp)
    }

    /// A larger difference between the clock and elapsed time, or between two machines, is a step.
    static let tolerance = Duration.seconds(2)
    /// Steps up to this size heal by themselves.
    static let healable = Duration.seconds(3600)
    /// How long the clock must run evenly before a healable step is forgotten.
    static let settling = Duration.seconds(60)

    private var wall: Timestamp?
    private var elapsed = Duration.zero
    /// How far the clock is off from where it would be without steps; zero while trusted.
    private var offset = Duration.zero
    private var steppedAt = Duration.zero

    /// Takes a reading of both clocks and returns the reason to hold, if any.
    mutating func observe(wall now: Timestamp, elapsed: Duration, lastCheckpoint: Timestamp?) -> Hold? {
        if let wall {
            let step = now.since(wall) - (elapsed - self.elapsed)
            if step.magnitude > Self.tolerance {
                offset += step
                steppedAt = elapsed
            }
        }
        wall = now
        self.elapsed = elapsed
        if offset.magnitude <= Self.tolerance {
            offset = .zero
        } else if offset.magnitude <= Self.healable, elapsed - steppedAt >= Self.settling {
            offset = .zero
        }
        if let lastCheckpoint, now.adding(Self.tolerance) < lastCheckpoint {
            return .behind(lastCheckpoint: lastCheckpoint)
        }
        return offset == .zero ? nil : .stepped(by: offset)
    }
}

extension ClockGuard.Hold {
    /// The reason as a sentence for operators and for the entry.
    var sentence: String {
        switch self {
        case .stepped(let span):
            "the clock stepped by \(span.seconds) s against elapsed time; no checkpoint is signed until it runs evenly "
                + "for \(ClockGuard.settling.seconds) s, or, for more than an hour, until it is set right and the "
                + "service restarted"
        case .behind(let last):
            "the clock stands before the last checkpoint (\(last.rfc3339)); set it right, no checkpoint is signed before"
        }
    }
}

extension Duration {
    fileprivate var magnitude: Duration { self < .zero ? .zero - self : self }
    fileprivate var seconds: Int64 { components.seconds }
}
