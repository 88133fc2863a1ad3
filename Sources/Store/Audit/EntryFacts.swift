import Evidence
import SQL

/// An entry as the state audit needs it: what happened, and what was said about it.
struct EntryFacts: Sendable {
    let id: String
    let event: EvidenceEvent
    let notice: String?
    let recipient: String?
    let delivery: String?
    let attempt: Int?
    /// Nil when the body was erased, or is not what was signed; the audit of the log names the latter.
    let facts: JSONValue?
    /// Whether it was recorded in a rehearsal; nil where the body is not at hand.
    let isRehearsal: Bool?

    /// The text of a fact.
    subscript(_ name: String) -> String? { facts?[name]?.string }

    /// The columns read, in a statement whose entries have no other alias.
    static let columns: Query = "id, event, notice, recipient, delivery, attempt, key_owner, body, commitment, position"

    /// Reads rows, bodies opened where their key still exists.
    static func read(_ rows: [Row], keys: KeyRing) async throws -> [EntryFacts] {
        let keys = try await keys.existingKeys(for: Set(try rows.map { try $0.get("key_owner") }))
        return try rows.map { row in
            let id: String = try row.get("id")
            let body = body(row, id, keys[try row.get("key_owner")])
            return EntryFacts(
                id: id, event: EvidenceEvent(rawValue: try row.get("event")), notice: try row.get("notice"),
                recipient: try row.get("recipient"), delivery: try row.get("delivery"),
                attempt: try row.get("attempt"), facts: body?.facts, isRehearsal: body?.isRehearsal)
        }
    }

    /// A body that is the one committed to; what does not open or differs counts as unknown here.
    private static func body(_ row: Row, _ id: String, _ key: DataKey?) -> EntryBody? {
        // A fault in one entry must not hide those in others, and the audit of the log has named it already.
        guard let key, let stored = try? row.get("body", as: [UInt8].self),
            let sealed = try? SealedBytes(bytes: stored),
            let body = try? key.open(sealed, place: EntryRows.place(id)),
            let commitment = try? row.get("commitment", as: Digest.self), SHA256.hash(body) == commitment
        else { return nil }
        return try? EntryBody(parsing: body)
    }
}
