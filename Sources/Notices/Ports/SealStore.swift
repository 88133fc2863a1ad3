import Evidence

/// What the third room asks of a database.
///
/// Each verb is one transaction.
public protocol SealStore: Sendable {
    /// Leases approved notices, the most urgent first, and counts the claim against each (three claims without a result
    /// quarantine a notice).
    func claimForSealing(_ lease: Lease, limit: Int) async throws -> [SealClaim]

    /// Stores sealed documents, starts the deliveries of the first rung, plans the later ones and moves the notices to
    /// `dispatching`. A notice whose fence has moved is skipped.
    ///
    /// - Returns: the notices that were stored.
    func recordSealed(_ records: [SealRecord]) async throws -> Set<NoticeID>

    /// Gives back what this owner had claimed and not finished before a restart.
    func releaseSealClaims(of owner: String, now: Timestamp) async throws

    /// Takes notices out of the flow, for example because they crashed us three times.
    func quarantine(_ notice: NoticeID, reason: String, evidence: [SignedEntry]) async throws
}

/// Who works on a row and until when.
public struct Lease: Sendable, Hashable {
    /// The worker; the configured instance name.
    public let owner: String
    /// Now, by the worker's clock.
    public let now: Timestamp
    /// When the row may be taken by another.
    public let until: Timestamp

    /// Asks for a lease.
    public init(owner: String, now: Timestamp, until: Timestamp) {
        self.owner = owner
        self.now = now
        self.until = until
    }
}

/// A notice leased for sealing.
public struct SealClaim: Sendable {
    /// The notice.
    public let notice: Notice
    /// The rendered content as stored when it was issued.
    public let content: [UInt8]
    /// Proves that the lease is still ours.
    public let fence: Int64
    /// How often it was claimed without a result, this claim included.
    public let claims: Int

    /// Gathers a claim.
    public init(notice: Notice, content: [UInt8], fence: Int64, claims: Int) {
        self.notice = notice
        self.content = content
        self.fence = fence
        self.claims = claims
    }
}

/// A sealed notice with everything that starts from it.
public struct SealRecord: Sendable {
    /// Which notice.
    public let notice: NoticeID
    /// Proves that the lease is still ours.
    public let fence: Int64
    /// The exact bytes, their hash and the signature.
    public let sealed: SealedNotice
    /// Deliveries of the first rung; those to the inbox are already `available`.
    public let deliveries: [NewDelivery]
    /// Later rungs, one row for each recipient and rung.
    public let rungs: [PlannedRung]
    /// What to write beside it.
    public let evidence: [SignedEntry]

    /// Gathers a record.
    public init(
        notice: NoticeID, fence: Int64, sealed: SealedNotice, deliveries: [NewDelivery], rungs: [PlannedRung],
        evidence: [SignedEntry]
    ) {
        self.notice = notice
        self.fence = fence
        self.sealed = sealed
        self.deliveries = deliveries
        self.rungs = rungs
        self.evidence = evidence
    }
}

/// A delivery about to be stored.
public struct NewDelivery: Sendable, Hashable {
    /// The delivery in its first state.
    public let delivery: Delivery
    /// What goes first.
    public let priority: Priority
    /// SHA-256 of the link token that opens this delivery, if it has one.
    public let linkHash: Digest?
    /// When that link stops working.
    public let linkExpiresAt: Timestamp?

    /// Gathers a new delivery.
    public init(delivery: Delivery, priority: Priority, linkHash: Digest?, linkExpiresAt: Timestamp?) {
        self.delivery = delivery
        self.priority = priority
        self.linkHash = linkHash
        self.linkExpiresAt = linkExpiresAt
    }
}

/// A step of the plan that waits for its time.
public struct PlannedRung: Sendable, Hashable {
    /// Which notice.
    public let notice: NoticeID
    /// For whom.
    public let person: PersonID
    /// Its index in the plan, from 1.
    public let index: Int
    /// When to look at its condition.
    public let dueAt: Timestamp

    /// Plans a rung.
    public init(notice: NoticeID, person: PersonID, index: Int, dueAt: Timestamp) {
        self.notice = notice
        self.person = person
        self.index = index
        self.dueAt = dueAt
    }
}
