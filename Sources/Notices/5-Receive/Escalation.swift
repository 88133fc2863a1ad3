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
    private let isRehearsal: Bool
    /// Woken when deliveries were started that are due at once.
    private let wakes: [Poke]
    private let alarm: @Sendable (String) -> Void
    /// Woken when a delivery ended without success.
    public let poke: Poke

    /// Makes an escalation that wakes these dispatchers; outside a rehearsal no step of a rehearsed notice starts.
    ///
    /// - Parameter alarm: called with a sentence an operator must read.
    public init(
        store: any ReceiptStore, recorder: EvidenceRecorder, clock: any WallClock, starter: DeliveryStarter,
        isRehearsal: Bool = false, wakes: [Poke], poke: Poke = Poke(),
        alarm: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.store = store
        self.recorder = recorder
        self.clock = clock
        self.starter = starter
        self.isRehearsal = isRehearsal
        self.wakes = wakes
        self.poke = poke
        self.alarm = alarm
    }

    /// Settles what is due now, the most urgent first.
    ///
    /// - Returns: how many rungs were started.
    @discardableResult
    public func runOnce() async throws -> Int {
        var total = 0
        let now = clock.now
        var page: RungPage
        repeat {
            page = try await store.dueRungs(now: now, limit: Self.page)
            let started = try await settle(page, at: now)
            // After each page: what is urgent need not wait until the rest of a batch is settled too.
            if started > 0 { for poke in wakes { poke.poke() } }
            total += started
        } while page.count == Self.page
        try await recordMissingReceipts(now)
        return total
    }

    /// Settled in pages, so that a batch of a hundred thousand does not fill the memory.
    private static let page = 200
    /// How long a rung is set aside that cannot be read; its entry is repeated as often.
    private static let aside = Duration.seconds(86_400)

    private func settle(_ page: RungPage, at now: Timestamp) async throws -> Int {
        for damaged in page.damaged { try await setAside(damaged.rung, why: damaged.why, at: now) }
        var steps: [Step] = []
        for due in page.due {
            do { steps.append(try step(due, at: now)) } catch let error as EvidenceError {
                try await setAside(due.rung, why: "\(error)", at: now)
            }
        }
        do { return try await settle(steps) } catch is EvidenceError {
            // One of them cannot be recorded, because the key of its person is damaged. Each is judged alone.
            var started = 0
            for step in steps {
                do { started += try await settle([step]) } catch let error as EvidenceError {
                    try await setAside(step.step.rung, why: "\(error)", at: now)
                }
            }
            return started
        }
    }

    private struct Step {
        var step: RungStep
        var isWanted: Bool
    }

    private func settle(_ steps: [Step]) async throws -> Int {
        guard !steps.isEmpty else { return 0 }
        let isOurs = try await store.settle(steps.map(\.step))
        return zip(steps, isOurs).count { $0.isWanted && $1 }
    }

    private func step(_ due: DueRung, at now: Timestamp) throws -> Step {
        let rung = due.notice.plan.rungs[due.rung.index]
        let isOver = due.notice.isRehearsal && !due.notice.author.isTesting && !isRehearsal
        let isWanted = !isOver && rung.condition.holds(for: due.states)
        let person = due.notice.recipients.first { $0.person == due.rung.person }
        var deliveries: [NewDelivery] = []
        var evidence = [try entry(due, rung, isWanted: isWanted, isOver: isOver, at: now)]
        if isWanted, let person {
            let begun = try starter.start(due.notice, for: person, rung: due.rung.index, at: now)
            deliveries = begun.deliveries
            evidence += begun.evidence
        }
        return Step(step: RungStep(rung: due.rung, deliveries: deliveries, evidence: evidence), isWanted: isWanted)
    }

    /// The notice stays open and the step comes back by itself; until then it stands in nobody's way.
    private func setAside(_ rung: PlannedRung, why: String, at now: Timestamp) async throws {
        let until = now.adding(Self.aside)
        alarm(
            "step \(rung.index) of notice \(rung.notice) cannot be read and is set aside until \(until.rfc3339): \(why)"
        )
        // About the notice alone: the person's key may be what is damaged.
        let entry = try recorder.entry(
            .quarantined, notice: rung.notice, at: now,
            [
                "rung": .integer(Int64(rung.index)), "person": .string(rung.person.rawValue),
                "reason": .string(PeerWords(why).text), "until": .string(until.rfc3339),
            ])
        try await store.postpone(rung, until: until, evidence: [entry])
    }

    private func entry(
        _ due: DueRung, _ rung: Rung, isWanted: Bool, isOver: Bool, at now: Timestamp
    ) throws -> SignedEntry {
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
        if isOver { facts["reason"] = .string(RehearsalMark.isOver.text) }
        return try recorder.rehearsing(due.notice.isRehearsal).entry(
            .escalated, notice: due.notice.id, person: due.rung.person, at: now, facts)
    }

    /// "Expected, and did not come" is a fact of its own; the absence of an entry would prove nothing.
    private func recordMissingReceipts(_ now: Timestamp) async throws {
        var page: [OverdueReceipt]
        repeat {
            page = try await store.overdueReceipts(now: now, limit: Self.page)
            try await record(missing: page, at: now)
        } while page.count == Self.page
    }

    /// The sound ones in one transaction; where one of them cannot be recorded after all, and for damaged ones, each alone.
    private func record(missing page: [OverdueReceipt], at now: Timestamp) async throws {
        let sound = page.filter { $0.damage == nil }
        do {
            try await store.recordMissingReceipts(
                try sound.map { DeliveryEvidence(delivery: $0.delivery.id, entries: [try missed($0, at: now)]) })
        } catch is EvidenceError { for one in sound { try await record(missing: one, at: now) } }
        for one in page where one.damage != nil { try await record(missing: one, at: now) }
    }

    private func missed(_ one: OverdueReceipt, at now: Timestamp) throws -> SignedEntry {
        try recorder.entry(
            .expectedEventMissing, delivery: one.delivery, attempt: one.delivery.attempts, at: .ours(now),
            Self.facts(ofMissing: one))
    }

    private static func facts(ofMissing one: OverdueReceipt) -> [String: JSONValue] {
        var facts: [String: JSONValue] = [
            "expected": "delivery report", "channel": .string(one.delivery.address.channel.rawValue),
            "state": .string(one.delivery.state.rawValue),
        ]
        if let damage = one.damage { facts["damage"] = .string(PeerWords(damage).text) }
        return facts
    }

    private func record(missing one: OverdueReceipt, at now: Timestamp) async throws {
        let id = one.delivery.id
        do {
            try await store.recordMissingReceipts([
                DeliveryEvidence(delivery: id, entries: [try missed(one, at: now)])
            ])
        } catch let error as EvidenceError {
            // Nothing can be recorded about this person; about the notice it can.
            var facts = Self.facts(ofMissing: one)
            facts["reason"] = .string(PeerWords("\(error)").text)
            let entry = try recorder.entry(.quarantined, damaged: one.delivery, at: now, facts)
            try await store.recordMissingReceipts([DeliveryEvidence(delivery: id, entries: [entry])])
        }
    }
}
