import Evidence

/// A value that costs something to find out, found out once in a while however often it is asked for.
///
/// Whoever asks while it is being found out waits for the same answer.
actor Recent<Value: Sendable> {
    private let span: Duration
    private let clock: any WallClock
    private let make: @Sendable () async -> Value
    private var kept: (value: Value, at: Timestamp)?
    private var isMaking = false
    private var waiting: [CheckedContinuation<Value, Never>] = []

    /// Keeps what `make` says for so long.
    init(for span: Duration, clock: any WallClock, make: @escaping @Sendable () async -> Value) {
        self.span = span
        self.clock = clock
        self.make = make
    }

    /// The value, no older than the span.
    func value() async -> Value {
        let now = clock.now
        // A clock that was set back makes nothing last longer.
        if let kept, kept.at <= now, now.since(kept.at) < span { return kept.value }
        guard !isMaking else { return await withCheckedContinuation { waiting.append($0) } }
        isMaking = true
        let value = await make()
        kept = (value, now)
        isMaking = false
        let others = waiting
        waiting = []
        for one in others { one.resume(returning: value) }
        return value
    }
}
