import Evidence
import Notices

/// One look at a client, or one change (S-37); the log of them only grows.
public struct ClientOperation: Sendable, Hashable {
    /// What was done.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// The client's page was shown.
        case view
        /// The client stood in a list.
        case list
        /// The client was found by a search.
        case search
        /// The client was taken out in bulk.
        case export
        /// Another system told something.
        case sync
        /// Facts were changed by a person.
        case edit
        /// A follow-up was logged or done.
        case followUp = "follow-up"
        /// An order was started or moved on by a person.
        case order
        /// Somebody was put in charge.
        case assign

        /// Whether contents were shown; what the alarm on bulk access counts.
        public var isReading: Bool {
            switch self {
            case .view, .list, .search, .export: true
            default: false
            }
        }
    }

    /// Names the row; sorts by time.
    public let id: String
    /// When, by our clock.
    public let at: Timestamp
    /// Who, as evidence names them.
    public let actor: String
    /// The member of staff, where it is one.
    public let person: PersonID?
    /// Which client.
    public let client: ClientID?
    /// What was done.
    public let kind: Kind
    /// Whether it was refused.
    public let isRefused: Bool
    /// More, for example which facts were changed; never their values.
    public let detail: String?

    /// Describes an operation.
    public init(
        id: String, at: Timestamp, actor: String, person: PersonID?, client: ClientID?, kind: Kind,
        isRefused: Bool = false, detail: String? = nil
    ) {
        self.id = id
        self.at = at
        self.actor = actor
        self.person = person
        self.client = client
        self.kind = kind
        self.isRefused = isRefused
        self.detail = detail
    }

    /// An operation of this moment.
    init(
        _ kind: Kind, _ client: ClientID?, by actor: Actor, at now: Timestamp, isRefused: Bool = false,
        detail: String? = nil
    ) {
        self.init(
            id: SecureRandom.uuid(at: now), at: now, actor: actor.principal.id, person: actor.person, client: client,
            kind: kind, isRefused: isRefused, detail: detail)
    }

    /// The same about another client, as a row of its own.
    public func about(_ client: ClientID) -> ClientOperation {
        ClientOperation(
            id: SecureRandom.uuid(at: at), at: at, actor: actor, person: person, client: client, kind: kind,
            isRefused: isRefused, detail: detail)
    }
}

/// Something about clients that somebody should look at.
public struct ClientAlert: Sendable, Hashable {
    /// What was found.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// One actor looked at very many clients in a short time.
        case bulkAccess = "bulk-access"
        /// A client that was handed over orders no more.
        case lostClient = "lost-client"
        /// A contact of a client that changed hands says that the former contact still gets in touch.
        case oldContact = "old-contact"
    }

    /// Names it.
    public let id: String
    /// What was found.
    public let kind: Kind
    /// The actor or the client.
    public let subject: String
    /// The member of staff it concerns: who looked, or from whom the client came.
    public let person: PersonID?
    /// When it was raised.
    public let at: Timestamp
    /// From when on it was looked: the window's beginning, or the last order or the hand-over.
    public let since: Timestamp
    /// How many records, how many months, or how often it was said.
    public let count: Int
    /// The rule and its version, `client-access 1`.
    public let rule: String
    /// How many notices went out about it.
    public let notices: Int
    /// Why a notice did not go out; nil when nothing stands against it.
    public let reason: String?

    /// Gathers an alert.
    public init(
        id: String, kind: Kind, subject: String, person: PersonID?, at: Timestamp, since: Timestamp, count: Int,
        rule: String, notices: Int = 0, reason: String? = nil
    ) {
        self.id = id
        self.kind = kind
        self.subject = subject
        self.person = person
        self.at = at
        self.since = since
        self.count = count
        self.rule = rule
        self.notices = notices
        self.reason = reason
    }
}
