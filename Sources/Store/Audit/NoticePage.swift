import Evidence
import Foundation
import Notices
import SQL

/// Some notices with everything that hangs on them, as one snapshot.
struct NoticePage: Sendable {
    /// A notice, its rows and its entries in the order in which they were recorded.
    struct Notice: Sendable {
        let id: String
        let number: String
        let state: NoticeState?
        let approvalsNeeded: Int
        let contentHash: Digest
        /// The hash of the content as it is stored; nil where its key is gone.
        let storedHash: Digest?
        let documentHash: Digest?
        let isRehearsal: Bool
        let recipients: [String]
        let approvals: [Approval]
        let document: Document?
        let deliveries: [Delivery]
        /// How many steps of its plan are still to come.
        let openRungs: Int
        let entries: [EntryFacts]

        /// The entries of one event.
        func all(_ event: EvidenceEvent) -> [EntryFacts] { entries.filter { $0.event == event } }
    }

    /// A row of `approvals`.
    struct Approval: Sendable {
        let approver: String
        let contentHash: Digest
        /// Who that was, as the row says; nil when it says nothing that can be read.
        let principal: JSONValue?
    }

    /// A row of `documents`, its bytes hashed again where they can be opened.
    struct Document: Sendable {
        let hash: Digest
        let signatureHash: Digest
        let bytesHash: Digest?
    }

    /// A row of `deliveries`.
    struct Delivery: Sendable {
        let id: String
        let channel: String
        let state: DeliveryState?
        let attempts: Int
        /// The numbers of its rows in `attempts`.
        let attemptRows: Set<Int>
        /// The states of its rows in `receipts`.
        let receiptStates: [DeliveryState]
        /// How many rows it has in `receipts`, with a state or without.
        let receipts: Int
    }

    let notices: [Notice]

    /// What was read in the snapshot, still sealed.
    private struct Rows: Sendable {
        var notices: [Row] = []
        var recipients: [String: [Row]] = [:]
        var approvals: [String: [Row]] = [:]
        var documents: [String: [Row]] = [:]
        var deliveries: [String: [Row]] = [:]
        var rungs: [String: [Row]] = [:]
        var attempts: [String: [Row]] = [:]
        var receipts: [String: [Row]] = [:]
        var entries: [Row] = []
    }

    static func read(after last: String, limit: Int, from store: SQLNoticeStore) async throws -> NoticePage {
        let rows = try await store.database.read { tx in try Self.rows(after: last, limit: limit, tx) }
        let entries = Dictionary(
            grouping: try await EntryFacts.read(rows.entries, keys: store.keys), by: { $0.notice ?? "" })
        let keys = try await store.keys.existingKeys(
            for: Set(try rows.notices.map { try $0.get("key_owner", as: String.self) }))
        // The notices of a batch have the same details, and reading JSON is most of the work.
        var rehearsed: [String: Bool] = [:]
        return NoticePage(
            notices: try rows.notices.map { row in
                let id: String = try row.get("id")
                let details: String = try row.get("details")
                let isRehearsal = try rehearsed[details] ?? NoticeRows.isRehearsal(details)
                rehearsed[details] = isRehearsal
                return Notice(
                    id: id, number: try row.get("number"), state: NoticeState(rawValue: try row.get("state")),
                    approvalsNeeded: try row.get("approvals_needed"), contentHash: try row.get("content_hash"),
                    storedHash: try keys[try row.get("key_owner")].map { key in
                        try hash(of: row.get("content"), place: NoticeRows.place("content", id), key)
                    },
                    documentHash: try row.get("document_hash"), isRehearsal: isRehearsal,
                    recipients: try (rows.recipients[id] ?? []).map { try $0.get("person") },
                    approvals: try (rows.approvals[id] ?? []).map {
                        Approval(
                            approver: try $0.get("approver"), contentHash: try $0.get("content_hash"),
                            principal: try principal(try $0.get("principal")))
                    },
                    document: try rows.documents[id]?.first.map {
                        try document($0, of: row, keys[try row.get("key_owner")])
                    },
                    deliveries: try (rows.deliveries[id] ?? []).map { try delivery($0, rows) },
                    openRungs: rows.rungs[id]?.count ?? 0,
                    entries: entries[id] ?? [])
            })
    }

