import Evidence

/// Registers web hooks and looks after them; every change is evidence.
public struct WebhookDesk: Sendable {
    /// How many there may be: each is served by itself, and each entry is looked at for each.
    public static let maximum = 20
    /// How long both secrets are used unless somebody says otherwise.
    public static let overlap = Duration.seconds(86_400)
    /// The longest that both may be used.
    public static let maximumOverlap = Duration.seconds(7 * 86_400)

    /// What they may be told of.
    public let events: WebhookEvents
    private let store: any WebhookStore
    private let recorder: EvidenceRecorder
    private let clock: any WallClock
    private let fault: @Sendable (String) -> String?
    private let wake: @Sendable () -> Void

    /// Makes a desk.
    ///
    /// - Parameters:
    ///   - fault: what stands against an address, nil when nothing does.
    ///   - wake: wakes whoever sends, because something changed.
    public init(
        store: any WebhookStore, events: WebhookEvents, recorder: EvidenceRecorder, clock: any WallClock,
        fault: @escaping @Sendable (String) -> String?, wake: @escaping @Sendable () -> Void
    ) {
        self.store = store
        self.events = events
        self.recorder = recorder
        self.clock = clock
        self.fault = fault
        self.wake = wake
    }

    // MARK: Registering

    /// Registers an address; the secret is returned once and never shown again.
    public func add(
        url: String, name: String, events names: Set<String>, by principal: Principal
    ) async throws -> (webhook: Webhook, secret: WebhookSecret) {
        var faults: [NoticeError.Fault] = []
        if url.utf8.count > 500 {
            faults.append(.init(field: "url", message: "has \(url.utf8.count) bytes; at most 500 are taken"))
        } else if let fault = fault(url) {
            faults.append(.init(field: "url", message: .said(fault)))
        }
        if names.isEmpty { faults.append(.init(field: "events", message: "is empty; name subjects or events")) }
        for name in names.sorted() {
            if let fault = events.fault(in: name) { faults.append(.init(field: "events", message: .said(fault))) }
        }
        if name.isEmpty || name.utf8.count > 100 {
            faults.append(.init(field: "name", message: "give 1 to 100 bytes by which people know it"))
        }
        guard faults.isEmpty else { throw NoticeError(.invalid, "the web hook cannot be registered", faults: faults) }
        let now = clock.now
        let webhook = Webhook(
            id: WebhookID(SecureRandom.uuid(at: now)), url: url, name: name, events: names, createdAt: now, nextLeaf: 0)
        let secret = WebhookSecret.random()
        let entry = try entry(
            .webhookAdded, webhook.id, principal,
            [
                "url": .string(url), "name": .string(name), "secretHash": .string(SHA256.hash(secret.bytes).hex),
                "events": .array(names.sorted().map { .string($0) }),
            ])
        try await store.add(webhook, secret: secret, limit: Self.maximum, evidence: [entry])
        wake()
        return (try await self.webhook(webhook.id), secret)
    }

    /// All of them.
    public func webhooks() async throws -> [Webhook] { try await store.webhooks() }

    /// One of them.
    public func webhook(_ id: WebhookID) async throws -> Webhook {
        guard let webhook = try await store.webhook(id) else {
            throw NoticeError(.notFound, "there is no web hook \"\(id.rawValue.prefix(60))\"")
        }
        return webhook
    }

    /// Gives it a new secret; until the overlap is over messages carry the signatures of both.
    public func rotate(
        _ id: WebhookID, overlap: Duration = WebhookDesk.overlap, by principal: Principal
    ) async throws -> (webhook: Webhook, secret: WebhookSecret) {
        guard overlap >= .zero, overlap <= Self.maximumOverlap else {
            throw NoticeError(
                .invalid, "overlapHours: give 0 to 168",
                faults: [.init(field: "overlapHours", message: "give 0 to 168")])
        }
        _ = try await webhook(id)
        let until = overlap == .zero ? nil : clock.now.adding(overlap)
        let secret = WebhookSecret.random()
        let entry = try entry(
            .webhookRotated, id, principal,
            [
                "secretHash": .string(SHA256.hash(secret.bytes).hex),
                "previousUntil": until.map { .string($0.rfc3339) } ?? .null,
            ])
        try await store.rotate(id, to: secret, previousUntil: until, evidence: [entry])
        return (try await webhook(id), secret)
    }

