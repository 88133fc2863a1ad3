import Evidence
import Notices

/// What the names and hashes of one notice become in another.
struct Renaming: Sendable {
    private var names: [String: String] = [:]

    /// Text that is exactly `old` becomes `new`.
    mutating func add(_ old: String, _ new: String) { names[old] = new }

    /// A value with every text that has another name under that one.
    func value(_ value: JSONValue) -> JSONValue {
        switch value {
        case .string(let text): names[text].map { .string($0) } ?? value
        case .array(let elements): .array(elements.map(self.value))
        case .object(let members): .object(members.mapValues(self.value))
        case .null, .bool, .integer, .number: value
        }
    }

    /// The draft of an entry that says of the other notice what an entry has said of this one.
    func draft(like entry: EntryBody, at now: Timestamp) -> EvidenceDraft {
        func name(_ old: String?) -> String? { old.map { names[$0] ?? $0 } }
        return EvidenceDraft(
            event: entry.event,
            subject: EvidenceSubject(
                notice: name(entry.subject.notice), recipient: name(entry.subject.recipient),
                delivery: name(entry.subject.delivery), attempt: entry.subject.attempt),
            happenedAt: ObservedTime(at: now, clock: entry.happenedAt.clock), facts: value(entry.facts))
    }
}

/// A delivery of a copy, and the one attempt at it.
struct Begun: Sendable {
    let delivery: Delivery
    private let said: DeliveryOutcome

    /// Starts one like another, and tells what the other's names become.
    init(like old: Delivery, of notice: NoticeID, to person: Recipient, at now: Timestamp, _ names: inout Renaming) {
        let channel = old.address.channel
        let id = DeliveryID(SecureRandom.uuid(at: now))
        delivery = Delivery(
            id: id, notice: notice, person: person.id,
            address: person.address(for: channel) ?? ServiceAddress(channel: channel, value: person.id.rawValue),
            rung: old.rung, state: channel == .inbox ? .available : .queued, stateReason: nil, stateAt: .ours(now),
            attempts: 0, dueAt: channel == .inbox ? nil : now, createdAt: now)
        said = NoOpChannel.outcome(address: delivery.address.value, key: id.messageKey)
        names.add(old.id.rawValue, id.rawValue)
        names.add(old.messageKey, id.messageKey)
        names.add(old.address.value, delivery.address.value)
        let before = NoOpChannel.outcome(address: old.address.value, key: old.messageKey)
        names.add(NoOpChannel.reference(old.messageKey), NoOpChannel.reference(id.messageKey))
        names.add(Self.hash(before.transcript), Self.hash(said.transcript))
    }

    private static func hash(_ transcript: [String]) -> String {
        SHA256.hash(Array(transcript.joined(separator: "\n").utf8)).hex
    }

    func new(_ priority: Priority, _ links: LinkTokens, at now: Timestamp) -> NewDelivery {
        let carriesLink = delivery.address.channel == .email
        return NewDelivery(
            delivery: delivery, priority: priority,
            linkHash: carriesLink ? LinkTokens.hash(links.token(for: delivery.id)) : nil,
            linkExpiresAt: carriesLink ? now.adding(LinkTokens.lifetime) : nil)
    }

    func intent(_ evidence: [SignedEntry], at now: Timestamp) -> AttemptIntent {
        AttemptIntent(
            delivery: delivery.id, fence: 0, number: 1, route: NoOpChannel.name, startedAt: now, evidence: evidence)
    }

    func outcome(_ evidence: [SignedEntry], at now: Timestamp) -> AttemptRecord {
        let reference = NoOpChannel.reference(delivery.messageKey)
        return AttemptRecord(
            delivery: delivery.id, fence: 0, number: 1, state: .accepted, reason: reference, reference: reference,
            finishedAt: .ours(now), dueAt: nil, expectReceiptBy: now.adding(.seconds(86_400)),
            transcript: said.transcript, evidence: evidence)
    }
}
