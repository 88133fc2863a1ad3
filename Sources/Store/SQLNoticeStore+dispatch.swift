import Evidence
import Notices
import SQL

extension SQLNoticeStore: DispatchStore {
    /// One statement leases a batch; `due_at` moves to the end of the lease.
    ///
    /// Attempts under way are not due: they wait for their outcome, or for recovery once the lease is over. A delivery that
    /// was claimed before without an outcome is claimed alone: if it is what crashes us, it takes no other along.
    /// It is looked first whether anything is due at all: an idle worker must not have the disk synced every second.
    public func claimDue(_ lease: Lease, channels: Set<ChannelKind>, limit: Int) async throws -> [DeliveryClaim] {
        let names = channels.map(\.rawValue).sorted()
        let mostUrgent: Query = """
            SELECT claims FROM deliveries WHERE channel IN \(list: names) AND due_at <= \(lease.now)
                AND state IN ('queued', 'deferred', 'unknown')
            ORDER BY priority, due_at LIMIT 1
            """
        guard try await database.read({ tx in try tx.first(mostUrgent) != nil }) else { return [] }
        let rows = try await database.write { tx in
            guard let first = try tx.first(mostUrgent) else { return [Row]() }
            let isSuspect = try first.get("claims", as: Int.self) > 0
            let kind: Query = isSuspect ? "claims > 0" : "claims = 0"
            let claimed = try tx.query(
                """
                WITH due AS MATERIALIZED (
                    SELECT id FROM deliveries
                    WHERE channel IN \(list: names) AND due_at <= \(lease.now)
                        AND state IN ('queued', 'deferred', 'unknown') AND \(kind)
                    ORDER BY priority, due_at LIMIT \(isSuspect ? 1 : limit) \(tx.dialect.skippingLocked))
                UPDATE deliveries SET due_at = \(lease.until), lease_owner = \(lease.owner), fence = fence + 1,
                    claims = claims + 1
                WHERE id IN (SELECT id FROM due)
                RETURNING id
                """)
            let ids: [String] = try claimed.map { try $0.get("id") }
            guard !ids.isEmpty else { return [Row]() }
            return try tx.query(
                """
                SELECT \(DeliveryRows.columns), d.fence, d.claims, d.unknowns, d.link_hash, \(NoticeRows.columns),
                    n.content, \(DocumentRows.columns), \(Self.firstOfItsKind) AS reminds_of
                FROM deliveries d JOIN notices n ON n.id = d.notice JOIN documents o ON o.notice = n.id
                WHERE d.id IN \(list: ids) ORDER BY d.priority, d.id
                """)
        }
        guard !rows.isEmpty else { return [] }
        do {
            return try await claims(rows)
        } catch let error as SQLError where error.code != .decoding {
            throw error
        } catch {
            // One of them is damaged. Each is judged alone, so that the sound ones go on.
            var claims: [DeliveryClaim] = []
            for row in rows { claims += try await [claimOrDamage(row)] }
            return claims
        }
    }

    /// The first delivery of a notice to a person over a channel, seen from a later step of the plan; the same at every
    /// attempt, because nothing is added to an earlier step.
    private static let firstOfItsKind: Query = """
        (SELECT min(f.id) FROM deliveries f WHERE f.notice = d.notice AND f.person = d.person
            AND f.channel = d.channel AND f.rung < d.rung)
        """

    private func claims(_ rows: [Row]) async throws -> [DeliveryClaim] {
        let deliveries = try await deliveries(rows)
        let notices = try await notices(rows)
        let contents = try await openContents(rows)
        let documents = try await openDocuments(rows, contents: contents)
        let earlier = try await earlierDeliveries(zip(deliveries, notices).map { ($0, $1.remindsOf) })
        return try rows.indices.map { index in
            let id = notices[index].id.rawValue
            guard let content = contents[id], let document = documents[id] else {
                throw EvidenceError(.erased, "the content of notice \(id) was erased")
            }
            return try Self.claim(
                rows[index], deliveries[index], notices[index], content, document,
                earlier: earlier[deliveries[index].id])
        }
    }

    /// What a reminder that is a notice of its own reminds each person of, over the same channel.
    private func earlierDeliveries(
        _ reminders: [(delivery: Delivery, of: NoticeID?)]
    ) async throws -> [DeliveryID: DeliveryID] {
        let wanted = reminders.filter { $0.of != nil }
        guard !wanted.isEmpty else { return [:] }
        return try await database.read { tx in
            var found: [DeliveryID: DeliveryID] = [:]
            for (delivery, notice) in wanted {
                let first: String? = try tx.first(
                    """
                    SELECT min(id) AS first FROM deliveries WHERE notice = \(notice?.rawValue)
                        AND person = \(delivery.person.rawValue) AND channel = \(delivery.address.channel.rawValue)
                    """)?.get("first")
                found[delivery.id] = first.map { DeliveryID($0) }
            }
            return found
        }
    }