    /// Tells it nothing more; what waits goes on waiting.
    public func disable(_ id: WebhookID, reason: String, by principal: Principal) async throws -> Webhook {
        try Self.check(reason)
        _ = try await webhook(id)
        let entry = try entry(.webhookDisabled, id, principal, ["reason": .string(reason)])
        guard try await store.disable(id, reason: reason, at: clock.now, evidence: [entry]) else {
            throw NoticeError(.conflict, "the web hook is disabled already")
        }
        return try await webhook(id)
    }

    /// Tells it again: what waits at once, and with `missed` what entered the log meanwhile too.
    public func enable(
        _ id: WebhookID, reason: String, missed: Bool, by principal: Principal
    ) async throws -> Webhook {
        try Self.check(reason)
        _ = try await webhook(id)
        let entry = try entry(
            .webhookEnabled, id, principal, ["reason": .string(reason), "missed": .bool(missed)])
        guard try await store.enable(id, missed: missed, at: clock.now, evidence: [entry]) else {
            throw NoticeError(.conflict, "the web hook is active already")
        }
        wake()
        return try await webhook(id)
    }

    // MARK: Messages

    /// Its messages, the newest first.
    public func messages(
        of id: WebhookID, in state: WebhookMessage.State? = nil, after: String? = nil, limit: Int
    ) async throws -> [WebhookMessage] {
        _ = try await webhook(id)
        return try await store.messages(of: id, in: state, after: after, limit: limit)
    }

    /// One message.
    public func message(_ message: String, of id: WebhookID) async throws -> WebhookMessage {
        guard let found = try await store.message(message, of: id) else {
            throw NoticeError(.notFound, "the web hook has no message \"\(message.prefix(60))\"")
        }
        return found
    }

    /// The attempts at one message, in order.
    public func attempts(at message: String, of id: WebhookID) async throws -> [WebhookAttempt] {
        _ = try await self.message(message, of: id)
        return try await store.attempts(at: message, of: id)
    }

    /// Sends a message again under the same name, with the whole time before it.
    public func resend(_ message: String, of id: WebhookID, by principal: Principal) async throws -> WebhookMessage {
        let known = try await self.message(message, of: id)
        let entry = try entry(
            .webhookResent, id, principal, ["message": .string(message), "state": .string(known.state.rawValue)])
        guard try await store.resend(message, of: id, at: clock.now, evidence: [entry]) else {
            throw NoticeError(.conflict, "the message still waits for its next attempt; there is nothing to send again")
        }
        wake()
        return try await self.message(message, of: id)
    }

    /// Sends a message that tells of nothing, to try the way.
    public func test(_ id: WebhookID, by principal: Principal) async throws -> WebhookMessage {
        let webhook = try await webhook(id)
        guard webhook.state == .active else {
            throw NoticeError(.conflict, "the web hook is disabled; enable it first")
        }
        let now = clock.now
        let message = WebhookMessage(
            id: "msg_" + SecureRandom.uuid(at: now), webhook: id, event: WebhookPayload.trial,
            payload: WebhookPayload.trial(id, at: now), createdAt: now, dueAt: now)
        let entry = try entry(.webhookResent, id, principal, ["message": .string(message.id), "state": "trial"])
        try await store.add(message, evidence: [entry])
        wake()
        return message
    }

    private func entry(
        _ event: EvidenceEvent, _ id: WebhookID, _ principal: Principal, _ facts: [String: JSONValue]
    ) throws -> SignedEntry {
        try recorder.entry(
            event, at: clock.now,
            facts.merging(["by": principal.facts, "webhook": .string(id.rawValue)]) { ours, _ in ours })
    }

    private static func check(_ reason: String) throws {
        guard !reason.isEmpty, reason.utf8.count <= 2000 else {
            throw NoticeError(
                .invalid, "reason: say why in 1 to 2000 bytes",
                faults: [.init(field: "reason", message: "say why in 1 to 2000 bytes")])
        }
    }
}
