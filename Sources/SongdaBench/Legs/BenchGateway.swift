import Channels
import Curl
import Evidence
import Foundation
import Notices
import SQL
import Store
import Typeset

/// A gateway of the same parts as `songda serve`, on an empty database, with one mail relay or one other channel.
///
/// The program itself cannot be imported; what is put together here is what Application+build.swift puts together.
final class BenchGateway: Sendable {
    static let issuer = IssuerID("acme")
    static let author = Principal(id: "key-bench", kind: .apiKey, method: "api-key")
    /// The relay's name.
    static let mailRoute = RouteID("sink")
    private static let issuerName = "上海示例科技有限公司"
    private static let creditCode = "91310000MA1FL0000N"

    let database: any SQLDatabase
    let store: SQLNoticeStore
    let log: SQLEvidenceLogStore
    let recorder: EvidenceRecorder
    let desk: IssueDesk
    let sealer: Sealer
    let dispatcher: Dispatcher
    let sequencer: Sequencer
    let stamper: TimestampScheduler
    let logKey: NoteKey
    let clock = SystemClock()
    let keys: BenchKeys
    let law: ServiceLaw
    let documents: DocumentMaker
    let templates: TemplateLibrary
    let root: String
    private let channel: ChannelKind
    private let pool: MailPool
    private let sealCertificate: String
    private let faults: Faults
    let links: LinkTokens

    /// Makes a gateway on the SQLite file of a directory, which is empty or lies beside the keys of who filled it.
    convenience init(
        directory: String, root: String, port: Int, connections: Int, inFlight: Int? = nil,
        templates: TemplateLibrary? = nil, other: (any Channel)? = nil
    ) async throws {
        try await self.init(
            database: try SQLiteDatabase(path: directory + "/songda.db"), root: root, port: port,
            connections: connections, inFlight: inFlight, templates: templates, other: other,
            kept: try LogKeys.existing(in: directory))
    }

    /// - Parameters:
    ///   - database: an empty one, unless keys are given.
    ///   - templates: another library than the one kind that is measured.
    ///   - other: the channel instead of mail; the one kind then goes by it alone.
    ///   - kept: the keys of the store that the database holds.
    init(
        database: any SQLDatabase, root: String, port: Int, connections: Int, inFlight: Int? = nil,
        templates: TemplateLibrary? = nil, other: (any Channel)? = nil, kept: LogKeys? = nil
    ) async throws {
        let keys = try BenchKeys(
            organisation: Self.issuerName, creditCode: Self.creditCode, clock: clock, kept: kept)
        let faults = Faults()
        let path = root + "/config/rules/service-law.yaml"
        let law = try ServiceLaw(yaml: String(contentsOfFile: path, encoding: .utf8), file: path)
        let channel = other?.kind ?? .email
        let templates = try templates ?? BenchTemplate.library(by: channel)
        let documents = DocumentMaker(
            typesetter: try PDFTypesetter(fonts: FontSet.locate(directory: root + "/var/fonts")))
        self.database = database
        _ = try await Migrator(Migrations.all).migrate(database)
        (store, log) = SQLNoticeStore.stores(in: database, vault: keys.vault, clock: clock)
        recorder = EvidenceRecorder(signer: keys.entries, clock: clock)
        logKey = keys.log.key
        sealCertificate = keys.seal.certificate.pem

        let stamper = TimestampScheduler(
            store: log, authority: try keys.authority(clock: clock), recorder: recorder, clock: clock,
            alarm: { faults.add("timestamps: \($0)") })
        self.stamper = stamper
        sequencer = Sequencer(
            store: log, signer: keys.log, recorder: recorder, clock: clock,
            settings: .init(owner: "bench"), onCheckpoint: { _ in stamper.poke() },
            alarm: { faults.add("log: \($0)") })

        pool = MailPool(
            relay: MailRelay(
                name: "sink", host: "127.0.0.1", port: port, security: .clearText, ehloName: "bench.songda.example"),
            maxConnections: connections)
        let composer = MailComposer(
            returnPath: try ReturnPath(key: SecureRandom.bytes(32), domain: "songda.example"),
            messageDomain: "songda.example"
        ) { markdown, _ in
            let document = try MarkdownDocument(markdown)
            return MailCover(text: document.plainText, html: document.html)
        }
        let routes = RouteTable([
            .init(channel: other ?? MailChannel(route: Self.mailRoute, composer: composer, pool: pool), weight: 1)
        ])
        let links = LinkTokens(key: SecureRandom.bytes(32), baseURL: "https://notices.songda.example")
        dispatcher = Dispatcher(
            channel: channel, routes: routes, store: store, recorder: recorder, clock: clock,
            schedule: channel == .sms ? .sms : .email,
            parcels: ParcelMaker(links: links), expectReceiptWithin: .seconds(86_400), owner: "bench",
            limits: inFlight.map { .init(inFlight: $0, batch: max(1, $0 / 2)) } ?? .init(), quietHours: law.quietHours)
        sealer = Sealer(
            store: store, keys: keys, documents: documents, templates: templates,
            starter: DeliveryStarter(recorder: recorder, links: links, quietHours: law.quietHours), recorder: recorder,
            clock: clock, owner: "bench", poke: Poke(), wakes: [dispatcher.poke])
        desk = IssueDesk(
            store: store, reader: store, directory: store, templates: templates, preflight: Preflight(law: law),
            typesetter: documents, recorder: recorder, clock: clock, settings: .init(portal: "songda.example"),
            sealerPoke: sealer.poke)
        (self.faults, self.templates, self.channel) = (faults, templates, channel)
        (self.keys, self.law, self.documents, self.root) = (keys, law, documents, root)
        self.links = links
    }

