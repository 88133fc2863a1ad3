import Evidence
import Notices
import SQL

/// Receipts as they are recorded: once, added up where they speak of parts, as claims where nobody signed them.
extension SQLNoticeStore {
    /// The primary key (delivery, duplicate key) lets a receipt in once; the state is merged under the row's lock.
    public func record(_ records: [ReceiptRecord]) async throws -> [ReceiptRecording] {
        let persons = try await persons(of: records.map(\.receipt.delivery.rawValue))
        let keys = try await keys.existingKeys(for: Set(persons.values))
        let now = clock.now
        var prepared: [Prepared] = []
        for (index, one) in records.enumerated() {
            let id = one.receipt.delivery.rawValue
            // Of somebody who was erased nothing can be recorded; the feed must not bring it again and again for that.
            guard let key = persons[id].flatMap({ keys[$0] }) else { continue }
            prepared.append(
                Prepared(
                    index: index, receipt: one.receipt, reply: Self.reply(one),
                    insert: try Self.insert(one.receipt, key, recordedAt: now),
                    reason: try DeliveryRows.sealed(reason: one.receipt.reason, of: id, key),
                    rows: try await entryRows.stage(one.evidence.always),
                    onCompletion: try await entryRows.stage(one.evidence.onCompletion),
                    onSettlement: try await entryRows.stage(one.evidence.onSettlement)))
        }
        guard !prepared.isEmpty else { return records.map { _ in .unknownDelivery } }
        // In one order, or two pages with the same deliveries would wait for each other. Verbs that come to the same rows by
        // another way are told so by the server, and tried again.
        let order = prepared.sorted {
            ($0.receipt.delivery.rawValue, $0.index) < ($1.receipt.delivery.rawValue, $1.index)
        }
        return try await database.write { tx in
            var recordings = records.map { _ in ReceiptRecording.unknownDelivery }
            for one in order { recordings[one.index] = try Self.record(one, at: now, tx) }
            return recordings
        }
    }

    /// A receipt with everything that can be made ready outside the transaction.
    private struct Prepared: Sendable {
        let index: Int
        let receipt: Receipt
        let reply: Query?
        let insert: Query
        let reason: [UInt8]?
        let rows: [Query]
        let onCompletion: [Query]
        let onSettlement: [Query]
    }

    private static func record(
        _ one: Prepared, at now: Timestamp, _ tx: any SQLTransaction
    ) throws -> ReceiptRecording {
        let receipt = one.receipt
        let id = receipt.delivery.rawValue
        // Touching the row first serialises receipts of one delivery on both engines.
        try tx.execute("UPDATE deliveries SET rung = rung WHERE id = \(id)")
        if let link = receipt.link { try useLink(link, of: id, at: now, tx) }
        // An answer about a part settles nothing before the others have been answered for too.
        if receipt.settlesClaims, receipt.part == nil {
            let settled = try settleClaims(of: id, tx)
            if settled > 0 { try tx.executeBatch(one.onSettlement) }
            // Another process settled them meanwhile, and has recorded what this answer would say.
            if settled == 0, one.rows.isEmpty { return .duplicate }
        }
        guard try tx.execute(one.insert) == 1 else { return .duplicate }
        if let reply = one.reply { try insert(reply, of: id, tx) }
        guard let present = try states(of: [id], tx)[id] else { return .unknownDelivery }
        var observed = receipt.state
        if let part = receipt.part, present.merged(with: .delivered) != present, try isComplete(part, of: id, tx) {
            observed = .delivered
            try tx.executeBatch(one.onCompletion)
            if receipt.settlesClaims { _ = try settleClaims(of: id, tx) }
        }
        let merged = observed.map { present.merged(with: $0) } ?? present
        if merged != present {
            // What a receipt has settled is not tried again, and not missed either. An attempt that is under way keeps its
            // lease, so that a crash before its outcome is still noticed.
            let news: Query = merged == .accepted || merged == .unknown ? "" : ", ask_at = NULL"
            try tx.execute(
                """
                UPDATE deliveries SET state = \(merged.rawValue), state_reason = \(one.reason),
                    state_at = \(receipt.happenedAt.at), state_clock = \(receipt.happenedAt.clock), expect_by = NULL\(news),
                    due_at = CASE WHEN EXISTS (SELECT 1 FROM attempts a WHERE a.delivery = deliveries.id
                        AND a.finished_at IS NULL) THEN due_at ELSE NULL END
                WHERE id = \(id)
                """)
            if merged.isNegative { try bringForward([id], at: now, tx) }
        }
        try tx.executeBatch(one.rows)
        try closeFinished(deliveries: [id], tx)
        return .recorded(merged)
    }

