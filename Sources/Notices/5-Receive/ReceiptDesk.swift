import Evidence

/// Takes what comes back: matches it to its delivery, records it once, moves the state forward.
///
/// Receipts come twice, late, out of order, or before the send returned; none of that changes the result. A receipt that
/// names nothing we know is kept for a day and tried again, then recorded as that. A forged one becomes an entry and changes
/// nothing. An unsigned one whose sender can be asked is recorded as a claim and changes nothing until they have answered.
public struct ReceiptDesk: Sendable {
    /// How long a receipt without a delivery is kept in case it came early.
    public static let keepUnmatchedFor = Duration.seconds(86_400)

    let store: any ReceiptStore
    let recorder: EvidenceRecorder
    let clock: any WallClock
    private let log: any EvidenceLogStore
    /// Woken when a delivery ended without success: the plan's next step need not wait.
    private let escalation: Poke
    /// Woken when an unsigned report waits for its provider's word.
    public let claimed: Poke

    /// Makes a desk that wakes whoever waits on these.
    public init(
        store: any ReceiptStore, log: any EvidenceLogStore, recorder: EvidenceRecorder, clock: any WallClock,
        escalation: Poke = Poke(), claimed: Poke = Poke()
    ) {
        self.store = store
        self.log = log
        self.recorder = recorder
        self.clock = clock
        self.escalation = escalation
        self.claimed = claimed
    }

    /// What became of the receipts in one message or call-back.
    public struct Tally: Sendable, Hashable {
        /// New ones.
        public var recorded = 0
        /// Seen before.
        public var duplicates = 0
        /// Kept, because they name nothing we know yet.
        public var unmatched = 0
        /// Refused as forged.
        public var forged = 0
        /// Counts nothing.
        public init() {}
    }

    /// Takes raw bytes from a feed.
    ///
    /// Durable when it returns: the feed may then forget them.
    public func take(_ raw: [UInt8], by parser: some ReceiptParser) async throws -> Tally {
        let now = clock.now
        let parsed = try parser.parse(raw, receivedAt: now)
        var tally = Tally()
        for one in parsed {
            if let forgery = one.forgery {
                try await refuseForged(one, raw: raw, feed: parser.feed, why: forgery, at: now)
                tally.forged += 1
                continue
            }
            switch try await record(one, raw: raw, feed: parser.feed) {
            case .recorded: tally.recorded += 1
            case .duplicate: tally.duplicates += 1
            case .unknownDelivery:
                // The same bytes again replace the kept copy: the id is their hash.
                try await store.keepUnmatched(
                    UnmatchedReceipt(
                        id: SHA256.hash([Array(parser.feed.utf8), [0], raw]).hex, feed: parser.feed, raw: raw,
                        receivedAt: now))
                tally.unmatched += 1
            }
        }
        return tally
    }

    /// Tries kept receipts again; those whose delivery has appeared meanwhile are recorded, and those that have waited a
    /// day become an entry that says so.
    ///
    /// - Returns: how many were settled.
    public func retryUnmatched(parsers: [any ReceiptParser]) async throws -> Int {
        let since = clock.now.adding(.zero - Self.keepUnmatchedFor)
        var settled = try await recordHopeless(before: since)
        for kept in try await store.unmatched(since: since, limit: 500) {
            guard let parser = parsers.first(where: { $0.feed == kept.feed }) else { continue }
            var isComplete = true
            for one in try parser.parse(kept.raw, receivedAt: kept.receivedAt) where one.forgery == nil {
                if try await record(one, raw: kept.raw, feed: kept.feed) == .unknownDelivery { isComplete = false }
            }
            guard isComplete else { continue }
            try await store.settleUnmatched(kept.id, evidence: [])
            settled += 1
        }
        return settled
    }

    /// What nobody claims in a day was not ours, or names what we do not know: that it came is a fact all the same.
    private func recordHopeless(before: Timestamp) async throws -> Int {
        var settled = 0
        var page: [UnmatchedReceipt]
        repeat {
            page = try await store.unmatched(before: before, limit: 100)
            for kept in page {
                let entry = try recorder.entry(
                    .unmatchedReceipt, at: clock.now,
                    [
                        "feed": .string(kept.feed), "rawHash": .string(SHA256.hash(kept.raw).hex),
                        "receivedAt": .string(kept.receivedAt.rfc3339),
                        "lookedForSeconds": .integer(Self.keepUnmatchedFor.components.seconds),
                    ])
                try await store.settleUnmatched(kept.id, evidence: [entry])
                settled += 1
            }
        } while page.count == 100
        return settled
    }

    private func record(_ one: ParsedReceipt, raw: [UInt8], feed: String) async throws -> ReceiptRecording {
        guard let delivery = try await find(one.keys) else { return .unknownDelivery }
        let received = Received(
            parsed: one, delivery: delivery, feed: feed, raw: raw, dedupeKey: "\(feed) \(one.dedupeKey)")
        let recording: ReceiptRecording
        if one.isClaim {
            recording = try await recordClaim(received)
            if recording != .duplicate { claimed.poke() }
        } else if let part = one.part {
            recording = try await record(part, received)
        } else if one.source == .smsQuery {
            recording = try await recordAnswer(received)
        } else {
            recording = try await store.record(
                received.receipt(state: one.state), evidence: [try entry(one.event, received)])
        }
        if case .recorded(let state) = recording, state.isNegative { escalation.poke() }
        return recording
    }

    private func find(_ keys: [ReceiptKey]) async throws -> Delivery? {
        for key in keys.map(\.asStored) {
            if let delivery = try await store.delivery(matching: key) { return delivery }
        }
        return nil
    }

    private func refuseForged(
        _ one: ParsedReceipt, raw: [UInt8], feed: String, why: String, at now: Timestamp
    ) async throws {
        let entry = try recorder.entry(
            .forgedReceiptRefused, at: now,
            [
                "feed": .string(feed), "why": .string(PeerWords(why).text), "rawHash": .string(SHA256.hash(raw).hex),
                "claimed": .string(PeerWords(one.reason).text),
            ])
        try await log.stage([entry])
    }
}
