import Evidence
import Hummingbird
import Notices

/// Web hooks for whoever keeps them running: what waits, what was given up and why, and sending it again.
struct WebhookPages: Sendable {
    let services: ConsoleServices
    let templates: PageTemplates

    private var desk: WebhookDesk { services.webhooks }

    var endpoints: [Endpoint] {
        let operate = Endpoint.Access.session([.administer])
        return [
            Endpoint(.get, Site.webhookList, operate, bodyLimit: 0, style: .page, answer: list),
            Endpoint(.get, Site.webhookPage, operate, bodyLimit: 0, style: .page) { try await show($0, error: nil) },
            Endpoint(.post, Site.webhookPage, operate, bodyLimit: 16 << 10, style: .page, answer: act),
            Endpoint(.get, Site.webhookMessagePage, operate, bodyLimit: 0, style: .page) {
                try await message($0, error: nil)
            },
            Endpoint(.post, Site.webhookMessagePage, operate, bodyLimit: 16 << 10, style: .page, answer: resend),
        ]
    }

    /// Newest first; a page is enough to see what ails a receiver, the API lists all.
    private static let limit = 50

    // MARK: Looking

    private func list(_ call: Call) async throws -> Reply {
        _ = try call.query(["lang"])
        let make = PageMaker(call, templates)
        let frame = make.frame(make.word("webhooks"))
        let webhooks = try await desk.webhooks().map { WebhookView($0, make) }
        return make.reply(
            "webhooks", WebhookListPage(frame: frame, w: frame.w, webhooks: webhooks, isEmpty: webhooks.isEmpty))
    }

    private func show(_ call: Call, error: String?, status: Int = 200) async throws -> Reply {
        let query = try call.query(["lang", "state"])
        let make = PageMaker(call, templates)
        let id = try call.webhook()
        let webhook = try await desk.webhook(id)
        let state = query["state"].flatMap { WebhookMessage.State(rawValue: $0) }
        let messages = try await desk.messages(of: id, in: state, limit: Self.limit)
        let frame = make.frame(webhook.name)
        return make.reply(
            "webhook",
            WebhookPage(
                frame: frame, w: frame.w, webhook: WebhookView(webhook, make),
                messages: messages.map { WebhookMessageView($0, make) }, isEmpty: messages.isEmpty,
                deadOnly: Site.page(Site.webhookPage, id) + "?state=dead", error: error), status: status)
    }

    private func message(_ call: Call, error: String?, status: Int = 200) async throws -> Reply {
        _ = try call.query(["lang"])
        let make = PageMaker(call, templates)
        let (id, name) = (try call.webhook(), try call.parameter("message"))
        let webhook = try await desk.webhook(id)
        let attempts = try await desk.attempts(at: name, of: id)
        let message = try await desk.message(name, of: id)
        let frame = make.frame(message.event)
        return make.reply(
            "webhook-message",
            WebhookMessagePage(
                frame: frame, w: frame.w, webhook: WebhookView(webhook, make),
                message: WebhookMessageView(message, make), payload: message.payload,
                attempts: attempts.map {
                    WebhookMessagePage.Attempt(
                        number: $0.number, at: make.time($0.startedAt), status: $0.status.map { "\($0)" } ?? "—",
                        milliseconds: $0.milliseconds.map { "\($0)" } ?? "—",
                        words: $0.words ?? make.word("webhook_noOutcome"))
                }, canResend: message.state != .pending, error: error), status: status)
    }

    // MARK: Acting

    private func act(_ call: Call) async throws -> Reply {
        let id = try call.webhook()
        let reason = call.form["reason"] ?? ""
        do {
            switch call.form["act"] {
            case "disable": _ = try await desk.disable(id, reason: reason, by: call.principal)
            case "enable":
                _ = try await desk.enable(
                    id, reason: reason, missed: call.form["missed"] == "yes", by: call.principal)
            case "test": _ = try await desk.test(id, by: call.principal)
            default: throw Problem.malformed("act is not one of disable, enable, test")
            }
            return .seeOther(Site.page(Site.webhookPage, id))
        } catch let refusal as NoticeError where refusal.code == .conflict || refusal.code == .invalid {
            let why = PageMaker(call, templates).phrases.refusal(refusal)
            return try await show(call, error: why, status: Problem(refusal).status)
        }
    }

    private func resend(_ call: Call) async throws -> Reply {
        let (id, name) = (try call.webhook(), try call.parameter("message"))
        do {
            _ = try await desk.resend(name, of: id, by: call.principal)
            return .seeOther(Site.page(Site.webhookMessagePage, id, message: name))
        } catch let refusal as NoticeError where refusal.code == .conflict {
            let why = PageMaker(call, templates).phrases.refusal(refusal)
            return try await message(call, error: why, status: Problem(refusal).status)
        }
    }
}

extension Site {
    /// Web hooks, in the browser.
    public static let webhookList = "/operation/webhooks"
    /// One web hook with what it was told.
    public static let webhookPage = "/operation/webhooks/{webhook}"
    /// One message with the attempts at it.
    public static let webhookMessagePage = "/operation/webhooks/{webhook}/messages/{message}"

    /// A page about one web hook, or one message to it.
    static func page(_ pattern: String, _ webhook: WebhookID, message: String = "") -> String {
        pattern.replacing("{webhook}", with: webhook.rawValue).replacing("{message}", with: message)
    }
}
