import Evidence

/// The in-system inbox (站内信箱).
///
/// Items come into being with the sealed notice; here they are read.
public protocol InboxStore: Sendable {
    /// A person's items, unread first, then the newest.
    func items(of person: PersonID, limit: Int) async throws -> [InboxItem]
    /// One item, if it belongs to this person.
    func item(_ delivery: DeliveryID, of person: PersonID) async throws -> InboxItem?
}

/// One notice in one person's inbox.
public struct InboxItem: Sendable, Hashable {
    /// The delivery to the inbox.
    public let delivery: DeliveryID
    /// The notice.
    public let notice: NoticeID
    /// Its number.
    public let number: String
    /// Its kind.
    public let kind: String
    /// One line.
    public let subject: String
    /// Who sent it.
    public let issuerName: String
    /// When it was placed.
    public let placedAt: Timestamp
    /// What has been observed.
    public let state: DeliveryState
    /// Whether the person is asked to confirm receipt.
    public let asksAcknowledgement: Bool

    /// Gathers an item.
    public init(
        delivery: DeliveryID, notice: NoticeID, number: String, kind: String, subject: String, issuerName: String,
        placedAt: Timestamp, state: DeliveryState, asksAcknowledgement: Bool
    ) {
        self.delivery = delivery
        self.notice = notice
        self.number = number
        self.kind = kind
        self.subject = subject
        self.issuerName = issuerName
        self.placedAt = placedAt
        self.state = state
        self.asksAcknowledgement = asksAcknowledgement
    }
}