    private static func rows(after last: String, limit: Int, _ tx: any SQLTransaction) throws -> Rows {
        var rows = Rows()
        rows.notices = try tx.query(
            """
            SELECT id, number, state, approvals_needed, content_hash, document_hash, key_owner, content, details
            FROM notices
            WHERE id > \(last) ORDER BY id LIMIT \(limit)
            """)
        let ids: [String] = try rows.notices.map { try $0.get("id") }
        guard !ids.isEmpty else { return rows }
        func by(_ column: String, _ found: [Row]) throws -> [String: [Row]] {
            try Dictionary(grouping: found) { try $0.get(column, as: String.self) }
        }
        rows.recipients = try by(
            "notice",
            tx.query(
                "SELECT notice, person FROM notice_recipients WHERE notice IN \(list: ids) ORDER BY notice, position"))
        rows.approvals = try by(
            "notice",
            tx.query("SELECT notice, approver, content_hash, principal FROM approvals WHERE notice IN \(list: ids)"))
        rows.documents = try by(
            "notice", tx.query("SELECT notice, bytes, hash, signature FROM documents WHERE notice IN \(list: ids)"))
        rows.deliveries = try by(
            "notice",
            tx.query("SELECT id, notice, channel, state, attempts FROM deliveries WHERE notice IN \(list: ids)"))
        rows.rungs = try by(
            "notice", tx.query("SELECT notice FROM rungs WHERE notice IN \(list: ids) AND settled_at IS NULL"))
        let ways = try rows.deliveries.values.flatMap { try $0.map { try $0.get("id", as: String.self) } }
        for part in ways.chunks(of: 500) {
            let attempts = try tx.query("SELECT delivery, number FROM attempts WHERE delivery IN \(list: part)")
            rows.attempts.merge(try by("delivery", attempts)) { first, _ in first }
            let receipts = try tx.query(
                "SELECT delivery, state FROM receipts WHERE delivery IN \(list: part)")
            rows.receipts.merge(try by("delivery", receipts)) { first, _ in first }
        }
        rows.entries = try tx.query(
            "SELECT \(EntryFacts.columns) FROM evidence_entries WHERE notice IN \(list: ids) ORDER BY position")
        return rows
    }

    private static func delivery(_ row: Row, _ rows: Rows) throws -> Delivery {
        let id: String = try row.get("id")
        return Delivery(
            id: id, channel: try row.get("channel"), state: DeliveryState(rawValue: try row.get("state")),
            attempts: try row.get("attempts"),
            attemptRows: Set(try (rows.attempts[id] ?? []).map { try $0.get("number", as: Int.self) }),
            receiptStates: try (rows.receipts[id] ?? []).compactMap {
                try $0.get("state", as: String?.self).flatMap(DeliveryState.init)
            }, receipts: rows.receipts[id]?.count ?? 0)
    }

    private static func principal(_ text: String) throws -> JSONValue? {
        (try? JSONDecoder().decode(Principal.self, from: Data(text.utf8)))?.facts
    }

    /// The hash of the clear bytes; what was changed, or exchanged for another row's bytes, does not open.
    private static func hash(of stored: [UInt8], place: String, _ key: DataKey) -> Digest {
        SHA256.hash((try? key.open(SealedBytes(bytes: stored), place: place)) ?? [])
    }

    /// Without a key nothing can be said about the bytes; bytes that do not open have another hash than any document.
    private static func document(_ row: Row, of notice: Row, _ key: DataKey?) throws -> Document {
        let id: String = try notice.get("id")
        var bytesHash: Digest?
        if let key {
            let sealed: [UInt8]? = try row.get("bytes")
            let place = NoticeRows.place(sealed == nil ? "content" : "document", id)
            bytesHash = hash(of: try sealed ?? notice.get("content"), place: place, key)
        }
        return Document(
            hash: try row.get("hash"), signatureHash: SHA256.hash(try row.get("signature", as: [UInt8].self)),
            bytesHash: bytesHash)
    }
}
