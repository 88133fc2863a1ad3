import Evidence

/// The sixth room: tells what happened and writes the proof bundle that a stranger verifies offline.
public struct ProofDesk: Sendable {
    let reader: any NoticeReader
    let log: any EvidenceLogStore
    let openBody: @Sendable (LoggedEntry) async throws -> OpenedBody
    let seals: any SealKeys
    let authority: (any TimestampAuthority)?
    let trust: Trust
    let law: ServiceLaw
    let recorder: EvidenceRecorder
    let clock: any WallClock

    /// Keys and certificates that travel with every bundle.
    public struct Trust: Sendable {
        /// Every key the log has signed checkpoints with.
        public var logKeys: [NoteKey]
        /// Every key that has signed entries.
        public var entryKeys: [VerificationKey]
        /// Their certificates.
        public var entryCertificates: [Certificate]
        /// The roots we suggest.
        public var roots: [Certificate]

        /// Gathers keys and certificates.
        public init(
            logKeys: [NoteKey], entryKeys: [VerificationKey], entryCertificates: [Certificate], roots: [Certificate]
        ) {
            self.logKeys = logKeys
            self.entryKeys = entryKeys
            self.entryCertificates = entryCertificates
            self.roots = roots
        }
    }

    /// Makes a desk.
    ///
    /// - Parameter openBody: opens the body of a logged entry with its person's key.
    public init(
        reader: any NoticeReader, log: any EvidenceLogStore,
        openBody: @escaping @Sendable (LoggedEntry) async throws -> OpenedBody, seals: any SealKeys,
        authority: (any TimestampAuthority)?, trust: Trust, law: ServiceLaw, recorder: EvidenceRecorder,
        clock: any WallClock
    ) {
        self.reader = reader
        self.log = log
        self.openBody = openBody
        self.seals = seals
        self.authority = authority
        self.trust = trust
        self.law = law
        self.recorder = recorder
        self.clock = clock
    }

    /// What is known of a notice at this moment.
    public struct Standing: Sendable {
        /// The notice.
        public let notice: Notice
        /// Its deliveries.
        public let deliveries: [Delivery]
        /// What happened.
        public let timeline: Timeline
        /// When it is deemed served, and by which rules; empty if by none, or if it was withdrawn.
        ///
        /// Of a rehearsal it is what the rules would conclude if it had been meant.
        public let deemed: [DeemedService]
        /// How strong the evidence is, and what would make it stronger.
        public let strength: EvidenceStrength

        /// The conclusions as data; one of a rehearsal says so itself, wherever it is carried.
        public var deemedFacts: JSONValue {
            .array(
                deemed.map { service in
                    guard notice.isRehearsal, case .object(var members) = service.facts else { return service.facts }
                    members["rehearsal"] = true
                    return .object(members)
                })
        }
    }

    /// Where a notice stands, with what the rules conclude from it.
    public func standing(of id: NoticeID) async throws -> Standing {
        guard let notice = try await reader.notice(id) else {
            throw NoticeError(.notFound, "there is no notice \"\(id.rawValue.prefix(40))\"")
        }
        let deliveries = try await reader.deliveries(of: id)
        let timeline = try Timeline(try await reader.entries(of: id))
        let observations = Self.observations(deliveries, timeline)
        return Standing(
            notice: notice, deliveries: deliveries, timeline: timeline,
            // Only what had no effect can be withdrawn after it was seen: a rehearsal.
            deemed: notice.state == .cancelled ? [] : ServiceCalculator(law: law).conclude(observations),
            strength: EvidenceStrength(observations, in: notice.state))
    }

    /// Writes the proof bundle of a notice.
    ///
    /// That it was read is itself recorded first; the entry will be in the next bundle, not in this one.
    public func bundle(of id: NoticeID, for principal: Principal) async throws -> (name: String, bundle: WrittenBundle)
    {
        let standing = try await standing(of: id)
        let notice = standing.notice
        let read = try recorder.entry(
            .evidenceRead, notice: id, at: clock.now, ["by": principal.facts, "what": "proof bundle"])
        let excerpt = try await excerpt(of: notice)
        let approvals = try await reader.approvals(of: id)
        let people = Set([notice.author.id] + approvals.map(\.approver.id) + notice.confirmers)
        let contents = BundleContents(
            notice: Self.summary(standing, approvals: approvals, names: try await reader.names(of: people)),
            documents: try await documents(of: notice), excerpt: excerpt,
            logKeys: trust.logKeys, entryKeys: trust.entryKeys, entryCertificates: trust.entryCertificates,
            roots: trust.roots)
        let writer = BundleWriter(
            identity: try seals.identity(of: notice.issuer), authority: authority, clock: clock)
        let bundle = try await writer.write(contents)
        // No evidence, no release: the bundle leaves only once it is recorded that it did.
        try await log.stage([read])
        return (RehearsalMark.fileName("\(notice.number).asice", isRehearsal: notice.isRehearsal), bundle)
    }

    /// What the log holds about a notice, with the proofs.
    func excerpt(of notice: Notice) async throws -> LogExcerpt {
        do {
            return try await LogExcerpt.collect(
                notice: notice.id.rawValue, from: log, keys: trust.logKeys, open: openBody)
        } catch let error as EvidenceError where error.code == .nothingToProve {
            // What was accepted a moment ago is on the disk, and has its place in the log within 250 ms.
            throw NoticeError(.unavailable, "\(notice.number) has no place in the log yet; ask again in a second")
        }
    }

