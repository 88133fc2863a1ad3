import Evidence
import Notices

/// A notice that went the whole way, from which others like it are made.
///
/// What a copy says, to whom, under which names and hashes is its own, and it is signed anew; the shape of every row and
/// entry is that which the pipeline left, whatever that will be in later versions.
struct NoticePattern: Sendable {
    private let notice: Notice
    private let content: [UInt8]
    private let places: [Int]
    private let document: SealedNotice
    private let deliveries: [Delivery]
    private let entries: [EntryBody]

    /// Reads it where the pipeline has left it.
    init(_ id: NoticeID, in gateway: BenchGateway) async throws {
        let store = gateway.store
        guard let notice = try await store.notice(id), let content = try await store.content(of: id),
            let document = try await store.document(of: id)
        else { throw BenchError("notice \(id) was not sealed, so that nothing can be made after it") }
        (self.notice, self.content, self.document) = (notice, content, document)
        places = Self.places(of: Array(notice.number.utf8), in: content)
        deliveries = try await store.deliveries(of: id)
        entries = try await store.entries(of: id).map { entry in
            guard let body = entry.body else { throw BenchError("an entry of notice \(id) cannot be opened") }
            return try EntryBody(parsing: body)
        }
    }

    /// Where some bytes begin within others.
    static func places(of part: [UInt8], in whole: [UInt8]) -> [Int] {
        guard !part.isEmpty, whole.count >= part.count else { return [] }
        return (0...(whole.count - part.count)).filter { whole[$0] == part[0] && whole[$0...].starts(with: part) }
    }

    /// A notice like this one to somebody else.
    func copy(for person: Recipient, index: Int, by gateway: BenchGateway) throws -> NoticeCopy {
        let now = gateway.clock.now
        let id = NoticeID(SecureRandom.uuid(at: now))
        let number = Self.number(like: notice.number, index: index, at: now)
        var words = content
        for place in places { words.replaceSubrange(place..<(place + number.utf8.count), with: number.utf8) }
        let hash = SHA256.hash(words)
        let sealed = SealedNotice(
            mediaType: document.mediaType, bytes: words, hash: hash,
            signature: try CAdES.sign(detached: words, with: gateway.keys.seal, at: now),
            certificatePEM: gateway.keys.seal.certificate.pem, sealedAt: now)
        var names = Renaming()
        names.add(notice.id.rawValue, id.rawValue)
        names.add(notice.number, number)
        names.add(notice.contentHash.hex, hash.hex)
        names.add(document.hash.hex, hash.hex)
        names.add(SHA256.hash(document.signature).hex, SHA256.hash(sealed.signature).hex)
        for old in notice.recipients { names.add(old.person.rawValue, person.id.rawValue) }
        let begun = deliveries.map { Begun(like: $0, of: id, to: person, at: now, &names) }

        var copy = NoticeCopy(
            new: NewNotice(
                notice: stated(id, number, hash, to: person, in: Self.batch(of: index), at: now), content: words,
                idempotency: IdempotencyClaim(
                    principal: "key-before", key: "before-\(index)", requestHash: SHA256.hash(Array(number.utf8)))),
            document: sealed, deliveries: begun.map { $0.new(notice.priority, gateway.links, at: now) })
        var attempts: [String: (started: [SignedEntry], ended: [SignedEntry])] = [:]
        for entry in entries {
            let signed = try gateway.recorder.sign(names.draft(like: entry, at: now))
            let delivery = signed.subject.delivery ?? ""
            switch entry.event {
            case .noticeIssued: copy.issued.append(signed)
            case .attemptStarted: attempts[delivery, default: ([], [])].started.append(signed)
            case .attemptAccepted: attempts[delivery, default: ([], [])].ended.append(signed)
            default: copy.sealed.append(signed)
            }
        }
        for one in begun {
            guard let (started, ended) = attempts[one.delivery.id.rawValue] else { continue }
            copy.intents.append(one.intent(started, at: now))
            copy.outcomes.append(one.outcome(ended, at: now))
        }
        return copy
    }

    private func stated(
        _ id: NoticeID, _ number: String, _ hash: Digest, to person: Recipient, in batch: String, at now: Timestamp
    ) -> Notice {
        Notice(
            id: id, number: number, issuer: notice.issuer, kind: notice.kind, templateVersion: notice.templateVersion,
            templateHash: notice.templateHash, language: notice.language, priority: notice.priority, state: .approved,
            approvalsNeeded: notice.approvalsNeeded, author: notice.author, createdAt: now, sealedAt: nil,
            contentHash: hash, documentHash: nil, recipients: [NoticeRecipient(person)], plan: notice.plan,
            legalBasis: notice.legalBasis, handling: notice.handling, batch: batch,
            confirmers: notice.confirmers)
    }

    /// Batches of a size that somebody would send: the product takes 10,000 at most.
    private static func batch(of index: Int) -> String { "before-\(index / 1_000)" }

    /// A number with another ending, of the same length; a thousand bear one day, the next thousand the day before.
    private static func number(like other: String, index: Int, at now: Timestamp) -> String {
        let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
        let random = SecureRandom.bytes(8).map { alphabet[Int($0) % alphabet.count] }
        let day = now.adding(.seconds(-86_400 * (1 + index / noticesADay))).rfc3339.prefix(10).filter { $0 != "-" }
        return other.prefix(3) + day + "-" + String(random[..<4]) + "-" + String(random[4...])
    }

    private static let noticesADay = 1_000
}

/// What a copy of a notice is to the store, step by step.
struct NoticeCopy: Sendable {
    let new: NewNotice
    private let document: SealedNotice
    private let deliveries: [NewDelivery]
    /// The entries of its issue.
    var issued: [SignedEntry] = []
    /// Those of its seal.
    var sealed: [SignedEntry] = []
    /// The attempts, before and after.
    var intents: [AttemptIntent] = []
    var outcomes: [AttemptRecord] = []

    init(new: NewNotice, document: SealedNotice, deliveries: [NewDelivery]) {
        (self.new, self.document, self.deliveries) = (new, document, deliveries)
    }

    /// Its document with all that starts from it; nobody has claimed it, so its fence is the first.
    var sealRecord: SealRecord {
        SealRecord(
            notice: new.notice.id, fence: 0, sealed: document, deliveries: deliveries, rungs: [], evidence: sealed)
    }
}
