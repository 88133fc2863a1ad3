import Evidence

/// What the fifth room asks of a database.
///
/// Each verb is one transaction.
public protocol ReceiptStore: Sendable {
    /// Stores receipts, each once, and merges what they say into the states of deliveries.
    ///
    /// Reports about parts add up: the last one makes the message `delivered`. A delivery that ends without success by it
    /// brings the plan's next step forward.
    ///
    /// All in one transaction: a refusal of one refuses all.
    ///
    /// - Returns: what became of each, in order.
    func record(_ records: [ReceiptRecord]) async throws -> [ReceiptRecording]

    /// How many parts the message of a delivery was cut into.
    func parts(of delivery: DeliveryID) async throws -> PartCount

    /// What unsigned reports claim of a delivery, as long as its provider has not answered.
    func openClaims(of delivery: DeliveryID) async throws -> [ReceiptClaim]

    /// Takes deliveries whose provider is to be asked now, and sets the time of the next question.
    func takeDueClaims(now: Timestamp, limit: Int) async throws -> [DueClaim]

    /// Stops asking about deliveries, and records why; nothing of those that were settled meanwhile.
    func settleClaims(_ settled: [DeliveryEvidence]) async throws

    /// Finds the delivery that a peer's words name.
    func delivery(matching key: ReceiptKey) async throws -> Delivery?

    /// Keeps a receipt that names nothing we know yet: it may have come before the send returned.
    func keepUnmatched(_ receipt: UnmatchedReceipt) async throws

    /// Takes kept receipts whose turn it is to be looked up again, and sets their next turn, ever later.
    func takeUnmatched(now: Timestamp, limit: Int) async throws -> [UnmatchedReceipt]

    /// Receipts kept unmatched that are older than `before`, oldest first.
    func unmatched(before: Timestamp, limit: Int) async throws -> [UnmatchedReceipt]

    /// Looks no more for the deliveries of kept receipts: they were found, or the entries say that they were not.
    func settleUnmatched(_ ids: [String], evidence: [SignedEntry]) async throws

    /// Counts a forged receipt and stores its entries, unless the same bytes came before or the hour is full.
    ///
    /// Whoever knows where reports arrive must not be able to make the log grow for ever.
    func recordForgery(feed: String, rawHash: Digest, at: Timestamp, perHour: Int, evidence: [SignedEntry]) async throws

    /// Full hours before this instant whose surplus no entry tells of yet.
    func unreportedForgeries(before: Timestamp, limit: Int) async throws -> [ForgeryHour]

    /// Stores the entry that tells of an hour's surplus, once.
    func reportForgeries(_ hour: ForgeryHour, evidence: [SignedEntry]) async throws

    /// Deliveries whose expected receipt has not come in time.
    func overdueReceipts(now: Timestamp, limit: Int) async throws -> [OverdueReceipt]

    /// Notes that the absence was recorded, and records it: a page in one transaction.
    func recordMissingReceipts(_ missing: [DeliveryEvidence]) async throws

    /// Takes text messages without a report whose provider is to be asked now, and sets the time of the next question.
    ///
    /// What was begun before `since` is not asked about any more.
    func takeSilent(now: Timestamp, since: Timestamp, limit: Int) async throws -> [AwaitingReport]

    /// Asks no more about deliveries: nobody can answer.
    func stopAsking(_ deliveries: [DeliveryID]) async throws

    /// Rungs whose time has come, those of the most urgent notices first.
    func dueRungs(now: Timestamp, limit: Int) async throws -> RungPage

    /// Starts or skips rungs, all in one transaction; of each, false if another worker did it first.
    func settle(_ steps: [RungStep]) async throws -> [Bool]

    /// Sets a rung aside for a while that cannot be settled now, and records why; its notice stays open.
    func postpone(_ rung: PlannedRung, until: Timestamp, evidence: [SignedEntry]) async throws

    /// The cursor of a mailbox or feed that is read from time to time.
    func cursor(_ feed: String) async throws -> String?

    /// Stores the cursor; what was read up to it is recorded.
    func setCursor(_ feed: String, to value: String) async throws
}

extension ReceiptStore {
    /// Stores one receipt.
    public func record(_ receipt: Receipt, evidence: ReceiptEvidence) async throws -> ReceiptRecording {
        try await record([ReceiptRecord(receipt: receipt, evidence: evidence)]).first ?? .unknownDelivery
    }

    /// Stores a receipt whose entries depend on nothing.
    public func record(_ receipt: Receipt, evidence: [SignedEntry]) async throws -> ReceiptRecording {
        try await record(receipt, evidence: ReceiptEvidence(evidence))
    }
}

/// How a peer names a message in its receipts.
public enum ReceiptKey: Sendable, Hashable {
    /// Our own key, which the peer echoes: Message-ID local part, ENVID, client reference.
    case messageKey(String)
    /// The peer's reference, as given when it accepted.
    case reference(route: RouteID, String)
    /// A VERP token whose MAC was checked.
    case delivery(DeliveryID)

    /// The key as the outcome of an attempt has stored it: a reference is cut like all that a peer says.
    var asStored: ReceiptKey {
        guard case .reference(let route, let text) = self else { return self }
        return .reference(route: route, PeerWords(text).text)
    }
}

