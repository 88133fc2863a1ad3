import Channels
import Curl
import Evidence
import Foundation
import Logging
import Notices
import People
import SQL
import Store
import Typeset

extension Application {
    /// Puts everything together; the one place where conformers meet the seams they conform to.
    ///
    /// Refuses as a whole, with a sentence, when any part cannot work: a gateway that starts without one of its keys or
    /// templates would find out when the notice is due.
    static func build(
        _ configuration: Configuration, clock: any WallClock = SystemClock(), logger: Logger
    ) async throws -> Application {
        let keys = try KeyCabinet(
            directory: configuration.keyDirectory, trustDirectory: configuration.trustDirectory,
            logOrigin: configuration.logOrigin, clock: clock)
        let law = try law(configuration.rules)
        let templates = try TemplateLibrary(directory: configuration.templates)
        let typesetter = try PDFTypesetter(fonts: try FontSet.locate(directory: configuration.fonts))
        let reserve = DiskReserve(beside: configuration.database, clock: clock, logger: logger)
        let database = try await openDatabase(configuration) { reserve?.release() ?? false }
        let upgrade = try await Schema.bringUpToDate(database)
        if let copy = upgrade.copy {
            logger.notice("the schema was changed; the database as it was before is in \(copy)")
        }
        let (notices, log) = SQLNoticeStore.stores(in: database, vault: keys.vault, clock: clock)

        try await notices.requireMasterKeys()

        let recorder = EvidenceRecorder(
            signer: keys.entries, clock: clock, isRehearsal: configuration.isRehearsal)
        let exchange = HTTPExchange()
        let authorities = try timestampAuthorities(
            configuration.timestamps, keys: keys, clock: clock, exchange: exchange)
        let stamper = TimestampScheduler(
            store: log, authority: authorities.patient, recorder: recorder, clock: clock,
            alarm: { logger.error("timestamps", metadata: ["alarm": "\($0)"]) })
        let hooks = webhooks(configuration, notices, recorder, clock, exchange, logger)
        let witness = try WitnessJournal(path: configuration.witness, keys: keys.logKeys, clock: clock)
        let sequencer = Sequencer(
            store: log, signer: keys.log, previousKeys: keys.retiredLogs, recorder: recorder, clock: clock,
            settings: .init(owner: configuration.instance), witnessed: witness.witnessed,
            onCheckpoint: { checkpoint in
                stamper.poke()
                hooks.sender.logGrew()
                witness.note(checkpoint) { logger.error("evidence log", metadata: ["alarm": "\($0)"]) }
            },
            alarm: { logger.error("evidence log", metadata: ["alarm": "\($0)"]) })

        let mail = try mailRoutes(configuration.mail, linkKey: keys.linkKey)
        let sms = try smsRoutes(configuration.sms, clock: clock, exchange: exchange)
        let (emailTable, smsTable) = (RouteTable(mail.routes), RouteTable(sms.map(\.route)))
        let tray = configuration.isRehearsal ? nil : SandboxTray(clock: clock)
        let (emailTray, smsTray) = (tray?.route(.email), tray?.route(.sms))
        let links = LinkTokens(key: keys.linkKey, baseURL: configuration.http.publicURL)
        let starter = DeliveryStarter(
            recorder: recorder, links: links, quietHours: configuration.isRehearsal ? nil : law.quietHours)
        let limits = Dispatcher.Limits(inFlight: configuration.inFlight)
        let escalation = Poke()
        let parcels = ParcelMaker(links: links)
        let dispatchAlarm: @Sendable (String) -> Void = { logger.error("dispatch", metadata: ["alarm": "\($0)"]) }
        let dispatchers = [
            Dispatcher(
                channel: .email, routes: emailTable, sandbox: emailTray, store: notices, recorder: recorder,
                clock: clock, schedule: .email, parcels: parcels, expectReceiptWithin: .seconds(86_400),
                owner: configuration.instance, limits: limits,
                quietHours: configuration.isRehearsal ? nil : law.quietHours, isRehearsal: configuration.isRehearsal,
                escalation: escalation, alarm: dispatchAlarm),
            Dispatcher(
                channel: .sms, routes: smsTable, sandbox: smsTray, store: notices, recorder: recorder,
                clock: clock, schedule: .sms, parcels: parcels, expectReceiptWithin: .seconds(3 * 86_400),
                owner: configuration.instance, limits: limits,
                quietHours: configuration.isRehearsal ? nil : law.quietHours, isRehearsal: configuration.isRehearsal,
                escalation: escalation, alarm: dispatchAlarm),
        ]
        let pokes = dispatchers.map(\.poke)
        let documents = DocumentMaker(typesetter: typesetter, isRehearsal: configuration.isRehearsal)
        let codes = OneTimeCodes(
            store: notices, log: log, recorder: recorder, clock: clock, key: keys.linkKey,
            routes: [.email: emailTable, .sms: smsTable],
            sandbox: [.email: emailTray, .sms: smsTray].compactMapValues { $0 }, isRehearsal: configuration.isRehearsal)
        let sealer = Sealer(
            store: notices, keys: keys, documents: documents, templates: templates, starter: starter,
            recorder: recorder, clock: clock, owner: configuration.instance, isRehearsal: configuration.isRehearsal,
            poke: Poke(), wakes: pokes, alarm: { logger.error("sealing", metadata: ["alarm": "\($0)"]) })
        let receive = ReceiptDesk(
            store: notices, recorder: recorder, clock: clock, escalation: escalation)
        let pipeline = Pipeline(
            issue: IssueDesk(
                store: notices, reader: notices, directory: notices, templates: templates,
                preflight: Preflight(law: law), typesetter: documents, recorder: recorder, clock: clock,
                settings: .init(
                    portal: configuration.http.portal, isRehearsal: configuration.isRehearsal,
                    admission: { try DiskSpace.requireRoom(beside: configuration.database) }), sealerPoke: sealer.poke),
            seal: sealer, dispatch: dispatchers, receive: receive,
            read: ReadingDesk(
                receipts: notices, reader: notices, credentials: notices, codes: codes, templates: templates,
                tickets: ViewTickets(key: keys.linkKey), recorder: recorder, clock: clock),
            postal: PostalDesk(receipts: notices, reader: notices, recorder: recorder, clock: clock),
            escalate: Escalation(
                store: notices, recorder: recorder, clock: clock, starter: starter,
                isRehearsal: configuration.isRehearsal, wakes: pokes, poke: escalation, alarm: dispatchAlarm),
            operate: OperationDesk(
                store: notices, reader: notices, recorder: recorder, clock: clock, tables: [emailTable, smsTable],
                wakes: [sealer.poke] + pokes),
            prove: ProofDesk(
                reader: notices, log: log, openBody: { try await log.openBody(of: $0) }, seals: keys,
                authority: authorities.prompt, trust: keys.proofTrust, law: law, recorder: recorder, clock: clock))
        let addresses = AddressDesk(
            store: notices, codes: codes, recorder: recorder, clock: clock, normalise: AddressForm.normal)
        let intake = configuration.mail.bounces.map { bounces in
            MailIntake(
                reader: MailboxReader(bounces.mailbox),
                parser: MailReceiptParser(feed: "mail:bounces", reader: mail.reports), desk: receive, store: notices,
                interval: .seconds(bounces.everySeconds), logger: logger)
        }
        var parsers: [any ReceiptParser] = sms.map(\.parser)
        if let intake { parsers.append(intake.parser) }
        return Application(
            configuration: configuration, database: database, notices: notices, log: log, keys: keys, clock: clock,
            recorder: recorder, pipeline: pipeline, addresses: addresses,
            retention: try retention(configuration, notices, recorder, clock, law),
            people: try PeopleDesks(
                store: SQLPeopleStore(beside: notices), issue: pipeline.issue, notices: notices, directory: notices,
                addresses: addresses, law: law, prove: pipeline.prove, documents: documents,
                rules: (configuration.rules as NSString).deletingLastPathComponent,
                calendars: configuration.calendars, recorder: recorder, clock: clock,
                papers: try papers(
                    configuration,
                    signing: SignatureDesk(
                        codes: codes, directory: notices, documents: documents, seals: keys, clock: clock))),
            webhooks: hooks.desk, webhookSender: hooks.sender,
            team: TeamDesk(store: notices, recorder: recorder, clock: clock, normalise: AddressForm.normal),
            sandbox: tray,
            accounts: SQLPeopleStore(beside: notices),
            templates: templates, sequencer: sequencer, stamper: stamper,
            intake: intake,
            statusWatch: SMSStatusWatch(
                gateways: Dictionary(
                    sms.map { ($0.route.channel.route, $0.gateway) }, uniquingKeysWith: { first, _ in first }),
                exchange: exchange, desk: receive, store: notices, clock: clock, logger: logger),
            parsers: parsers,
            callbacks: sms.compactMap { one in
                one.callbackSecret.map {
                    SMSCallbackRoute(secret: $0, gateway: one.gateway, parser: one.parser)
                }
            },
            routes: [.email: emailTable, .sms: smsTable], pools: mail.pools, exchange: exchange, typesetter: typesetter,
            reserve: reserve, logger: logger)
    }

