import Evidence

/// Hands due deliveries of one channel to its routes.
///
/// The order of acts is the contract: claim → intent on disk → hand over → outcome on disk. A crash between intent and
/// outcome leaves an attempt that ``recover()`` turns into "unknown", because the peer may have it.
///
/// Throughput comes from batches: one transaction claims many, one stores their intents, and outcomes are stored together
/// as they arrive. A bounded number is under way at once, so memory does not grow with the backlog.
public struct Dispatcher: Sendable {
    /// How much at once, and how long a lease lasts.
    public struct Limits: Sendable {
        /// Deliveries under way at once.
        public var inFlight: Int
        /// Claimed in one transaction.
        public var batch: Int
        /// How long a claim is ours; longer than the longest wait for a peer (600 s for the final reply of SMTP).
        public var lease: Duration
        /// How long to wait when nothing is due.
        public var idlePoll: Duration
        /// Sets limits.
        public init(
            inFlight: Int = 64, batch: Int = 64, lease: Duration = .seconds(1200), idlePoll: Duration = .seconds(1)
        ) {
            self.inFlight = inFlight
            self.batch = batch
            self.lease = lease
            self.idlePoll = idlePoll
        }
    }

    let channel: ChannelKind
    let routes: RouteTable
    /// Where what test keys issue goes while the rest is meant; nil where there is no such place.
    let sandbox: RouteTable?
    let store: any DispatchStore
    let recorder: EvidenceRecorder
    let clock: any WallClock
    let schedule: RetrySchedule
    let parcels: ParcelMaker
    let expectReceiptWithin: Duration?
    let owner: String
    let limits: Limits
    let quietHours: QuietHours?
    let isRehearsal: Bool
    /// Wakes the dispatcher when something was stored that is due at once.
    public let poke: Poke
    /// Woken when a delivery ended without success: the plan's next step need not wait.
    let escalation: Poke
    let alarm: @Sendable (String) -> Void

    /// Makes the dispatcher of one channel.
    ///
    /// - Parameters:
    ///   - sandbox: the routes of what test keys issue, where the others are meant.
    ///   - expectReceiptWithin: how long after acceptance a receipt is overdue; nil where the channel gives none.
    ///   - quietHours: when notices of kinds that observe them wait, whatever made them late; nil hands over at any hour.
    ///   - isRehearsal: whether the routes lead to a sandbox: what is meant waits then, and otherwise what was issued in a
    ///     rehearsal is set aside.
    ///   - escalation: what ``Escalation`` waits on.
    ///   - alarm: called with a sentence an operator must read.
    public init(
        channel: ChannelKind, routes: RouteTable, sandbox: RouteTable? = nil, store: any DispatchStore,
        recorder: EvidenceRecorder,
        clock: any WallClock, schedule: RetrySchedule, parcels: ParcelMaker, expectReceiptWithin: Duration?,
        owner: String, limits: Limits = Limits(), quietHours: QuietHours? = nil, isRehearsal: Bool = false,
        poke: Poke = Poke(), escalation: Poke = Poke(), alarm: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.channel = channel
        self.routes = routes
        self.sandbox = sandbox
        self.store = store
        self.recorder = recorder
        self.clock = clock
        self.schedule = schedule
        self.parcels = parcels
        self.expectReceiptWithin = expectReceiptWithin
        self.owner = owner
        self.limits = limits
        self.quietHours = quietHours
        self.isRehearsal = isRehearsal
        self.poke = poke
        self.escalation = escalation
        self.alarm = alarm
    }

    /// Works until told to stop; what is under way then is finished and stored first.
    ///
    /// Throws when an intent or outcome could not be stored: without evidence there is no action, so the service stops.
    public func run(until stop: StopSignal) async throws {
        try await recover(isStart: true)
        let finished = Gathered<AttemptRecord>()
        let inFlight = InFlight(limit: limits.inFlight)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                // Everything that finished while the last transaction ran goes into the next one.
                while let batch = await finished.take(atMost: 512) {
                    try await record(batch)
                    inFlight.remove(batch.count)
                }
            }
            group.addTask {
                defer { finished.close() }
                try await handOverAll(to: finished, inFlight: inFlight, until: stop)
            }
            group.addTask {
                let tick = Poke()
                stop.wakes(tick)
                while !stop.isStopped && !Task.isCancelled {
                    await tick.wait(.seconds(60))
                    try await recover(isStart: false)
                }
            }
            // If either side fails the other must not go on: no outcome without a place to store it. `waitForAll` would tell
            // of the failure only after the others had ended, which they never do.
            do { while try await group.next() != nil {} } catch {
                group.cancelAll()
                throw error
            }
        }
    }

    /// Delivers what is due now and returns when all of it has an outcome on disk; used by tools and tests.
    ///
    /// - Returns: how many attempts were made.
    @discardableResult
    public func runOnce() async throws -> Int {
        let claims = try await claim(limit: min(limits.batch, routes.headroom(at: clock.now) ?? limits.batch))
        let ready = try await beginAttempts(claims)
        let records = await withTaskGroup(of: AttemptRecord?.self) { group in
            for one in ready { group.addTask { await self.attempt(one) } }
            var records: [AttemptRecord] = []
            for await record in group { if let record { records.append(record) } }
            return records
        }
        if !records.isEmpty { try await record(records) }
        return records.count
    }

    private func handOverAll(
        to finished: Gathered<AttemptRecord>, inFlight: InFlight, until stop: StopSignal
    ) async throws {
        try await withThrowingDiscardingTaskGroup { group in
            while !stop.isStopped && !Task.isCancelled {
                let room = await inFlight.waitForRoom(until: stop)
                guard room > 0 else { break }
                let headroom = routes.headroom(at: clock.now) ?? limits.batch
                guard headroom > 0 else {
                    // Each answer of the route that is coming back makes room for more.
                    await poke.wait(.milliseconds(50))
                    continue
                }
                let claims = try await claim(limit: min(room, limits.batch, headroom))
                guard !claims.isEmpty else {
                    await poke.wait(limits.idlePoll)
                    continue
                }
                let ready = try await beginAttempts(claims)
                inFlight.add(ready.count)
                for one in ready {
                    group.addTask {
                        guard let record = await attempt(one) else { return inFlight.remove(1) }
                        finished.add(record)
                    }
                }
            }
        }
    }

    private func claim(limit: Int) async throws -> [DeliveryClaim] {
        guard limit > 0 else { return [] }
        let now = clock.now
        let lease = Lease(owner: owner, now: now, until: now.adding(limits.lease))
        return try await store.claimDue(lease, channels: [channel], limit: limit)
    }
}
