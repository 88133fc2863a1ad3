import Evidence
import Foundation
import Hummingbird
import Logging
import Notices
import SQL
import Synchronization
import TestSupport
import Typeset

@testable import Console

/// The real server on a free port of loopback, before a gateway of real parts.
struct TestServer: Sendable {
    let gateway: TestGateway
    let server: ConsoleServer
    let http: RawHTTP
    let logged: LogLines
    /// Holds every answer to the description of the API.
    let description: AnswerCheck

    /// Lends a running server and stops it afterwards; the log is audited at the end.
    static func with(
        _ backend: Backend = .sqlite, callbacks: [CallbackFeed] = [],
        health: HealthReport = HealthReport(checks: []), onHealth: @escaping @Sendable () -> Void = {},
        limits: Turnstile.Limits = .init(),
        slowest: Duration = .seconds(60), isRehearsal: Bool = false, proxies: Set<String> = [],
        provider: (settings: OpenIDSettings, exchange: ProviderExchange)? = nil,
        database wrap: @escaping @Sendable (any SQLDatabase) -> any SQLDatabase = { $0 },
        _ body: (TestServer) async throws -> Void
    ) async throws {
        var options = TestGateway.Options()
        options.wrap = wrap
        options.isRehearsal = isRehearsal
        try await TestGateway.with(backend, options) { gateway in
            gateway.mail.alwaysAccepts()
            gateway.sms.alwaysAccepts()
            let logged = LogLines()
            let logger = Logger(label: "test", factory: { _ in LogKeeper(lines: logged) })
            let server = try ConsoleServer(
                services: try services(gateway, callbacks, health, onHealth, proxies, provider),
                pageTemplates: TestResources.root + "/templates/console", logger: logger, limits: limits)
            let (ports, port) = AsyncStream.makeStream(of: Int.self)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    defer { port.finish() }
                    try await server.makeApplication(host: "127.0.0.1", port: 0, slowest: slowest) { port.yield($0) }
                        .run()
                }
                guard let bound = await ports.first(where: { _ in true }) else {
                    try await group.next()
                    throw TestSupportError("the server ended before it listened")
                }
                try await body(
                    TestServer(
                        gateway: gateway, server: server, http: RawHTTP(port: bound), logged: logged,
                        description: AnswerCheck(server)))
                group.cancelAll()
                // Ended by us: how it says so does not matter.
                while let ended = await group.nextResult() { _ = ended }
            }
        }
    }

    private static func services(
        _ gateway: TestGateway, _ callbacks: [CallbackFeed], _ health: HealthReport,
        _ onHealth: @escaping @Sendable () -> Void, _ proxies: Set<String>,
        _ provider: (settings: OpenIDSettings, exchange: ProviderExchange)?
    ) throws -> ConsoleServices {
        let keys = gateway.keys
        return ConsoleServices(
            pipeline: gateway.pipeline, addresses: gateway.addresses, retention: gateway.retention,
            reader: gateway.store, inbox: gateway.store, credentials: gateway.store, recipients: gateway.store,
            people: gateway.people, webhooks: gateway.webhookDesk(), team: gateway.teamDesk,
            accounts: gateway.peopleStore,
            templates: try TestResources.templates(),
            log: gateway.log, recorder: gateway.recorder, clock: gateway.clock,
            routes: [gateway.routes[.email], gateway.routes[.sms]].compactMap { $0 }, callbacks: callbacks,
            sealCertificate: { try keys.identity(for: $0).certificate.pem },
            renderMarkdown: { try MarkdownDocument($0).html },
            documents: DocumentMaker(typesetter: try TestResources.typesetter()),
            health: {
                onHealth()
                return health
            },
            metrics: { "songda_notices_total 0\n" }, identityProvider: provider,
            settings: .init(
                version: "test", publicBaseURL: "https://hr.example.com", passKey: keys.link, proxies: proxies,
                isRehearsal: gateway.options.isRehearsal))
    }

    // MARK: Keys

    struct Key: Sendable {
        let id: String
        let secret: String
    }

    /// Puts a key on record, as the administrator's first one is.
    func key(
        _ scopes: APIKey.Scope..., person: PersonID? = nil, kind: APIKey.Kind = .live
    ) async throws -> Key {
        let made = try await desk.make(
            name: "test", kind: kind, scopes: Set(scopes), person: person,
            by: Principal(id: "test", kind: .system, method: "test"))
        return Key(id: made.key.id, secret: made.secret)
    }

    /// Takes a key out of force.
    func revoke(_ key: Key) async throws {
        try await desk.revoke(key.id, by: Principal(id: "test", kind: .system, method: "test"))
    }

    private var desk: APIKeyDesk {
        APIKeyDesk(store: gateway.store, recorder: gateway.recorder, clock: gateway.clock)
    }

    // MARK: Requests

    func get(_ path: String, _ key: Key? = nil, fields: [(String, String)] = []) async throws -> RawAnswer {
        try await checked("GET", path, fields: authorization(key) + fields)
    }

    func post(
        _ path: String, _ key: Key? = nil, _ body: JSONValue? = nil, idempotency: String? = nil, method: String = "POST"
    ) async throws -> RawAnswer {
        try await post(path, key, bytes: body?.canonicalBytes ?? [], idempotency: idempotency, method: method)
    }

    func post(
        _ path: String, _ key: Key? = nil, bytes: [UInt8], type: String = "application/json",
        idempotency: String? = nil, method: String = "POST"
    ) async throws -> RawAnswer {
        var fields = authorization(key) + [("Content-Type", type)]
        if let idempotency { fields.append(("Idempotency-Key", idempotency)) }
        return try await checked(method, path, fields: fields, body: bytes)
    }

    private func checked(
        _ method: String, _ path: String, fields: [(String, String)], body: [UInt8] = []
    ) async throws -> RawAnswer {
        let answer = try await http.send(method, path, fields: fields, body: body)
        description.check(method, path, status: answer.status, type: answer["content-type"], body: answer.body)
        return answer
    }

    func form(_ path: String, _ values: [(String, String)], fields: [(String, String)] = []) async throws -> RawAnswer {
        let body = values.map { "\($0.0)=\(Self.escaped($0.1))" }.joined(separator: "&")
        return try await http.send(
            "POST", path, fields: [("Content-Type", "application/x-www-form-urlencoded")] + fields,
            body: Array(body.utf8))
    }

    private func authorization(_ key: Key?) -> [(String, String)] {
        key.map { [("Authorization", "Bearer \($0.secret)")] } ?? []
    }

    private static func escaped(_ text: String) -> String {
        text.utf8.map { $0.isNameByte ? String(UnicodeScalar($0)) : "%" + String(format: "%02X", $0) }.joined()
    }

    // MARK: What is asked for

    /// A risk alert: a message, no approval.
    static func alert(to person: String = "p-zhangsan", employee: String = "王五") -> JSONValue {
        [
            "issuer": .string(TestGateway.issuer.rawValue), "kind": "risk-alert", "recipients": [.string(person)],
            "fields": [
                "employee": .string(employee), "pattern": "absence", "count": 2,
                "signals": ["2026年11月19日、20日两个排班工作日无打卡记录"], "rule": "考勤规则 attendance-absence 第3版",
            ],
        ]
    }

    /// A dismissal: personal, a PDF, two approvals.
    func dismissal() -> JSONValue {
        let request = gateway.dismissalRequest()
        return [
            "issuer": .string(TestGateway.issuer.rawValue), "kind": "dismissal", "recipients": ["p-zhangsan"],
            "fields": request.fields,
            "declarations": [
                "unionNotifiedAt": .string(gateway.clock.now.adding(.seconds(-5 * 86_400)).rfc3339),
                "protectedStates": [], "evidence": ["E-2026-0911"],
            ],
        ]
    }
}

/// What the server logged.
final class LogLines: Sendable {
    private let lines = Mutex<[String]>([])
    var all: [String] { lines.withLock { $0 } }
    func add(_ line: String) { lines.withLock { $0.append(line) } }
}

struct LogKeeper: LogHandler {
    let lines: LogLines
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.info

    init(lines: LogLines) { self.lines = lines }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) { lines.add("\(event.level) \(event.message)") }
}
