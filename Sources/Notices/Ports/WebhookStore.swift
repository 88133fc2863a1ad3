import Evidence

/// What web hooks are told, and how far that is.
///
/// The evidence log is the outbox: an entry is written with the state it tells of, and each web hook keeps the leaf from
/// which on it is still to be told. So nothing is added to any step of the gateway, and nothing can be forgotten.
public protocol WebhookStore: Sendable {
    /// Stores a web hook that is told of everything that gets a leaf from now on; refused beyond `limit` of them.
    func add(_ webhook: Webhook, secret: WebhookSecret, limit: Int, evidence: [SignedEntry]) async throws
    /// All of them with what lies in their outboxes, the oldest first.
    func webhooks() async throws -> [Webhook]
    /// One of them, with what lies in its outbox.
    func webhook(_ id: WebhookID) async throws -> Webhook?
    /// Gives it another secret; messages are signed with the one before too until `previousUntil`.
    func rotate(
        _ id: WebhookID, to secret: WebhookSecret, previousUntil: Timestamp?, evidence: [SignedEntry]) async throws
    /// Tells it nothing more; false, and nothing stored, when that was so already.
    func disable(_ id: WebhookID, reason: String, at: Timestamp, evidence: [SignedEntry]) async throws -> Bool
    /// Tells it again, of what it missed too or from now on; false, and nothing stored, when it is told already.
    func enable(_ id: WebhookID, missed: Bool, at: Timestamp, evidence: [SignedEntry]) async throws -> Bool

    /// Its messages, the newest first.
    func messages(
        of id: WebhookID, in state: WebhookMessage.State?, after: String?, limit: Int
    ) async throws -> [WebhookMessage]
    /// One message.
    func message(_ message: String, of id: WebhookID) async throws -> WebhookMessage?
    /// The attempts at one message, in order.
    func attempts(at message: String, of id: WebhookID) async throws -> [WebhookAttempt]
    /// Puts a message into the outbox that tells of no entry.
    func add(_ message: WebhookMessage, evidence: [SignedEntry]) async throws
    /// Makes a message due at once, as if it were new; false, and nothing stored, while it waits anyway.
    func resend(_ message: String, of id: WebhookID, at: Timestamp, evidence: [SignedEntry]) async throws -> Bool

    /// Those that are told anything, without counting their outboxes.
    func activeWebhooks() async throws -> [Webhook]
    /// The entries of the log from this leaf on, in order.
    func entries(from leaf: Int, limit: Int) async throws -> [ToldEntry]
    /// Puts messages into the outbox and moves the web hook's leaf on; false, and nothing stored, if it is not at `leaf`.
    func tell(_ id: WebhookID, from leaf: Int, to next: Int, _ messages: [WebhookMessage]) async throws -> Bool
    /// Whether at least this many messages wait.
    func waits(_ count: Int, for id: WebhookID) async throws -> Bool
    /// Leases what is due; the attempts are durable when it returns.
    func claim(_ id: WebhookID, _ lease: Lease, limit: Int) async throws -> [WebhookClaim]
    /// The secrets with which a message is signed now, the present one first.
    func secrets(of id: WebhookID, at: Timestamp) async throws -> [WebhookSecret]
    /// Stores what came of attempts; outcomes whose lease went to another are left out.
    func record(_ outcomes: [WebhookOutcome], of id: WebhookID) async throws
    /// Drops what was delivered before this, with its attempts.
    ///
    /// - Returns: how many messages.
    func dropDelivered(before: Timestamp, limit: Int) async throws -> Int
}

/// An entry of the log as a web hook may be told of it: names and times, nothing of what it says.
public struct ToldEntry: Sendable, Hashable {
    /// A thing it is about, by kind and id.
    public struct Thing: Sendable, Hashable {
        /// What kind of thing.
        public let kind: String
        /// Which one.
        public let id: String
        /// Names it.
        public init(kind: String, id: String) {
            self.kind = kind
            self.id = id
        }
    }

    /// Its place in the log.
    public let leaf: Int
    /// The entry's id.
    public let id: String
    /// What happened.
    public let event: EvidenceEvent
    /// The notice, person, delivery and attempt it is about.
    public let subject: EvidenceSubject
    /// What else it is about.
    public let things: [Thing]
    /// When we learnt of it.
    public let learntAt: Timestamp
    /// Whether it is about a notice of a rehearsal.
    public let isRehearsal: Bool

    /// Describes an entry.
    public init(
        leaf: Int, id: String, event: EvidenceEvent, subject: EvidenceSubject, things: [Thing], learntAt: Timestamp,
        isRehearsal: Bool
    ) {
        self.leaf = leaf
        self.id = id
        self.event = event
        self.subject = subject
        self.things = things
        self.learntAt = learntAt
        self.isRehearsal = isRehearsal
    }
}

/// A message under lease.
public struct WebhookClaim: Sendable, Hashable {
    /// The message; its `attempts` count the one that begins.
    public let message: WebhookMessage
    /// Attempts since it was new, or was sent again by hand.
    public let tries: Int
    /// Which lease this is.
    public let fence: Int64
    /// Gathers a claim.
    public init(message: WebhookMessage, tries: Int, fence: Int64) {
        self.message = message
        self.tries = tries
        self.fence = fence
    }
}

/// What came of one attempt, and what follows.
public struct WebhookOutcome: Sendable, Hashable {
    /// Which message.
    public let message: String
    /// Under which lease.
    public let fence: Int64
    /// The attempt.
    public let attempt: WebhookAttempt
    /// How far the message is now.
    public let state: WebhookMessage.State
    /// When it is tried next.
    public let dueAt: Timestamp?
    /// States an outcome.
    public init(
        message: String, fence: Int64, attempt: WebhookAttempt, state: WebhookMessage.State, dueAt: Timestamp?
    ) {
        self.message = message
        self.fence = fence
        self.attempt = attempt
        self.state = state
        self.dueAt = dueAt
    }
}