    private static func claim(
        _ row: Row, _ delivery: Delivery, _ notice: Notice, _ content: [UInt8], _ document: SealedNotice,
        earlier: DeliveryID? = nil
    ) throws -> DeliveryClaim {
        DeliveryClaim(
            delivery: delivery, notice: notice, content: content, document: document, fence: try row.get("fence"),
            claims: try row.get("claims"), unknownsBefore: try row.get("unknowns"),
            remindsOf: try earlier ?? row.get("reminds_of", as: String?.self).map { DeliveryID($0) },
            linkHash: try row.get("link_hash"))
    }

    /// The claim of one row; where the sealed columns cannot be opened its content is empty, which matches no hash, so that
    /// the dispatcher sets it aside.
    private func claimOrDamage(_ row: Row) async throws -> DeliveryClaim {
        do {
            return try await claims([row])[0]
        } catch let error as SQLError where error.code != .decoding {
            throw error
        } catch {
            let delivery = try DeliveryRows.delivery(row, keys: [:])
            let document = try DocumentRows.document(row, bytes: [])
            return try Self.claim(row, delivery, try NoticeRows.notice(row, recipients: []), [], document)
        }
    }

    /// The intents of a batch and their entries, durable before the first byte leaves.
    public func recordIntents(_ intents: [AttemptIntent]) async throws -> Set<DeliveryID> {
        var entries: [DeliveryID: [[SQLValue]]] = [:]
        for intent in intents { entries[intent.delivery] = try await entryRows.values(of: intent.evidence) }
        let staged = entries
        return try await database.write { tx in
            var rows = ValueRows(width: 4)
            for intent in intents {
                rows.append([
                    .text(intent.delivery.rawValue), .integer(intent.fence), intent.number.sqlValue,
                    intent.startedAt.sqlValue,
                ])
            }
            let begun = try Self.deliveries(
                rows.statements { rows in
                    """
                    UPDATE deliveries SET state = CASE WHEN state IN ('queued', 'deferred', 'unknown')
                            THEN 'attempting' ELSE state END,
                        attempts = v.column3, state_at = v.column4, state_clock = \(ObservedTime.ours)
                    FROM (VALUES \(rows: rows)) AS v
                    WHERE id = v.column1 AND fence = v.column2 AND due_at IS NOT NULL
                    RETURNING id
                    """
                }, tx)
            let ours = intents.filter { begun.contains($0.delivery) }
            var attempts = ValueRows(width: 5)
            for intent in ours {
                attempts.append([
                    .text(intent.delivery.rawValue), intent.number.sqlValue, .text(intent.route.rawValue),
                    .integer(intent.fence), intent.startedAt.sqlValue,
                ])
            }
            try tx.executeBatch(
                attempts.statements { rows in
                    "INSERT INTO attempts (delivery, number, route, fence, started_at) VALUES \(rows: rows)"
                })
            try tx.executeBatch(EntryRows.statements(inserting: ours.flatMap { staged[$0.delivery] ?? [] }))
            return begun
        }
    }

    /// The deliveries whose ids these statements return.
    private static func deliveries(
        _ statements: [Query], _ tx: any SQLTransaction
    ) throws -> Set<DeliveryID> {
        var found: Set<DeliveryID> = []
        for statement in statements {
            for row in try tx.query(statement) { found.insert(DeliveryID(try row.get("id"))) }
        }
        return found
    }

    /// Outcomes of a batch.
    ///
    /// A receipt may have come first: the state is merged, never set back.
    public func recordOutcomes(_ outcomes: [AttemptRecord]) async throws -> Set<DeliveryID> {
        let persons = try await persons(of: outcomes.map(\.delivery.rawValue))
        let keys = try await keys.existingKeys(for: Set(persons.values))
        var prepared = OutcomeRows()
        for outcome in outcomes {
            try prepared.append(
                outcome, key: persons[outcome.delivery.rawValue].flatMap { keys[$0] },
                entries: try await entryRows.values(of: outcome.evidence))
        }
        let all = prepared
        return try await database.write { tx in
            let ids = all.outcomes.map(\.delivery.rawValue)
            try tx.executeBatch(all.attempts(tx.dialect))
            let kept = try Self.deliveries(all.deliveries(Self.states(of: ids, tx), tx.dialect), tx)
            try tx.executeBatch(EntryRows.statements(inserting: all.entries))
            let ended = all.outcomes.filter(\.state.isNegative)
            try Self.bringForward(ended.map(\.delivery.rawValue), at: ended.first?.finishedAt.at, tx)
            try Self.closeFinished(deliveries: ids, tx)
            return Set(all.outcomes.map(\.delivery)).subtracting(kept)
        }
    }

