import Evidence

/// Takes what comes back: matches it to its delivery, records it once, moves the state forward.
///
/// Receipts come twice, late, out of order, or before the send returned; none of that changes the result. A receipt that
/// names nothing we know is kept for a day and tried again, then recorded as that. A forged one becomes an entry and changes
/// nothing. An unsigned one whose sender can be asked is recorded as a claim and changes nothing until they have answered.
public struct ReceiptDesk: Sendable {
    /// How long a receipt without a delivery is kept in case it came early.
    public static let keepUnmatchedFor = Duration.seconds(86_400)
    /// How many forged receipts of a feed and an hour get an entry of their own.
    public static let forgeriesPerHour = 20

    let store: any ReceiptStore
    let recorder: EvidenceRecorder
    let clock: any WallClock
    /// Woken when a delivery ended without success: the plan's next step need not wait.
    private let escalation: Poke
    /// Woken when an unsigned report waits for its provider's word.
    public let claimed: Poke

    /// Makes a desk that wakes whoever waits on these.
    public init(
        store: any ReceiptStore, recorder: EvidenceRecorder, clock: any WallClock, escalation: Poke = Poke(),
        claimed: Poke = Poke()
    ) {
        self.store = store
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
            switch try await place(one, raw: raw, feed: parser.feed) {
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

    /// A delivery whose own row is damaged counts as not found yet: its receipt is kept, and stops nothing else.
    func place(_ one: ParsedReceipt, raw: [UInt8], feed: String) async throws -> ReceiptRecording {
        do { return try await record(one, raw: raw, feed: feed) } catch is EvidenceError { return .unknownDelivery }
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

    /// The first ones of an hour are an entry each, the rest a number: whoever can send us mail must not be able to fill
    /// the log.
    private func refuseForged(
        _ one: ParsedReceipt, raw: [UInt8], feed: String, why: String, at now: Timestamp
    ) async throws {
        let hash = SHA256.hash(raw)
        let entry = try recorder.entry(
            .forgedReceiptRefused, at: now,
            [
                "feed": .string(feed), "why": .string(PeerWords(why).text), "rawHash": .string(hash.hex),
                "claimed": .string(PeerWords(one.reason).text),
            ])
        try await store.recordForgery(
            feed: feed, rawHash: hash, at: now, perHour: Self.forgeriesPerHour, evidence: [entry])
    }
}