/// Something that came back (回执).
public struct Receipt: Sendable, Hashable {
    /// Where it came from.
    public enum Source: String, Sendable, Hashable, Codable {
        /// Delivery status notification, RFC 3464.
        case dsn
        /// Message disposition notification, RFC 8098.
        case mdn
        /// The gateway's call-back.
        case smsReport = "sms_report"
        /// The gateway's answer to our query.
        case smsQuery = "sms_query"
        /// The in-system inbox.
        case inbox
        /// The page behind a link.
        case link
        /// A waybill or an on-site record entered by a person.
        case postal
        /// A human reply.
        case reply
        /// An automatic reply.
        case autoReply = "auto_reply"
    }

    /// Where it came from.
    public let source: Source
    /// Which delivery.
    public let delivery: DeliveryID
    /// The same for the same receipt, whenever it comes again.
    public let dedupeKey: String
    /// What it says of the delivery; nil when it says nothing about its state.
    public let state: DeliveryState?
    /// The words behind it.
    public let reason: String
    /// When it happened, by whose clock.
    public let happenedAt: ObservedTime
    /// The raw bytes as received; stored encrypted.
    public let raw: [UInt8]
    /// The part whose arrival it reports, if it speaks of one part of several; its `state` is then nil.
    public let part: Part?
    /// What it claims without a signature, to be confirmed by its provider; its `state` is then nil.
    public let claims: DeliveryState?
    /// Whether it is the provider's own word, so that open claims need no further question.
    public let settlesClaims: Bool
    /// The hash of the link that is used up by it, in the same transaction; a link that was used before refuses the receipt.
    public let link: Digest?
    /// What its sender said on the page of the notice, so that it is found without opening entries.
    public let reply: NoticeReply?

    /// One part of a longer text message.
    public struct Part: Sendable, Hashable {
        /// Tells it from the other parts: its place in the message, or a name the provider gave it.
        public let name: String
        /// How many there are; nil when nobody knows, and the message is then never complete.
        public let total: Int?
        /// Names a part.
        public init(name: String, total: Int?) {
            self.name = name
            self.total = total
        }
    }

    /// Gathers a receipt.
    public init(
        source: Source, delivery: DeliveryID, dedupeKey: String, state: DeliveryState?, reason: String,
        happenedAt: ObservedTime, raw: [UInt8], part: Part? = nil, claims: DeliveryState? = nil,
        settlesClaims: Bool = false, link: Digest? = nil, reply: NoticeReply? = nil
    ) {
        self.source = source
        self.delivery = delivery
        self.dedupeKey = dedupeKey
        self.state = state
        self.reason = reason
        self.happenedAt = happenedAt
        self.raw = raw
        self.part = part
        self.claims = claims
        self.settlesClaims = settlesClaims
        self.link = link
        self.reply = reply
    }
}

/// What became of a receipt.
public enum ReceiptRecording: Sendable, Hashable {
    /// Stored; the delivery's state is now this one.
    case recorded(DeliveryState)
    /// It was stored before.
    case duplicate
    /// There is no such delivery.
    case unknownDelivery
}

/// A receipt that names nothing we know, kept in case it came early.
public struct UnmatchedReceipt: Sendable, Hashable {
    /// Names it.
    public let id: String
    /// The feed it came by, for example `sms:main`.
    public let feed: String
    /// The raw bytes; nil where what was stored cannot be opened any more.
    public let raw: [UInt8]?
    /// When we got it.
    public let receivedAt: Timestamp

    /// How long to wait after looking so many times in vain.
    public static func wait(afterTry tries: Int) -> Duration {
        .seconds(min(3600, 30 << Int64(min(max(tries, 1), 8) - 1)))
    }

    /// Keeps a receipt.
    public init(id: String, feed: String, raw: [UInt8]?, receivedAt: Timestamp) {
        self.id = id
        self.feed = feed
        self.raw = raw
        self.receivedAt = receivedAt
    }
}

/// An hour in which more forged receipts came by a feed than got an entry of their own.
public struct ForgeryHour: Sendable, Hashable {
    /// The feed.
    public let feed: String
    /// When it began.
    public let begin: Timestamp
    /// How many had an entry of their own.
    public let recorded: Int
    /// How many had none.
    public let more: Int

    /// Gathers it.
    public init(feed: String, begin: Timestamp, recorded: Int, more: Int) {
        self.feed = feed
        self.begin = begin
        self.recorded = recorded
        self.more = more
    }
}

/// A message whose provider can be asked what became of it.
public struct AwaitingReport: Sendable, Hashable {
    /// The delivery.
    public let delivery: Delivery
    /// The route that took it.
    public let route: RouteID
    /// The provider's reference, if it gave one.
    public let reference: String?
    /// When the attempt was begun.
    public let startedAt: Timestamp

    /// How long a message is left alone before its provider is asked.
    public static let patience = Duration.seconds(300)

    /// When to ask again about a message that was begun then: ever more rarely the longer nothing is heard.
    public static func nextQuestion(startedAt: Timestamp, now: Timestamp) -> Timestamp {
        now.adding(max(.seconds(600), min(now.since(startedAt), .seconds(86_400))))
    }

    /// Gathers it.
    public init(delivery: Delivery, route: RouteID, reference: String?, startedAt: Timestamp) {
        self.delivery = delivery
        self.route = route
        self.reference = reference
        self.startedAt = startedAt
    }
}

/// A delivery whose expected receipt has not come.
public struct OverdueReceipt: Sendable, Hashable {
    /// The delivery; without its address where that cannot be read.
    public let delivery: Delivery
    /// Why its row cannot be read as a whole; nil if it can.
    public let damage: String?

    /// Gathers it.
    public init(delivery: Delivery, damage: String?) {
        self.delivery = delivery
        self.damage = damage
    }
}
