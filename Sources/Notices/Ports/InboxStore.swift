import Evidence

/// The in-system inbox (站内信箱).
///
/// Items come into being with the sealed notice; here they are read.
public protocol InboxStore: Sendable {
    /// A page of a person's items, unread first, then the newest.
    ///
    /// Something read between two pages may be shown twice and is never left out.
    ///
    /// - Parameter ofTestKeys: what test keys have issued, which nobody else is shown, or everything else.
    func items(of person: PersonID, ofTestKeys: Bool, after: InboxCursor?, limit: Int) async throws -> InboxPage
    /// One item, if it belongs to this person.
    func item(_ delivery: DeliveryID, of person: PersonID, ofTestKeys: Bool) async throws -> InboxItem?
}

extension InboxStore {
    /// A page of what is meant for a person.
    public func items(of person: PersonID, after: InboxCursor?, limit: Int) async throws -> InboxPage {
        try await items(of: person, ofTestKeys: false, after: after, limit: limit)
    }

    /// One item that is meant for this person.
    public func item(_ delivery: DeliveryID, of person: PersonID) async throws -> InboxItem? {
        try await item(delivery, of: person, ofTestKeys: false)
    }
}

/// Some items, and where the next ones begin.
public struct InboxPage: Sendable, Hashable {
    /// The items.
    public let items: [InboxItem]
    /// The place after the last one; nil if there are no more.
    public let next: InboxCursor?

    /// Gathers a page.
    public init(items: [InboxItem], next: InboxCursor?) {
        self.items = items
        self.next = next
    }
}

/// A place in an inbox.
public struct InboxCursor: Sendable, Hashable {
    /// Whether it lies among the unread.
    public let isUnread: Bool
    /// When the item there was placed.
    public let placedAt: Timestamp
    /// The item.
    public let delivery: DeliveryID

    /// A place.
    public init(isUnread: Bool, placedAt: Timestamp, delivery: DeliveryID) {
        self.isUnread = isUnread
        self.placedAt = placedAt
        self.delivery = delivery
    }

    /// Reads what ``text`` has written; nil if it is anything else.
    public init?(_ text: String) {
        let parts = text.split(separator: ".", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "u" || parts[0] == "r", let microseconds = Int64(parts[1]),
            !parts[2].isEmpty
        else { return nil }
        self.init(
            isUnread: parts[0] == "u", placedAt: Timestamp(microseconds: microseconds),
            delivery: DeliveryID(String(parts[2])))
    }

    /// The place as it stands in an address.
    public var text: String { "\(isUnread ? "u" : "r").\(placedAt.microseconds).\(delivery.rawValue)" }
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
