import Evidence
import Foundation
import Notices
import SQL

extension SQLNoticeStore: ReceiptStore {
    /// The primary key (delivery, duplicate key) lets a receipt in once; the state is merged under the row's lock.
    public func record(_ receipt: Receipt, evidence: [SignedEntry]) async throws -> ReceiptRecording {
        let id = receipt.delivery.rawValue
        let person: String? = try await database.read { tx in
            try tx.first("SELECT person FROM deliveries WHERE id = \(id)")?.get("person")
        }
        guard let person else { return .unknownDelivery }
        // Of somebody who was erased nothing can be recorded; the feed must not bring it again and again for that.
        guard let key = try await keys.existingKeys(for: [person])[person] else { return .unknownDelivery }
        let place = NoticeRows.place("receipt", "\(id) \(receipt.dedupeKey)")
        let raw = try key.seal(receipt.raw, place: place).bytes
        let words = try key.seal(Array(receipt.reason.utf8), place: place + " reason").bytes
        let reason = try DeliveryRows.sealed(reason: receipt.reason, of: id, key)
        let rows = try await entryRows.stage(evidence)
        let now = clock.now
        return try await database.write { tx in
            // Touching the row first serialises receipts of one delivery on both engines.
            try tx.execute("UPDATE deliveries SET rung = rung WHERE id = \(id)")
            let isNew = try tx.execute(
                """
                INSERT INTO receipts (delivery, dedupe_key, source, state, reason, happened_at, happened_clock,
                    recorded_at, raw)
                VALUES (\(id), \(receipt.dedupeKey), \(receipt.source.rawValue), \(receipt.state?.rawValue),
                    \(words), \(receipt.happenedAt.at), \(receipt.happenedAt.clock), \(now), \(raw))
                ON CONFLICT (delivery, dedupe_key) DO NOTHING
                """)
            guard isNew == 1 else { return .duplicate }
            guard let present = try Self.states(of: [id], tx)[id] else { return .unknownDelivery }
            let merged = receipt.state.map { present.merged(with: $0) } ?? present
            if merged != present {
                // What a receipt has settled is not tried again, and not missed either. An attempt that is under way
                // keeps its lease, so that a crash before its outcome is still noticed.
                try tx.execute(
                    """
                    UPDATE deliveries SET state = \(merged.rawValue), state_reason = \(reason),
                        state_at = \(receipt.happenedAt.at), state_clock = \(receipt.happenedAt.clock), expect_by = NULL,
                        due_at = CASE WHEN EXISTS (SELECT 1 FROM attempts a WHERE a.delivery = deliveries.id
                            AND a.finished_at IS NULL) THEN due_at ELSE NULL END
                    WHERE id = \(id)
                    """)
            }
            try tx.executeBatch(rows)
            try Self.closeFinished(deliveries: [id], tx)
            return .recorded(merged)
        }
    }

    /// By our own key, by the peer's reference, or by a checked VERP token.
    public func delivery(matching key: ReceiptKey) async throws -> Delivery? {
        switch key {
        case .delivery(let id): return try await delivery(id)
        case .messageKey(let text):
            guard let id = Self.deliveryID(messageKey: text) else { return nil }
            return try await delivery(id)
        case .reference(let route, let reference):
            let id: String? = try await database.read { tx in
                try tx.first(
                    """
                    SELECT delivery FROM attempts WHERE route = \(route.rawValue) AND reference = \(reference)
                    ORDER BY started_at DESC LIMIT 1
                    """)?.get("delivery")
            }
            guard let id else { return nil }
            return try await delivery(DeliveryID(id))
        }
    }

