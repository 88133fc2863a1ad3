import Evidence

/// Starts the later rungs of a plan when their time has come and they are still wanted, and notices receipts that did not
/// come.
///
/// A rung's time has come early when a delivery of the rung before ended without success: waiting would only lose days.
public struct Escalation: Sendable {
    private let store: any ReceiptStore
    private let recorder: EvidenceRecorder
    private let clock: any WallClock
    private let starter: DeliveryStarter
    /// Woken when deliveries were started that are due at once.
    private let wakes: [Poke]
    /// Woken when a delivery ended without success.
    public let poke: Poke

    /// Makes an escalation that wakes these dispatchers.
    public init(
        store: any ReceiptStore, recorder: EvidenceRecorder, clock: any WallClock, starter: DeliveryStarter,
        wakes: [Poke], poke: Poke = Poke()
    ) {
        self.store = store
        self.recorder = recorder
        self.clock = clock
        self.starter = starter
        self.wakes = wakes
        self.poke = poke
    }

    /// Settles what is due now.
    ///
    /// - Returns: how many rungs were started.
    @discardableResult
    public func runOnce() async throws -> Int {
        var started = 0
        let now = clock.now
        var page: [DueRung]
        repeat {
            page = try await store.dueRungs(now: now, limit: Self.page)
            started += try await settle(page, at: now)
        } while page.count == Self.page
        if started > 0 { for poke in wakes { poke.poke() } }
        try await recordMissingReceipts(now)
        return started
    }

    /// Settled in pages, so that a batch of a hundred thousand does not fill the memory.
    private static let page = 200

    private func settle(_ page: [DueRung], at now: Timestamp) async throws -> Int {
        var started = 0
        for due in page {
            let rung = due.notice.plan.rungs[due.rung.index]
            let isWanted = rung.condition.holds(for: due.states)
            let person = due.notice.recipients.first { $0.person == due.rung.person }
            var deliveries: [NewDelivery] = []
            var evidence = [try entry(due, rung, isWanted: isWanted, at: now)]
            if isWanted, let person {
                let begun = try starter.start(due.notice, for: person, rung: due.rung.index, at: now)
                deliveries = begun.deliveries
                evidence += begun.evidence
            }
            if try await store.settle(due, deliveries: deliveries, evidence: evidence), isWanted { started += 1 }
        }
        return started
    }

    private func entry(_ due: DueRung, _ rung: Rung, isWanted: Bool, at now: Timestamp) throws -> SignedEntry {
        var facts: [String: JSONValue] = [
            "rung": .integer(Int64(due.rung.index)), "started": .bool(isWanted),
            "condition": .string(rung.condition.rawValue),
            "states": .array(due.states.map { .string($0.rawValue) }),
            "channels": .array(rung.channels.map { .string($0.rawValue) }), "reason": "its wait is over",
        ]
        if let cause = due.cause {
            facts["reason"] = .string("\(cause.channel.rawValue) \(cause.state.rawValue)")
            facts["broughtForwardBy"] = .string(cause.delivery.rawValue)
            facts["plannedAt"] = .string(cause.plannedAt.rfc3339)
        }
        return try recorder.entry(
            .escalated, notice: due.notice.id, person: due.rung.person, at: now, facts)
    }

    /// "Expected, and did not come" is a fact of its own; the absence of an entry would prove nothing.
    private func recordMissingReceipts(_ now: Timestamp) async throws {
        var page: [Delivery]
        repeat {
            page = try await store.overdueReceipts(now: now, limit: Self.page)
            try await record(missing: page, at: now)
        } while page.count == Self.page
    }

    private func record(missing page: [Delivery], at now: Timestamp) async throws {
        for delivery in page {
            let entry = try recorder.entry(
                .expectedEventMissing, delivery: delivery, attempt: delivery.attempts, at: .ours(now),
                [
                    "expected": "delivery report", "channel": .string(delivery.address.channel.rawValue),
                    "state": .string(delivery.state.rawValue),
                ])
            try await store.recordMissingReceipt(delivery.id, evidence: [entry])
        }
    }
}
