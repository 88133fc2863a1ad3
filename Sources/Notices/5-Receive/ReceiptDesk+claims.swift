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
    func recordClaim(_ received: Received) async throws -> ReceiptRecording {
        let one = received.parsed
        let claims = one.part == nil ? one.state : .delivered
        // That a message is still on its way is nothing to ask about.
        guard let claims, claims == .delivered || claims == .failed else {
            return try await store.record(
                received.receipt(state: nil), evidence: [try entry(.receiptDelayed, received)])
        }
        var facts: [String: JSONValue] = ["claims": .string(claims.rawValue)]
        if let part = one.part { facts["part"] = .string(part.name) }
        return try await store.record(
            received.receipt(state: nil, claims: claims),
            evidence: [try entry(.receiptClaimed, received, facts)])
    }

    /// The provider's own word.
    ///
    /// It settles what was claimed. Where the two contradict each other, the contradiction is an entry of its own, and the
    /// message does not count as delivered: a court would ask which of the two we chose to believe.
    func recordAnswer(_ received: Received) async throws -> ReceiptRecording {
        let one = received.parsed
        guard let state = one.state, state == .delivered || state == .failed else {
            return try await store.record(
                received.receipt(state: one.state), evidence: [try entry(one.event, received)])
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
        return try await store.record(
            received.receipt(state: isBelieved ? state : nil, settlesClaims: true), evidence: evidence)
    }

    /// Stops asking about a delivery: its provider does not say, or cannot be asked any more.
    public func giveUp(_ claim: DueClaim, why: String) async throws {
        let entry = try recorder.entry(
            .expectedEventMissing, delivery: claim.message.delivery, attempt: claim.message.delivery.attempts,
            at: .ours(clock.now),
            [
                "expected": "the provider's confirmation of an unsigned report",
                "channel": .string(claim.message.delivery.address.channel.rawValue),
                "route": .string(claim.message.route.rawValue), "why": .string(why),
                "claimedAt": .string(claim.claimedAt.rfc3339), "asked": .integer(Int64(claim.asked)),
                "state": .string(claim.message.delivery.state.rawValue),
            ])
        try await store.settleClaims(of: claim.message.delivery.id, evidence: [entry])
    }

    // MARK: Parts

    /// One part of a longer message arrived; the message has arrived when all of them have.
    func record(_ part: Receipt.Part, _ received: Received) async throws -> ReceiptRecording {
        var total = part.total
        if total == nil {
            switch try await store.parts(of: received.delivery.id) {
            case .known(let count): total = count
            case .neverKnown: break
            // The answer to the submission says how many there are; the report is kept until it is stored.
            case .notYetKnown: return .unknownDelivery
            }
        }
        let settles = received.parsed.source == .smsQuery
        if total == 1 {
            return try await store.record(
                received.receipt(state: .delivered, settlesClaims: settles),
                evidence: [try entry(.receiptDelivered, received, ["claims": "delivered"])])
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
        return try await store.record(
            received.receipt(
                state: nil, part: Receipt.Part(name: part.name, total: total), settlesClaims: settles),
            evidence: evidence)
    }
}
