import Channels
import Evidence
import Notices
import People
import SQL
import Store
import Synchronization
import Typeset

/// A whole gateway of real parts on a real database; only its channels and its clock do as a test says.
public final class TestGateway: Sendable {
    /// The entity in whose name everything is issued.
    public static let issuer = IssuerID("acme")
    /// Its full name.
    public static let issuerName = "上海示例科技有限公司"
    /// Its credit code, with the right check character.
    public static let creditCode = "91310000MA1FL0000N"

    /// How a gateway is set up.
    public struct Options: Sendable {
        /// The relays for mail, with their weights.
        public var mail: [(channel: ScriptedChannel, weight: Int)] = [(ScriptedChannel(.email, route: "relay-a"), 1)]
        /// Real relays instead of those above, where a test has any.
        public var relays: [RouteTable.Route] = []
        /// The gateways for text messages, with their weights.
        public var sms: [(channel: ScriptedChannel, weight: Int)] = [(ScriptedChannel(.sms, route: "sms-a"), 1)]
        /// The instant at which the clock begins.
        public var start = Timestamp(microseconds: 1_795_257_125_000_000)
        /// Years for which evidence is kept.
        public var retentionYears = 10
        /// How much at once.
        public var limits = Dispatcher.Limits(inFlight: 16, batch: 64, idlePoll: .milliseconds(20))
        /// The worker's name in leases.
        public var owner = "one"
        /// The address at which people reach the pages; nil makes no links.
        public var publicURL: String? = "https://hr.example.com"
        /// Whether everything is a rehearsal.
        public var isRehearsal = false
        /// Whether there is a place where what test keys issue goes.
        public var hasSandbox = false
        /// The directory with the rules of the HR core; nil means those that are shipped.
        public var rules: String?
        /// What is put between the gateway and its database.
        public var wrap: @Sendable (any SQLDatabase) -> any SQLDatabase = { $0 }
        /// The usual.
        public init() {}
    }

    /// The database below.
    public let database: any SQLDatabase
    /// Everything but the log.
    public let store: SQLNoticeStore
    /// The evidence log.
    public let log: SQLEvidenceLogStore
    /// The keys.
    public let keys: TestKeys
    /// The clock.
    public let clock: ManualClock
    /// Signs entries.
    public let recorder: EvidenceRecorder
    /// The six rooms.
    public let pipeline: Pipeline
    /// Puts people on record.
    public let addresses: AddressDesk
    /// What the HR core keeps.
    public let peopleStore: SQLPeopleStore
    /// The HR core.
    public let people: PeopleDesks
    /// Holds and erases.
    public let retention: RetentionDesk
    /// Gives entries their place in the log.
    public let sequencer: Sequencer
    /// Has checkpoints stamped.
    public let stamper: TimestampScheduler
    /// The routes by channel.
    public let routes: [ChannelKind: RouteTable]
    /// How it was set up.
    public let options: Options
    /// What test keys have issued; nil where there is no place for it.
    public let sandbox: SandboxTray?
    /// Sentences an operator would have been shown.
    public let alarms: Alarms
    let test: TestDatabase
    /// Time that has passed beside the wall.
    public let elapsed: Elapsed

    /// Makes a gateway on a fresh database.
    public static func make(on backend: Backend, _ options: Options = Options()) async throws -> TestGateway {
        let test = try await backend.makeMigratedDatabase()
        let gateway = try await TestGateway(
            test, test.database, options, keys: TestKeys(at: options.start), clock: ManualClock(options.start),
            elapsed: Elapsed())
        try await gateway.addIssuer()
        try await gateway.addApprovers()
        return gateway
    }

    /// Lends a gateway on a fresh database, checks its log afterwards, and removes it whatever happens.
    public static func with<T>(
        _ backend: Backend, _ options: Options = Options(), checks: Bool = true,
        _ body: (TestGateway) async throws -> T
    ) async throws -> T {
        let gateway = try await make(on: backend, options)
        do {
            let value = try await body(gateway)
            if checks { try await gateway.check() }
            await gateway.test.discard()
            return value
        } catch {
            await gateway.test.discard()
            throw error
        }
    }

