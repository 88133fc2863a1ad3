import Evidence
import Notices
import SQL

/// Web hooks themselves; what they are told is in `SQLNoticeStore+webhookMessages.swift`.
extension SQLNoticeStore: WebhookStore {
    private static func place(_ id: WebhookID) -> String { NoticeRows.place("webhook secret", id.rawValue) }

    /// It begins where the log ends at this moment.
    public func add(_ webhook: Webhook, secret: WebhookSecret, limit: Int, evidence: [SignedEntry]) async throws {
        let sealed = try await key(for: KeyRing.organisation).seal(secret.bytes, place: Self.place(webhook.id)).bytes
        let rows = try await entryRows.stage(evidence)
        let events = webhook.events.sorted().joined(separator: " ")
        try await database.write { tx in
            let count: Int = try tx.first("SELECT count(*) AS n FROM webhooks")?.get("n") ?? 0
            guard count < limit else {
                throw NoticeError(
                    .conflict, "there are \(count) web hooks, and no more than \(limit) are served; use one of them")
            }
            let size = try Self.logSize(tx)
            try tx.execute(
                """
                INSERT INTO webhooks (id, name, url, events, secret, state, created_at, next_leaf)
                VALUES (\(webhook.id.rawValue), \(webhook.name), \(webhook.url), \(events), \(sealed),
                    \(Webhook.State.active.rawValue), \(webhook.createdAt), \(size))
                """)
            try tx.executeBatch(rows)
        }
    }

    private static func logSize(_ tx: any SQLTransaction) throws -> Int {
        try tx.first("SELECT size FROM checkpoints ORDER BY size DESC LIMIT 1")?.get("size") ?? 0
    }

    /// A handful of rows, with counts along partial indexes.
    public func webhooks() async throws -> [Webhook] {
        try await database.read { tx in
            try Self.webhooks("ORDER BY created_at, id", tx).map { try Self.counted($0, tx) }
        }
    }

    /// By id.
    public func webhook(_ id: WebhookID) async throws -> Webhook? {
        try await database.read { tx in
            try Self.webhooks("WHERE id = \(id.rawValue)", tx).first.map { try Self.counted($0, tx) }
        }
    }

    /// Asked for at every look, so without counts.
    public func activeWebhooks() async throws -> [Webhook] {
        try await database.read { tx in try Self.webhooks("WHERE state = 'active' ORDER BY created_at, id", tx) }
    }

    private static func webhooks(_ condition: Query, _ tx: any SQLTransaction) throws -> [Webhook] {
        try tx.query(
            """
            SELECT id, name, url, events, state, disabled_reason, disabled_at, created_at, previous_until, next_leaf
            FROM webhooks \(condition)
            """
        ).map { row in
            let events: String = try row.get("events")
            guard let state = Webhook.State(rawValue: try row.get("state")) else {
                throw SQLError(.decoding, "a web hook is in a state that this version does not know")
            }
            return Webhook(
                id: WebhookID(try row.get("id")), url: try row.get("url"), name: try row.get("name"),
                events: Set(events.split(separator: " ").map(String.init)), state: state,
                disabledReason: try row.get("disabled_reason"), disabledAt: try row.get("disabled_at"),
                createdAt: try row.get("created_at"), previousSecretUntil: try row.get("previous_until"),
                nextLeaf: try row.get("next_leaf"))
        }
    }

    private static func counted(_ webhook: Webhook, _ tx: any SQLTransaction) throws -> Webhook {
        func count(_ state: Query) throws -> Int {
            try tx.first(
                "SELECT count(*) AS n FROM webhook_messages WHERE webhook = \(webhook.id.rawValue) AND state = \(state)"
            )?
            .get("n") ?? 0
        }
        var webhook = webhook
        // Written out, so that both engines see that the partial indexes serve.
        webhook.counts = .init(pending: try count("'pending'"), dead: try count("'dead'"))
        return webhook
    }

    /// The secret of now becomes the one before; nobody keeps a third.
    public func rotate(
        _ id: WebhookID, to secret: WebhookSecret, previousUntil: Timestamp?, evidence: [SignedEntry]
    ) async throws {
        let sealed = try await key(for: KeyRing.organisation).seal(secret.bytes, place: Self.place(id)).bytes
        let rows = try await entryRows.stage(evidence)
        let keep: Query = previousUntil == nil ? "NULL" : "secret"
        try await database.write { tx in
            let changed = try tx.execute(
                """
                UPDATE webhooks SET previous_secret = \(keep), previous_until = \(previousUntil), secret = \(sealed)
                WHERE id = \(id.rawValue)
                """)
            guard changed == 1 else { throw NoticeError(.notFound, "there is no web hook \"\(id)\"") }
            try tx.executeBatch(rows)
        }
    }

    /// The present one, and the one before while its time lasts.
    public func secrets(of id: WebhookID, at now: Timestamp) async throws -> [WebhookSecret] {
        let row = try await database.read { tx in
            try tx.first("SELECT secret, previous_secret, previous_until FROM webhooks WHERE id = \(id.rawValue)")
        }
        guard let row else { return [] }
        let key = try await key(for: KeyRing.organisation)
        func open(_ sealed: [UInt8]) throws -> WebhookSecret {
            WebhookSecret(bytes: try key.open(SealedBytes(bytes: sealed), place: Self.place(id)))
        }
        var secrets = [try open(try row.get("secret"))]
        if let until: Timestamp = try row.get("previous_until"), now < until,
            let previous: [UInt8] = try row.get("previous_secret")
        {
            secrets.append(try open(previous))
        }
        return secrets
    }

    /// Compares and swaps, so that of two that disable it one is on record.
    public func disable(
        _ id: WebhookID, reason: String, at: Timestamp, evidence: [SignedEntry]
    ) async throws -> Bool {
        let rows = try await entryRows.stage(evidence)
        return try await database.write { tx in
            let changed = try tx.execute(
                """
                UPDATE webhooks SET state = 'disabled', disabled_reason = \(reason), disabled_at = \(at)
                WHERE id = \(id.rawValue) AND state = 'active'
                """)
            guard changed == 1 else { return false }
            try tx.executeBatch(rows)
            return true
        }
    }

    /// What waits is due at once.
    public func enable(
        _ id: WebhookID, missed: Bool, at: Timestamp, evidence: [SignedEntry]
    ) async throws -> Bool {
        let rows = try await entryRows.stage(evidence)
        return try await database.write { tx in
            let size = try Self.logSize(tx)
            let leaf: Query = missed ? "next_leaf" : "\(size)"
            let changed = try tx.execute(
                """
                UPDATE webhooks SET state = 'active', disabled_reason = NULL, disabled_at = NULL, next_leaf = \(leaf)
                WHERE id = \(id.rawValue) AND state = 'disabled'
                """)
            guard changed == 1 else { return false }
            try tx.execute(
                "UPDATE webhook_messages SET due_at = \(at) WHERE webhook = \(id.rawValue) AND state = 'pending'")
            try tx.executeBatch(rows)
            return true
        }
    }
}
