import Evidence
import Hummingbird
import HummingbirdCore
import Logging
import Notices

/// The HTTP server: the JSON API, the gateways' call-backs and the pages behind links.
///
/// Every address stands in one table with who may use it. A request is answered in this order: address, key, size, media
/// type, content; so that whoever has no key learns nothing from the answer.
public struct ConsoleServer: Sendable {
    private let services: ConsoleServices
    private let pages: PageTemplates
    /// What the API says of itself.
    let description: APIDescription
    private let logger: Logger
    private let gate: Gatekeeper
    private let turnstile: Turnstile
    /// Large bodies from whoever reaches the port; few at once, because each is held in memory.
    private let uploads = Turnstile(.init(atWork: 3, atWorkEach: 1, waitingEach: 3, waiting: 12))

    /// Makes a server.
    ///
    /// - Parameter pageTemplates: the directory `templates/console`; a template that could let a value break out of its
    ///   place refuses the start.
    public init(services: ConsoleServices, pageTemplates: String, logger: Logger) throws {
        try self.init(services: services, pageTemplates: pageTemplates, logger: logger, limits: Turnstile.Limits())
    }

    init(services: ConsoleServices, pageTemplates: String, logger: Logger, limits: Turnstile.Limits) throws {
        turnstile = Turnstile(limits)
        self.services = services
        self.logger = logger
        pages = try PageTemplates(directory: pageTemplates, isRehearsal: services.settings.isRehearsal)
        description = try APIDescription(directory: pageTemplates + "/api")
        gate = Gatekeeper(
            credentials: services.credentials, clock: services.clock, proxies: services.settings.proxies)
    }

    /// Every address with its method, in a stable order.
    var endpoints: [Endpoint] {
        let table = described
        return table
            + DocsPages(services: services, templates: pages, description: description, table: table).endpoints
    }

    /// All but those that describe the others.
    private var described: [Endpoint] {
        NoticeAPI(services: services).endpoints + BatchAPI(services: services).endpoints
            + PeopleAPI(services: services).endpoints + InboxAPI(services: services).endpoints
            + OperationAPI(services: services).endpoints + QuarantineAPI(services: services).endpoints
            + KeyAPI(services: services).endpoints + WebhookAPI(services: services).endpoints
            + TeamAPI(services: services).endpoints + AgreementAPI(services: services).endpoints
            + TrainingAPI(services: services).endpoints + PayAPI(services: services).endpoints
            + HandoverAPI(services: services).endpoints + HandoverItemAPI(services: services).endpoints
            + ReceiptsIn(services: services, logger: logger).endpoints
            + ClientAPI(services: services).endpoints + ClientOwnershipAPI(services: services).endpoints
            + LinkPages(services: services, templates: pages).endpoints
            + SignInPages(services: services, templates: pages).endpoints
            + NoticePages(services: services, templates: pages).endpoints
            + ProofReportPages(services: services, templates: pages).endpoints
            + IssuePages(services: services, templates: pages).endpoints
            + BatchPages(services: services, templates: pages).endpoints
            + BatchIssuePages(services: services, templates: pages).endpoints
            + BatchClientPages(services: services, templates: pages).endpoints
            + TemplatePages(services: services, templates: pages).endpoints
            + InboxPages(services: services, templates: pages).endpoints
            + peopleEndpoints + peoplePages + accountEndpoints
    }

    /// Who may sign in, and how it is done through an identity provider.
    private var accountEndpoints: [Endpoint] {
        AccountAPI(services: services).endpoints + AccountPages(services: services, templates: pages).endpoints
            + OpenIDPages(services: services, templates: pages, logger: logger).endpoints
    }

    /// Those of the HR core, a line a subject.
    private var peopleEndpoints: [Endpoint] {
        RosterAPI(services: services).endpoints
            + RosterFilesAPI(services: services).endpoints
            + DossierAPI(services: services).endpoints
            + AttendanceAPI(services: services).endpoints + PerformanceAPI(services: services).endpoints
            + RiskAPI(services: services).endpoints + RiskSignalAPI(services: services).endpoints
    }

    /// The same in the browser.
    private var peoplePages: [Endpoint] {
        PeoplePages(services: services, templates: pages).endpoints
            + ClientPages(services: services, templates: pages).endpoints
            + HandoverPages(services: services, templates: pages).endpoints
            + AlertPages(services: services, templates: pages).endpoints
            + RiskPages(services: services, templates: pages).endpoints
            + RiskRulesPages(services: services, templates: pages).endpoints
            + AttendancePages(services: services, templates: pages).endpoints
            + PerformancePages(services: services, templates: pages).endpoints
            + PayPages(services: services, templates: pages).endpoints
            + ownPages
            + SearchPages(services: services, templates: pages).endpoints
            + VerifyPages(services: services, templates: pages).endpoints
            + OperatorPages(services: services, templates: pages).endpoints
            + WebhookPages(services: services, templates: pages).endpoints
            + HelpPages(templates: pages).endpoints
    }