    private func documents(of notice: Notice) async throws -> [BundleContents.Document] {
        guard let sealed = try await reader.document(of: notice.id) else { return [] }
        let isPDF = sealed.mediaType == "application/pdf"
        let name = isPDF ? "notice.pdf" : "notice-content.json"
        var documents = [
            BundleContents.Document(
                name: name, mediaType: sealed.mediaType, bytes: sealed.bytes, isEvidenced: true),
            BundleContents.Document(
                name: "\(name).p7s", mediaType: "application/pkcs7-signature", bytes: sealed.signature,
                isEvidenced: false),
        ]
        if isPDF, let content = try await reader.content(of: notice.id) {
            documents.append(
                BundleContents.Document(
                    name: "notice-content.json", mediaType: "application/json", bytes: content, isEvidenced: true))
        }
        return documents
    }

    /// What the issuing entity states of the notice.
    ///
    /// The log names who wrote and approved it by ids alone, because what it holds stays; the names are said here, as they
    /// are on record when the bundle is made, and are covered by its signature.
    private static func summary(_ standing: Standing, approvals: [Approval], names: [String: String]) -> JSONValue {
        let notice = standing.notice
        func actor(_ role: String, _ id: String, _ more: [String: JSONValue] = [:]) -> JSONValue {
            let facts: [String: JSONValue] = [
                "role": .string(role), "id": .string(id), "name": names[id].map { .string($0) } ?? .null,
            ]
            return .object(facts.merging(more) { first, _ in first })
        }
        let actors =
            [actor("author", notice.author.id)]
            + approvals.map { actor("approver", $0.approver.id, ["at": .string($0.at.rfc3339)]) }
            + notice.confirmers.map { actor("confirmer", $0) }
        var summary: [String: JSONValue] = [
            "actors": .array(actors),
            "number": .string(notice.number), "id": .string(notice.id.rawValue), "kind": .string(notice.kind),
            "templateVersion": .integer(Int64(notice.templateVersion)),
            "templateHash": .string(notice.templateHash.hex), "language": .string(notice.language),
            "issuer": .object([
                "name": .string(notice.issuer.fullName), "creditCode": .string(notice.issuer.creditCode),
            ]),
            "contentHash": .string(notice.contentHash.hex),
            "documentHash": notice.documentHash.map { .string($0.hex) } ?? .null,
            "createdAt": .string(notice.createdAt.rfc3339),
            "sealedAt": notice.sealedAt.map { .string($0.rfc3339) } ?? .null,
            "legalBasis": .array(notice.legalBasis.map { .string($0) }),
            "recipients": .array(
                notice.recipients.map {
                    .object(["person": .string($0.person.rawValue), "name": .string($0.name)])
                }),
            "deliveries": .array(standing.deliveries.map(\.json)), "timeline": standing.timeline.json,
            "deemedService": standing.deemedFacts,
            "strength": .object([
                "level": .integer(Int64(standing.strength.level)),
                "reason": .object([
                    "zh": .string(standing.strength.reason.zh), "en": .string(standing.strength.reason.en),
                ]),
                "advice": .object([
                    "zh": .string(standing.strength.advice.zh), "en": .string(standing.strength.advice.en),
                ]),
            ]),
        ]
        if notice.isRehearsal { summary["rehearsal"] = .string(RehearsalMark.line) }
        return .object(summary)
    }

    /// What the rules may look at: the observed states, each with the clock of whoever observed it.
    static func observations(_ deliveries: [Delivery], _ timeline: Timeline) -> [ServiceObservation] {
        let byID = Dictionary(deliveries.map { ($0.id.rawValue, $0) }, uniquingKeysWith: { first, _ in first })
        return timeline.items.compactMap { item in
            guard let id = item.delivery, let delivery = byID[id], let state = observedState(item) else { return nil }
            let identification = item.facts["identification"]?.string.flatMap(ReadingDesk.Identification.init)
            let isProxy = item.event == .proxySigned
            return ServiceObservation(
                delivery: delivery.id, channel: delivery.address.channel,
                isAddressConfirmed: delivery.address.confirmation != nil, state: state, at: item.happenedAt,
                taker: taker(item, isProxy: isProxy),
                isPersonIdentified: identification?.isOfThePerson ?? false)
        }
    }

    private static func observedState(_ item: Timeline.Item) -> DeliveryState? {
        switch item.event {
        case .attemptAccepted, .postalHandedOver, .publicNoticePosted: .accepted
        case .receiptRelayed: .relayed
        case .receiptDelivered, .proxySigned, .leftOnSite: .delivered
        case .placedInInbox: .available
        case .contentOpened: .opened
        case .acknowledged, .signedInPerson: .acknowledged
        case .attemptRefused, .refusedByRecipient: .refused
        case .receiptFailed, .postalReturned: .failed
        default: nil
        }
    }

    private static func taker(_ item: Timeline.Item, isProxy: Bool) -> ServiceObservation.Taker? {
        if item.event == .signedInPerson { return .person }
        guard isProxy else { return nil }
        // Only the relation that the rules name counts; anything else is "somebody".
        return item.facts["relation"]?.string == "成年同住亲属" ? .cohabitingAdult : .other
    }
}

extension Delivery {
    /// The delivery as data, for the API and the bundle.
    public var json: JSONValue {
        .object([
            "id": .string(id.rawValue), "person": .string(person.rawValue),
            "channel": .string(address.channel.rawValue), "address": .string(address.value),
            "addressConfirmed": .bool(address.confirmation != nil), "rung": .integer(Int64(rung)),
            "state": .string(state.rawValue), "reason": stateReason.map { .string($0) } ?? .null,
            "stateAt": .string(stateAt.at.rfc3339), "clock": .string(stateAt.clock),
            "attempts": .integer(Int64(attempts)), "dueAt": dueAt.map { .string($0.rfc3339) } ?? .null,
            "createdAt": .string(createdAt.rfc3339),
        ])
    }
}
