import Evidence

extension EvidenceEvent {
    /// The page behind a link was opened by whoever holds the link; their identity was not checked.
    public static let linkOpened = EvidenceEvent(rawValue: "LinkOpened")
    /// Receipt was confirmed on the page behind a link by whoever held the link; their identity was not checked.
    public static let linkAcknowledged = EvidenceEvent(rawValue: "LinkAcknowledged")
}

/// Shows a notice to its recipient, and takes their answer.
///
/// Nothing is released before the entry that says so is on disk. What was opened and what is confirmed is bound to the
/// hash of the bytes shown. A link proves possession of the link, not a person: without an identity step what is done there
/// is recorded as "link opened" and "link acknowledged", the state becomes neither `opened` nor `acknowledged`, and the
/// plan's next steps go on.
public struct ReadingDesk: Sendable {
    /// How somebody was identified.
    public enum Identification: String, Sendable, Hashable, Codable {
        /// Signed in to the inbox.
        case account
        /// A one-time code sent to a number or mailbox already on record.
        case oneTimeCode = "one-time-code"
        /// An API key for the inbox of the person, made by somebody of the sender: who holds it acts, which need not be the
        /// person.
        case apiKey = "api-key"
        /// Nothing but the link.
        case linkOnly = "link"

        /// Whether it shows that the person named acted, and nobody for them.
        public var isOfThePerson: Bool {
            switch self {
            case .account, .oneTimeCode: true
            case .apiKey, .linkOnly: false
            }
        }
    }

    let receipts: any ReceiptStore
    let reader: any NoticeReader
    let credentials: any CredentialStore
    let codes: OneTimeCodes
    let templates: TemplateLibrary
    let tickets: ViewTickets
    let recorder: EvidenceRecorder
    let clock: any WallClock

    /// Makes a desk.
    public init(
        receipts: any ReceiptStore, reader: any NoticeReader, credentials: any CredentialStore, codes: OneTimeCodes,
        templates: TemplateLibrary, tickets: ViewTickets, recorder: EvidenceRecorder, clock: any WallClock
    ) {
        self.receipts = receipts
        self.reader = reader
        self.credentials = credentials
        self.codes = codes
        self.templates = templates
        self.tickets = tickets
        self.recorder = recorder
        self.clock = clock
    }

    /// What is shown once the opening is on disk.
    public struct Shown: Sendable {
        /// The notice.
        public let notice: Notice
        /// The words.
        public let content: NoticeContent
        /// The sealed bytes.
        public let document: SealedNotice
        /// Lets the same person answer within half an hour.
        public let ticket: String
    }

    /// Opens a delivery for an identified person.
    public func open(
        _ id: DeliveryID, person: PersonID, by identification: Identification, source: Receipt.Source,
        circumstances: [String: JSONValue] = [:]
    ) async throws -> Shown {
        try await open(id, person: person, by: identification, source: source, circumstances: circumstances, using: nil)
    }

    /// The same with a link, which is used up in the transaction that records the opening: whatever fails before, or
    /// crashes, leaves it to be tried again.
    func open(
        _ id: DeliveryID, person: PersonID, by identification: Identification, source: Receipt.Source,
        circumstances: [String: JSONValue], using link: Digest?
    ) async throws -> Shown {
        let delivery = try await own(id, person: person)
        guard
            let notice = try await reader.notice(delivery.notice),
            let document = try await reader.document(of: notice.id),
            let stored = try await reader.content(of: notice.id)
        else {
            throw NoticeError(.notFound, "delivery \(id) has no document to show: it is not sealed, or it was erased")
        }
        let content = try NoticeContent(stored: stored, expecting: notice.contentHash)
        let now = clock.now
        let isIdentified = identification != .linkOnly
        var facts = circumstances
        facts["identification"] = .string(identification.rawValue)
        facts["documentHash"] = .string(document.hash.hex)
        // The page shows the words from which the document was made; their hash is the one that was approved.
        facts["contentHash"] = .string(notice.contentHash.hex)
        facts["person"] = .string(person.rawValue)
        facts["language"] = .string(notice.language)
        let entry = try recorder.rehearsing(notice.isRehearsal).entry(
            isIdentified ? .contentOpened : .linkOpened, delivery: delivery, at: .ours(now), facts)
        // Every opening is an entry of its own; the first one makes the state.
        let recording = try await receipts.record(
            Receipt(
                source: source, delivery: id, dedupeKey: "open \(entry.id)", state: isIdentified ? .opened : nil,
                reason: "opened, identified by \(identification.rawValue)", happenedAt: .ours(now),
                raw: Array(document.hash.hex.utf8), link: link),
            evidence: [entry])
        guard case .recorded = recording else {
            throw NoticeError(.unavailable, "the opening could not be recorded, so nothing is shown; try again")
        }
        return Shown(
            notice: notice, content: content, document: document,
            ticket: tickets.ticket(for: id, person: person, by: identification, at: now))
    }

