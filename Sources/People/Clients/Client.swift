import Evidence
import Notices

/// A client of the company, as lists show it.
public struct Client: Sendable, Hashable {
    /// Names it.
    public let id: ClientID
    /// Its number in the company's own books, unique; CRM, logistics and we all use it.
    public let externalID: String
    /// Its name.
    public let name: String
    /// The member of staff who is in charge; nil while nobody is.
    public let owner: PersonID?
    /// The unit of the one in charge, by which heads of units see it.
    public let unit: UnitID?
    /// When it came on record.
    public let createdAt: Timestamp
    /// When its newest order was placed.
    public let lastOrderAt: Timestamp?

    /// Gathers what lists show.
    public init(
        id: ClientID, externalID: String, name: String, owner: PersonID?, unit: UnitID?, createdAt: Timestamp,
        lastOrderAt: Timestamp?
    ) {
        self.id = id
        self.externalID = externalID
        self.name = name
        self.owner = owner
        self.unit = unit
        self.createdAt = createdAt
        self.lastOrderAt = lastOrderAt
    }
}

/// One fact about a client, with where it comes from (S-31).
public struct ClientField: Sendable, Hashable {
    /// What it is: `name`, `address`, `preference.delivery`.
    public let name: String
    /// The present value.
    public let value: String
    /// Who says so: the system's name, or the person who wrote it.
    public let source: String
    /// When it became so, by the clock of its source.
    public let changedAt: Timestamp
    /// When we learnt of it.
    public let learntAt: Timestamp

    /// Gathers a fact.
    public init(name: String, value: String, source: String, changedAt: Timestamp, learntAt: Timestamp) {
        self.name = name
        self.value = value
        self.source = source
        self.changedAt = changedAt
        self.learntAt = learntAt
    }
}

/// A value that was replaced; nobody can remove it (S-36).
public struct ReplacedField: Sendable, Hashable {
    /// What it was, with its source and times.
    public let field: ClientField
    /// When it was replaced.
    public let replacedAt: Timestamp
    /// By whom.
    public let replacedBy: String

    /// Gathers a replaced value.
    public init(field: ClientField, replacedAt: Timestamp, replacedBy: String) {
        self.field = field
        self.replacedAt = replacedAt
        self.replacedBy = replacedBy
    }
}

/// A natural person at a client; a ``Recipient`` of the gateway, so that notices reach them.
public struct ClientContact: Sendable, Hashable {
    /// The person, the same id as in the gateway.
    public let person: PersonID
    /// Name; empty after erasure.
    public let name: String
    /// What they do there.
    public let position: String
    /// Where they are reached.
    public let addresses: [ServiceAddress]
    /// Who says so.
    public let source: String
    /// When it became so, by the clock of the source.
    public let changedAt: Timestamp

    /// Gathers a contact.
    public init(
        person: PersonID, name: String, position: String, addresses: [ServiceAddress], source: String,
        changedAt: Timestamp
    ) {
        self.person = person
        self.name = name
        self.position = position
        self.addresses = addresses
        self.source = source
        self.changedAt = changedAt
    }
}
