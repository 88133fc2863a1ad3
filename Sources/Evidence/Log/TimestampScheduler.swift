/// Has checkpoints timestamped by an authority outside the log: the newest only, at most one request a second.
///
/// A token over a checkpoint covers every entry below it, so older checkpoints without a token need none. While no
/// authority answers, checkpoints stay "awaiting timestamp"; our own clock never takes the place of a token.
public actor TimestampScheduler {
    /// How often requests are made.
    public struct Settings: Sendable {
        /// The shortest time between two requests.
        public var interval: Duration
        /// The wait after the first failure; it doubles with each further one.
        public var firstRetry: Duration
        /// The longest wait between retries.
        public var longestRetry: Duration
        /// The largest difference between a token's time and ours before one of the two clocks must be wrong.
        public var tolerance: Duration

        /// Sets how often requests are made.
        public init(
            interval: Duration = .seconds(1), firstRetry: Duration = .seconds(2),
            longestRetry: Duration = .seconds(300), tolerance: Duration = .seconds(60)
        ) {
            self.interval = interval
            self.firstRetry = firstRetry
            self.longestRetry = longestRetry
            self.tolerance = tolerance
        }
    }

    /// What one step did.
    public enum StepOutcome: Sendable, Hashable {
        /// The newest checkpoint has its token, or the log is empty.
        case idle
        /// It is too early for the next request.
        case waiting(until: Timestamp)
        /// The checkpoint of this size got its token.
        case stamped(size: Int)
        /// No token; the reason as a sentence.
        case failed(reason: String)
    }

    private let store: any EvidenceLogStore
    private let authority: any TimestampAuthority
    private let recorder: EvidenceRecorder
    private let clock: any WallClock
    private let settings: Settings
    private let alarm: @Sendable (String) -> Void
    private let bell = Doorbell()
    private var nextRequestAt = Timestamp.earliest

    /// Makes a scheduler; `alarm` is called once an outage with a sentence an operator must read.
    public init(
        store: any EvidenceLogStore, authority: any TimestampAuthority, recorder: EvidenceRecorder,
        clock: any WallClock, settings: Settings = Settings(), alarm: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.store = store
        self.authority = authority
        self.recorder = recorder
        self.clock = clock
        self.settings = settings
        self.alarm = alarm
    }

    /// Says that there is a new checkpoint.
    public nonisolated func poke() { bell.ring() }

    /// Works until cancelled.
    public func run() async throws {
        while true {
            try Task.checkCancellation()
            var wakeAt = clock.now.adding(settings.interval)
            do {
                if case .waiting(let until) = try await step() { wakeAt = until }
            } catch let error as CancellationError {
                throw error
            } catch {
                // Never fatal: the store did not answer. A token that was not stored is asked for again; two tokens
                // over one checkpoint contradict nothing.
                alarm("a timestamp could not be stored, trying again: \(error)")
                nextRequestAt = clock.now.adding(settings.firstRetry)
            }
            try await bell.wait(until: wakeAt, clock: clock)
        }
    }

    /// Asks for a token if the newest checkpoint lacks one and it is time.
    public func step() async throws -> StepOutcome {
        let now = clock.now
        // A clock set back must not silence us for long: no wait is longer than the longest retry.
        if now < nextRequestAt, nextRequestAt.since(now) <= settings.longestRetry {
            return .waiting(until: nextRequestAt)
        }
        guard let newest = try await store.latestCheckpoint(), newest.token == nil else { return .idle }
        nextRequestAt = now.adding(settings.interval)
        let token: TimestampToken
        do {
            token = try await authority.token(for: SHA256.hash(newest.note))
        } catch let error as CancellationError {
            throw error
        } catch {
            return try await recordFailure("\(error)", size: newest.size)
        }
        if let fault = fault(of: token, for: newest) { return try await recordFailure(fault, size: newest.size) }
        // Crash here: the token is lost and asked for again.
        try await store.store(token: token.der, forCheckpointOfSize: newest.size)
        return .stamped(size: newest.size)
    }

    private func fault(of token: TimestampToken, for checkpoint: StoredCheckpoint) -> String? {
        guard token.imprint == SHA256.hash(checkpoint.note) else {
            return "the token of \(authority.name) is over something else than was asked for"
        }
        let now = clock.now
        guard token.genTime.adding(settings.tolerance) >= checkpoint.signedAt,
            token.genTime <= now.adding(settings.tolerance)
        else {
            return "the token of \(authority.name) says \(token.genTime.rfc3339), our clock \(now.rfc3339): "
                + "one of the two is wrong; compare both with a third clock"
        }
        return nil
    }

    private func recordFailure(_ reason: String, size: Int) async throws -> StepOutcome {
        let now = clock.now
        let before = try await store.timestampOutage()
        let failures = (before?.failures ?? 0) + 1
        let wait = settings.firstRetry * (1 << min(failures - 1, 20))
        nextRequestAt = now.adding(min(wait, settings.longestRetry))
        let outage = TimestampOutage(
            since: before?.since ?? now, lastFailureAt: now, failures: failures, reason: String(reason.prefix(500)))
        // One entry an outage, in the same transaction as the outage's beginning: none is lost, none is doubled.
        var entry: SignedEntry?
        if before == nil {
            entry = try recorder.sign(
                EvidenceDraft(
                    event: .timestampFailed, subject: EvidenceSubject(), happenedAt: .ours(now),
                    facts: [
                        "authority": .string(authority.name), "checkpoint": .integer(Int64(size)),
                        "reason": .string(outage.reason),
                    ]))
        }
        try await store.recordTimestampFailure(outage, entry: entry)
        if before == nil { alarm("no timestamp from \(authority.name), trying again: \(reason)") }
        return .failed(reason: reason)
    }
}
