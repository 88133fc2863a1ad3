import Evidence

/// Reads what a mail system or gateway sends back.
///
/// A parser says what the bytes claim; it does not look anything up and decides nothing.
public protocol ReceiptParser: Sendable {
    /// The name of the feed, for example `mail:bounces` or `sms:main`; part of every duplicate check.
    var feed: String { get }
    /// What the bytes claim; throws a sentence when they are not something this feed sends.
    func parse(_ raw: [UInt8], receivedAt: Timestamp) throws -> [ParsedReceipt]
}

/// One claim about one message.
public struct ParsedReceipt: Sendable, Hashable {
    /// How to find the delivery, the surest key first.
    public let keys: [ReceiptKey]
    /// What kind of receipt it is.
    public let source: Receipt.Source
    /// What it claims of the delivery; nil when it claims nothing about its state.
    public let state: DeliveryState?
    /// The event it is recorded as.
    public let event: EvidenceEvent
    /// The words behind it.
    public let reason: String
    /// When it happened, by the sender's clock if it gave a time.
    public let happenedAt: ObservedTime
    /// The same whenever the same receipt comes again.
    public let dedupeKey: String
    /// Facts for the entry.
    public let facts: [String: JSONValue]
    /// Why it cannot be what it claims to be, in our words alone: they stand in an entry that nobody can erase; nil if
    /// nothing speaks against it.
    public let forgery: String?
    /// The part whose arrival it reports; its `state` is then nil, because the message has not arrived by that.
    public let part: Receipt.Part?
    /// Whether it came without a signature from somebody who can be asked: it then counts as a claim until they answer.
    public let isClaim: Bool

    /// States a claim.
    public init(
        keys: [ReceiptKey], source: Receipt.Source, state: DeliveryState?, event: EvidenceEvent, reason: String,
        happenedAt: ObservedTime, dedupeKey: String, facts: [String: JSONValue] = [:], forgery: String? = nil,
        part: Receipt.Part? = nil, isClaim: Bool = false
    ) {
        self.keys = keys
        self.source = source
        self.state = state
        self.event = event
        self.reason = reason
        self.happenedAt = happenedAt
        self.dedupeKey = dedupeKey
        self.facts = facts
        self.forgery = forgery
        self.part = part
        self.isClaim = isClaim
    }
}
