import Evidence

/// A claim whose intent is on disk and whose route is chosen.
struct ReadyAttempt: Sendable {
    let claim: DeliveryClaim
    let channel: any Channel
    let number: Int
    let parcel: Parcel
}

extension Dispatcher {
    /// Chooses routes and makes the intents durable; what cannot go now is given back or set aside.
    func beginAttempts(_ claims: [DeliveryClaim]) async throws -> [ReadyAttempt] {
        var ready: [ReadyAttempt] = []
        var intents: [AttemptIntent] = []
        var postponed: [Postponement] = []
        let quiet = claims.filter { isQuiet(for: $0, at: clock.now) }
        if !quiet.isEmpty, let until = quietHours?.nextAllowed(from: clock.now) {
            try await store.postpone(quiet.map { Postponement(claim: $0, until: until, reason: "quiet hours") })
        }
        let late = Set(quiet.map(\.delivery.id))
        for claim in claims where !late.contains(claim.delivery.id) {
            let now = clock.now
            if claim.claims > Self.poisonLimit {
                try await setAside(claim, reason: "claimed \(claim.claims - 1) times without an outcome", at: now)
                continue
            }
            // A claim at a time, so that a row that comes late is judged by the server that would hand it over.
            guard let routes = table(for: claim.notice) else {
                if isRehearsal {
                    postponed.append(
                        Postponement(
                            claim: claim, until: now.adding(Self.waitForMeant), reason: RehearsalMark.waits.text))
                } else {
                    try await setAside(claim, reason: RehearsalMark.isOver.text, at: now)
                }
                continue
            }
            let number = claim.delivery.attempts + 1
            let parcel: Parcel
            do {
                parcel = try parcels.parcel(for: claim, attempt: number)
            } catch {
                // The stored content cannot be read or does not match its hash: sending it would be worse than not.
                try await setAside(claim, reason: "the content cannot be used: \(error)", at: now)
                continue
            }
            // Last, because the choice may take the single probe of a route that is coming back.
            let channel: any Channel
            switch routes.choose(at: now) {
            case .use(let chosen): channel = chosen
            case .wait(let until, let reason):
                // Spread over a fifth of the wait: a backlog must not meet a route that comes back all at once.
                let later = until.adding(until.since(now) * Double.random(in: 0..<0.2))
                postponed.append(Postponement(claim: claim, until: later, reason: reason))
                continue
            }
            let started = try recorder.rehearsing(claim.notice.isRehearsal).entry(
                .attemptStarted, delivery: claim.delivery, attempt: number, at: .ours(now),
                [
                    "channel": .string(claim.delivery.address.channel.rawValue),
                    "route": .string(channel.route.rawValue),
                    "address": .string(claim.delivery.address.value),
                    "contentHash": .string(claim.notice.contentHash.hex),
                    "documentHash": .string(claim.document.hash.hex),
                    "messageKey": .string(parcel.messageKey),
                    "fence": .integer(claim.fence),
                ])
            intents.append(
                AttemptIntent(
                    delivery: claim.delivery.id, fence: claim.fence, number: number, route: channel.route,
                    startedAt: now, evidence: [started]))
            ready.append(ReadyAttempt(claim: claim, channel: channel, number: number, parcel: parcel))
        }
        if !postponed.isEmpty { try await store.postpone(postponed) }
        guard !intents.isEmpty else { return [] }
        let ours = try await store.recordIntents(intents)
        for one in ready where !ours.contains(one.claim.delivery.id) {
            table(for: one.claim.notice)?.giveBack(one.channel.route, at: clock.now)
        }
        return ready.filter { ours.contains($0.claim.delivery.id) }
    }

    /// A retry or a backlog may have come to the night although its delivery was started by day.
    private func isQuiet(for claim: DeliveryClaim, at now: Timestamp) -> Bool {
        claim.notice.handling.observesQuietHours && !claim.notice.isRehearsal && quietHours?.contains(now) == true
    }

    /// The routes that a notice may take here; nil when it may take none.
    private func table(for notice: Notice) -> RouteTable? {
        if notice.isRehearsal == isRehearsal { return routes }
        return notice.author.isTesting ? sandbox : nil
    }

    /// Stores outcomes; one that came after its lease had gone to another worker gets an entry that says so.
    func record(_ records: [AttemptRecord]) async throws {
        let fenced = try await store.recordOutcomes(records)
        if records.contains(where: \.state.isNegative) { escalation.poke() }
        guard !fenced.isEmpty else { return }
        let now = clock.now
        let entries = try records.filter { fenced.contains($0.delivery) }.map { record in
            // The outcome's own entry, the last one, names the notice and the person.
            try recorder.sign(
                EvidenceDraft(
                    event: .attemptFenced,
                    subject: record.evidence.last?.subject ?? EvidenceSubject(delivery: record.delivery.rawValue),
                    happenedAt: .ours(now),
                    facts: ["fence": .integer(record.fence), "state": .string(record.state.rawValue)]))
        }
        try await store.recordFenced(entries)
    }

