import Evidence
import Notices

/// What the CRM says about a client: idempotent by its number, and never older than what is known.
public struct ClientUpdate: Sendable {
    /// The client's number in the company's books.
    public var externalID: String
    /// Which system says so.
    public var source: String
    /// When it became so, by that system's clock.
    public var changedAt: Timestamp
    /// The facts: `name` and whatever else; the first update must bring the name.
    public var fields: [String: String]
    /// The people there.
    public var contacts: [ContactUpdate]
    /// The number of the member of staff in charge; only looked at while nobody is.
    public var ownerNumber: String?

    /// Says what is known.
    public init(
        externalID: String, source: String, changedAt: Timestamp, fields: [String: String],
        contacts: [ContactUpdate] = [], ownerNumber: String? = nil
    ) {
        self.externalID = externalID
        self.source = source
        self.changedAt = changedAt
        self.fields = fields
        self.contacts = contacts
        self.ownerNumber = ownerNumber
    }
}

/// What the CRM says about a person at a client.
public struct ContactUpdate: Sendable {
    /// The person's number in the CRM.
    public var externalID: String
    /// Name as on formal documents.
    public var name: String
    /// `zh-CN` or `en`.
    public var language: String
    /// What they do there.
    public var position: String
    /// Where they are reached.
    public var addresses: [(ChannelKind, String)]

    /// Describes a contact.
    public init(
        externalID: String, name: String, language: String = "zh-CN", position: String,
        addresses: [(ChannelKind, String)]
    ) {
        self.externalID = externalID
        self.name = name
        self.language = language
        self.position = position
        self.addresses = addresses
    }
}

/// What became of a client's update.
public struct ClientSync: Sendable, Hashable {
    /// Which client it is.
    public let client: ClientID
    /// Whether it came on record with this update.
    public let isNew: Bool
    /// The facts and contacts that are now as the update says.
    public let applied: [String]
    /// Those of which something newer, or the same, was known.
    public let stale: [String]

    /// States an outcome.
    public init(client: ClientID, isNew: Bool, applied: [String], stale: [String]) {
        self.client = client
        self.isNew = isNew
        self.applied = applied
        self.stale = stale
    }
}

/// One event about a client from another system: an order, a payment, a conversation or a follow-up (S-32).
public struct ClientEventUpdate: Sendable {
    /// What kind of event, with what belongs to it.
    public enum Content: Sendable {
        /// An order as it stands.
        case order(state: OrderState, amount: Amount, currency: String, placedAt: Timestamp)
        /// Money received, for one order where it names one.
        case payment(amount: Amount, currency: String, paidAt: Timestamp, orderSource: String?, order: String?)
        /// A talk, on the channel it happened on.
        case conversation(channel: String, text: String, happenedAt: Timestamp)
        /// Something done or promised.
        case followUp(text: String, dueOn: CivilDate?, isDone: Bool, happenedAt: Timestamp)
    }

    /// The client's number in the company's books.
    public var client: String
    /// Which system says so.
    public var source: String
    /// The event's number there.
    public var externalID: String
    /// When it came to be as it is, by that system's clock; a later state has a later one.
    public var changedAt: Timestamp
    /// What happened.
    public var content: Content

    /// Says what happened.
    public init(client: String, source: String, externalID: String, changedAt: Timestamp, content: Content) {
        self.client = client
        self.source = source
        self.externalID = externalID
        self.changedAt = changedAt
        self.content = content
    }
}

extension ClientEventUpdate.Content {
    /// The kind, as the time line names it.
    public var kind: ClientEvent.Kind {
        switch self {
        case .order: .order
        case .payment: .payment
        case .conversation: .conversation
        case .followUp: .followUp
        }
    }

    /// When it happened.
    public func happenedAt(_ changedAt: Timestamp) -> Timestamp {
        switch self {
        case .order: changedAt
        case .payment(_, _, let at, _, _), .conversation(_, _, let at), .followUp(_, _, _, let at): at
        }
    }

    /// What the time line keeps of it.
    public var details: JSONValue {
        switch self {
        case .order(let state, let amount, let currency, let placedAt):
            [
                "state": .string(state.rawValue), "amount": .string(amount.description),
                "currency": .string(currency), "placedAt": .string(placedAt.rfc3339),
            ]
        case .payment(let amount, let currency, _, let source, let order):
            [
                "amount": .string(amount.description), "currency": .string(currency),
                "orderSource": source.map { .string($0) } ?? .null, "order": order.map { .string($0) } ?? .null,
            ]
        case .conversation(let channel, let text, _): ["channel": .string(channel), "text": .string(text)]
        case .followUp(let text, let dueOn, let isDone, _):
            [
                "text": .string(text), "dueOn": dueOn.map { .string($0.description) } ?? .null,
                "done": .bool(isDone),
            ]
        }
    }
}

/// One entry of a client's time line.
public struct ClientEvent: Sendable, Hashable {
    /// What kind of entry it is.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// Facts about the client changed.
        case changed
        /// An order was placed or moved on.
        case order
        /// Money came in.
        case payment
        /// A talk.
        case conversation
        /// Something was done or promised.
        case followUp = "follow-up"
        /// Somebody took charge.
        case assigned
        /// A contact was given a notice.
        case notice
    }

    /// Names the entry.
    public let id: String
    /// What kind it is.
    public let kind: Kind
    /// When it happened, by the clock of its source.
    public let happenedAt: Timestamp
    /// When we learnt of it.
    public let learntAt: Timestamp
    /// Who says so.
    public let source: String
    /// Its number there.
    public let reference: String
    /// As whom it was written here.
    public let actor: String
    /// The member of staff or contact it concerns.
    public let person: PersonID?
    /// The rest; null where there is none.
    public let details: JSONValue

    /// Gathers an entry.
    public init(
        id: String, kind: Kind, happenedAt: Timestamp, learntAt: Timestamp, source: String, reference: String,
        actor: String, person: PersonID?, details: JSONValue
    ) {
        self.id = id
        self.kind = kind
        self.happenedAt = happenedAt
        self.learntAt = learntAt
        self.source = source
        self.reference = reference
        self.actor = actor
        self.person = person
        self.details = details
    }

    /// Where a page of the time line ended.
    public struct Cursor: Sendable, Hashable {
        /// When the last entry happened.
        public let happenedAt: Timestamp
        /// Which it was.
        public let id: String
        /// Names a place in the line.
        public init(happenedAt: Timestamp, id: String) {
            self.happenedAt = happenedAt
            self.id = id
        }
    }
}
