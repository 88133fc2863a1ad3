import Evidence

/// A receipt that has found its delivery.
struct Received: Sendable {
    let parsed: ParsedReceipt
    let delivery: Delivery
    let feed: String
    let raw: [UInt8]
    let dedupeKey: String

    func receipt(
        state: DeliveryState?, part: Receipt.Part? = nil, claims: DeliveryState? = nil, settlesClaims: Bool = false
    ) -> Receipt {
        Receipt(
            source: parsed.source, delivery: delivery.id, dedupeKey: dedupeKey, state: state, reason: parsed.reason,
            happenedAt: parsed.happenedAt, raw: raw, part: part, claims: claims, settlesClaims: settlesClaims)
    }

    /// The receipt with entries that depend on nothing.
    func record(state: DeliveryState?, claims: DeliveryState? = nil, _ evidence: [SignedEntry]) -> ReceiptRecord {
        ReceiptRecord(receipt: receipt(state: state, claims: claims), evidence: ReceiptEvidence(evidence))
    }
}

extension ReceiptDesk {
    /// The entry of a receipt, with what it says and on what that rests.
    func entry(
        _ event: EvidenceEvent, _ received: Received, _ more: [String: JSONValue] = [:]
    ) throws -> SignedEntry {
        let (one, delivery) = (received.parsed, received.delivery)
        var facts = one.facts.merging(more) { _, new in new }
        facts["source"] = .string(one.source.rawValue)
        facts["feed"] = .string(received.feed)
        facts["reason"] = .string(one.reason)
        facts["rawHash"] = .string(SHA256.hash(received.raw).hex)
        facts["address"] = .string(delivery.address.value)
        facts["addressConfirmed"] = .bool(delivery.address.confirmation != nil)
        if let state = one.state, facts["claims"] == nil { facts["claims"] = .string(state.rawValue) }
        return try recorder.entry(
            event, delivery: delivery, attempt: delivery.attempts, at: one.happenedAt, PeerWords.bounded(facts))
    }

    // MARK: Claims

    /// Whoever knows the secret path could have written it: it is kept and asked about, and moves nothing.
    func claim(_ received: Received) throws -> ReceiptRecord {
        let one = received.parsed
        let claims = one.part == nil ? one.state : .delivered
        // That a message is still on its way is nothing to ask about.
        guard let claims, claims == .delivered || claims == .failed else {
            return received.record(state: nil, [try entry(.receiptDelayed, received)])
        }
        var facts: [String: JSONValue] = ["claims": .string(claims.rawValue)]
        if let part = one.part { facts["part"] = .string(part.name) }
        return received.record(state: nil, claims: claims, [try entry(.receiptClaimed, received, facts)])
    }

    /// The provider's own word.
    ///
    /// It settles what was claimed. Where the two contradict each other, the contradiction is an entry of its own, and the
    /// message does not count as delivered: a court would ask which of the two we chose to believe.
    func answer(_ received: Received) async throws -> ReceiptRecord {
        let one = received.parsed
        guard let state = one.state, state == .delivered || state == .failed else {
            return received.record(state: one.state, [try entry(one.event, received)])
        }
        let contrary = try await store.openClaims(of: received.delivery.id).filter { $0.state != state }
        var evidence = ReceiptEvidence([])
        if !contrary.isEmpty {
            evidence.onSettlement = [
                try entry(
                    .receiptContradicted, received,
                    [
                        "answered": .string(state.rawValue), "claims": .null,
                        "claimed": .array(
                            contrary.map { claim in
                                .object([
                                    "state": .string(claim.state.rawValue), "report": .string(claim.dedupeKey),
                                    "happenedAt": .string(claim.happenedAt.at.rfc3339),
                                    "clock": .string(claim.happenedAt.clock),
                                ])
                            }),
                    ])
            ]
        }
        let isBelieved = contrary.isEmpty || state == .failed
        if isBelieved { evidence.always = [try entry(one.event, received)] }
        return ReceiptRecord(
            receipt: received.receipt(state: isBelieved ? state : nil, settlesClaims: true), evidence: evidence)
    }

    /// Stops asking about deliveries: their provider does not say, or cannot be asked any more.
    ///
    /// In one transaction; where one of them cannot be recorded, each alone.
    public func giveUp(_ claims: [(claim: DueClaim, why: String)]) async throws {
        do {
            try await store.settleClaims(
                try claims.map { one in
                    DeliveryEvidence(
                        delivery: one.claim.message.delivery.id, entries: [try unanswered(one.claim, why: one.why)])
                })
        } catch let error as EvidenceError {
            guard claims.count > 1 else { throw error }
            for one in claims { try await giveUp([one]) }
        }
    }

    private func unanswered(_ claim: DueClaim, why: String) throws -> SignedEntry {
        try recorder.entry(
            .expectedEventMissing, delivery: claim.message.delivery, attempt: claim.message.delivery.attempts,
            at: .ours(clock.now),
            [
                "expected": "the provider's confirmation of an unsigned report",
                "channel": .string(claim.message.delivery.address.channel.rawValue),
                "route": .string(claim.message.route.rawValue), "why": .string(why),
                "claimedAt": .string(claim.claimedAt.rfc3339), "asked": .integer(Int64(claim.asked)),
                "state": .string(claim.message.delivery.state.rawValue),
            ])
    }

    // MARK: Parts

    /// One part of a longer message arrived; the message has arrived when all of them have.
    ///
    /// Nil where nobody knows yet how many there are.
    func record(of part: Receipt.Part, _ received: Received) async throws -> ReceiptRecord? {
        var total = part.total
        if total == nil {
            switch try await store.parts(of: received.delivery.id) {
            case .known(let count): total = count
            case .neverKnown: break
            // The answer to the submission says how many there are; the report is kept until it is stored.
            case .notYetKnown: return nil
            }
        }
        let settles = received.parsed.source == .smsQuery
        if total == 1 {
            return ReceiptRecord(
                receipt: received.receipt(state: .delivered, settlesClaims: settles),
                evidence: ReceiptEvidence([try entry(.receiptDelivered, received, ["claims": "delivered"])]))
        }
        let facts: [String: JSONValue] = [
            "part": .string(part.name), "parts": total.map { .integer(Int64($0)) } ?? .null,
        ]
        var evidence = ReceiptEvidence([try entry(.receiptPartDelivered, received, facts)])
        if let total {
            evidence.onCompletion = [
                try entry(
                    .receiptDelivered, received,
                    ["parts": .integer(Int64(total)), "restsOn": "a report for each part", "claims": "delivered"])
            ]
        }
        return ReceiptRecord(
            receipt: received.receipt(
                state: nil, part: Receipt.Part(name: part.name, total: total), settlesClaims: settles),
            evidence: evidence)
    }
}
