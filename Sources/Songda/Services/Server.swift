import Channels
import Console
import Curl
import Evidence
import Hummingbird
import Logging
import Notices
import ServiceLifecycle
import Store
import Typeset

/// Runs the workers and the HTTP server until a signal comes.
struct Server: Sendable {
    let application: Application
    /// The sandbox of a rehearsal; nil when it is none.
    var rehearsal: Rehearsal?

    /// Serves until SIGTERM or SIGINT; what is under way then gets ten seconds to reach its outcome and the disk.
    ///
    /// - Parameter guest: told the port once requests are taken, and run beside the server. When it returns true the server
    ///   stops.
    func run(guest: @escaping @Sendable (Int) async throws -> Bool) async throws {
        do { try await serve(guest) } catch {
            await application.close()
            throw error
        }
        await application.close()
    }

    private func serve(_ guest: @escaping @Sendable (Int) async throws -> Bool) async throws {
        let port = AsyncStream.makeStream(of: Int.self)
        let http = try console().makeApplication(
            host: application.configuration.http.host, port: application.configuration.http.port,
            maximumConnections: try Descriptors.connections(
                besides: application.configuration.mail.routes.reduce(0) { $0 + $1.connections }),
            // The server takes no connection before this returns.
            onRunning: { port.continuation.yield($0) })
        try await RehearsalGround.require(in: application.notices, for: application.configuration)
        // Before anybody is told that we listen.
        try await recoverLog()
        // Last of what can be refused: from here on the workers give it up again.
        let claim = try await application.claimInstance()
        var group = ServiceGroupConfiguration(
            // Stopped in reverse order: no new requests first, the workers last.
            services: [
                .init(
                    service: Workers(application: application, claim: claim),
                    successTerminationBehavior: .gracefullyShutdownGroup,
                    failureTerminationBehavior: .gracefullyShutdownGroup),
                .init(service: http, failureTerminationBehavior: .gracefullyShutdownGroup),
                .init(
                    service: Guest(port: port.stream, body: guest),
                    successTerminationBehavior: .gracefullyShutdownGroup,
                    failureTerminationBehavior: .gracefullyShutdownGroup),
            ],
            gracefulShutdownSignals: [.sigterm, .sigint], logger: application.logger)
        group.maximumGracefulShutdownDuration = .seconds(10)
        try await ServiceGroup(configuration: group).run()
    }

    /// Verifies the log against its last checkpoint and what the witness saw of it; the refusal says who saw more, and what
    /// to do.
    private func recoverLog() async throws {
        do { try await application.sequencer.recover() } catch let error as EvidenceError
            where error.code == .logRolledBack || error.code == .logForked
        {
            throw Failure(
                "\(error.reason). What was seen stands in the witness file \(application.configuration.witness). Put the "
                    + "newest database or its newest backup back (songda restore FILE); if none has all of it, songda "
                    + "restore FILE --accept-loss gives the missing entries up, on record")
        }
    }

    /// The pages and the API; refuses page templates that cannot be read.
    func console() throws -> ConsoleServer {
        try ConsoleServer(
            services: services, pageTemplates: application.configuration.pages, logger: application.logger)
    }

    private var services: ConsoleServices {
        let application = application
        let rehearsal = rehearsal
        return ConsoleServices(
            pipeline: application.pipeline, addresses: application.addresses, retention: application.retention,
            reader: application.notices, inbox: application.notices, credentials: application.notices,
            recipients: application.notices, people: application.people, webhooks: application.webhooks,
            team: application.team,
            accounts: application.accounts,
            templates: application.templates,
            log: application.log,
            recorder: application.recorder, clock: application.clock,
            routes: application.routes.sorted { $0.key.rawValue < $1.key.rawValue }.map(\.value),
            callbacks: application.callbacks.map(Self.feed),
            sealCertificate: { try application.keys.identity(for: $0).certificate.pem },
            renderMarkdown: { try MarkdownDocument($0).html },
            documents: DocumentMaker(
                typesetter: application.typesetter, isRehearsal: application.configuration.isRehearsal),
            health: { await Health(application: application).report() },
            metrics: { await Metrics(application: application).text() },
            sandbox: { rehearsal?.messages ?? Self.shown(application.sandbox) }, identityProvider: identityProvider,
            settings: .init(
                version: Build.version, publicBaseURL: application.configuration.http.publicURL,
                passKey: HMAC.sha256(key: application.keys.linkKey, Array("songda pass".utf8)),
                proxies: Set(application.configuration.http.proxies),
                metricsNeedKey: application.configuration.http.metricsNeedKey,
                isRehearsal: application.configuration.isRehearsal,
                verifyTrust: .init(
                    roots: application.keys.roots, logKeys: application.keys.logKeys, isOfInstallation: true)))
    }

    private var identityProvider: (settings: OpenIDSettings, exchange: ProviderExchange)? {
        application.configuration.openID.map { ($0.settings, $0.exchange(over: application.exchange)) }
    }

    /// What test keys have issued, where the rest is meant.
    private static func shown(_ sandbox: SandboxTray?) -> [SandboxMessage] {
        (sandbox?.messages ?? []).map {
            SandboxMessage(channel: $0.channel.rawValue, to: $0.to, subject: $0.subject, text: $0.text, at: $0.at)
        }
    }

    private static func feed(_ route: Application.SMSCallbackRoute) -> CallbackFeed {
        CallbackFeed(name: route.parser.feed, secret: route.secret) { request in
            let callback = SMSCallback(
                url: request.url,
                headers: request.headers.map { HTTPHeader(name: $0.name, value: $0.value) }, body: request.body)
            let reply = route.gateway.callbackReply
            let type = reply.headers.first { $0.name.lowercased() == "content-type" }?.value
            return Callback(
                raw: SMSCallbackParser.envelope(callback), parser: route.parser,
                reply: CallbackReply(contentType: type ?? "text/plain; charset=utf-8", body: reply.body))
        }
    }
}

/// Whoever works beside the server: the demo, or the line that says where it listens.
private struct Guest: Service, CustomStringConvertible {
    var description: String { "guest" }
    let port: AsyncStream<Int>
    let body: @Sendable (Int) async throws -> Bool

    func run() async throws {
        try await cancelWhenGracefulShutdown {
            for await port in port {
                if try await body(port) { return }
            }
        }
    }
}

/// The workers as a service: a shutdown lets them finish what they began.
///
/// The group prints each service by name. Without one of its own it would print every field: most of a second, and secrets.
private struct Workers: Service, CustomStringConvertible {
    var description: String { "workers" }
    let application: Application
    let claim: InstanceClaim?

    func run() async throws {
        let stop = StopSignal()
        try await withGracefulShutdownHandler {
            try await application.run(until: stop, holding: claim)
        } onGracefulShutdown: {
            stop.stop()
        }
    }
}
