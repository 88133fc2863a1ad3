import Evidence

/// What the fourth room asks of a database.
///
/// Each verb is one transaction for the whole batch.
public protocol DispatchStore: Sendable {
    /// Leases deliveries that are due on these channels, the most urgent first, raises their fence and counts the claim.
    func claimDue(_ lease: Lease, channels: Set<ChannelKind>, limit: Int) async throws -> [DeliveryClaim]

    /// Makes the intents durable before the first byte leaves (contract 2).
    ///
    /// - Returns: the deliveries whose lease is still ours; the others must not be attempted.
    func recordIntents(_ intents: [AttemptIntent]) async throws -> Set<DeliveryID>

    /// Stores what the attempts ended in.
    ///
    /// - Returns: the deliveries whose fence had moved: their outcome was stored as evidence only.
    func recordOutcomes(_ outcomes: [AttemptRecord]) async throws -> Set<DeliveryID>

    /// Stores the entries that say that an outcome came too late to count (contract 4).
    func recordFenced(_ evidence: [SignedEntry]) async throws

    /// Gives claims back without counting an attempt, for example because the route's breaker is open.
    func postpone(_ postponements: [Postponement]) async throws

    /// Gives back what this owner had claimed before a restart and not begun.
    func releaseDispatchClaims(of owner: String, channels: Set<ChannelKind>, now: Timestamp) async throws

    /// Attempts that were begun and have no outcome, whose lease is over or was held by this owner before a restart.
    func interruptedAttempts(
        _ lease: Lease, channels: Set<ChannelKind>, limit: Int
    ) async throws -> [InterruptedAttempt]

    /// Sets a delivery aside that nobody can hand over: after three claims without an outcome, or because it is damaged.
    func quarantine(_ delivery: DeliveryID, fence: Int64, reason: String, evidence: [SignedEntry]) async throws

    /// The next moment at which something is due on these channels.
    func nextDue(channels: Set<ChannelKind>) async throws -> Timestamp?
}

/// A delivery leased for one attempt.
public struct DeliveryClaim: Sendable {
    /// The delivery as it stands.
    public let delivery: Delivery
    /// Its notice.
    public let notice: Notice
    /// The rendered content.
    public let content: [UInt8]
    /// The sealed bytes.
    public let document: SealedNotice
    /// Proves that the lease is still ours.
    public let fence: Int64
    /// How often it was claimed without an outcome, this claim included.
    public let claims: Int
    /// How many attempts ended unknown so far.
    public let unknownsBefore: Int
    /// The first delivery of the notice to this person over this channel, if this one reminds of it.
    public let remindsOf: DeliveryID?
    /// The hash of the token in its link; nil if it carries none.
    public let linkHash: Digest?

    /// Gathers a claim.
    public init(
        delivery: Delivery, notice: Notice, content: [UInt8], document: SealedNotice, fence: Int64, claims: Int,
        unknownsBefore: Int, remindsOf: DeliveryID? = nil, linkHash: Digest? = nil
    ) {
        self.delivery = delivery
        self.notice = notice
        self.content = content
        self.document = document
        self.fence = fence
        self.claims = claims
        self.unknownsBefore = unknownsBefore
        self.remindsOf = remindsOf
        self.linkHash = linkHash
    }
}

/// A claim that is given back untried.
public struct Postponement: Sendable {
    /// What was claimed.
    public let claim: DeliveryClaim
    /// When to look at it again.
    public let until: Timestamp
    /// Why it waits.
    public let reason: String

    /// Gives a claim back.
    public init(claim: DeliveryClaim, until: Timestamp, reason: String) {
        self.claim = claim
        self.until = until
        self.reason = reason
    }
}

/// The intent to try, on disk before the try (投递尝试).
public struct AttemptIntent: Sendable, Hashable {
    /// Which delivery.
    public let delivery: DeliveryID
    /// Proves that the lease is still ours.
    public let fence: Int64
    /// Counts from 1.
    public let number: Int
    /// The relay or gateway.
    public let route: RouteID
    /// When.
    public let startedAt: Timestamp
    /// The attempt.started entry.
    public let evidence: [SignedEntry]

    /// States an intent.
    public init(
        delivery: DeliveryID, fence: Int64, number: Int, route: RouteID, startedAt: Timestamp, evidence: [SignedEntry]
    ) {
        self.delivery = delivery
        self.fence = fence
        self.number = number
        self.route = route
        self.startedAt = startedAt
        self.evidence = evidence
    }
}

/// What an attempt ended in and what follows from it.
public struct AttemptRecord: Sendable, Hashable {
    /// Which delivery.
    public let delivery: DeliveryID
    /// Proves that the lease was ours.
    public let fence: Int64
    /// Which attempt.
    public let number: Int
    /// The state it leads to; merged with what receipts have said meanwhile.
    public let state: DeliveryState
    /// The peer's words or the reason.
    public let reason: String
    /// The peer's reference, by which its receipts will name the message.
    public let reference: String?
    /// When the peer answered, by our clock.
    public let finishedAt: ObservedTime
    /// When to look again; nil when dispatch is over.
    public let dueAt: Timestamp?
    /// Until when a receipt is expected; its absence becomes an entry.
    public let expectReceiptBy: Timestamp?
    /// How many parts a text message was cut into; nil where that has no meaning or is not known.
    public let parts: Int?
    /// The dialogue, stored encrypted.
    public let transcript: [String]
    /// The outcome's entries.
    public let evidence: [SignedEntry]

    /// Gathers a record.
    public init(
        delivery: DeliveryID, fence: Int64, number: Int, state: DeliveryState, reason: String, reference: String?,
        finishedAt: ObservedTime, dueAt: Timestamp?, expectReceiptBy: Timestamp?, parts: Int? = nil,
        transcript: [String], evidence: [SignedEntry]
    ) {
        self.delivery = delivery
        self.fence = fence
        self.number = number
        self.state = state
        self.reason = reason
        self.reference = reference
        self.finishedAt = finishedAt
        self.dueAt = dueAt
        self.expectReceiptBy = expectReceiptBy
        self.parts = parts
        self.transcript = transcript
        self.evidence = evidence
    }
}

/// An attempt that a crash or a lost lease left without an outcome.
public struct InterruptedAttempt: Sendable, Hashable {
    /// The delivery as it stands.
    public let delivery: Delivery
    /// Which attempt.
    public let number: Int
    /// When it was begun.
    public let startedAt: Timestamp
    /// The relay or gateway.
    public let route: RouteID
    /// The fence under which it was begun.
    public let fence: Int64
    /// How many attempts of this delivery ended unknown before.
    public let unknownsBefore: Int
    /// How often the delivery was claimed without an outcome.
    public let claims: Int
    /// Why the delivery's row cannot be read as a whole, so that its address is missing; nil if it can.
    public let damage: String?

    /// Gathers an interrupted attempt.
    public init(
        delivery: Delivery, number: Int, startedAt: Timestamp, route: RouteID, fence: Int64, unknownsBefore: Int,
        claims: Int, damage: String? = nil
    ) {
        self.delivery = delivery
        self.number = number
        self.startedAt = startedAt
        self.route = route
        self.fence = fence
        self.unknownsBefore = unknownsBefore
        self.claims = claims
        self.damage = damage
    }
}
