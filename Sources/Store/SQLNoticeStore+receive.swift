import Evidence
import Foundation
import Notices
import SQL

extension SQLNoticeStore: ReceiptStore {
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
            receipt.raw ?? [], place: NoticeRows.place("unmatched", receipt.id)
        ).bytes
        try await database.write { tx in
            try tx.execute(
                """
                INSERT INTO unmatched_receipts (id, feed, received_at, raw, try_at)
                VALUES (\(receipt.id), \(receipt.feed), \(receipt.receivedAt), \(raw), \(receipt.receivedAt))
                ON CONFLICT (id) DO NOTHING
                """)
        }
    }

    /// Accepted, and silent beyond the time in which a report was to come.
    public func overdueReceipts(now: Timestamp, limit: Int) async throws -> [OverdueReceipt] {
        let rows = try await database.read { tx in
            try tx.query(
                """
                SELECT \(DeliveryRows.columns) FROM deliveries d WHERE d.expect_by <= \(now)
                ORDER BY d.expect_by LIMIT \(limit)
                """)
        }
        return try await readable(rows).map { OverdueReceipt(delivery: $0.delivery, damage: $0.damage) }
    }

    /// Once each: clearing `expect_by` and writing the entry are one transaction.
    public func recordMissingReceipts(_ missing: [DeliveryEvidence]) async throws {
        guard !missing.isEmpty else { return }
        var rows: [[Query]] = []
        for one in missing { rows.append(try await entryRows.stage(one.entries)) }
        let staged = rows
        try await database.write { tx in
            let cleared = try tx.executeBatch(
                missing.map {
                    "UPDATE deliveries SET expect_by = NULL WHERE id = \($0.delivery.rawValue) AND expect_by IS NOT NULL"
                })
            try tx.executeBatch(zip(staged, cleared).flatMap { $1 == 1 ? $0 : [] })
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