    /// What a recipient answers.
    public enum Answer: Sendable, Hashable {
        /// Confirms receipt of the bytes with this hash (已签收).
        case acknowledge(Digest)
        /// Objects, in their own words; recorded with equal weight.
        case object(String)
        /// Refuses to take the notice, in their own words (拒收).
        case refuse(String)
        /// Says one of the things that its kind asks for, with words if they like.
        case reply(NoticeReply, String?)
    }

    /// Records an answer.
    ///
    /// Of somebody who only holds a link it is an entry and no state; a refusal, which has consequences in law, is not
    /// taken from them at all.
    public func answer(
        _ answer: Answer, to id: DeliveryID, person: PersonID, by identification: Identification,
        source: Receipt.Source, circumstances: [String: JSONValue] = [:]
    ) async throws -> DeliveryState {
        let delivery = try await own(id, person: person)
        let notice = try await reader.notice(delivery.notice)
        let now = clock.now
        let isIdentified = identification != .linkOnly
        var facts = circumstances
        facts["identification"] = .string(identification.rawValue)
        facts["person"] = .string(person.rawValue)
        let event: EvidenceEvent
        let state: DeliveryState?
        let reason: String
        var once: String?
        var replied: NoticeReply?
        switch answer {
        case .acknowledge(let hash):
            guard let documentHash = notice?.documentHash, hash == documentHash else {
                throw NoticeError(
                    .conflict,
                    "the hash \(hash.hex.prefix(16))… is not the hash of the document shown; open it again and confirm "
                        + "that one")
            }
            if isIdentified { try await requireOpened(delivery) }
            facts["documentHash"] = .string(hash.hex)
            reason = "acknowledged, identified by \(identification.rawValue)"
            // The button pressed twice, or the form sent again, is one acknowledgement.
            once = "acknowledged \(hash.hex) by \(identification.rawValue)"
            (event, state) = isIdentified ? (.acknowledged, .acknowledged) : (.linkAcknowledged, nil)
        case .object(let words):
            facts["words"] = .string(try Self.checked(words))
            (event, state, reason) = (.objectionReceived, nil, "objection")
        case .refuse(let words):
            guard isIdentified else {
                throw NoticeError(
                    .credential,
                    "a refusal needs a person who has identified themselves; sign in to the inbox to refuse")
            }
            facts["words"] = .string(try Self.checked(words))
            (event, state, reason) = (.refusedByRecipient, .refused, "refused by the recipient")
        case .reply(let one, let words):
            guard let notice, replies(to: notice).contains(one) else {
                throw NoticeError(
                    .invalid, "reply: this notice does not take \(one.rawValue); object in your own words instead")
            }
            let text = try Self.replyWords(words)
            facts["reply"] = .string(one.rawValue)
            facts["words"] = text.map { .string($0) }
            // What was shown or sent: that is what the statement answers.
            facts["contentHash"] = .string(notice.contentHash.hex)
            (event, state, reason) = (one.event, nil, "reply")
            replied = one
            once = "reply \(one.rawValue) by \(identification.rawValue) \(SHA256.hash(Array((text ?? "").utf8)).hex)"
        }
        let entry = try recorder.rehearsing(notice?.isRehearsal ?? false).entry(
            event, delivery: delivery, at: .ours(now), facts)
        let recording = try await receipts.record(
            Receipt(
                source: source, delivery: id, dedupeKey: once ?? "answer \(entry.id)", state: state, reason: reason,
                happenedAt: .ours(now), raw: [], reply: replied),
            evidence: [entry])
        switch recording {
        case .recorded(let merged): return merged
        case .duplicate: return delivery.state
        case .unknownDelivery: throw NoticeError(.unavailable, "the answer could not be recorded; try again")
        }
    }

    /// Nobody confirms what they were not shown: whoever knows the hash has not seen the words.
    private func requireOpened(_ delivery: Delivery) async throws {
        // The state tells it without a look at the entries, unless something else has followed since.
        if [.opened, .acknowledged].contains(delivery.state) { return }
        let wasOpened = try await reader.entries(of: delivery.notice).contains { entry in
            guard entry.event == .contentOpened, let body = entry.body else { return false }
            return try JSONValue(parsing: body)["delivery"]?.string == delivery.id.rawValue
        }
        guard wasOpened else {
            throw NoticeError(.conflict, "the notice was not opened yet; open it, read it, and confirm receipt then")
        }
    }

    private static func checked(_ words: String) throws -> String {
        guard !words.isEmpty, words.utf8.count <= 20_000, !words.utf8.contains(0) else {
            throw NoticeError(
                .invalid, "the text has \(words.utf8.count) bytes; write between 1 and 20000 bytes, without NUL")
        }
        return words
    }

    /// The delivery, if it is this person's; others learn nothing about it.
    func own(_ id: DeliveryID, person: PersonID) async throws -> Delivery {
        guard let delivery = try await reader.delivery(id), delivery.person == person else {
            throw NoticeError(.notFound, "there is no delivery \"\(id.rawValue.prefix(40))\" for this person")
        }
        return delivery
    }
}
