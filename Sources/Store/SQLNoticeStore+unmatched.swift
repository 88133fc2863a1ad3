import Evidence
import Notices
import SQL

/// Receipts that name nothing we know, and those that cannot be what they claim to be.
extension SQLNoticeStore {
    /// Setting the next turn is also the lease: another process finds nothing due, and whatever cannot be placed makes way.
    public func takeUnmatched(now: Timestamp, limit: Int) async throws -> [UnmatchedReceipt] {
        let due: Query = """
            SELECT id, feed, received_at, raw, tries FROM unmatched_receipts
            WHERE settled_at IS NULL AND try_at <= \(now) ORDER BY try_at LIMIT \(limit)
            """
        guard try await database.read({ tx in try tx.first(due) != nil }) else { return [] }
        let rows = try await database.write { tx in
            let rows = try tx.query(due)
            try tx.executeBatch(
                rows.map { row in
                    let tries = try row.get("tries", as: Int.self) + 1
                    return """
                        UPDATE unmatched_receipts SET tries = \(tries),
                            try_at = \(now.adding(UnmatchedReceipt.wait(afterTry: tries)))
                        WHERE id = \(try row.get("id", as: String.self))
                        """
                })
            return rows
        }
        return try await unmatched(rows)
    }

    /// Those not settled yet that have waited long enough.
    public func unmatched(before: Timestamp, limit: Int) async throws -> [UnmatchedReceipt] {
        try await unmatched(
            await database.read { tx in
                try tx.query(
                    """
                    SELECT id, feed, received_at, raw FROM unmatched_receipts
                    WHERE settled_at IS NULL AND received_at < \(before) ORDER BY received_at LIMIT \(limit)
                    """)
            })
    }

    private func unmatched(_ rows: [Row]) async throws -> [UnmatchedReceipt] {
        guard !rows.isEmpty else { return [] }
        let key = try await key(for: KeyRing.organisation)
        return try rows.map { row in
            let id: String = try row.get("id")
            let sealed: [UInt8] = try row.get("raw")
            // Damaged bytes are not opened a second time either: the desk settles what has none.
            let raw = try? key.open(SealedBytes(bytes: sealed), place: NoticeRows.place("unmatched", id))
            return UnmatchedReceipt(
                id: id, feed: try row.get("feed"), raw: raw, receivedAt: try row.get("received_at"))
        }
    }

    /// The rows stay and their bytes go; once, however many look at them.
    ///
    /// Sealed under the organisation's key, the bytes would outlive the erasure of the person they turned out to be about.
    public func settleUnmatched(_ ids: [String], evidence: [SignedEntry]) async throws {
        let now = clock.now
        let rows = try await entryRows.stage(evidence)
        try await database.write { tx in
            let settled = try tx.execute(
                """
                UPDATE unmatched_receipts SET settled_at = \(now), raw = \([UInt8]())
                WHERE id IN \(list: ids) AND settled_at IS NULL
                """)
            if settled > 0 { try tx.executeBatch(rows) }
        }
    }

    private static let hour: Int64 = 3_600_000_000

    /// The row of the hour is what concurrent forgeries meet at, so that no two of them take its last place.
    public func recordForgery(
        feed: String, rawHash: Digest, at: Timestamp, perHour: Int, evidence: [SignedEntry]
    ) async throws {
        let rows = try await entryRows.stage(evidence)
        let hour = at.microseconds / Self.hour
        try await database.write { tx in
            try tx.execute(
                """
                INSERT INTO forgery_hours (feed, hour, recorded, more) VALUES (\(feed), \(hour), 0, 0)
                ON CONFLICT (feed, hour) DO UPDATE SET recorded = forgery_hours.recorded
                """)
            let hasRoom = try tx.execute(
                """
                UPDATE forgery_hours SET recorded = recorded + 1
                WHERE feed = \(feed) AND hour = \(hour) AND recorded < \(perHour) AND NOT EXISTS (
                    SELECT 1 FROM forged_receipts f WHERE f.feed = \(feed) AND f.raw_hash = \(rawHash))
                """)
            guard hasRoom == 1 else {
                try tx.execute("UPDATE forgery_hours SET more = more + 1 WHERE feed = \(feed) AND hour = \(hour)")
                return
            }
            try tx.execute(
                "INSERT INTO forged_receipts (feed, raw_hash, refused_at) VALUES (\(feed), \(rawHash), \(at))")
            try tx.executeBatch(rows)
        }
    }

    /// Hours that are over.
    public func unreportedForgeries(before: Timestamp, limit: Int) async throws -> [ForgeryHour] {
        try await database.read { tx in
            try tx.query(
                """
                SELECT feed, hour, recorded, more FROM forgery_hours
                WHERE more > 0 AND reported_at IS NULL AND hour < \(before.microseconds / Self.hour)
                ORDER BY hour LIMIT \(limit)
                """
            ).map { row in
                ForgeryHour(
                    feed: try row.get("feed"),
                    begin: Timestamp(microseconds: try row.get("hour", as: Int64.self) * Self.hour),
                    recorded: try row.get("recorded"), more: try row.get("more"))
            }
        }
    }

    /// Once, whoever comes first.
    public func reportForgeries(_ hour: ForgeryHour, evidence: [SignedEntry]) async throws {
        let rows = try await entryRows.stage(evidence)
        let (now, number) = (clock.now, hour.begin.microseconds / Self.hour)
        try await database.write { tx in
            let isFirst = try tx.execute(
                """
                UPDATE forgery_hours SET reported_at = \(now)
                WHERE feed = \(hour.feed) AND hour = \(number) AND reported_at IS NULL
                """)
            if isFirst == 1 { try tx.executeBatch(rows) }
        }
    }
}
