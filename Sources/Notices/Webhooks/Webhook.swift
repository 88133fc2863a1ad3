import Evidence

/// An address of another system that is told of events as they enter the evidence log.
public struct Webhook: Sendable, Hashable {
    /// Whether it is told anything.
    public enum State: String, Sendable, Hashable, Codable, CaseIterable {
        /// It is told what it asked for.
        case active
        /// It is told nothing; what was not told yet waits.
        case disabled
    }

    /// Names it.
    public let id: WebhookID
    /// Where it is told.
    public let url: String
    /// What people call it.
    public let name: String
    /// The subjects and events it asked for.
    public let events: Set<String>
    /// Whether it is told anything.
    public let state: State
    /// Why it is told nothing.
    public let disabledReason: String?
    /// Since when it is told nothing.
    public let disabledAt: Timestamp?
    /// When it was registered.
    public let createdAt: Timestamp
    /// Until when messages are signed with the secret before the present one too; nil when there is none.
    public let previousSecretUntil: Timestamp?
    /// The leaf of the log from which on it is still to be told.
    public let nextLeaf: Int
    /// How many messages wait, and how many were given up.
    public var counts: Counts

    /// What lies in its outbox.
    public struct Counts: Sendable, Hashable {
        /// Still to be delivered.
        public let pending: Int
        /// Given up; somebody has to look.
        public let dead: Int
        /// Counts messages.
        public init(pending: Int = 0, dead: Int = 0) {
            self.pending = pending
            self.dead = dead
        }
    }

    /// Describes a web hook.
    public init(
        id: WebhookID, url: String, name: String, events: Set<String>, state: State = .active,
        disabledReason: String? = nil, disabledAt: Timestamp? = nil, createdAt: Timestamp,
        previousSecretUntil: Timestamp? = nil, nextLeaf: Int, counts: Counts = Counts()
    ) {
        self.id = id
        self.url = url
        self.name = name
        self.events = events
        self.state = state
        self.disabledReason = disabledReason
        self.disabledAt = disabledAt
        self.createdAt = createdAt
        self.previousSecretUntil = previousSecretUntil
        self.nextLeaf = nextLeaf
        self.counts = counts
    }
}

/// One message to one web hook, and how far it is.
public struct WebhookMessage: Sendable, Hashable {
    /// How far it is.
    public enum State: String, Sendable, Hashable, Codable, CaseIterable {
        /// It is due, or waits for its next attempt.
        case pending
        /// The receiver answered with a success.
        case delivered
        /// It was given up: seventy-two hours are over. It can be sent again by hand.
        case dead
    }

    /// Names it, the same at every attempt: the receiver's means to tell a repetition.
    public let id: String
    /// To whom.
    public let webhook: WebhookID
    /// Of what.
    public let event: String
    /// The exact bytes, as text.
    public let payload: String
    /// When the event was learnt of; the age of a message counts from here, or from when it was sent again by hand.
    public let createdAt: Timestamp
    /// How far it is.
    public let state: State
    /// Attempts begun.
    public let attempts: Int
    /// When it is tried next.
    public let dueAt: Timestamp?

    /// Describes a message.
    public init(
        id: String, webhook: WebhookID, event: String, payload: String, createdAt: Timestamp,
        state: State = .pending, attempts: Int = 0, dueAt: Timestamp?
    ) {
        self.id = id
        self.webhook = webhook
        self.event = event
        self.payload = payload
        self.createdAt = createdAt
        self.state = state
        self.attempts = attempts
        self.dueAt = dueAt
    }
}

/// One attempt at one message.
public struct WebhookAttempt: Sendable, Hashable {
    /// Counts from 1.
    public let number: Int
    /// When it began; durable before the first byte left.
    public let startedAt: Timestamp
    /// How long it took; nil when no outcome was recorded.
    public let milliseconds: Int?
    /// The status of the answer; nil when there was none.
    public let status: Int?
    /// The beginning of the answer, or why there was none.
    public let words: String?

    /// Describes an attempt.
    public init(number: Int, startedAt: Timestamp, milliseconds: Int?, status: Int?, words: String?) {
        self.number = number
        self.startedAt = startedAt
        self.milliseconds = milliseconds
        self.status = status
        self.words = words
    }
}
