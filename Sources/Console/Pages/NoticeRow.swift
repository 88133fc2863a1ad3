import Evidence
import Notices

/// One notice in a list.
struct NoticeRow: Sendable {
    let href: String
    let number: String
    let kind: String
    let recipients: String
    let state: String
    let stateClass: String
    let createdAt: String

    init(_ notice: Notice, _ make: PageMaker) {
        href = Site.page(Site.noticePage, notice.id)
        number = notice.number
        kind = (notice.isRehearsal ? RehearsalMark.prefix : "") + make.kind(notice.kind)
        let names = make.phrases.enumeration(notice.recipients.prefix(3).map(\.name))
        recipients = names + (notice.recipients.count > 3 ? " +\(notice.recipients.count - 3)" : "")
        state = make.word("notice_\(notice.state.rawValue)")
        stateClass = notice.state.rawValue
        createdAt = make.time(notice.createdAt)
    }
}

/// One way on which a notice is delivered.
struct DeliveryRow: Sendable {
    let person: String
    let channel: String
    let address: String
    let isConfirmed: Bool
    let state: String
    let stateClass: String
    let at: String
    let attempts: Int
    let next: String?

    init(_ delivery: Delivery, names: [PersonID: String], _ make: PageMaker) {
        person = names[delivery.person] ?? delivery.person.rawValue
        channel = make.word("channel_\(delivery.address.channel.rawValue)")
        address = delivery.address.channel == .inbox ? "" : delivery.address.value
        isConfirmed = delivery.address.confirmation != nil
        state = make.phrases.state(of: delivery)
        stateClass = delivery.state.isNegative ? "negative" : delivery.state.rawValue
        at = make.time(delivery.stateAt)
        attempts = delivery.attempts
        next = delivery.state.endsDispatch ? nil : delivery.dueAt.map { make.time($0) }
    }
}

/// One event of a time line.
struct EventRow: Sendable {
    let name: String
    let happenedAt: String
    let learntAt: String
    let leaf: String?
    let entry: String
    let facts: String

    init(_ item: Timeline.Item, _ make: PageMaker) {
        name = make.event(item.event)
        happenedAt = item.isErased ? "—" : make.time(item.happenedAt)
        learntAt = item.isErased ? "—" : make.time(item.learntAt)
        leaf = item.leafIndex.map { String($0) }
        entry = item.entry
        facts = item.isErased ? make.word("erased") : String(decoding: item.facts.canonicalBytes, as: UTF8.self)
    }
}

extension PageMaker {
    /// The name of a kind, as its template gives it.
    func kind(_ kind: String) -> String { phrases.kind(kind) }

    /// What an event is called.
    func event(_ event: EvidenceEvent) -> String { phrases.event(event) }
}