    /// A claim is due to be asked about at once.
    private static func insert(_ receipt: Receipt, _ key: DataKey, recordedAt now: Timestamp) throws -> Query {
        let id = receipt.delivery.rawValue
        let place = NoticeRows.place("receipt", "\(id) \(receipt.dedupeKey)")
        let raw = try key.seal(receipt.raw, place: place).bytes
        let words = try key.seal(Array(receipt.reason.utf8), place: place + " reason").bytes
        return """
            INSERT INTO receipts (delivery, dedupe_key, source, state, reason, happened_at, happened_clock, recorded_at,
                raw, part, claims, ask_at)
            VALUES (\(id), \(receipt.dedupeKey), \(receipt.source.rawValue), \(receipt.state?.rawValue), \(words),
                \(receipt.happenedAt.at), \(receipt.happenedAt.clock), \(now), \(raw), \(receipt.part?.name),
                \(receipt.claims?.rawValue), \(receipt.claims == nil ? nil : now))
            ON CONFLICT (delivery, dedupe_key) DO NOTHING
            """
    }

    /// Every part was reported to have arrived, and none to have failed.
    private static func isComplete(
        _ part: Receipt.Part, of delivery: String, _ tx: any SQLTransaction
    ) throws -> Bool {
        guard let total = part.total else { return false }
        let row = try tx.first(
            """
            SELECT count(DISTINCT part) AS arrived, count(CASE WHEN state = 'failed' THEN 1 END) AS failed
            FROM receipts WHERE delivery = \(delivery)
            """)
        guard let row else { return false }
        return try row.get("arrived", as: Int.self) >= total && row.get("failed", as: Int.self) == 0
    }

    /// What the last attempt said, or will say.
    public func parts(of delivery: DeliveryID) async throws -> PartCount {
        try await database.read { tx in
            let row = try tx.first(
                """
                SELECT a.finished_at, a.parts FROM deliveries d JOIN attempts a ON a.delivery = d.id AND a.number = d.attempts
                WHERE d.id = \(delivery.rawValue)
                """)
            guard let row else { return .neverKnown }
            if let parts: Int = try row.get("parts") { return .known(parts) }
            return try row.get("finished_at", as: Timestamp?.self) == nil ? .notYetKnown : .neverKnown
        }
    }

    /// Those that are still asked about.
    public func openClaims(of delivery: DeliveryID) async throws -> [ReceiptClaim] {
        try await database.read { tx in
            try tx.query(
                """
                SELECT dedupe_key, claims, happened_at, happened_clock FROM receipts
                WHERE delivery = \(delivery.rawValue) AND ask_at IS NOT NULL ORDER BY recorded_at, dedupe_key
                """
            ).compactMap { row in
                guard let state = DeliveryState(rawValue: try row.get("claims")) else { return nil }
                return ReceiptClaim(
                    dedupeKey: try row.get("dedupe_key"), state: state,
                    happenedAt: ObservedTime(at: try row.get("happened_at"), clock: try row.get("happened_clock")))
            }
        }
    }

    /// Setting the time of the next question is also the lease: another process finds nothing due.
    public func takeDueClaims(now: Timestamp, limit: Int) async throws -> [DueClaim] {
        let due: Query = """
            SELECT delivery, asked, recorded_at FROM receipts WHERE ask_at <= \(now) ORDER BY ask_at LIMIT \(limit)
            """
        guard try await database.read({ tx in try tx.first(due) != nil }) else { return [] }
        let taken = try await database.write { tx in
            let claims = try Self.byDelivery(try tx.query(due))
            try tx.executeBatch(
                claims.map { claim in
                    let next = now.adding(DueClaim.wait(afterQuestion: claim.asked + 1))
                    return """
                        UPDATE receipts SET ask_at = \(next), asked = \(claim.asked + 1)
                        WHERE delivery = \(claim.delivery) AND ask_at IS NOT NULL
                        """
                })
            return claims
        }
        let messages = try await awaiting("d.id IN \(list: taken.map(\.delivery))", limit: limit)
        let byID = Dictionary(messages.map { ($0.delivery.id.rawValue, $0) }, uniquingKeysWith: { first, _ in first })
        return taken.compactMap { claim in
            byID[claim.delivery].map { DueClaim(message: $0, claimedAt: claim.since, asked: claim.asked) }
        }
    }