    /// A message key is the delivery's UUID without dashes.
    static func deliveryID(messageKey: String) -> DeliveryID? {
        let digits = Array(messageKey.lowercased().utf8)
        guard digits.count == 32, digits.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }) else {
            return nil
        }
        var text: [UInt8] = []
        for (index, digit) in digits.enumerated() {
            if [8, 12, 16, 20].contains(index) { text.append(0x2D) }
            text.append(digit)
        }
        return DeliveryID(String(decoding: text, as: UTF8.self))
    }

    /// Sealed under the organisation's key: nobody knows yet whom it is about.
    public func keepUnmatched(_ receipt: UnmatchedReceipt) async throws {
        let raw = try await key(for: KeyRing.organisation).seal(
            receipt.raw, place: NoticeRows.place("unmatched", receipt.id)
        ).bytes
        try await database.write { tx in
            try tx.execute(
                """
                INSERT INTO unmatched_receipts (id, feed, received_at, raw)
                VALUES (\(receipt.id), \(receipt.feed), \(receipt.receivedAt), \(raw)) ON CONFLICT (id) DO NOTHING
                """)
        }
    }

    /// Those not settled yet.
    public func unmatched(since: Timestamp, limit: Int) async throws -> [UnmatchedReceipt] {
        let rows = try await database.read { tx in
            try tx.query(
                """
                SELECT id, feed, received_at, raw FROM unmatched_receipts
                WHERE settled_at IS NULL AND received_at >= \(since) ORDER BY received_at LIMIT \(limit)
                """)
        }
        guard !rows.isEmpty else { return [] }
        let key = try await key(for: KeyRing.organisation)
        return try rows.map { row in
            let id: String = try row.get("id")
            let raw = try key.open(
                SealedBytes(bytes: try row.get("raw")), place: NoticeRows.place("unmatched", id))
            return UnmatchedReceipt(
                id: id, feed: try row.get("feed"), raw: raw, receivedAt: try row.get("received_at"))
        }
    }

    /// Kept, but no longer looked at.
    public func settleUnmatched(_ id: String) async throws {
        let now = clock.now
        try await database.write { tx in
            try tx.execute("UPDATE unmatched_receipts SET settled_at = \(now) WHERE id = \(id)")
        }
    }

    /// Accepted, and silent beyond the time in which a report was to come.
    public func overdueReceipts(now: Timestamp, limit: Int) async throws -> [Delivery] {
        let rows = try await database.read { tx in
            try tx.query(
                """
                SELECT \(DeliveryRows.columns) FROM deliveries d WHERE d.expect_by <= \(now)
                ORDER BY d.expect_by LIMIT \(limit)
                """)
        }
        return try await deliveries(rows)
    }

    /// Once: clearing `expect_by` and writing the entry are one transaction.
    public func recordMissingReceipt(_ delivery: DeliveryID, evidence: [SignedEntry]) async throws {
        let rows = try await entryRows.stage(evidence)
        try await database.write { tx in
            let isFirst = try tx.execute(
                "UPDATE deliveries SET expect_by = NULL WHERE id = \(delivery.rawValue) AND expect_by IS NOT NULL")
            if isFirst == 1 { try tx.executeBatch(rows) }
        }
    }

    /// The last attempt of each delivery that was accepted or whose outcome is unknown.
    public func awaitingReport(
        channel: ChannelKind, acceptedAfter: Timestamp, limit: Int
    ) async throws -> [AwaitingReport] {
        let rows = try await database.read { tx in
            try tx.query(
                """
                SELECT \(DeliveryRows.columns), a.route, a.reference, a.started_at
                FROM deliveries d JOIN attempts a ON a.delivery = d.id AND a.number = d.attempts
                WHERE d.channel = \(channel.rawValue) AND d.state IN ('accepted', 'unknown')
                    AND a.started_at >= \(acceptedAfter)
                ORDER BY a.started_at LIMIT \(limit)
                """)
        }
        let deliveries = try await deliveries(rows)
        return try zip(rows, deliveries).map { row, delivery in
            AwaitingReport(
                delivery: delivery, route: RouteID(try row.get("route")), reference: try row.get("reference"),
                startedAt: try row.get("started_at"))
        }
    }

    /// With the notice and the states of the person's deliveries, which decide whether the rung is still wanted.
    public func dueRungs(now: Timestamp, limit: Int) async throws -> [DueRung] {
        let rows = try await database.read { tx in
            try tx.query(
                """
                SELECT r.person AS r_person, r.position AS r_position, r.due_at AS r_due_at, \(NoticeRows.columns)
                FROM rungs r JOIN notices n ON n.id = r.notice
                WHERE r.settled_at IS NULL AND r.due_at <= \(now) ORDER BY r.due_at LIMIT \(limit)
                """)
        }
        let notices = try await notices(rows)
        var due: [DueRung] = []
        for (row, notice) in zip(rows, notices) {
            let person: String = try row.get("r_person")
            let states = try await database.read { tx in
                try tx.query(
                    "SELECT state FROM deliveries WHERE notice = \(notice.id.rawValue) AND person = \(person)"
                ).compactMap { DeliveryState(rawValue: try $0.get("state")) }
            }
            due.append(
                DueRung(
                    rung: PlannedRung(
                        notice: notice.id, person: PersonID(person), index: try row.get("r_position"),
                        dueAt: try row.get("r_due_at")),
                    notice: notice, states: states))
        }
        return due
    }

    /// One worker settles a rung; the others find it settled.
    public func settle(_ rung: DueRung, deliveries: [NewDelivery], evidence: [SignedEntry]) async throws -> Bool {
        let keys = try await keys.keys(for: Set(deliveries.map(\.delivery.person.rawValue)))
        let inserts = try deliveries.map { try Self.insert($0, keys: keys) }
        let rows = try await entryRows.stage(evidence)
        let now = clock.now
        let notice = rung.rung.notice.rawValue
        return try await database.write { tx in
            let isFirst = try tx.execute(
                """
                UPDATE rungs SET settled_at = \(now)
                WHERE notice = \(notice) AND person = \(rung.rung.person.rawValue) AND position = \(rung.rung.index)
                    AND settled_at IS NULL
                """)
            guard isFirst == 1 else { return false }
            try tx.executeBatch(inserts)
            if !inserts.isEmpty {
                try tx.execute("UPDATE notices SET state = 'dispatching' WHERE id = \(notice) AND state = 'closed'")
            }
            try tx.executeBatch(rows)
            try tx.execute(
                """
                UPDATE notices SET state = 'closed' WHERE id = \(notice) AND \(Self.isFinished)
                """)
            return true
        }
    }

    /// Where a feed was read to.
    public func cursor(_ feed: String) async throws -> String? {
        try await database.read { tx in
            try tx.first("SELECT value FROM cursors WHERE feed = \(feed)")?.get("value")
        }
    }

    /// Set only after everything before it is recorded.
    public func setCursor(_ feed: String, to value: String) async throws {
        try await database.write { tx in
            try tx.execute(
                """
                INSERT INTO cursors (feed, value) VALUES (\(feed), \(value))
                ON CONFLICT (feed) DO UPDATE SET value = excluded.value
                """)
        }
    }
}