    /// What people do for themselves.
    private var ownPages: [Endpoint] {
        TrainingPages(services: services, templates: pages).endpoints
            + ExamPages(services: services, templates: pages).endpoints
            + AgreementPages(services: services, templates: pages).endpoints
            + OwnDataPages(services: services, templates: pages).endpoints
    }

    /// The table as a router.
    public func makeRouter() -> Router<ConsoleContext> {
        let router = Router(context: ConsoleContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: AccessLog(logger: logger, clock: services.clock))
        router.add(
            middleware: SecurityHeaders(
                isSecure: services.settings.publicBaseURL?.hasPrefix("https://") ?? false))
        router.add(middleware: LastResort(logger: logger, pages: pages))
        let endpoints = endpoints
        for endpoint in endpoints {
            router.on(RouterPath(endpoint.path), method: endpoint.method) { request, context in
                try await answer(request, context, by: endpoint)
            }
        }
        for (path, same) in Dictionary(grouping: endpoints, by: \.path) {
            let taken = same.map(\.method)
            for method in Self.methods where !taken.contains(method) && !(method == .head && taken.contains(.get)) {
                router.on(RouterPath(path), method: method) { _, context -> Response in
                    context.trace.note { $0.route = path }
                    throw Problem.methodNotAllowed(taken.map(\.rawValue).sorted())
                }
            }
        }
        return router
    }

    /// The router behind a listening socket; a service to be run with the others.
    ///
    /// - Parameters:
    ///   - maximumConnections: more than these wait in the system's queue, where they cost no descriptor.
    ///   - slowest: how long a request body may take whatever its size; beyond it 8 KiB a second are asked for.
    ///   - onRunning: told the port once connections are taken; with port 0 the system chooses one.
    public func makeApplication(
        host: String, port: Int, maximumConnections: Int = 1024, slowest: Duration = .seconds(60),
        onRunning: @escaping @Sendable (Int) async -> Void = { _ in }
    ) -> some ApplicationProtocol {
        // A peer that neither sends nor reads for half a minute is gone or means harm.
        Application(
            router: makeRouter(),
            server: .http1(
                configuration: .init(
                    additionalChannelHandlers: [BodyDeadline(.init(grace: slowest))], idleTimeout: .seconds(30))),
            configuration: ApplicationConfiguration(
                address: .hostname(host, port: port),
                availableConnectionsDelegate: MaximumAvailableConnections(maximumConnections)),
            onServerRunning: { channel in await onRunning(channel.localAddress?.port ?? port) }, logger: logger)
    }

    private static let methods: [HTTPRequest.Method] = [.get, .head, .post, .put, .patch, .delete, .options]

    private func answer(
        _ request: Request, _ context: ConsoleContext, by endpoint: Endpoint
    ) async throws -> Response {
        context.trace.note { $0.route = endpoint.path }
        do {
            let (key, signedIn, client) = try await admitted(request, context, endpoint)
            // Addresses without a key or a session have limits of their own: links and sign-in count tries, call-backs a
            // secret; what monitoring asks for is found out once in a while (`Recent`).
            guard let caller = key?.id ?? signedIn?.account.id.rawValue else {
                if endpoint.style == .page, endpoint.bodyLimit > Endpoint.ordinaryBody {
                    return try await uploads.pass(client) {
                        try await endpoint.answer(call(request, context, endpoint, nil, nil, client)).response
                    }
                }
                return try await endpoint.answer(call(request, context, endpoint, key, nil, client)).response
            }
            return try await turnstile.pass(caller) {
                let call = try await call(request, context, endpoint, key, signedIn, client)
                // Whoever has left is refused before anything they send is looked at (S-86).
                if endpoint.access == .people { _ = try await services.actor(call) }
                try await services.requireReach(of: key, endpoint, call)
                var reply = try await endpoint.answer(call)
                if endpoint.style == .page, reply.status == 303 { reply.remember(call) }
                return reply.response
            }
        } catch let needed as SignInNeeded {
            return Reply.seeOther(Site.signIn(next: needed.next)).response
        } catch  where endpoint.style == .page {
            let problem = problem(for: error, context)
            // Whoever has signed in is told why; behind a link or at the door a stranger may stand.
            return pages.refusal(problem, language: PageLanguage(request), saysWhy: endpoint.isBehindTheDoor).response
        }
    }

    /// Whose key or session the request bears, if it may use the address at all, and from where it comes.
    private func admitted(
        _ request: Request, _ context: ConsoleContext, _ endpoint: Endpoint
    ) async throws -> (key: APIKey?, signedIn: SignedIn?, client: String) {
        let client = gate.client(request, peer: context.peer)
        do {
            let key = try await gate.admit(request, to: endpoint.access, client: client)
            let signedIn = try await services.signIn.admit(
                request, to: endpoint, cookieName: services.settings.cookieName)
            return (key, signedIn, client)
        } catch {
            // Whether the rest can be read does not matter: the refusal is what is told.
            _ = try? await Self.body(of: request, limit: 0)
            throw error
        }
    }