    /// Another gateway on the same database, as after a restart of the program.
    ///
    /// On SQLite this one's database is closed first, as it would be by the end of its process.
    public func restarted(_ change: (inout Options) -> Void = { _ in }) async throws -> TestGateway {
        var options = options
        change(&options)
        if database.dialect == .sqlite { await database.close() }
        return try await TestGateway(test, test.reopen(), options, keys: keys, clock: clock, elapsed: elapsed)
    }

    /// Another gateway on the same database, after this one was cut off from it in the middle of whatever it did.
    public func crashed(_ change: (inout Options) -> Void = { _ in }) async throws -> TestGateway {
        await database.close()
        return try await restarted(change)
    }

    /// Closes the database of a gateway that `restarted` or `crashed` has made.
    public func close() async { await database.close() }

    private init(
        _ test: TestDatabase, _ database: any SQLDatabase, _ options: Options, keys: TestKeys, clock: ManualClock,
        elapsed: Elapsed
    ) async throws {
        _ = try await Migrator(Migrations.all).migrate(database)
        let database = options.wrap(database)
        let (store, log) = SQLNoticeStore.stores(in: database, vault: keys.vault, clock: clock)
        let recorder = EvidenceRecorder(
            signer: keys.entries, clock: clock, isRehearsal: options.isRehearsal)
        let (law, templates) = (try TestResources.law(), try TestResources.templates())
        let documents = DocumentMaker(
            typesetter: try TestResources.typesetter(), isRehearsal: options.isRehearsal)
        let authority = try EmbeddedAuthority(
            key: keys.timestamp, certificate: keys.timestampCertificate, clock: clock)
        let alarms = Alarms()
        let mail = options.relays.isEmpty ? Self.table(options.mail) : RouteTable(options.relays)
        let sms = Self.table(options.sms)
        let tray = options.hasSandbox ? SandboxTray(clock: clock) : nil
        let sandboxes = [ChannelKind.email: tray?.route(.email), .sms: tray?.route(.sms)].compactMapValues { $0 }
        let links = LinkTokens(key: keys.link, baseURL: options.publicURL)
        let starter = DeliveryStarter(recorder: recorder, links: links, quietHours: law.quietHours)
        let parcels = ParcelMaker(links: links)
        let escalation = Poke()
        func dispatcher(_ channel: ChannelKind, _ routes: RouteTable, _ schedule: RetrySchedule) -> Dispatcher {
            Dispatcher(
                channel: channel, routes: routes, sandbox: sandboxes[channel], store: store, recorder: recorder,
                clock: clock, schedule: schedule,
                parcels: parcels, expectReceiptWithin: .seconds(86_400), owner: options.owner, limits: options.limits,
                quietHours: law.quietHours, isRehearsal: options.isRehearsal, escalation: escalation,
                alarm: { alarms.hear($0) })
        }
        let dispatchers = [dispatcher(.email, mail, .email), dispatcher(.sms, sms, .sms)]
        let wakes = dispatchers.map(\.poke)
        let codes = OneTimeCodes(
            store: store, log: log, recorder: recorder, clock: clock, key: keys.link,
            routes: [.email: mail, .sms: sms], sandbox: sandboxes, isRehearsal: options.isRehearsal)
        let sealer = Sealer(
            store: store, keys: keys, documents: documents, templates: templates, starter: starter, recorder: recorder,
            clock: clock, owner: options.owner, isRehearsal: options.isRehearsal, poke: Poke(), wakes: wakes,
            alarm: { alarms.hear($0) })
        pipeline = Pipeline(
            issue: IssueDesk(
                store: store, reader: store, directory: store, templates: templates, preflight: Preflight(law: law),
                typesetter: documents, recorder: recorder, clock: clock,
                settings: .init(portal: "hr.example.com", isRehearsal: options.isRehearsal), sealerPoke: sealer.poke),
            seal: sealer, dispatch: dispatchers,
            receive: ReceiptDesk(
                store: store, recorder: recorder, clock: clock, escalation: escalation),
            read: ReadingDesk(
                receipts: store, reader: store, credentials: store, codes: codes, templates: templates,
                tickets: ViewTickets(key: keys.link), recorder: recorder, clock: clock),
            postal: PostalDesk(receipts: store, reader: store, recorder: recorder, clock: clock),
            escalate: Escalation(
                store: store, recorder: recorder, clock: clock, starter: starter, isRehearsal: options.isRehearsal,
                wakes: wakes, poke: escalation, alarm: { alarms.hear($0) }),
            operate: OperationDesk(
                store: store, reader: store, recorder: recorder, clock: clock, tables: [mail, sms],
                wakes: [sealer.poke] + wakes),
            prove: ProofDesk(
                reader: store, log: log, openBody: { try await log.openBody(of: $0) }, seals: keys,
                authority: authority,
                trust: .init(
                    logKeys: [keys.log.key], entryKeys: [keys.entries.publicKey],
                    entryCertificates: [keys.entryCertificate], roots: [keys.issuer.certificate]),
                law: law, recorder: recorder, clock: clock))
        addresses = AddressDesk(
            store: store, codes: codes, recorder: recorder, clock: clock, normalise: Self.normalise)
        retention = try RetentionDesk(
            store: store, recorder: recorder, clock: clock, law: law, years: options.retentionYears)
        peopleStore = SQLPeopleStore(beside: store)
        people = try PeopleDesks(
            store: peopleStore, issue: pipeline.issue, notices: store, directory: store, addresses: addresses, law: law,
            prove: pipeline.prove, documents: documents,
            rules: options.rules ?? TestResources.root + "/config/rules",
            calendars: TestResources.root + "/config/calendars", recorder: recorder, clock: clock,
            papers: try TestResources.papers(
                signing: SignatureDesk(
                    codes: codes, directory: store, documents: documents, seals: keys, clock: clock)))
        sequencer = Sequencer(
            store: log, signer: keys.log, recorder: recorder, clock: clock, settings: .init(owner: options.owner),
            alarm: { alarms.hear($0) }, elapsed: { elapsed.span })
        stamper = TimestampScheduler(
            store: log, authority: authority, recorder: recorder, clock: clock, alarm: { alarms.hear($0) })
        routes = [.email: mail, .sms: sms]
        (self.database, self.store, self.log, self.keys) = (database, store, log, keys)
        (self.clock, self.recorder, self.options, self.alarms) = (clock, recorder, options, alarms)
        (self.test, self.elapsed, sandbox) = (test, elapsed, tray)
    }

