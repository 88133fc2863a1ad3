import Evidence
import Synchronization

/// Tells web hooks what entered the log: a message for each entry they asked for, tried until it is taken or too old.
///
/// Each web hook is served by itself, so that a slow one keeps no other waiting. A message is durable before its first byte
/// leaves and is sent at least once, always under the same name; the order is not promised. While a receiver is down its
/// outbox fills to a bound and the rest stays in the log, where it lies anyway.
public final class WebhookSender: Sendable {
    /// How much at once, and how long.
    public struct Limits: Sendable {
        /// Messages to one web hook under way at once.
        public var inFlight = 8
        /// Entries looked at in one step.
        public var page = 500
        /// Messages that may wait in one outbox.
        public var outbox = 10_000
        /// How long a claim is ours; longer than an exchange may take.
        public var lease = Duration.seconds(60)
        /// How long what was delivered is kept to be looked at.
        public var kept = Duration.seconds(30 * 86_400)
        /// How long to wait when nothing is due.
        public var idlePoll = Duration.seconds(1)
        /// How often to look whether there is any web hook.
        public var emptyPoll = Duration.seconds(5)
        /// The usual.
        public init() {}
    }

    private struct State {
        /// Served at this moment.
        var busy: Set<WebhookID> = []
        var hasAny = false
        var lastSweep: Timestamp?
    }

    private let store: any WebhookStore
    private let events: WebhookEvents
    private let recorder: EvidenceRecorder
    private let clock: any WallClock
    private let schedule: RetrySchedule
    private let owner: String
    private let limits: Limits
    private let isRehearsal: Bool
    private let post: @Sendable (WebhookRequest) async -> WebhookAnswer
    private let alarm: @Sendable (String) -> Void
    private let state = Mutex(State())
    private let poke = Poke()

    /// Makes a sender.
    ///
    /// - Parameters:
    ///   - isRehearsal: whether everything that happens here is of a rehearsal, and every message has to say so.
    ///   - post: makes one exchange; follows no redirect, and returns within the lease.
    ///   - alarm: called with a sentence an operator must read.
    public init(
        store: any WebhookStore, events: WebhookEvents, recorder: EvidenceRecorder, clock: any WallClock,
        owner: String, schedule: RetrySchedule = .webhook, limits: Limits = Limits(), isRehearsal: Bool = false,
        post: @escaping @Sendable (WebhookRequest) async -> WebhookAnswer,
        alarm: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.store = store
        self.events = events
        self.recorder = recorder
        self.clock = clock
        self.schedule = schedule
        self.owner = owner
        self.limits = limits
        self.isRehearsal = isRehearsal
        self.post = post
        self.alarm = alarm
    }

    // MARK: Waking

    /// The log has grown; where there is no web hook this does nothing at all.
    public func logGrew() {
        if state.withLock({ $0.hasAny }) { poke.poke() }
    }

    /// Somebody changed a web hook, or had something sent again.
    public func wake() { poke.poke() }

    // MARK: Working

    /// Works until told to stop; a receiver that does not answer holds nothing up, its message is sent again.
    public func run(until stop: StopSignal) async {
        stop.wakes(poke)
        await withDiscardingTaskGroup { group in
            while !stop.isStopped && !Task.isCancelled {
                do {
                    for id in try await ids() where begin(id) {
                        group.addTask {
                            await self.serve(id, until: stop)
                            self.end(id)
                        }
                    }
                } catch { complain("the web hooks cannot be read", error) }
                await poke.wait(state.withLock { $0.hasAny } ? limits.idlePoll : limits.emptyPoll)
            }
            group.cancelAll()
        }
    }

    /// Tells everything there is to tell and makes every attempt that is due now; used by tools and tests.
    ///
    /// - Returns: how many attempts were made.
    @discardableResult
    public func runOnce() async throws -> Int {
        var attempts = 0
        for id in try await ids() {
            while try await tell(id) {}
            while case let made = try await deliver(id), made > 0 { attempts += made }
        }
        return attempts
    }

    private func ids() async throws -> [WebhookID] {
        let ids = try await store.activeWebhooks().map(\.id)
        state.withLock { $0.hasAny = !ids.isEmpty }
        if !ids.isEmpty { try await sweep() }
        return ids
    }

    private func begin(_ id: WebhookID) -> Bool { state.withLock { $0.busy.insert(id).inserted } }

    private func end(_ id: WebhookID) { state.withLock { _ = $0.busy.remove(id) } }

    private func serve(_ id: WebhookID, until stop: StopSignal) async {
        do {
            var isWorking = true
            while isWorking, !stop.isStopped, !Task.isCancelled {
                let told = try await tell(id)
                isWorking = try await deliver(id) > 0 || told
            }
        } catch { complain("web hook \(id)", error) }
    }

    private func complain(_ what: String, _ error: any Error) {
        if !(error is CancellationError) { alarm("\(what): \(error)") }
    }

    // MARK: From the log to the outbox