    /// The request as a call, its body read.
    private func call(
        _ request: Request, _ context: ConsoleContext, _ endpoint: Endpoint, _ key: APIKey?, _ signedIn: SignedIn?,
        _ client: String
    ) async throws -> Call {
        var parameters: [String: String] = [:]
        for name in endpoint.parameterNames { parameters[name] = context.parameters.get(name) }
        context.trace.note { facts in
            facts.key = key?.id
            facts.notice = parameters["notice"].flatMap(Self.loggable)
            facts.delivery = parameters["delivery"].flatMap(Self.loggable)
        }
        var call = Call(
            method: request.method.rawValue, path: request.uri.path, parameters: parameters,
            rawQuery: request.uri.query ?? "", headers: request.headers, authority: request.head.authority ?? "",
            body: try await Self.body(of: request, limit: endpoint.bodyLimit), key: key, client: client,
            signedIn: signedIn)
        if let signedIn, endpoint.method == .post {
            let type = request.headers.values(of: "Content-Type").first ?? ""
            let upload = try endpoint.file.flatMap { file throws(Problem) in
                MultipartForm.boundary(type) == nil
                    ? nil : try MultipartForm(call.body, contentType: type, file: file)
            }
            call.file = upload?.file ?? []
            call.form = try FormFields(
                checking: call, of: signedIn, publicBaseURL: services.settings.publicBaseURL,
                fields: upload.map { FormFields(values: $0.fields) }
            ).values
        }
        return call
    }

    private static func loggable(_ value: String) -> String? {
        value.utf8.count <= 64 && value.utf8.allSatisfy(\.isNameByte) ? value : nil
    }

    /// How much of a body nobody wants is read and thrown away.
    ///
    /// A client that sends everything before it reads would otherwise wait for the idle timeout instead of hearing why it
    /// was refused.
    private static let discarded = 16 << 20

    /// Keeps no more than the limit in memory; what is larger is read to its end, within reason, and refused.
    private static func body(of request: Request, limit: Int) async throws -> [UInt8] {
        let announced = request.headers.values(of: "Content-Length").first.flatMap { Int($0) } ?? 0
        guard announced <= limit + discarded else { throw Problem.tooLarge(limit) }
        var isTooLarge = announced > limit
        var body: [UInt8] = []
        var length = 0
        for try await part in request.body {
            length += part.readableBytes
            if length > limit {
                isTooLarge = true
                body = []
            }
            guard length <= limit + discarded else { break }
            if !isTooLarge { part.withUnsafeReadableBytes { body.append(contentsOf: $0) } }
        }
        guard !isTooLarge else { throw Problem.tooLarge(limit) }
        return body
    }

    private func problem(for error: any Error, _ context: ConsoleContext) -> Problem {
        LastResort(logger: logger).problem(for: error, context)
    }
}

extension Endpoint {
    /// The names that stand for segments of the path.
    var parameterNames: [String] {
        path.split(separator: "/").filter { $0.hasPrefix("{") && $0.hasSuffix("}") }
            .map { String($0.dropFirst().dropLast()) }
    }
}

/// Turns whatever was thrown into an answer; nothing gets past it.
struct LastResort: RouterMiddleware {
    let logger: Logger
    /// For people who mistyped an address; programs are answered in JSON.
    var pages: PageTemplates?

    func handle(
        _ request: Request, context: ConsoleContext, next: (Request, ConsoleContext) async throws -> Response
    ) async throws -> Response {
        do { return try await next(request, context) } catch {
            let problem = problem(for: error, context)
            // Only where no endpoint was found: those that exist know in what form they answer.
            if let pages, context.trace.facts.route == nil, request.headers[.accept]?.contains("text/html") == true {
                return pages.refusal(problem, language: PageLanguage(request)).response
            }
            return Reply.problem(problem).response
        }
    }

    /// The error as a problem; a fault of ours is logged under a new incident id.
    func problem(for error: any Error, _ context: ConsoleContext) -> Problem {
        var problem: Problem
        if let known = Problem(known: error) {
            problem = known
            // The caller needs no more than that it passes; whoever runs us wants the words.
            if error is any PassingFault {
                logger.warning("route=\(context.trace.facts.route ?? "none") error=\(error)")
            }
        } else if let http = error as? any HTTPResponseError {
            problem = http.status == .notFound ? .notFound() : .malformed("the request cannot be read; check it")
        } else {
            let incident = Self.incident()
            logger.error("incident=\(incident) route=\(context.trace.facts.route ?? "none") error=\(error)")
            problem = .incident(incident)
        }
        context.trace.note { facts in
            facts.problem = problem.code
            facts.incident = problem.incident
        }
        return problem
    }

    private static func incident() -> String { String(Hex.encode(SecureRandom.bytes(6))) }
}
