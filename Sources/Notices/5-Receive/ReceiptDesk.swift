import Evidence

/// Takes what comes back: matches it to its delivery, records it once, moves the state forward.
///
/// Receipts come twice, late, out of order, or before the send returned; none of that changes the result. A receipt that
/// names nothing we know is kept for a day and tried again. A forged one becomes an entry and changes nothing.
public struct ReceiptDesk: Sendable {
    /// How long a receipt without a delivery is kept in case it came early.
    public static let keepUnmatchedFor = Duration.seconds(86_400)

    private let store: any ReceiptStore
    private let recorder: EvidenceRecorder
    private let clock: any WallClock
    private let log: any EvidenceLogStore

    /// Makes a desk.
    public init(
        store: any ReceiptStore, log: any EvidenceLogStore, recorder: EvidenceRecorder, clock: any WallClock
    ) {
        self.store = store
        self.log = log
        self.recorder = recorder
        self.clock = clock
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

    /// Tries kept receipts again; those whose delivery has appeared meanwhile are recorded.
    public func retryUnmatched(parsers: [any ReceiptParser]) async throws -> Int {
        let now = clock.now
        var settled = 0
        for kept in try await store.unmatched(since: now.adding(.zero - Self.keepUnmatchedFor), limit: 500) {
            guard let parser = parsers.first(where: { $0.feed == kept.feed }) else { continue }
            var isComplete = true
            for one in try parser.parse(kept.raw, receivedAt: kept.receivedAt) where one.forgery == nil {
                if try await record(one, raw: kept.raw, feed: kept.feed) == .unknownDelivery { isComplete = false }
            }
            guard isComplete else { continue }
            try await store.settleUnmatched(kept.id)
            settled += 1
        }
        return settled
    }

    private func record(_ one: ParsedReceipt, raw: [UInt8], feed: String) async throws -> ReceiptRecording {
        guard let delivery = try await find(one.keys) else { return .unknownDelivery }
        var facts = one.facts
        facts["source"] = .string(one.source.rawValue)
        facts["feed"] = .string(feed)
        facts["reason"] = .string(one.reason)
        facts["rawHash"] = .string(SHA256.hash(raw).hex)
        facts["address"] = .string(delivery.address.value)
        facts["addressConfirmed"] = .bool(delivery.address.confirmation != nil)
        if let state = one.state { facts["claims"] = .string(state.rawValue) }
        let entry = try recorder.entry(
            one.event, delivery: delivery, attempt: delivery.attempts, at: one.happenedAt, facts)
        return try await store.record(
            Receipt(
                source: one.source, delivery: delivery.id, dedupeKey: "\(feed) \(one.dedupeKey)", state: one.state,
                reason: one.reason, happenedAt: one.happenedAt, raw: raw),
            evidence: [entry])
    }

    private func find(_ keys: [ReceiptKey]) async throws -> Delivery? {
        for key in keys {
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
                "feed": .string(feed), "why": .string(why), "rawHash": .string(SHA256.hash(raw).hex),
                "claimed": .string(one.reason),
            ])
        try await log.stage([entry])
    }
}
