import Evidence
import Notices
import SQL

/// Turns signed entries into rows of `evidence_entries`, sealed under the key of the person they are about.
struct EntryRows: Sendable {
    private let keys: KeyRing

    init(keys: KeyRing) { self.keys = keys }

    /// The statements that stage these entries; run them in the transaction of the step they belong to.
    func stage(_ entries: [SignedEntry]) async throws -> [Query] {
        Self.statements(inserting: try await values(of: entries))
    }

    /// These entries as rows, for a step that knows only in its transaction which of them it will store.
    func values(of entries: [SignedEntry]) async throws -> [[SQLValue]] {
        guard !entries.isEmpty else { return [] }
        let keys = try await keys.keys(for: Set(entries.map(Self.owner)))
        return try entries.map { entry in
            let owner = Self.owner(of: entry)
            guard let key = keys[owner] else {
                throw EvidenceError(.erased, "the key of \(owner) is not there; nothing about them can be recorded")
            }
            let body = try key.seal(entry.body, place: Self.place(entry.id)).bytes
            let subject = entry.subject
            return [
                .text(entry.id), .text(entry.event.rawValue), subject.notice.sqlValue, subject.recipient.sqlValue,
                subject.delivery.sqlValue, subject.attempt.sqlValue, entry.learntAt.sqlValue, .text(owner),
                .blob(body), .blob(entry.signature), .text(entry.keyID), entry.commitment.sqlValue,
            ]
        }
    }

    /// The statements that stage the rows of ``values(of:)``, as few as they fit into.
    static func statements(inserting entries: [[SQLValue]]) -> [Query] {
        var rows = ValueRows(width: 12)
        for entry in entries { rows.append(entry) }
        return rows.statements { rows in
            """
            INSERT INTO evidence_entries (id, event, notice, recipient, delivery, attempt, learnt_at, key_owner, body,
                signature, key_id, commitment)
            VALUES \(rows: rows)
            ON CONFLICT (id) DO NOTHING
            """
        }
    }

    /// An entry out of its row, opened where its key still exists.
    static func recorded(_ row: Row, _ keys: [String: DataKey]) throws -> RecordedEntry {
        let id: String = try row.get("id")
        let body = try keys[try row.get("key_owner")].map {
            try $0.open(SealedBytes(bytes: try row.get("body")), place: place(id))
        }
        return RecordedEntry(
            id: id, event: EvidenceEvent(rawValue: try row.get("event")), body: body,
            signature: try row.get("signature"), keyID: try row.get("key_id"), commitment: try row.get("commitment"),
            leafIndex: try row.get("leaf_index"))
    }

    /// Whose key seals an entry: the person's it is about, or the organisation's.
    static func owner(of entry: SignedEntry) -> String { entry.subject.recipient ?? KeyRing.organisation }

    /// What the sealed bytes are bound to.
    static func place(_ id: String) -> String { "entry \(id)" }
}