    private struct TakenClaim: Sendable {
        var delivery: String
        var asked: Int
        var since: Timestamp
    }

    /// Several reports about one message make one question.
    private static func byDelivery(_ rows: [Row]) throws -> [TakenClaim] {
        var claims: [TakenClaim] = []
        for row in rows {
            let one = TakenClaim(
                delivery: try row.get("delivery"), asked: try row.get("asked"), since: try row.get("recorded_at"))
            if let known = claims.firstIndex(where: { $0.delivery == one.delivery }) {
                claims[known].asked = max(claims[known].asked, one.asked)
                claims[known].since = min(claims[known].since, one.since)
            } else {
                claims.append(one)
            }
        }
        return claims
    }

    /// Once each: whoever comes second finds nothing open.
    public func settleClaims(_ settled: [DeliveryEvidence]) async throws {
        guard !settled.isEmpty else { return }
        var rows: [[Query]] = []
        for one in settled { rows.append(try await entryRows.stage(one.entries)) }
        let staged = rows
        try await database.write { tx in
            for (one, rows) in zip(settled, staged) where try Self.settleClaims(of: one.delivery.rawValue, tx) > 0 {
                try tx.executeBatch(rows)
            }
        }
    }

    private static func settleClaims(of delivery: String, _ tx: any SQLTransaction) throws -> Int {
        try tx.execute("UPDATE receipts SET ask_at = NULL WHERE delivery = \(delivery) AND ask_at IS NOT NULL")
    }

    /// Setting the time of the next question is also the lease, and lets the others have their turn.
    public func takeSilent(now: Timestamp, since: Timestamp, limit: Int) async throws -> [AwaitingReport] {
        let due: Query = """
            SELECT d.id, d.state, a.started_at FROM deliveries d JOIN attempts a ON a.delivery = d.id AND a.number = d.attempts
            WHERE d.ask_at <= \(now) ORDER BY d.ask_at LIMIT \(limit)
            """
        var taken: [String] = []
        // What was settled by another way than a receipt, or is too old, is not asked about and makes way.
        while taken.isEmpty {
            guard try await database.read({ tx in try tx.first(due) != nil }) else { return [] }
            taken = try await database.write { tx in
                var asked: [String] = []
                var updates: [Query] = []
                for row in try tx.query(due) {
                    let id: String = try row.get("id")
                    let startedAt: Timestamp = try row.get("started_at")
                    let isSilent = ["accepted", "unknown"].contains(try row.get("state", as: String.self))
                    let next =
                        isSilent && startedAt >= since
                        ? AwaitingReport.nextQuestion(startedAt: startedAt, now: now) : nil
                    if next != nil { asked.append(id) }
                    updates.append("UPDATE deliveries SET ask_at = \(next) WHERE id = \(id)")
                }
                try tx.executeBatch(updates)
                return asked
            }
        }
        return try await awaiting("d.id IN \(list: taken)", limit: limit)
    }

    /// Until its state changes by a new attempt.
    public func stopAsking(_ deliveries: [DeliveryID]) async throws {
        guard !deliveries.isEmpty else { return }
        try await database.write { tx in
            for part in deliveries.map(\.rawValue).chunks(of: 500) {
                try tx.execute("UPDATE deliveries SET ask_at = NULL WHERE id IN \(list: part)")
            }
        }
    }

    private func awaiting(_ condition: Query, limit: Int) async throws -> [AwaitingReport] {
        let rows = try await database.read { tx in
            try tx.query(
                """
                SELECT \(DeliveryRows.columns), a.route, a.reference, a.started_at
                FROM deliveries d JOIN attempts a ON a.delivery = d.id AND a.number = d.attempts
                WHERE \(condition) ORDER BY a.started_at LIMIT \(limit)
                """)
        }
        return try await zip(rows, readable(rows)).map { row, one in
            AwaitingReport(
                delivery: one.delivery, route: RouteID(try row.get("route")), reference: try row.get("reference"),
                startedAt: try row.get("started_at"))
        }
    }
}
