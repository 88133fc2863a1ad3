import Evidence
import Notices
import SQL

/// Turns signed entries into rows of `evidence_entries`, sealed under the key of the person they are about.
struct EntryRows: Sendable {
    private let keys: KeyRing

    init(keys: KeyRing) { self.keys = keys }

    /// The statements that stage these entries; run them in the transaction of the step they belong to.
    func stage(_ entries: [SignedEntry]) async throws -> [Query] {
        guard !entries.isEmpty else { return [] }
        let keys = try await keys.keys(for: Set(entries.map(Self.owner)))
        return try entries.map { entry in
            let owner = Self.owner(of: entry)
            guard let key = keys[owner] else {
                throw EvidenceError(.erased, "the key of \(owner) is not there; nothing about them can be recorded")
            }
            let body = try key.seal(entry.body, place: Self.place(entry.id)).bytes
            return """
                INSERT INTO evidence_entries (id, event, notice, recipient, delivery, attempt, learnt_at, key_owner, body,
                    signature, key_id, commitment)
                VALUES (\(entry.id), \(entry.event.rawValue), \(entry.subject.notice), \(entry.subject.recipient),
                    \(entry.subject.delivery), \(entry.subject.attempt), \(entry.learntAt), \(owner), \(body),
                    \(entry.signature), \(entry.keyID), \(entry.commitment))
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