    private static func table(_ routes: [(channel: ScriptedChannel, weight: Int)]) -> RouteTable {
        RouteTable(routes.map { RouteTable.Route(channel: $0.channel, weight: $0.weight) })
    }

    /// The least that tells an address of a channel from nonsense; the channels' own checks have tests of their own.
    @Sendable static func normalise(_ channel: ChannelKind, _ text: String) throws(AddressFault) -> String {
        let isFine = channel == .email ? text.contains("@") : channel != .sms || text.hasPrefix("+")
        guard isFine, !text.isEmpty, !text.contains("\n") else {
            throw AddressFault("\"\(text)\" is no address for \(channel.rawValue)")
        }
        return text
    }

    /// The first relay.
    public var mail: ScriptedChannel { options.mail[0].channel }
    /// The first gateway for text messages.
    public var sms: ScriptedChannel { options.sms[0].channel }
    /// The dispatcher of a channel.
    public func dispatcher(_ channel: ChannelKind) -> Dispatcher { pipeline.dispatch[channel == .email ? 0 : 1] }
}

/// Time that has passed, for those who do not trust the clock on the wall.
public final class Elapsed: Sendable {
    private let passed = Mutex(Duration.zero)
    /// How much has passed.
    public var span: Duration { passed.withLock { $0 } }
    func pass(_ more: Duration) { passed.withLock { $0 += more } }
}

/// What an operator would have been shown.
public final class Alarms: Sendable {
    private let heard = Mutex<[String]>([])
    /// The sentences, in order.
    public var sentences: [String] { heard.withLock { $0 } }
    func hear(_ sentence: String) { heard.withLock { $0.append(sentence) } }
}