    /// Puts the issuing entity and so many people on record, each with one address of the channel.
    func addPeople(_ count: Int) async throws {
        try await addIssuer()
        try await concurrently(count, width: 256) { [self] index in
            try await add(
                Recipient(
                    id: Self.person(index), externalID: "client-\(index)", name: Corpus.name(index), language: "zh-CN",
                    addresses: [ServiceAddress(channel: channel, value: Self.address(index, on: channel))]))
        }
    }

    /// Puts the issuing entity on record, or writes down again who it is.
    func addIssuer() async throws {
        try await store.save(
            Issuer(
                id: Self.issuer, fullName: Self.issuerName, creditCode: try UnifiedSocialCreditCode(Self.creditCode),
                contact: "人力资源部 021-88886666", mailbox: "hr@songda.example", smsSignature: "示例科技",
                sealCertificatePEM: sealCertificate), evidence: [])
    }

    /// Puts somebody on record.
    func add(_ person: Recipient) async throws {
        guard try await store.save(person, replacing: nil, evidence: []) else {
            throw BenchError("\(person.id) is on record already; begin with an empty database")
        }
    }

    /// Accepts one notice for a person.
    func issue(_ index: Int, to person: Int, idempotency: IdempotencyClaim? = nil) async throws {
        try await issue(index, kind: BenchTemplate.kind, to: Self.person(person), idempotency: idempotency)
    }

    /// Accepts one notice of a kind.
    func issue(_ index: Int, kind: String, to person: PersonID, idempotency: IdempotencyClaim? = nil) async throws {
        let request = IssueRequest(
            issuer: Self.issuer, kind: kind, recipients: [person], fields: Corpus.fields(index), batch: "bench")
        _ = try await desk.issue(request, by: Self.author, idempotency: idempotency)
    }

    /// Seals and hands over until nothing waits any more, then extends the log and has its end stamped.
    func serveAll() async throws {
        while try await sealer.runOnce() > 0 {}
        while try await dispatcher.runOnce() > 0 {}
        try await drainLog()
        guard case .stamped = try await stamper.step() else { throw BenchError("the log's end could not be stamped") }
    }

    /// The notices on record, in the order of their ids.
    func notices() async throws -> [NoticeID] {
        try await database.read { tx in
            try tx.query("SELECT id FROM notices ORDER BY id").map { NoticeID(try $0.get("id")) }
        }
    }

    /// Extends the log until nothing is staged.
    func drainLog() async throws {
        while case .sequenced = try await sequencer.step() {}
    }

    /// The newest checkpoint, its signature verified.
    func verifiedCheckpoint() async throws -> Checkpoint? {
        guard let stored = try await log.latestCheckpoint() else { return nil }
        return try Checkpoint(verifying: stored.note, keys: [logKey])
    }

    /// Whether so many attempts were accepted under a verified checkpoint, and nothing is under way any more.
    ///
    /// Cheap first: as long as an attempt is open or an entry is staged there is nothing to count.
    ///
    /// - Parameters:
    ///   - first: the leaf from which on they are counted; a store that holds a million must not be read through.
    ///   - route: only what is open on this one counts as under way.
    func hasProved(_ count: Int, from first: Int = 0, on route: RouteID? = nil) async throws -> Bool {
        let waiting: Int = try await database.read { tx in
            try tx.first(
                """
                SELECT (SELECT count(*) FROM attempts WHERE finished_at IS NULL
                        AND (CAST(\(route?.rawValue) AS TEXT) IS NULL OR route = \(route?.rawValue)))
                    + (SELECT count(*) FROM evidence_entries WHERE leaf_index IS NULL) AS n
                """)?.get("n") ?? 1
        }
        guard waiting == 0, let checkpoint = try await verifiedCheckpoint() else { return false }
        return try await logged(.attemptAccepted, from: first, below: checkpoint.size) >= count
    }

    /// How many entries of one kind stand under a checkpoint of this size, from a leaf on.
    func logged(_ event: EvidenceEvent, from first: Int = 0, below size: Int) async throws -> Int {
        try await database.read { tx in
            try tx.first(
                """
                SELECT count(*) AS n FROM evidence_entries
                WHERE event = \(event.rawValue) AND leaf_index >= \(first) AND leaf_index < \(size)
                """)?.get("n") ?? 0
        }
    }

    /// Ends everything; throws the first alarm, because a run with one is not a run.
    func close() async throws {
        await pool.shutdown(grace: .seconds(5))
        await database.close()
        if let fault = faults.first { throw BenchError(fault) }
    }

    static func person(_ index: Int) -> PersonID { PersonID("client-\(index)") }

    /// An address of a channel, another for each person.
    static func address(_ index: Int, on channel: ChannelKind) -> String {
        channel == .sms ? "+86138\(10_000_000 + index)" : "client\(index)@example.com"
    }
}

/// Runs a numbered piece of work for each number, so many at a time.
func concurrently(
    _ count: Int, width: Int, _ work: @escaping @Sendable (Int) async throws -> Void
) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
        for lane in 0..<min(width, count) {
            group.addTask {
                for index in stride(from: lane, to: count, by: width) { try await work(index) }
            }
        }
        try await group.waitForAll()
    }
}