    /// Web hooks: who registers them, and who tells them.
    private static func webhooks(
        _ configuration: Configuration, _ store: SQLNoticeStore, _ recorder: EvidenceRecorder, _ clock: any WallClock,
        _ exchange: HTTPExchange, _ logger: Logger
    ) -> (desk: WebhookDesk, sender: WebhookSender) {
        let events = WebhookEvents.gateway.merging(.people)
        let courier = WebhookCourier(exchange: exchange, allowsPrivate: configuration.webhooksReachPrivate)
        let sender = WebhookSender(
            store: store, events: events, recorder: recorder, clock: clock, owner: configuration.instance,
            isRehearsal: configuration.isRehearsal, post: { await courier.post($0) },
            alarm: { logger.warning("web hooks", metadata: ["alarm": "\($0)"]) })
        let desk = WebhookDesk(
            store: store, events: events, recorder: recorder, clock: clock, fault: { courier.fault(in: $0) },
            wake: { sender.wake() })
        return (desk, sender)
    }

    private static func retention(
        _ configuration: Configuration, _ store: SQLNoticeStore, _ recorder: EvidenceRecorder, _ clock: any WallClock,
        _ law: ServiceLaw
    ) throws -> RetentionDesk {
        do {
            return try RetentionDesk(
                store: store, recorder: recorder, clock: clock, law: law, years: configuration.retentionYears)
        } catch let error as NoticeError {
            throw ConfigError("retention-years", "\(configuration.retentionYears)", error.reason, nil)
        }
    }