    /// Entries that say that an outcome came after its lease had gone to another worker.
    public func recordFenced(_ evidence: [SignedEntry]) async throws {
        let rows = try await entryRows.stage(evidence)
        try await database.write { tx in try tx.executeBatch(rows) }
    }

    func persons(of deliveries: [String]) async throws -> [String: String] {
        try await database.read { tx in
            var persons: [String: String] = [:]
            for part in deliveries.chunks(of: 500) {
                for row in try tx.query("SELECT id, person FROM deliveries WHERE id IN \(list: part)") {
                    persons[try row.get("id")] = try row.get("person", as: String.self)
                }
            }
            return persons
        }
    }

    static func states(of deliveries: [String], _ tx: any SQLTransaction) throws -> [String: DeliveryState] {
        var states: [String: DeliveryState] = [:]
        for part in deliveries.chunks(of: 500) {
            for row in try tx.query("SELECT id, state FROM deliveries WHERE id IN \(list: part)") {
                states[try row.get("id")] = DeliveryState(rawValue: try row.get("state"))
            }
        }
        return states
    }

    /// Claims go back uncounted.
    public func postpone(_ postponements: [Postponement]) async throws {
        guard !postponements.isEmpty else { return }
        let keys = try await keys.existingKeys(for: Set(postponements.map(\.claim.delivery.person.rawValue)))
        let updates = try postponements.map { one -> Query in
            let claim = one.claim
            let id = claim.delivery.id.rawValue
            let sealed = try DeliveryRows.sealed(reason: one.reason, of: id, keys[claim.delivery.person.rawValue])
            return """
                UPDATE deliveries SET due_at = \(one.until), state_reason = \(sealed), lease_owner = NULL, claims = claims - 1
                WHERE id = \(id) AND fence = \(claim.fence)
                """
        }
        try await database.write { tx in try tx.executeBatch(updates) }
    }

    /// After a restart nothing of ours is under way: what was claimed and not begun is due at once.
    public func releaseDispatchClaims(
        of owner: String, channels: Set<ChannelKind>, now: Timestamp
    ) async throws {
        let names = channels.map(\.rawValue).sorted()
        try await database.write { tx in
            try tx.execute(
                """
                UPDATE deliveries SET due_at = \(now), lease_owner = NULL
                WHERE lease_owner = \(owner) AND channel IN \(list: names) AND state <> 'attempting'
                    AND due_at > \(now)
                """)
        }
    }

    /// Attempts without an outcome, under a lease that is over or was ours before a restart.
    ///
    /// CROSS JOIN keeps SQLite from walking through all deliveries: the open attempts are few and have an index.
    public func interruptedAttempts(
        _ lease: Lease, channels: Set<ChannelKind>, limit: Int
    ) async throws -> [InterruptedAttempt] {
        let names = channels.map(\.rawValue).sorted()
        let rows = try await database.read { tx in
            try tx.query(
                """
                SELECT \(DeliveryRows.columns), d.claims, d.unknowns, a.number, a.started_at, a.route, a.fence
                FROM attempts a CROSS JOIN deliveries d
                WHERE a.finished_at IS NULL AND d.id = a.delivery AND d.attempts = a.number AND d.fence = a.fence
                    AND d.channel IN \(list: names)
                    AND (d.due_at <= \(lease.now) OR d.lease_owner = \(lease.owner))
                LIMIT \(limit)
                """)
        }
        return try await zip(rows, readable(rows)).map { row, one in
            InterruptedAttempt(
                delivery: one.delivery, number: try row.get("number"), startedAt: try row.get("started_at"),
                route: RouteID(try row.get("route")), fence: try row.get("fence"),
                unknownsBefore: try row.get("unknowns"), claims: try row.get("claims"), damage: one.damage)
        }
    }

    /// Set aside, never deleted.
    public func quarantine(
        _ delivery: DeliveryID, fence: Int64, reason: String, evidence: [SignedEntry]
    ) async throws {
        let rows = try await entryRows.stage(evidence)
        let now = clock.now
        try await database.write { tx in
            let stopped = try tx.execute(
                """
                UPDATE deliveries SET due_at = NULL, stopped_reason = \(reason), stopped_at = \(now), lease_owner = NULL
                WHERE id = \(delivery.rawValue) AND fence = \(fence)
                """)
            if stopped == 1 { try tx.executeBatch(rows) }
        }
    }

    /// Reads one end of the index.
    public func nextDue(channels: Set<ChannelKind>) async throws -> Timestamp? {
        let names = channels.map(\.rawValue).sorted()
        return try await database.read { tx in
            try tx.first(
                """
                SELECT min(due_at) AS due FROM deliveries
                WHERE channel IN \(list: names) AND due_at IS NOT NULL AND state IN ('queued', 'deferred', 'unknown')
                """)?.get("due")
        }
    }
}
