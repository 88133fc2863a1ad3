import Evidence
import Notices
import SQL

/// What web hooks are told, and how far that is.
extension SQLNoticeStore {
    private static let columns: Query = "id, webhook, event, payload, created_at, state, attempts, due_at"

    private static func message(_ row: Row) throws -> WebhookMessage {
        guard let state = WebhookMessage.State(rawValue: try row.get("state")) else {
            throw SQLError(.decoding, "a message to a web hook is in a state that this version does not know")
        }
        return WebhookMessage(
            id: try row.get("id"), webhook: WebhookID(try row.get("webhook")), event: try row.get("event"),
            payload: try row.get("payload"), createdAt: try row.get("created_at"), state: state,
            attempts: try row.get("attempts"), dueAt: try row.get("due_at"))
    }

    // MARK: Looking

    /// Names begin with the moment of the event, so their order is that of time.
    public func messages(
        of id: WebhookID, in state: WebhookMessage.State?, after: String?, limit: Int
    ) async throws -> [WebhookMessage] {
        var condition: Query = "webhook = \(id.rawValue)"
        switch state {
        case .dead: condition += " AND state = 'dead'"
        case let state?: condition += " AND state = \(state.rawValue)"
        case nil: break
        }
        if let after { condition += " AND id < \(after)" }
        let wanted = condition
        return try await database.read { tx in
            try tx.query(
                "SELECT \(Self.columns) FROM webhook_messages WHERE \(wanted) ORDER BY id DESC LIMIT \(limit)"
            ).map(Self.message)
        }
    }

    /// One message.
    public func message(_ message: String, of id: WebhookID) async throws -> WebhookMessage? {
        try await database.read { tx in
            try tx.first(
                "SELECT \(Self.columns) FROM webhook_messages WHERE webhook = \(id.rawValue) AND id = \(message)"
            ).map(Self.message)
        }
    }

    /// In the order in which they were made.
    public func attempts(at message: String, of id: WebhookID) async throws -> [WebhookAttempt] {
        try await database.read { tx in
            try tx.query(
                """
                SELECT number, started_at, milliseconds, status, words FROM webhook_attempts
                WHERE webhook = \(id.rawValue) AND message = \(message) ORDER BY number
                """
            ).map {
                WebhookAttempt(
                    number: try $0.get("number"), startedAt: try $0.get("started_at"),
                    milliseconds: try $0.get("milliseconds"), status: try $0.get("status"), words: try $0.get("words"))
            }
        }
    }

    // MARK: Filling the outbox

    /// Puts a message into the outbox that tells of no entry.
    public func add(_ message: WebhookMessage, evidence: [SignedEntry]) async throws {
        let rows = try await entryRows.stage(evidence)
        try await database.write { tx in
            try tx.executeBatch([Self.insert(message)])
            try tx.executeBatch(rows)
        }
    }

    private static func insert(_ message: WebhookMessage) -> Query {
        """
        INSERT INTO webhook_messages (webhook, id, event, payload, created_at, state, due_at)
        VALUES (\(message.webhook.rawValue), \(message.id), \(message.event), \(message.payload),
            \(message.createdAt), \(message.state.rawValue), \(message.dueAt))
        ON CONFLICT (webhook, id) DO NOTHING
        """
    }

    /// The attempts before count no longer, and neither does its age.
    public func resend(
        _ message: String, of id: WebhookID, at: Timestamp, evidence: [SignedEntry]
    ) async throws -> Bool {
        let rows = try await entryRows.stage(evidence)
        return try await database.write { tx in
            let changed = try tx.execute(
                """
                UPDATE webhook_messages SET state = 'pending', due_at = \(at), created_at = \(at),
                    attempts_before = attempts
                WHERE webhook = \(id.rawValue) AND id = \(message) AND state <> 'pending'
                """)
            guard changed == 1 else { return false }
            try tx.executeBatch(rows)
            return true
        }
    }

    /// Along the index on leaves; bodies stay sealed.
    public func entries(from leaf: Int, limit: Int) async throws -> [ToldEntry] {
        try await database.read { tx in
            let rows = try tx.query(
                """
                SELECT leaf_index, id, event, notice, recipient, delivery, attempt, learnt_at FROM evidence_entries
                WHERE leaf_index >= \(leaf) ORDER BY leaf_index LIMIT \(limit)
                """)
            let ids: [String] = try rows.map { try $0.get("id") }
            var things: [String: [ToldEntry.Thing]] = [:]
            for part in ids.chunks(of: 500) {
                let found = try tx.query(
                    "SELECT entry, kind, id FROM act_subjects WHERE entry IN \(list: part) ORDER BY kind, id")
                for row in found {
                    things[try row.get("entry"), default: []].append(
                        ToldEntry.Thing(kind: try row.get("kind"), id: try row.get("id")))
                }
            }
            let rehearsed = try Self.rehearsed(Set(try rows.compactMap { try $0.get("notice", as: String?.self) }), tx)
            return try zip(rows, ids).map { row, id in
                let notice: String? = try row.get("notice")
                return ToldEntry(
                    leaf: try row.get("leaf_index"), id: id, event: EvidenceEvent(rawValue: try row.get("event")),
                    subject: EvidenceSubject(
                        notice: notice, recipient: try row.get("recipient"), delivery: try row.get("delivery"),
                        attempt: try row.get("attempt")),
                    things: things[id] ?? [], learntAt: try row.get("learnt_at"),
                    isRehearsal: notice.map(rehearsed.contains) ?? false)
            }
        }
    }

