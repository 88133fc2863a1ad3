import Evidence
import Notices

/// Registers web hooks, shows what they were told, and has it sent again.
///
/// The secret is shown once, when it is made; it lies sealed.
struct WebhookAPI: Sendable {
    let services: ConsoleServices

    private var desk: WebhookDesk { services.webhooks }

    var endpoints: [Endpoint] {
        let administer = Endpoint.Access.scope(.administer)
        return [
            Endpoint(.post, Site.webhooks, administer, answer: add),
            Endpoint(.get, Site.webhooks, administer, answer: list),
            Endpoint(.get, Site.webhookEvents, administer, answer: events),
            Endpoint(.get, Site.webhook, administer, answer: show),
            Endpoint(.post, Site.webhookRotation, administer, answer: rotate),
            Endpoint(.post, Site.webhookDisabling, administer, answer: disable),
            Endpoint(.post, Site.webhookEnabling, administer, answer: enable),
            Endpoint(.post, Site.webhookTest, administer, answer: test),
            Endpoint(.get, Site.webhookMessages, administer, answer: messages),
            Endpoint(.get, Site.webhookAttempts, administer, answer: attempts),
            Endpoint(.post, Site.webhookResend, administer, answer: resend),
        ]
    }

    // MARK: Registering

    private func add(_ call: Call) async throws -> Reply {
        var reader = ObjectReader(body: try call.json())
        let (url, name) = (reader.line("url", maximum: 500), reader.line("name", maximum: 100))
        let events = reader.lines("events", maximum: 200, isRequired: true)
        try reader.finish()
        guard let url, let name else { throw reader.refusal }
        let (webhook, secret) = try await desk.add(url: url, name: name, events: Set(events), by: call.principal)
        return Self.shown(webhook, secret, status: 201)
    }

    private static func shown(_ webhook: Webhook, _ secret: WebhookSecret, status: Int) -> Reply {
        .json(.object(webhook.members.merging(["secret": .string(secret.text)]) { $1 }), status: status)
    }

    private func list(_ call: Call) async throws -> Reply {
        _ = try call.query([])
        return .json(.object(["items": .array(try await desk.webhooks().map { .object($0.members) })]))
    }

    private func events(_ call: Call) async throws -> Reply {
        _ = try call.query([])
        let subjects = desk.events.subjects.sorted { $0.key < $1.key }.map { subject, events -> JSONValue in
            .object([
                "subject": .string(subject),
                "events": .array(events.map(\.rawValue).sorted().map { .string($0) }),
            ])
        }
        return .json(.object(["items": .array(subjects)]))
    }

    private func show(_ call: Call) async throws -> Reply {
        _ = try call.query([])
        return .json(.object(try await desk.webhook(try call.webhook()).members))
    }

    private func rotate(_ call: Call) async throws -> Reply {
        var reader = ObjectReader(body: try call.json())
        let hours = reader.optionalInteger("overlapHours")
        if let hours, !(0...168).contains(hours) { reader.fault("overlapHours", "\(hours) is not 0 to 168") }
        try reader.finish()
        let (webhook, secret) = try await desk.rotate(
            try call.webhook(), overlap: hours.map { .seconds($0 * 3600) } ?? WebhookDesk.overlap, by: call.principal)
        return Self.shown(webhook, secret, status: 200)
    }

    private func disable(_ call: Call) async throws -> Reply {
        let webhook = try await desk.disable(try call.webhook(), reason: try call.reason(), by: call.principal)
        return .json(.object(webhook.members))
    }

    private func enable(_ call: Call) async throws -> Reply {
        var reader = ObjectReader(body: try call.json())
        let reason = reader.text("reason", maximum: 2000)
        let missed = reader.value("missed").map { _ in reader.bool("missed") } ?? false
        try reader.finish()
        guard let reason, let missed else { throw reader.refusal }
        let webhook = try await desk.enable(
            try call.webhook(), reason: reason, missed: missed, by: call.principal)
        return .json(.object(webhook.members))
    }

    // MARK: Messages

    private func test(_ call: Call) async throws -> Reply {
        .json(try await desk.test(try call.webhook(), by: call.principal).json, status: 202)
    }

    private func messages(_ call: Call) async throws -> Reply {
        let query = try call.query(["cursor", "limit", "state"])
        let page = try Page(query)
        let state = try query["state"].map { text in
            guard let state = WebhookMessage.State(rawValue: text) else {
                let known = WebhookMessage.State.allCases.map(\.rawValue).joined(separator: ", ")
                throw Problem.malformed("state \"\(shortened(text))\" is not one of \(known)")
            }
            return state
        }
        let found = try await desk.messages(
            of: try call.webhook(), in: state, after: page.cursor, limit: page.limit + 1)
        return page.reply(found, id: \.id, json: \.json)
    }

    private func attempts(_ call: Call) async throws -> Reply {
        _ = try call.query([])
        let attempts = try await desk.attempts(at: try call.parameter("message"), of: try call.webhook())
        return .json(.object(["items": .array(attempts.map(\.json))]))
    }

    private func resend(_ call: Call) async throws -> Reply {
        let message = try await desk.resend(
            try call.parameter("message"), of: try call.webhook(), by: call.principal)
        return .json(message.json, status: 202)
    }
}

extension Call {
    /// The web hook that the path names.
    func webhook() throws -> WebhookID { WebhookID(try parameter("webhook")) }
}

extension Webhook {
    /// The web hook as the API shows it: without its secret.
    fileprivate var members: [String: JSONValue] {
        [
            "id": .string(id.rawValue), "url": .string(url), "name": .string(name),
            "events": .array(events.sorted().map { .string($0) }), "state": .string(state.rawValue),
            "disabledReason": disabledReason.map { .string($0) } ?? .null,
            "disabledAt": disabledAt.map { .string($0.rfc3339) } ?? .null,
            "createdAt": .string(createdAt.rfc3339),
            "previousSecretUntil": previousSecretUntil.map { .string($0.rfc3339) } ?? .null,
            "pending": .integer(Int64(counts.pending)), "dead": .integer(Int64(counts.dead)),
        ]
    }
}

extension WebhookMessage {
    fileprivate var json: JSONValue {
        .object([
            "id": .string(id), "webhook": .string(webhook.rawValue), "event": .string(event),
            "state": .string(state.rawValue), "attempts": .integer(Int64(attempts)),
            "createdAt": .string(createdAt.rfc3339), "dueAt": dueAt.map { .string($0.rfc3339) } ?? .null,
            "payload": .string(payload),
        ])
    }
}

extension WebhookAttempt {
    fileprivate var json: JSONValue {
        .object([
            "number": .integer(Int64(number)), "startedAt": .string(startedAt.rfc3339),
            "milliseconds": milliseconds.map { .integer(Int64($0)) } ?? .null,
            "status": status.map { .integer(Int64($0)) } ?? .null, "words": words.map { .string($0) } ?? .null,
        ])
    }
}
