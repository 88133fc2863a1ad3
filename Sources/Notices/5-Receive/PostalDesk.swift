import Evidence

/// Steps that people carry out and record: express mail, service on site, public notice.
///
/// What is recorded is what was seen on paper, with the hash of its scan. Somebody else's signature is weak and is shown
/// as such (他人代收); leaving on site needs two witnesses; a public notice is deemed served by rule, not by this desk.
public struct PostalDesk: Sendable {
    /// What a person has to record.
    public enum Observation: Sendable, Hashable {
        /// Handed to the carrier (收寄): waybill and the content's name on it (内件品名).
        case handedOver(waybill: String, contentName: String)
        /// The recipient signed, identity checked.
        case signedInPerson(identity: String)
        /// Somebody else signed: who, and in which relation.
        case signedByProxy(name: String, relation: String)
        /// Refused at the door, in these words.
        case refused(words: String)
        /// Came back: nobody there, moved, unknown.
        case returned(reason: String)
        /// Left at the place before witnesses (留置送达).
        case leftOnSite(witnesses: [String])
        /// Published: where and on which page or address.
        case posted(medium: String, place: String)
    }

    private let receipts: any ReceiptStore
    private let reader: any NoticeReader
    private let recorder: EvidenceRecorder
    private let clock: any WallClock

    /// Makes a desk.
    public init(
        receipts: any ReceiptStore, reader: any NoticeReader, recorder: EvidenceRecorder, clock: any WallClock
    ) {
        self.receipts = receipts
        self.reader = reader
        self.recorder = recorder
        self.clock = clock
    }

    /// Records what was observed, by whom and when, with the hashes of scans or photographs.
    ///
    /// The same observation recorded twice is recorded once.
    public func record(
        _ observation: Observation, of id: DeliveryID, happenedAt: Timestamp, scans: [Digest], by principal: Principal
    ) async throws -> ReceiptRecording {
        guard let delivery = try await reader.delivery(id) else {
            throw NoticeError(.notFound, "there is no delivery \"\(id.rawValue.prefix(40))\"")
        }
        guard delivery.address.channel.isManual else {
            throw NoticeError(
                .conflict,
                "delivery \(id) goes by \(delivery.address.channel.rawValue), which Songda carries out itself")
        }
        let now = clock.now
        guard happenedAt <= now.adding(.seconds(60)) else {
            throw NoticeError(.invalid, "happenedAt \(happenedAt.rfc3339) is in the future; correct it")
        }
        try Self.check(observation)
        let (event, state, reason, facts) = Self.meaning(observation)
        var allFacts = facts
        allFacts["recordedBy"] = principal.facts
        allFacts["scans"] = .array(scans.map { .string($0.hex) })
        allFacts["channel"] = .string(delivery.address.channel.rawValue)
        allFacts["address"] = .string(delivery.address.value)
        let entry = try recorder.entry(
            event, delivery: delivery, at: ObservedTime(at: happenedAt, clock: "paper"), allFacts)
        let identity = JSONValue.object(facts).canonicalText + happenedAt.rfc3339
        return try await receipts.record(
            Receipt(
                source: .postal, delivery: id,
                dedupeKey: "\(event.rawValue) \(SHA256.hash(Array(identity.utf8)).hex)", state: state, reason: reason,
                happenedAt: ObservedTime(at: happenedAt, clock: "paper"), raw: []),
            evidence: [entry])
    }

    private static func check(_ observation: Observation) throws {
        let (field, value): (String, String) =
            switch observation {
            case .handedOver(let waybill, let contentName):
                waybill.isEmpty ? ("waybill", waybill) : ("contentName", contentName)
            case .signedInPerson(let identity): ("identity", identity)
            case .signedByProxy(let name, let relation): name.isEmpty ? ("name", name) : ("relation", relation)
            case .refused(let words): ("words", words)
            case .returned(let reason): ("reason", reason)
            case .leftOnSite(let witnesses): ("witnesses", witnesses.count < 2 ? "" : witnesses.joined())
            case .posted(let medium, let place): medium.isEmpty ? ("medium", medium) : ("place", place)
            }
        guard !value.isEmpty else {
            let need: Sentence =
                if case .leftOnSite = observation { "two witnesses are needed" } else { "it may not be empty" }
            throw NoticeError(.invalid, "\(field): \(need)", faults: [.init(field: field, message: need)])
        }
        guard value.utf8.count <= 2000, !value.utf8.contains(0) else {
            throw NoticeError(.invalid, "\(field) has \(value.utf8.count) bytes; at most 2000, without NUL, are kept")
        }
    }

    private static func meaning(
        _ observation: Observation
    ) -> (EvidenceEvent, DeliveryState?, String, [String: JSONValue]) {
        switch observation {
        case .handedOver(let waybill, let contentName):
            (
                .postalHandedOver, .accepted, "handed to the carrier, waybill \(waybill)",
                ["waybill": .string(waybill), "contentName": .string(contentName)]
            )
        case .signedInPerson(let identity):
            (.signedInPerson, .acknowledged, "signed for in person", ["identity": .string(identity)])
        case .signedByProxy(let name, let relation):
            // Arrival at the address, not at the person.
            (
                .proxySigned, .delivered, "signed for by \(name) (\(relation))",
                ["name": .string(name), "relation": .string(relation), "isWeak": .bool(true)]
            )
        case .refused(let words): (.refusedByRecipient, .refused, "refused: \(words)", ["words": .string(words)])
        case .returned(let reason): (.postalReturned, .failed, "returned: \(reason)", ["reason": .string(reason)])
        case .leftOnSite(let witnesses):
            (
                .leftOnSite, .delivered, "left on site before \(witnesses.count) witnesses",
                ["witnesses": .array(witnesses.map { .string($0) })]
            )
        case .posted(let medium, let place):
            (
                .publicNoticePosted, .accepted, "published in \(medium)",
                ["medium": .string(medium), "place": .string(place)]
            )
        }
    }
}
