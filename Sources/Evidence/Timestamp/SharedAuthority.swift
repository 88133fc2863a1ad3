/// One remote authority as a whole process shares it: a request a second at most, and a rest after it failed.
///
/// The log's checkpoints and every proof bundle ask the same authority. Whoever works in the background waits for a turn
/// (``patient``); whoever has a person waiting is answered within seconds, and at once while the authority is known not to
/// answer (``prompt``).
public actor SharedAuthority {
    /// How it is shared.
    public struct Settings: Sendable {
        /// The shortest time between two requests.
        public var interval: Duration
        /// How long somebody in a hurry waits for a turn.
        public var longestTurn: Duration
        /// How long somebody in a hurry waits for the answer.
        public var longestAnswer: Duration
        /// How long it is left alone by those in a hurry after it failed.
        public var rest: Duration

        /// Sets how it is shared.
        public init(
            interval: Duration = .seconds(1), longestTurn: Duration = .seconds(2),
            longestAnswer: Duration = .seconds(3), rest: Duration = .seconds(30)
        ) {
            self.interval = interval
            self.longestTurn = longestTurn
            self.longestAnswer = longestAnswer
            self.rest = rest
        }
    }

    private let authority: any TimestampAuthority
    private let clock: any WallClock
    private let settings: Settings
    private var nextTurn = Timestamp.earliest
    private var failedAt: Timestamp?

    /// Shares an authority.
    public init(_ authority: any TimestampAuthority, clock: any WallClock, settings: Settings = Settings()) {
        self.authority = authority
        self.clock = clock
        self.settings = settings
    }

    /// The authority for background work, which keeps its own waits between failures.
    public nonisolated var patient: any TimestampAuthority { View(shared: self, authority: authority, isPrompt: false) }

    /// The authority for somebody who waits.
    public nonisolated var prompt: any TimestampAuthority { View(shared: self, authority: authority, isPrompt: true) }

    private struct View: TimestampAuthority {
        let shared: SharedAuthority
        let authority: any TimestampAuthority
        let isPrompt: Bool
        var name: String { authority.name }
        var isIndependent: Bool { authority.isIndependent }

        func token(for digest: Digest) async throws -> TimestampToken {
            try await isPrompt ? shared.promptToken(for: digest) : shared.patientToken(for: digest)
        }
    }

    private func patientToken(for digest: Digest) async throws -> TimestampToken {
        let turn = takeTurn(at: clock.now)
        try await clock.sleep(until: turn)
        return try await ask { [authority] in try await authority.token(for: digest) }
    }

    private func promptToken(for digest: Digest) async throws -> TimestampToken {
        let now = clock.now
        if let failedAt, now >= failedAt, now.since(failedAt) < settings.rest {
            throw EvidenceError(
                .timestampUnreachable,
                "\(authority.name) gave no token at \(failedAt.rfc3339) and is left alone for \(settings.rest)")
        }
        guard waits(at: now) <= settings.longestTurn else {
            throw EvidenceError(
                .timestampUnreachable, "\(authority.name) has too many requests before this one; ask again in a moment")
        }
        let turn = takeTurn(at: now)
        try await clock.sleep(until: turn)
        return try await ask { [authority, clock, settings] in
            let deadline = clock.now.adding(settings.longestAnswer)
            return try await withThrowingTaskGroup(of: TimestampToken.self) { group in
                defer { group.cancelAll() }
                group.addTask { try await authority.token(for: digest) }
                group.addTask {
                    try await clock.sleep(until: deadline)
                    throw EvidenceError(
                        .timestampUnreachable, "\(authority.name) did not answer within \(settings.longestAnswer)")
                }
                guard let first = try await group.next() else { throw CancellationError() }
                return first
            }
        }
    }

    /// How long a turn taken now would have to be waited for.
    private func waits(at now: Timestamp) -> Duration {
        let wait = nextTurn > now ? nextTurn.since(now) : .zero
        // More than can have queued up: the clock was set back.
        return wait > settings.longestTurn + settings.interval * 4 ? .zero : wait
    }

    private func takeTurn(at now: Timestamp) -> Timestamp {
        let turn = now.adding(waits(at: now))
        nextTurn = turn.adding(settings.interval)
        return turn
    }

    private func ask(_ request: @Sendable () async throws -> TimestampToken) async throws -> TimestampToken {
        do {
            let token = try await request()
            failedAt = nil
            return token
        } catch let error as CancellationError {
            throw error
        } catch {
            failedAt = clock.now
            throw error
        }
    }
}
