import Evidence
import Hummingbird
import Notices

/// For whoever keeps it running: routes and breakers, what was set aside, the log, health with reasons, the rehearsal.
///
/// No page here shows what a notice says; only a rehearsal shows what it sent, because nobody is meant.
struct OperatorPages: Sendable {
    let services: ConsoleServices
    let templates: PageTemplates

    private var desk: OperationDesk { services.pipeline.operate }

    var endpoints: [Endpoint] {
        let operate = Endpoint.Access.session([.administer])
        return [
            Endpoint(.get, Site.operation, operate, bodyLimit: 0, style: .page, answer: show),
            Endpoint(.post, Site.operationRoute, operate, bodyLimit: 16 << 10, style: .page, answer: route),
            Endpoint(.post, Site.operationNotice, operate, bodyLimit: 16 << 10, style: .page, answer: releaseNotice),
            Endpoint(
                .post, Site.operationDelivery, operate, bodyLimit: 16 << 10, style: .page, answer: releaseDelivery),
            Endpoint(.get, Site.sandbox, operate, bodyLimit: 0, style: .page, answer: sandbox),
        ]
    }

    private func show(_ call: Call) async throws -> Reply {
        _ = try call.query(["lang"])
        return try await show(call, error: nil)
    }

    private func show(_ call: Call, error: String?, status: Int = 200) async throws -> Reply {
        let make = PageMaker(call, templates, library: services.templates)
        let page = OperationPage(
            health: await services.health(), tables: services.routes,
            quarantine: (
                try await desk.quarantinedNotices(limit: OperationPage.limit),
                try await desk.quarantinedDeliveries(limit: OperationPage.limit)
            ), log: try await log(), isRehearsal: services.settings.isRehearsal,
            deciders: try await services.reader.names(
                of: Set(services.routes.flatMap(\.status).compactMap { $0.pause?.by.id })),
            now: services.clock.now, error: error,
            make)
        return make.reply("operation", page, status: status)
    }

    private func log() async throws -> OperationPage.Log {
        OperationPage.Log(
            newest: try await services.log.latestCheckpoint(),
            stamped: try await services.log.latestTimestampedCheckpoint(),
            waiting: try await services.log.stagedEntries(limit: 1001).count,
            outage: try await services.log.timestampOutage())
    }

    /// Does something with a reason; what is refused is said on the page.
    private func act(_ call: Call, _ body: (String) async throws -> Void) async throws -> Reply {
        do {
            try await body(call.form["reason"] ?? "")
            return .seeOther(Site.operation)
        } catch let refusal as NoticeError where refusal.code != .unavailable {
            return try await show(
                call, error: PageMaker(call, templates).phrases.refusal(refusal), status: Problem(refusal).status)
        }
    }

    private func route(_ call: Call) async throws -> Reply {
        let route = RouteID(try call.parameter("route"))
        guard services.routes.contains(where: { $0.knows(route) }) else {
            throw NoticeError(.notFound, "there is no route \"\(shortened(route.rawValue))\"")
        }
        return try await act(call) { reason in
            try await desk.setPaused(call.form["act"] == "pause", route: route, reason: reason, by: call.principal)
        }
    }

    private func releaseNotice(_ call: Call) async throws -> Reply {
        let id = NoticeID(try call.parameter("notice"))
        return try await act(call) { try await desk.release(id, reason: $0, by: call.principal) }
    }

    private func releaseDelivery(_ call: Call) async throws -> Reply {
        let id = DeliveryID(try call.parameter("delivery"))
        return try await act(call) { _ = try await desk.release(id, reason: $0, by: call.principal) }
    }

    // MARK: The rehearsal

    struct SandboxPage: Sendable {
        let frame: Frame
        let w: [String: String]
        let isRehearsal: Bool
        let messages: [Message]
        let isEmpty: Bool
    }

    struct Message: Sendable {
        let channel: String
        let to: String
        let subject: String?
        let text: String
        let at: String
    }

    private func sandbox(_ call: Call) async throws -> Reply {
        _ = try call.query(["lang"])
        let make = PageMaker(call, templates)
        // Outside a rehearsal it holds what test keys have issued; nothing that anybody was sent is ever shown.
        let messages = await services.sandbox()
        let frame = make.frame(make.word("sandbox"))
        return make.reply(
            "sandbox",
            SandboxPage(
                frame: frame, w: frame.w, isRehearsal: services.settings.isRehearsal || !messages.isEmpty,
                messages: messages.suffix(60).reversed().map {
                    Message(
                        channel: make.word("channel_\($0.channel)"), to: $0.to, subject: $0.subject, text: $0.text,
                        at: make.time($0.at))
                }, isEmpty: messages.isEmpty))
    }
}

extension Site {
    /// What keeps running, and what does not.
    public static let operation = "/operation"
    /// Pauses a route or uses it again.
    public static let operationRoute = "/operation/routes/{route}"
    /// Lets a notice go on.
    public static let operationNotice = "/operation/notices/{notice}/release"
    /// Lets a delivery go on.
    public static let operationDelivery = "/operation/deliveries/{delivery}/release"
    /// What a rehearsal has sent.
    public static let sandbox = "/operation/sandbox"
}
