import Evidence

/// One recipient, one channel, one address (送达·一路).
public struct Delivery: Sendable, Hashable {
    /// Names it.
    public let id: DeliveryID
    /// Which notice it carries.
    public let notice: NoticeID
    /// To whom.
    public let person: PersonID
    /// The address and its confirmation at the time of issue.
    public let address: ServiceAddress
    /// Which step of the plan started it; 0 is the first.
    public let rung: Int
    /// What has been observed.
    public let state: DeliveryState
    /// The peer's words or the reason behind the state.
    public let stateReason: String?
    /// When the observation behind the state happened, by whose clock.
    public let stateAt: ObservedTime
    /// How many attempts were begun.
    public let attempts: Int
    /// When the dispatcher will look at it again.
    public let dueAt: Timestamp?
    /// When it came into being.
    public let createdAt: Timestamp

    /// Gathers a delivery.
    public init(
        id: DeliveryID, notice: NoticeID, person: PersonID, address: ServiceAddress, rung: Int, state: DeliveryState,
        stateReason: String?, stateAt: ObservedTime, attempts: Int, dueAt: Timestamp?, createdAt: Timestamp
    ) {
        self.id = id
        self.notice = notice
        self.person = person
        self.address = address
        self.rung = rung
        self.state = state
        self.stateReason = stateReason
        self.stateAt = stateAt
        self.attempts = attempts
        self.dueAt = dueAt
        self.createdAt = createdAt
    }

    /// What identifies this delivery to a peer on every attempt: the id without dashes.
    public var messageKey: String { id.messageKey }
}

extension DeliveryID {
    /// What identifies the delivery to a peer: the id without dashes.
    public var messageKey: String { rawValue.filter { $0 != "-" } }
}