    /// How soon a server that rehearses looks again at what is meant.
    private static var waitForMeant: Duration { .seconds(600) }

    /// Three claims that ended in a crash; the next one sets the delivery aside.
    static var poisonLimit: Int { 3 }

    private func setAside(_ claim: DeliveryClaim, reason: String, at now: Timestamp) async throws {
        let words = PeerWords(reason).text
        try await quarantine(claim.delivery, fence: claim.fence, reason: words, at: now)
    }

    private func quarantine(_ delivery: Delivery, fence: Int64, reason: String, at now: Timestamp) async throws {
        do {
            let entry = try recorder.entry(
                .quarantined, delivery: delivery, at: .ours(now), ["reason": .string(reason)])
            try await store.quarantine(delivery.id, fence: fence, reason: reason, evidence: [entry])
        } catch let error as EvidenceError {
            let entry = try recorder.entry(
                .quarantined, damaged: delivery, at: now,
                ["reason": .string(reason), "damage": .string(PeerWords("\(error)").text)])
            try await store.quarantine(delivery.id, fence: fence, reason: reason, evidence: [entry])
        }
    }

    /// Hands one parcel over and says what to store; nil only if the entry could not be signed, and then an alarm says so.
    func attempt(_ one: ReadyAttempt) async -> AttemptRecord? {
        let outcome = await one.channel.deliver(one.parcel)
        let now = clock.now
        do {
            var evidence: [SignedEntry] = []
            if let change = table(for: one.claim.notice)?.report(outcome, on: one.channel.route, at: now) {
                evidence.append(
                    try recorder.entry(
                        change, at: now,
                        ["route": .string(one.channel.route.rawValue), "peer": .string(outcome.peer)]))
            }
            let next = decide(outcome, for: one, at: now)
            var facts: [String: JSONValue] = [
                "channel": .string(one.claim.delivery.address.channel.rawValue),
                "route": .string(one.channel.route.rawValue),
                "peer": .string(outcome.peer),
                "reason": .string(next.words),
                "reasonCode": .string(outcome.reasonCode.rawValue),
                "transcriptHash": .string(
                    SHA256.hash(Array(outcome.transcript.joined(separator: "\n").utf8)).hex),
            ]
            if let reference = next.reference { facts["reference"] = .string(reference) }
            facts.merge(outcome.facts) { ours, _ in ours }
            evidence.append(try entry(next.event, one, facts, at: now))
            return AttemptRecord(
                delivery: one.claim.delivery.id, fence: one.claim.fence, number: one.number, state: next.state,
                reason: next.reason, reference: next.reference, finishedAt: .ours(now), dueAt: next.dueAt,
                expectReceiptBy: next.expectReceiptBy, parts: outcome.parts, transcript: outcome.transcript,
                evidence: evidence)
        } catch {
            // Without an entry there is no outcome. The attempt stays begun, and recovery will call it unknown.
            alarm(
                "the outcome of attempt \(one.number) of delivery \(one.claim.delivery.id) could not be signed and is "
                    + "lost: \(error)")
            return nil
        }
    }

    /// The entry of an outcome; facts that cannot be written down must not take the outcome along.
    private func entry(
        _ event: EvidenceEvent, _ one: ReadyAttempt, _ facts: [String: JSONValue], at now: Timestamp
    ) throws -> SignedEntry {
        let delivery = one.claim.delivery
        let recorder = recorder.rehearsing(one.claim.notice.isRehearsal)
        do {
            return try recorder.entry(
                event, delivery: delivery, attempt: one.number, at: .ours(now), PeerWords.bounded(facts))
        } catch {
            alarm(
                "what the peer said of attempt \(one.number) of delivery \(delivery.id) is not in its entry: \(error)")
            return try recorder.entry(
                event, delivery: delivery, attempt: one.number, at: .ours(now),
                [
                    "channel": .string(delivery.address.channel.rawValue), "route": .string(one.channel.route.rawValue),
                    "reason": .string(PeerWords("the peer's words could not be written down: \(error)").text),
                ])
        }
    }

    private struct Decision {
        let event: EvidenceEvent
        let state: DeliveryState
        /// All the peer said; for the entry, which keeps its hash.
        let words: String
        let reference: String?
        let dueAt: Timestamp?
        let expectReceiptBy: Timestamp?

        /// As much of the words as is shown.
        var reason: String { PeerWords(words).text }