    /// `sqlite:PATH`, or else a PostgreSQL connection string.
    ///
    /// - Parameter whenFull: asked for room when a commit finds none; true if there is some now.
    static func openDatabase(
        _ configuration: Configuration, readOnly: Bool = false, whenFull: @escaping @Sendable () -> Bool = { false }
    ) async throws -> any SQLDatabase {
        let text = configuration.database
        guard let path = DiskSpace.file(of: text) else {
            do {
                // A worker that cannot record what it does stops them all. Whoever demands a standby has a cluster, and it takes its
                // time to elect another leader: Patroni waits 30 seconds, as it comes, and we need some more to see it.
                let isCluster = configuration.requiresSyncStandby
                return try await PostgresDatabase(
                    conninfo: text, patience: .seconds(isCluster ? 90 : 30), needsStandby: isCluster && !readOnly)
            } catch let error as SQLError {
                // The connection string is not repeated: it may hold a password.
                throw ConfigError(
                    "database", nil,
                    "cannot be opened: \(error.reason); start the server or correct the connection string",
                    nil)
            }
        }
        if !readOnly { try makeDirectory(of: path, option: "database") }
        return try SQLiteDatabase(path: path, readOnly: readOnly, whenFull: whenFull)
    }

    /// Makes the directory in which a file of ours is to lie, for our eyes only.
    static func makeDirectory(of path: String, option: String) throws {
        let directory = (path as NSString).deletingLastPathComponent
        guard !directory.isEmpty else { return }
        do {
            try FileManager.default.createDirectory(
                atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            let reason = String(cString: strerror(errno))
            throw ConfigError(
                option, path, "lies in a directory that cannot be made (\(reason)); correct the path", nil)
        }
    }

    /// The authorities as the log's checkpoints ask them, and as somebody does who waits for a proof; remote ones are shared.
    private static func timestampAuthorities(
        _ settings: Configuration.Timestamps, keys: KeyCabinet, clock: any WallClock, exchange: HTTPExchange
    ) throws -> (patient: any TimestampAuthority, prompt: any TimestampAuthority) {
        var patient: [any TimestampAuthority] = []
        var prompt: [any TimestampAuthority] = []
        for one in settings.authorities {
            let roots: [Certificate]
            do {
                let pem = String(decoding: try KeyFile.readPublic(one.rootsFile), as: UTF8.self)
                roots = try Certificate.all(pem: pem, origin: one.rootsFile)
            } catch {
                throw ConfigError(
                    "timestamps.authorities \(one.name) roots-file", one.rootsFile, "is of no use: \(error.reason)", nil
                )
            }
            let shared = SharedAuthority(
                RemoteAuthority(
                    .init(
                        name: one.name, url: one.url, isIndependent: one.isIndependent, roots: roots,
                        policies: one.policies),
                    clock: clock
                ) { url, contentType, body in
                    let response = try await exchange.send(
                        HTTPRequest(
                            method: "POST", url: url, headers: [HTTPHeader(name: "Content-Type", value: contentType)],
                            body: body))
                    let type = response.headers.first { $0.name.lowercased() == "content-type" }?.value ?? ""
                    return (response.status, type, response.body)
                }, clock: clock)
            patient.append(shared.patient)
            prompt.append(shared.prompt)
        }
        if settings.usesBuiltIn {
            let builtIn = try EmbeddedAuthority(
                key: keys.timestamp, certificate: keys.timestampCertificate, clock: clock)
            patient.append(builtIn)
            prompt.append(builtIn)
        }
        guard !patient.isEmpty else {
            throw ConfigError(
                "timestamps", nil, "names no authority; add one, or set built-in: true (which is not independent)", nil)
        }
        func chain(_ list: [any TimestampAuthority]) -> any TimestampAuthority {
            list.count == 1 ? list[0] : AuthorityChain(list, clock: clock)
        }
        return (chain(patient), chain(prompt))
    }

    /// The texts and rules of agreements, training and pay; they lie beside those of notices.
    static func papers(_ configuration: Configuration, signing: SignatureDesk) throws -> Papers {
        try Papers(
            templates: (configuration.templates as NSString).deletingLastPathComponent + "/agreements",
            rules: (configuration.rules as NSString).deletingLastPathComponent, signing: signing
        ) { path in
            guard let data = FileManager.default.contents(atPath: path),
                let text = String(validating: data, as: UTF8.self)
            else {
                throw ConfigError("rules", path, "cannot be read as UTF-8; it lies beside service-law.yaml", nil)
            }
            return text
        }
    }

    static func law(_ path: String) throws -> ServiceLaw {
        guard let data = FileManager.default.contents(atPath: path), let text = String(validating: data, as: UTF8.self)
        else {
            throw ConfigError("rules", path, "cannot be read as UTF-8; give the path of service-law.yaml", nil)
        }
        return try ServiceLaw(yaml: text, file: path)
    }
}
