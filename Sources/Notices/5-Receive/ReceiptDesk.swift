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
        /// Why bytes could not be read at all; only where several were taken together.
        public var unreadable: [String] = []
        /// Counts nothing.
        public init() {}
    }

    /// Takes raw bytes from a feed.
    ///
    /// Durable when it returns: the feed may then forget them.
    public func take(_ raw: [UInt8], by parser: some ReceiptParser) async throws -> Tally {
        let now = clock.now
        return try await take(
            try parser.parse(raw, receivedAt: now).map { Incoming(parsed: $0, raw: raw, feed: parser.feed) }, at: now)
    }

    /// Takes several answers together, so that a page of them is one transaction; what cannot be read is told in the tally.
    public func take(_ answers: [(raw: [UInt8], parser: any ReceiptParser)]) async throws -> Tally {
        let now = clock.now
        var (incoming, unreadable) = ([Incoming](), [String]())
        for (raw, parser) in answers {
            do {
                incoming += try parser.parse(raw, receivedAt: now).map {
                    Incoming(parsed: $0, raw: raw, feed: parser.feed)
                }
            } catch { unreadable.append("\(parser.feed): \(error)") }
        }
        var tally = try await take(incoming, at: now)
        tally.unreadable = unreadable
        return tally
    }

    /// One claim, and where it came from.
    struct Incoming: Sendable {
        let parsed: ParsedReceipt
        let raw: [UInt8]
        let feed: String
    }

    private func take(_ incoming: [Incoming], at now: Timestamp) async throws -> Tally {
        var tally = Tally()
        for one in incoming {
            guard let forgery = one.parsed.forgery else { continue }
            try await refuseForged(one.parsed, raw: one.raw, feed: one.feed, why: forgery, at: now)
            tally.forged += 1
        }
        let sound = incoming.filter { $0.parsed.forgery == nil }
        for (one, recording) in zip(sound, try await place(sound)) {
            switch recording {
            case .recorded: tally.recorded += 1
            case .duplicate: tally.duplicates += 1
            case .unknownDelivery:
                // The same bytes again replace the kept copy: the id is their hash.
                try await store.keepUnmatched(
                    UnmatchedReceipt(
                        id: SHA256.hash([Array(one.feed.utf8), [0], one.raw]).hex, feed: one.feed, raw: one.raw,
                        receivedAt: now))
                tally.unmatched += 1
            }
        }
        return tally
    }

    /// Records what has a delivery, in one transaction; where one of them cannot be recorded, each alone.
    ///
    /// A delivery whose own row is damaged counts as not found yet: its receipt is kept, and stops nothing else.
    func place(_ incoming: [Incoming]) async throws -> [ReceiptRecording] {
        do { return try await record(incoming) } catch {
            guard incoming.count > 1 else {
                guard error is EvidenceError else { throw error }
                return [.unknownDelivery]
            }
            // Whatever it was: if it is the database, the first alone meets it again.
            var recordings: [ReceiptRecording] = []
            for one in incoming { recordings += try await place([one]) }
            return recordings
        }
    }

    private func record(_ incoming: [Incoming]) async throws -> [ReceiptRecording] {
        var records: [(index: Int, record: ReceiptRecord)] = []
        for (index, one) in incoming.enumerated() {
            if let record = try await prepare(one) { records.append((index, record)) }
        }
        var recordings = incoming.map { _ in ReceiptRecording.unknownDelivery }
        guard !records.isEmpty else { return recordings }
        for (one, recording) in zip(records, try await store.record(records.map(\.record))) {
            recordings[one.index] = recording
            if incoming[one.index].parsed.isClaim, recording != .duplicate { claimed.poke() }
            if case .recorded(let state) = recording, state.isNegative { escalation.poke() }
        }
        return recordings
    }

    /// The receipt with its entries; nil where its delivery is not known, or not yet known well enough.
    private func prepare(_ incoming: Incoming) async throws -> ReceiptRecord? {
        let one = incoming.parsed
        guard let delivery = try await find(one.keys) else { return nil }
        let received = Received(
            parsed: one, delivery: delivery, feed: incoming.feed, raw: incoming.raw,
            dedupeKey: "\(incoming.feed) \(one.dedupeKey)")
        if one.isClaim { return try claim(received) }
        if let part = one.part { return try await record(of: part, received) }
        if one.source == .smsQuery { return try await answer(received) }
        return received.record(state: one.state, [try entry(one.event, received)])
    }

    private func find(_ keys: [ReceiptKey]) async throws -> Delivery? {
        for key in keys.map(\.asStored) {
            if let delivery = try await store.delivery(matching: key) { return delivery }
        }
        return nil
    }

    /// The first ones of an hour are an entry each, the rest a number: whoever can send us mail must not be able to fill
    /// the log.
    ///
    /// Such an entry is about nobody, so no erasure reaches it. Therefore it holds nothing that the stranger wrote: what is
    /// claimed in our own vocabulary, why it cannot be, and the hash by which the mail or call-back can be told again.
    private func refuseForged(
        _ one: ParsedReceipt, raw: [UInt8], feed: String, why: String, at now: Timestamp
    ) async throws {
        let hash = SHA256.hash(raw)
        let entry = try recorder.entry(
            .forgedReceiptRefused, at: now,
            [
                "feed": .string(feed), "why": .string(PeerWords(why).text), "rawHash": .string(hash.hex),
                "event": .string(one.event.rawValue), "claims": one.state.map { .string($0.rawValue) } ?? .null,
            ])
        try await store.recordForgery(
            feed: feed, rawHash: hash, at: now, perHour: Self.forgeriesPerHour, evidence: [entry])
    }
}
