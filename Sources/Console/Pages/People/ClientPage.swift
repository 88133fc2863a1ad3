import Evidence
import Notices
import People

/// Everything that is known of one client.
struct ClientPage: Sendable {
    let frame: Frame
    let w: [String: String]
    let number: String
    let owner: String
    let fields: [Field]
    let contacts: [Contact]
    let orders: [Order]
    let hasOrders: Bool
    let promises: [Promise]
    let hasPromises: Bool
    let assignments: [Span]
    let notices: [Told]
    let hasNotices: Bool
    let clause: String?
    let events: [Event]
    let next: String?
    let mayLog: Bool
    let logAction: String
    let typedText: String
    let typedDue: String
    let error: String?

    /// One fact, with who says so.
    struct Field: Sendable {
        let name: String
        let value: String
        let source: String
        let changedAt: String
    }

    /// A person at the client.
    struct Contact: Sendable {
        let name: String
        let position: String
        let addresses: String
    }

    /// An order that is open, or on which money is owed.
    struct Order: Sendable {
        let number: String
        let state: String
        let amount: String
        let receivable: String
        let placedAt: String
        let handledBy: String
    }

    /// A promise that is not kept yet.
    struct Promise: Sendable {
        let text: String
        let dueOn: String?
    }

    /// Who was in charge.
    struct Span: Sendable {
        let name: String
        let from: String
        let until: String
        let reason: String
    }

    /// What a contact was told.
    struct Told: Sendable {
        let href: String?
        let name: String
        let state: String
    }

    /// One event.
    struct Event: Sendable {
        let kind: String
        let at: String
        let source: String
        let text: String
    }

    init(
        _ file: ClientFile, events: [ClientEvent], names: Names, next: String?, mayLog: Bool, typed: [String: String],
        error: String?, _ make: PageMaker
    ) {
        frame = make.frame(file.client.name)
        w = frame.w
        number = file.client.externalID
        owner = names[file.client.owner]
        fields = file.fields.map {
            Field(
                name: make.phrases.word("clientField_\($0.name)", or: $0.name), value: $0.value, source: $0.source,
                changedAt: make.time($0.changedAt))
        }
        contacts = file.contacts.map {
            Contact(
                name: $0.name, position: $0.position,
                addresses: $0.addresses.filter { $0.channel != .inbox }.map(\.value).joined(separator: "  "))
        }
        let open =
            file.openOrders
            + file.receivables.filter { owed in
                !file.openOrders.contains { $0.source == owed.source && $0.externalID == owed.externalID }
            }
        orders = open.map {
            Order(
                number: $0.externalID, state: make.word("order_\($0.state.rawValue)"),
                amount: "\($0.amount) \($0.currency)", receivable: "\($0.receivable) \($0.currency)",
                placedAt: make.time($0.placedAt), handledBy: names[$0.handledBy])
        }
        hasOrders = !orders.isEmpty
        promises = file.openFollowUps.map { Promise(text: $0.text, dueOn: $0.dueOn.map { "\($0)" }) }
        hasPromises = !promises.isEmpty
        assignments = file.assignments.map {
            Span(
                name: names[$0.employee], from: make.time($0.from),
                until: $0.until.map { make.time($0) } ?? make.word("client_untilNow"),
                reason: make.phrases.assignment($0.reason))
        }
        let contactNames = Dictionary(
            file.contacts.map { ($0.person, $0.name) }, uniquingKeysWith: { first, _ in first })
        notices = file.notices.map { told in
            Told(
                href: told.notice.map { Site.page(Site.noticePage, $0) },
                name: contactNames[told.person] ?? told.person.rawValue,
                state: make.word(
                    told.isAcknowledged
                        ? "delivery_acknowledged" : told.isOpened ? "delivery_opened" : "client_toldOnly"))
        }
        hasNotices = !notices.isEmpty
        clause = file.clause.map { "\($0.text) (\($0.agreement))" }
        self.events = events.map { event in
            Event(
                kind: make.word("clientEvent_\(event.kind.rawValue)"), at: make.time(event.happenedAt),
                source: make.phrases.word("source_\(event.source)", or: event.source),
                text: Self.words(event, names, make))
        }
        self.next = next
        self.mayLog = mayLog
        logAction = Site.page(client: file.client.id) + "/follow-ups"
        typedText = typed["text"] ?? ""
        typedDue = typed["dueOn"] ?? ""
        self.error = error
    }

    /// What an event says: its own words where it has some, otherwise its members; names of our own are no words.
    private static func words(_ event: ClientEvent, _ names: Names, _ make: PageMaker) -> String {
        if let text = event.details["text"]?.string { return text }
        var parts = event.kind == .order || event.kind == .payment ? [event.reference] : []
        if let state = event.details["state"]?.string { parts.append(make.word("order_\(state)")) }
        if let person = event.person { parts.append(names[person]) }
        if let amount = event.details["amount"]?.string {
            parts.append("\(amount) \(event.details["currency"]?.string ?? "")".trimmed)
        }
        if let reason = event.details["reason"]?.string { parts.append(make.phrases.assignment(reason)) }
        return parts.filter { !$0.isEmpty }.joined(separator: " · ")
    }
}
