import Evidence

/// Makes the deliveries of one rung for one person.
public struct DeliveryStarter: Sendable {
    let recorder: EvidenceRecorder
    let links: LinkTokens
    let quietHours: QuietHours?

    /// Makes a starter; without quiet hours nothing waits for the morning (rehearsals).
    public init(recorder: EvidenceRecorder, links: LinkTokens, quietHours: QuietHours?) {
        self.recorder = recorder
        self.links = links
        self.quietHours = quietHours
    }

    /// The deliveries and the entries that go with them.
    struct Begun {
        var deliveries: [NewDelivery] = []
        var evidence: [SignedEntry] = []
    }

    /// One delivery a channel for which the person has an address; a channel without one is an entry, not a silence.
    func start(
        _ notice: Notice, for person: NoticeRecipient, rung: Int, at now: Timestamp
    ) throws -> Begun {
        var begun = Begun()
        let recorder = recorder.rehearsing(notice.isRehearsal)
        // A sandbox may be woken at night.
        let isQuiet = notice.handling.observesQuietHours && !notice.isRehearsal
        let due = isQuiet ? quietHours?.nextAllowed(from: now) ?? now : now
        for channel in notice.plan.rungs[rung].channels {
            guard let address = address(of: person, for: channel) else {
                begun.evidence.append(
                    try recorder.entry(
                        .addressMissing, notice: notice.id, person: person.person, at: now,
                        ["channel": .string(channel.rawValue), "rung": .integer(Int64(rung))]))
                continue
            }
            let isInbox = channel == .inbox
            let delivery = Delivery(
                id: DeliveryID(SecureRandom.uuid(at: now)), notice: notice.id, person: person.person,
                address: address, rung: rung, state: isInbox ? .available : .queued, stateReason: nil,
                stateAt: .ours(now), attempts: 0, dueAt: channel.isDispatched ? due : nil, createdAt: now)
            let carriesLink = channel == .email && links.areIssued
            begun.deliveries.append(
                NewDelivery(
                    delivery: delivery, priority: notice.priority,
                    linkHash: carriesLink ? LinkTokens.hash(links.token(for: delivery.id)) : nil,
                    linkExpiresAt: carriesLink ? due.adding(LinkTokens.lifetime) : nil))
            if isInbox {
                begun.evidence.append(
                    try recorder.entry(
                        .placedInInbox, delivery: delivery, at: .ours(now),
                        [
                            "documentHash": .string((notice.documentHash ?? notice.contentHash).hex),
                            "addressConfirmed": .bool(address.confirmation != nil),
                        ]))
            }
        }
        return begun
    }

    /// Everybody has an inbox; whether it is a designated one is what its confirmation says.
    private func address(of person: NoticeRecipient, for channel: ChannelKind) -> ServiceAddress? {
        if let known = person.address(for: channel) { return known }
        return channel == .inbox ? ServiceAddress(channel: .inbox, value: person.person.rawValue) : nil
    }
}
