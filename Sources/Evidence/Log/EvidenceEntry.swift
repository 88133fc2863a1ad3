/// What an entry is about: a notice, one of its recipients, one delivery, one attempt.
public struct EvidenceSubject: Sendable, Hashable {
    /// The notice.
    public var notice: String?
    /// The person served.
    public var recipient: String?
    /// The delivery: one recipient, one channel, one address.
    public var delivery: String?
    /// The attempt, counted from 1.
    public var attempt: Int?

    /// Names the subject; what does not apply stays nil.
    public init(notice: String? = nil, recipient: String? = nil, delivery: String? = nil, attempt: Int? = nil) {
        self.notice = notice
        self.recipient = recipient
        self.delivery = delivery
        self.attempt = attempt
    }
}

/// A fact about to be recorded: what, about what, when, and with which details.
public struct EvidenceDraft: Sendable, Hashable {
    /// What happened.
    public var event: EvidenceEvent
    /// What it is about.
    public var subject: EvidenceSubject
    /// When it happened, and by whose clock.
    public var happenedAt: ObservedTime
    /// The details: an object.
    public var facts: JSONValue

    /// Drafts a fact.
    public init(
        event: EvidenceEvent, subject: EvidenceSubject, happenedAt: ObservedTime, facts: JSONValue = .object([:])
    ) {
        self.event = event
        self.subject = subject
        self.happenedAt = happenedAt
        self.facts = facts
    }
}

/// One signed record of one observed fact.
public struct SignedEntry: Sendable, Hashable {
    /// Its identifier, which sorts by time.
    public let id: String
    /// What happened.
    public let event: EvidenceEvent
    /// What it is about.
    public let subject: EvidenceSubject
    /// When we learnt of it, by our own clock.
    public let learntAt: Timestamp
    /// The canonical JSON that was signed, with its random salt.
    public let body: [UInt8]
    /// The signature over `body`.
    public let signature: [UInt8]
    /// The key that made the signature.
    public let keyID: String
    /// SHA-256 of `body`; these 32 bytes are the leaf's input in the log.
    public let commitment: Digest

    /// Describes an entry that was signed before.
    public init(
        id: String, event: EvidenceEvent, subject: EvidenceSubject, learntAt: Timestamp,
        body: [UInt8], signature: [UInt8], keyID: String, commitment: Digest
    ) {
        self.id = id
        self.event = event
        self.subject = subject
        self.learntAt = learntAt
        self.body = body
        self.signature = signature
        self.keyID = keyID
        self.commitment = commitment
    }
}