        init(
            event: EvidenceEvent, state: DeliveryState, reason: String, reference: String? = nil,
            dueAt: Timestamp? = nil, expectReceiptBy: Timestamp? = nil
        ) {
            (self.event, self.state, words) = (event, state, reason)
            self.reference = reference.map { PeerWords($0).text }
            (self.dueAt, self.expectReceiptBy) = (dueAt, expectReceiptBy)
        }
    }

    private func decide(_ outcome: DeliveryOutcome, for one: ReadyAttempt, at now: Timestamp) -> Decision {
        switch outcome.result {
        case .accepted(let reference):
            return Decision(
                event: .attemptAccepted, state: .accepted, reason: reference, reference: reference,
                expectReceiptBy: expectsReceipt(outcome) ? expectReceiptWithin.map { now.adding($0) } : nil)
        case .refused(let reason):
            return Decision(event: .attemptRefused, state: .refused, reason: reason)
        case .deferred(let reason, let after):
            let next = schedule.next(
                after: one.number, now: now, createdAt: one.claim.delivery.createdAt, asked: after,
                jitter: Double.random(in: 0..<1))
            guard let next else {
                return Decision(
                    event: .deliveryExpired, state: .expired,
                    reason: "no result within the time limit; last: \(reason)")
            }
            return Decision(event: .attemptDeferred, state: .deferred, reason: reason, dueAt: next)
        case .unknown(let reason):
            return Decision(
                event: .outcomeUnknown, state: .unknown, reason: reason,
                dueAt: retryAfterUnknown(
                    before: one.claim.unknownsBefore, attempts: one.number, delivery: one.claim.delivery, at: now))
        }
    }

    /// A receipt can only be missed where one was asked for: mail servers without DSN send none.
    private func expectsReceipt(_ outcome: DeliveryOutcome) -> Bool {
        if case .bool(let offered)? = outcome.facts["dsnOffered"] { return offered }
        return true
    }

    private func retryAfterUnknown(
        before: Int, attempts: Int, delivery: Delivery, at now: Timestamp
    ) -> Timestamp? {
        guard before < schedule.retriesAfterUnknown else { return nil }
        return schedule.next(
            after: attempts, now: now, createdAt: delivery.createdAt, asked: nil, jitter: Double.random(in: 0..<1))
    }

    /// Turns attempts that a crash or a lost lease left without an outcome into "unknown": an entry, not a guess.
    ///
    /// - Parameter isStart: at the start of the process everything this owner had is left over; later only what outlived its
    ///   lease is.
    /// - Returns: how many there were.
    @discardableResult
    public func recover(isStart: Bool) async throws -> Int {
        if isStart { try await store.releaseDispatchClaims(of: owner, channels: [channel], now: clock.now) }
        var total = 0
        while true {
            let now = clock.now
            let lease = Lease(owner: isStart ? owner : "", now: now, until: now.adding(limits.lease))
            let interrupted = try await store.interruptedAttempts(lease, channels: [channel], limit: 256)
            guard !interrupted.isEmpty else { return total }
            total += interrupted.count
            // Damaged ones alone, so that they do not take the others along.
            let sound = try interrupted.filter { $0.damage == nil }.map { try unknown($0, at: now) }
            if !sound.isEmpty { _ = try await store.recordOutcomes(sound) }
            for one in interrupted where one.damage != nil { try await recover(damaged: one, at: now) }
        }
    }

    private func recover(damaged one: InterruptedAttempt, at now: Timestamp) async throws {
        alarm("delivery \(one.delivery.id) cannot be read: \(one.damage ?? "")")
        do { _ = try await store.recordOutcomes([try unknown(one, at: now)]) } catch let error as EvidenceError {
            try await quarantine(
                one.delivery, fence: one.fence,
                reason: PeerWords("stopped without an outcome, and cannot be recorded as unknown: \(error)").text,
                at: now)
        }
    }

    private func unknown(_ one: InterruptedAttempt, at now: Timestamp) throws -> AttemptRecord {
        let reason = "stopped between handing over and the answer; the peer may have accepted it"
        var facts: [String: JSONValue] = [
            "route": .string(one.route.rawValue), "reason": .string(reason),
            "startedAt": .string(one.startedAt.rfc3339), "recovered": .bool(true),
        ]
        if let damage = one.damage { facts["damage"] = .string(PeerWords(damage).text) }
        let entry = try recorder.entry(
            .outcomeUnknown, delivery: one.delivery, attempt: one.number, at: .ours(now), facts)
        return AttemptRecord(
            delivery: one.delivery.id, fence: one.fence, number: one.number, state: .unknown, reason: reason,
            reference: nil, finishedAt: .ours(now),
            dueAt: retryAfterUnknown(
                before: one.unknownsBefore, attempts: one.number, delivery: one.delivery, at: now),
            expectReceiptBy: nil, transcript: [], evidence: [entry])
    }
}
