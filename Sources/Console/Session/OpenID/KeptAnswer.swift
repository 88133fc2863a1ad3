import Evidence

/// A document of somebody else's, fetched when it is wanted and kept for a while.
///
/// Whoever asks while it is being fetched waits for the same answer. After a failure nobody asks again for some seconds: a
/// provider that is down must not be asked once for everybody who wants to come in.
actor KeptAnswer<Value: Sendable> {
    /// How long an answer is good.
    private let lifetime: Duration
    /// How long after a try the next one is made at the earliest.
    private let pause: Duration
    private let clock: any WallClock
    private let fetch: @Sendable () async throws(OpenIDFault) -> Value
    private var kept: (value: Value, at: Timestamp)?
    private var failed: (fault: OpenIDFault, at: Timestamp)?
    private var isFetching = false
    private var waiting: [CheckedContinuation<Result<Value, OpenIDFault>, Never>] = []

    init(
        lifetime: Duration, pause: Duration, clock: any WallClock,
        fetch: @escaping @Sendable () async throws(OpenIDFault) -> Value
    ) {
        self.lifetime = lifetime
        self.pause = pause
        self.clock = clock
        self.fetch = fetch
    }

    /// The document, no older than its lifetime.
    func value() async throws(OpenIDFault) -> Value {
        if let kept, isWithin(lifetime, kept.at) { return kept.value }
        return try await fetched()
    }

    /// A newer one than it was, if it may be asked for again already; otherwise the one there is.
    func renewed() async throws(OpenIDFault) -> Value {
        if let kept, isWithin(pause, kept.at) { return kept.value }
        return try await fetched()
    }

    /// A clock that was set back makes nothing last longer.
    private func isWithin(_ span: Duration, _ at: Timestamp) -> Bool {
        let now = clock.now
        return at <= now && now.since(at) < span
    }

    private func fetched() async throws(OpenIDFault) -> Value {
        if isFetching { return try await withCheckedContinuation { waiting.append($0) }.get() }
        if let failed, isWithin(.seconds(5), failed.at) { throw failed.fault }
        isFetching = true
        let result: Result<Value, OpenIDFault>
        do {
            let value = try await fetch()
            kept = (value, clock.now)
            failed = nil
            result = .success(value)
        } catch {
            // Whoever gave up waiting says nothing about the provider.
            if !Task.isCancelled { failed = (error, clock.now) }
            result = .failure(error)
        }
        isFetching = false
        let others = waiting
        waiting = []
        for one in others { one.resume(returning: result) }
        return try result.get()
    }
}
