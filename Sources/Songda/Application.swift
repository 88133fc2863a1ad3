import Channels
import Curl
import Evidence
import Logging
import Notices
import People
import SQL
import Store
import Typeset

/// The parts of a running Songda, put together in `Application+build.swift` and nowhere else.
struct Application: Sendable {
    let configuration: Configuration
    let database: any SQLDatabase
    let notices: SQLNoticeStore
    let log: SQLEvidenceLogStore
    let keys: KeyCabinet
    let clock: any WallClock
    let recorder: EvidenceRecorder
    let pipeline: Pipeline
    let addresses: AddressDesk
    let retention: RetentionDesk
    /// The HR core.
    let people: PeopleDesks
    /// Registers web hooks.
    let webhooks: WebhookDesk
    /// Tells them.
    let webhookSender: WebhookSender
    /// The addresses to which team keys may send.
    let team: TeamDesk
    /// Where what test keys issue ends; nil in a rehearsal, whose sandbox takes everything.
    let sandbox: SandboxTray?
    /// Accounts of the console.
    let accounts: any AccountStore
    let templates: TemplateLibrary
    let sequencer: Sequencer
    let stamper: TimestampScheduler
    let intake: MailIntake?
    let statusWatch: SMSStatusWatch
    let parsers: [any ReceiptParser]
    let callbacks: [SMSCallbackRoute]
    let routes: [ChannelKind: RouteTable]
    let pools: [MailPool]
    let exchange: HTTPExchange
    let typesetter: PDFTypesetter
    /// Room for the outcomes of what is under way when the disk fills up; nil when the database is on another machine.
    let reserve: DiskReserve?
    let logger: Logger

    /// Takes copies, where the configuration says so.
    var backup: BackupKeeper? {
        guard let settings = configuration.backup, let source = DiskSpace.file(of: configuration.database) else {
            return nil
        }
        return BackupKeeper(settings: settings, source: source, keys: keys, clock: clock, logger: logger)
    }

    /// How long the service was ready.
    var ledger: ServiceLedger { ServiceLedger(database) }

    /// Where a gateway's call-backs arrive.
    struct SMSCallbackRoute: Sendable {
        let secret: String
        let gateway: any SMSGateway
        let parser: SMSCallbackParser
    }

    /// Takes the name of this instance for this process, before anything else is done in it; nil where a file has its lock.
    func claimInstance() async throws -> InstanceClaim? {
        guard database.dialect == .postgres else { return nil }
        let claim = InstanceClaim(
            on: configuration.instance, in: database, clock: clock, isRehearsal: configuration.isRehearsal)
        try await claim.take()
        return claim
    }

    /// Runs the workers until told to stop; the caller serves HTTP beside it.
    ///
    /// The log was found to be what it must be (`Sequencer.recover`) before. The sequencer outlives the pipeline, so that the
    /// last outcomes still get their place in the log.
    func run(until stop: StopSignal, holding claim: InstanceClaim?) async throws {
        try await KeyChanges(keys: keys, log: log, recorder: recorder, clock: clock).record()
        try await log.stage([
            try recorder.entry(
                .serviceStarted, at: clock.now,
                ["instance": .string(configuration.instance), "rehearsal": .bool(configuration.isRehearsal)])
        ])
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await sequencer.run() }
            group.addTask { try await stamper.run() }
            group.addTask {
                let fault = await workAndKeep(claim, until: stop)
                // What the workers staged last is sequenced before the log rests.
                try await drain()
                try await claim?.release()
                throw fault ?? WorkIsDone()
            }
            do {
                // The log's loops end only by failing, and then nothing may go on: no evidence, no action.
                while try await group.next() != nil {}
            } catch is WorkIsDone {
                group.cancelAll()
            } catch is CancellationError {
                // The time to stop is up; what was under way is evidenced as unknown at the next start.
                stop.stop()
                group.cancelAll()
            } catch {
                stop.stop()
                group.cancelAll()
                throw error
            }
            // They end by cancellation; that is their way of stopping.
            do { try await group.waitForAll() } catch is CancellationError {} catch is WorkIsDone {}
        }
    }

    /// The workers have stopped as they were told.
    private struct WorkIsDone: Error {}

    /// Works until told to stop, and holds the instance name for as long as anything is under way: a neighbour that took it
    /// earlier would take up what this process is still handing over.
    private func workAndKeep(_ claim: InstanceClaim?, until stop: StopSignal) async -> (any Error)? {
        await withTaskGroup(of: (isWork: Bool, error: (any Error)?).self) { group in
            group.addTask {
                do { try await work(until: stop) } catch { return (true, error) }
                return (true, nil)
            }
            if let claim {
                group.addTask {
                    do { try await claim.keep() } catch { return (false, error is CancellationError ? nil : error) }
                    return (false, nil)
                }
            }
            var fault: (any Error)?
            for await (isWork, error) in group {
                fault = fault ?? error
                // Whoever lost the name stops as in good order: what is under way still gets its outcome.
                stop.stop()
                if isWork { group.cancelAll() }
            }
            return fault
        }
    }

    private func work(until stop: StopSignal) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await pipeline.run(until: stop) }
            if let intake { group.addTask { try await intake.run(until: stop) } }
            group.addTask { try await statusWatch.run(until: stop) }
            group.addTask { await webhookSender.run(until: stop) }
            if let sandbox {
                let desk = ReceiptDesk(
                    store: notices, recorder: recorder.rehearsing(true), clock: clock,
                    escalation: pipeline.escalate.poke)
                group.addTask { try await sandbox.report(to: desk, until: stop) }
            }
            #if !DEBUG
                // Programs under test come and go by the dozen, and share what is cached.
                group.addTask { await StartPages.giveBack(after: .seconds(5), until: stop) }
            #endif
            if let reserve {
                group.addTask { try await reserve.run(until: stop) { try await attestFullDisk(since: $0) } }
            }
            if let backup { group.addTask { await backup.run(until: stop) } }
            group.addTask { await ServiceWatch(health: Health(application: self), ledger: ledger).run(until: stop) }
            group.addTask {
                // Whoever rehearses watches, and does not wait a minute for each step.
                let interval: Duration = configuration.isRehearsal ? .seconds(5) : .seconds(60)
                try await PeopleTimer(people: people, notices: notices, interval: interval, logger: logger).run(
                    until: stop)
            }
            group.addTask {
                let tick = Poke()
                stop.wakes(tick)
                while !stop.isStopped && !Task.isCancelled {
                    _ = try await pipeline.receive.retryUnmatched(parsers: parsers)
                    await tick.wait(.seconds(30))
                }
            }
            do { while try await group.next() != nil {} } catch {
                stop.stop()
                throw error
            }
        }
    }

    /// The gap in what the log shows from here on is explained by the log itself.
    private func attestFullDisk(since moment: Timestamp) async throws {
        let entry = try recorder.entry(
            .outageAttested, at: moment,
            ["reason": "the disk of the database is full; nothing new is accepted", "reserveBytes": 67_108_864])
        try await log.stage([entry])
    }

    /// Waits, for a few seconds at most, until every staged entry has its place.
    private func drain() async throws {
        for _ in 0..<50 {
            if try await log.stagedEntries(limit: 1).isEmpty { return }
            sequencer.poke()
            await Poke().wait(.milliseconds(100))
        }
    }

    /// Lets go of threads, sockets and the database.
    func close() async {
        for pool in pools { await pool.shutdown() }
        exchange.shutdown()
        await typesetter.shutdown()
        await database.close()
    }
}
