import Evidence

/// Short ways to state what happened to a notice, a delivery or an attempt.
extension EvidenceRecorder {
    /// Signs an entry about a notice.
    public func entry(
        _ event: EvidenceEvent, notice: NoticeID, person: PersonID? = nil, at: Timestamp,
        _ facts: [String: JSONValue] = [:]
    ) throws -> SignedEntry {
        try sign(
            EvidenceDraft(
                event: event, subject: EvidenceSubject(notice: notice.rawValue, recipient: person?.rawValue),
                happenedAt: ObservedTime(at: at, clock: ObservedTime.ours), facts: .object(facts)))
    }

    /// Signs an entry about a delivery, or about one attempt at it.
    public func entry(
        _ event: EvidenceEvent, delivery: Delivery, attempt: Int? = nil, at: ObservedTime,
        _ facts: [String: JSONValue] = [:]
    ) throws -> SignedEntry {
        try sign(
            EvidenceDraft(
                event: event,
                subject: EvidenceSubject(
                    notice: delivery.notice.rawValue, recipient: delivery.person.rawValue,
                    delivery: delivery.id.rawValue, attempt: attempt),
                happenedAt: at, facts: .object(facts)))
    }

    /// Signs an entry about a delivery whose row or whose person's key is damaged.
    ///
    /// The person is a fact and not the subject, because an entry about them could not be sealed.
    func entry(
        _ event: EvidenceEvent, damaged delivery: Delivery, at: Timestamp, _ facts: [String: JSONValue]
    ) throws -> SignedEntry {
        try sign(
            EvidenceDraft(
                event: event,
                subject: EvidenceSubject(notice: delivery.notice.rawValue, delivery: delivery.id.rawValue),
                happenedAt: .ours(at),
                facts: .object(facts.merging(["person": .string(delivery.person.rawValue)]) { ours, _ in ours })))
    }

    /// Signs an entry about a person, or about nothing but Songda itself.
    public func entry(
        _ event: EvidenceEvent, person: PersonID? = nil, at: Timestamp, _ facts: [String: JSONValue] = [:]
    ) throws -> SignedEntry {
        try sign(
            EvidenceDraft(
                event: event, subject: EvidenceSubject(recipient: person?.rawValue),
                happenedAt: ObservedTime(at: at, clock: ObservedTime.ours), facts: .object(facts)))
    }
}

extension ObservedTime {
    /// The name of our own clock in entries.
    public static let ours = "songda"
}

extension Principal {
    /// How an actor is written into entries.
    public var facts: JSONValue {
        var facts: [String: JSONValue] = [
            "id": .string(id), "kind": .string(kind.rawValue), "method": .string(method),
        ]
        facts["keyKind"] = keyKind.map { .string($0.rawValue) }
        return .object(facts)
    }
}
