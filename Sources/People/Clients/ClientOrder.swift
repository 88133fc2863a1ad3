import Evidence
import Notices

/// Where an order stands.
public enum OrderState: String, Sendable, Hashable, CaseIterable {
    /// Placed by the client, not delivered.
    case placed
    /// On its way.
    case shipped
    /// Delivered and accepted.
    case completed
    /// Withdrawn; it counts nowhere.
    case cancelled

    /// Whether work on it remains.
    public var isOpen: Bool { self == .placed || self == .shipped }
}

/// An order of a client, as the order system last told it.
public struct ClientOrder: Sendable, Hashable {
    /// Whose it is.
    public let client: ClientID
    /// The system that keeps it.
    public let source: String
    /// Its number there; unique with the source.
    public let externalID: String
    /// Where it stands.
    public let state: OrderState
    /// What it is worth.
    public let amount: Amount
    /// ISO 4217.
    public let currency: String
    /// What has been paid on it.
    public let paid: Amount
    /// When the client placed it.
    public let placedAt: Timestamp
    /// By the clock of its source, when it came to stand as it does.
    public let changedAt: Timestamp
    /// Who was in charge of the client when it was placed.
    public let creditedTo: PersonID?
    /// Who works on it now.
    public let handledBy: PersonID?

    /// Gathers an order.
    public init(
        client: ClientID, source: String, externalID: String, state: OrderState, amount: Amount, currency: String,
        paid: Amount, placedAt: Timestamp, changedAt: Timestamp, creditedTo: PersonID?, handledBy: PersonID?
    ) {
        self.client = client
        self.source = source
        self.externalID = externalID
        self.state = state
        self.amount = amount
        self.currency = currency
        self.paid = paid
        self.placedAt = placedAt
        self.changedAt = changedAt
        self.creditedTo = creditedTo
        self.handledBy = handledBy
    }

    /// What is still owed on it; nothing on a cancelled order, and never less than nothing.
    public var receivable: Amount {
        state == .cancelled ? Amount(fen: 0) : Amount(fen: max(0, amount.fen - paid.fen))
    }
}

/// Something somebody did for a client, or has promised to do (S-33).
public struct FollowUp: Sendable, Hashable {
    /// Names it.
    public let id: FollowUpID
    /// For whom.
    public let client: ClientID
    /// Who logged it, as evidence names them.
    public let loggedBy: String
    /// When it was logged.
    public let loggedAt: Timestamp
    /// What was said or promised.
    public let text: String
    /// By when something is promised; nil when nothing is.
    public let dueOn: CivilDate?
    /// When the promise was kept; nil while it is open.
    public let doneAt: Timestamp?

    /// Gathers a follow-up.
    public init(
        id: FollowUpID, client: ClientID, loggedBy: String, loggedAt: Timestamp, text: String, dueOn: CivilDate?,
        doneAt: Timestamp?
    ) {
        self.id = id
        self.client = client
        self.loggedBy = loggedBy
        self.loggedAt = loggedAt
        self.text = text
        self.dueOn = dueOn
        self.doneAt = doneAt
    }
}