    /// Which of these notices were issued in a rehearsal.
    private static func rehearsed(_ notices: Set<String>, _ tx: any SQLTransaction) throws -> Set<String> {
        var rehearsed: Set<String> = []
        for part in notices.sorted().chunks(of: 500) {
            for row in try tx.query("SELECT id, details FROM notices WHERE id IN \(list: part)")
            where try NoticeRows.isRehearsal(try row.get("details")) {
                rehearsed.insert(try row.get("id"))
            }
        }
        return rehearsed
    }

    /// Compares and swaps the leaf: of two processes one tells.
    public func tell(
        _ id: WebhookID, from leaf: Int, to next: Int, _ messages: [WebhookMessage]
    ) async throws -> Bool {
        let rows = messages.map(Self.insert)
        return try await database.write { tx in
            let moved = try tx.execute(
                """
                UPDATE webhooks SET next_leaf = \(next)
                WHERE id = \(id.rawValue) AND next_leaf = \(leaf) AND state = 'active'
                """)
            guard moved == 1 else { return false }
            try tx.executeBatch(rows)
            return true
        }
    }

    /// Counts no further than asked.
    public func waits(_ count: Int, for id: WebhookID) async throws -> Bool {
        try await database.read { tx in
            try tx.first(
                """
                SELECT id FROM webhook_messages WHERE webhook = \(id.rawValue) AND state = 'pending'
                ORDER BY due_at LIMIT 1 OFFSET \(count - 1)
                """) != nil
        }
    }

    // MARK: Emptying it

    /// Looked at first without writing: an idle outbox must not have the disk synced every second.
    public func claim(_ id: WebhookID, _ lease: Lease, limit: Int) async throws -> [WebhookClaim] {
        let due: Query = """
            SELECT id FROM webhook_messages
            WHERE webhook = \(id.rawValue) AND state = 'pending' AND due_at <= \(lease.now) ORDER BY due_at
            """
        guard try await database.read({ tx in try tx.first("\(due) LIMIT 1") != nil }) else { return [] }
        return try await database.write { tx in
            let rows = try tx.query(
                """
                WITH due AS MATERIALIZED (\(due) LIMIT \(limit) \(tx.dialect.skippingLocked))
                UPDATE webhook_messages SET due_at = \(lease.until), lease_owner = \(lease.owner), fence = fence + 1,
                    attempts = attempts + 1
                WHERE webhook = \(id.rawValue) AND id IN (SELECT id FROM due)
                RETURNING \(Self.columns), attempts_before, fence
                """)
            let claims = try rows.map { row in
                let message = try Self.message(row)
                return WebhookClaim(
                    message: message, tries: message.attempts - (try row.get("attempts_before", as: Int.self)),
                    fence: try row.get("fence"))
            }
            try tx.executeBatch(
                claims.map {
                    """
                    INSERT INTO webhook_attempts (webhook, message, number, started_at)
                    VALUES (\(id.rawValue), \($0.message.id), \($0.message.attempts), \(lease.now))
                    """
                })
            return claims
        }
    }

    /// What an attempt saw is kept even where another lease decides over the message by now.
    public func record(_ outcomes: [WebhookOutcome], of id: WebhookID) async throws {
        try await database.write { tx in
            try tx.executeBatch(
                outcomes.map {
                    """
                    UPDATE webhook_attempts SET milliseconds = \($0.attempt.milliseconds),
                        status = \($0.attempt.status), words = \($0.attempt.words)
                    WHERE webhook = \(id.rawValue) AND message = \($0.message) AND number = \($0.attempt.number)
                    """
                })
            try tx.executeBatch(
                outcomes.map {
                    """
                    UPDATE webhook_messages SET state = \($0.state.rawValue), due_at = \($0.dueAt), lease_owner = NULL
                    WHERE webhook = \(id.rawValue) AND id = \($0.message) AND fence = \($0.fence)
                    """
                })
        }
    }

    /// Attempts first: they name their message.
    public func dropDelivered(before: Timestamp, limit: Int) async throws -> Int {
        let old: Query = """
            SELECT webhook, id FROM webhook_messages WHERE state = 'delivered' AND created_at < \(before)
            ORDER BY created_at LIMIT \(limit)
            """
        guard try await database.read({ tx in try tx.first(old) != nil }) else { return 0 }
        return try await database.write { tx in
            let names = try tx.query(old).map {
                (webhook: try $0.get("webhook", as: String.self), id: try $0.get("id", as: String.self))
            }
            try tx.executeBatch(
                names.map { "DELETE FROM webhook_attempts WHERE webhook = \($0.webhook) AND message = \($0.id)" })
            try tx.executeBatch(
                names.map { "DELETE FROM webhook_messages WHERE webhook = \($0.webhook) AND id = \($0.id)" })
            return names.count
        }
    }
}