    /// One page; true if there may be more.
    private func tell(_ id: WebhookID) async throws -> Bool {
        guard let webhook = try await store.webhook(id), webhook.state == .active,
            try await !store.waits(limits.outbox, for: id)
        else { return false }
        let entries = try await store.entries(from: webhook.nextLeaf, limit: limits.page)
        guard let last = entries.last else { return false }
        let now = clock.now
        let messages = entries.compactMap { entry -> WebhookMessage? in
            guard events.covers(webhook.events, entry.event), let subject = events.subject(of: entry.event) else {
                return nil
            }
            return WebhookMessage(
                id: "msg_\(entry.id)", webhook: id, event: entry.event.rawValue,
                payload: WebhookPayload.text(entry, subject: subject, isRehearsal: isRehearsal || entry.isRehearsal),
                createdAt: now, dueAt: now)
        }
        // Another process may have been faster; then its messages are there, and the next look begins behind them.
        _ = try await store.tell(id, from: webhook.nextLeaf, to: last.leaf + 1, messages)
        return entries.count == limits.page
    }

    // MARK: From the outbox to the receiver

    /// - Returns: how many attempts were made.
    private func deliver(_ id: WebhookID) async throws -> Int {
        let now = clock.now
        let claims = try await store.claim(
            id, Lease(owner: owner, now: now, until: now.adding(limits.lease)), limit: limits.inFlight)
        guard !claims.isEmpty, let webhook = try await store.webhook(id) else { return 0 }
        let secrets = try await store.secrets(of: id, at: now)
        let outcomes = await withTaskGroup(of: Ending.self) { group -> [Ending] in
            for claim in claims {
                group.addTask { await self.attempt(claim, to: webhook.url, secrets: secrets) }
            }
            var endings: [Ending] = []
            for await ending in group { endings.append(ending) }
            return endings
        }
        // Cut short by our own end: nothing is known of the receiver. The lease runs out, and it is sent again.
        try Task.checkCancellation()
        try await store.record(outcomes.map(\.outcome), of: id)
        if outcomes.contains(where: \.isGone) { try await disable(id) }
        return claims.count
    }

    /// What to store of an attempt, and whether the receiver said that it is gone for good.
    private struct Ending: Sendable {
        let outcome: WebhookOutcome
        let isGone: Bool
    }

    private func attempt(_ claim: WebhookClaim, to url: String, secrets: [WebhookSecret]) async -> Ending {
        let began = clock.now
        let answer = await post(WebhookRequest(claim.message, to: url, secrets: secrets, at: began))
        let now = clock.now
        var (status, asked): (Int?, Duration?)
        let words: String
        switch answer {
        case .answered(let code, let text, let wait):
            (status, asked) = (code, wait)
            words = text
        case .failed(let reason): words = reason
        }
        var (state, due) = (WebhookMessage.State.delivered, Timestamp?.none)
        if status.map({ (200..<300).contains($0) }) != true {
            due = schedule.next(
                after: claim.tries, now: now, createdAt: claim.message.createdAt,
                // A receiver may ask for patience, and not for so much that the message dies of it.
                asked: asked.map { min($0, .seconds(86_400)) }, jitter: Double.random(in: 0..<1))
            state = due == nil ? .dead : .pending
        }
        let outcome = WebhookOutcome(
            message: claim.message.id, fence: claim.fence,
            attempt: WebhookAttempt(
                number: claim.message.attempts, startedAt: began,
                milliseconds: max(0, Int(now.since(began) / .milliseconds(1))), status: status,
                words: PeerWords(words).text),
            state: state, dueAt: due)
        return Ending(outcome: outcome, isGone: status == 410)
    }

    /// The receiver said that it is gone for good; whoever knows better enables it again.
    private func disable(_ id: WebhookID) async throws {
        let reason = "the receiver answered 410 Gone"
        let entry = try recorder.entry(
            .webhookDisabled, at: clock.now,
            ["by": Principal.songda.facts, "webhook": .string(id.rawValue), "reason": .string(reason)])
        if try await store.disable(id, reason: reason, at: clock.now, evidence: [entry]) {
            alarm("web hook \(id) is disabled: \(reason); songda webhooks enable \(id) tells it again")
        }
    }

    /// Once an hour, what was delivered long ago makes room.
    private func sweep() async throws {
        let now = clock.now
        let isDue = state.withLock { state in
            if let last = state.lastSweep, now >= last, now.since(last) < .seconds(3600) { return false }
            state.lastSweep = now
            return true
        }
        guard isDue else { return }
        while try await store.dropDelivered(before: now.adding(.zero - limits.kept), limit: 1000) == 1000 {}
    }
}

extension RetrySchedule {
    /// Web hooks: soon at first, then ever more rarely, for three days in all (GOALS F37).
    ///
    /// Nothing is ever unknown here: a receiver tells a repetition by its name.
    public static let webhook = RetrySchedule(
        waits: [5, 30, 120, 600, 1800, 3600, 7200, 14_400, 28_800, 43_200].map { .seconds($0) },
        maximumAge: .seconds(72 * 3600), retriesAfterUnknown: 0)
}
