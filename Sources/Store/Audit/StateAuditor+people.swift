import Evidence
import Notices
import SQL

/// What the log says about people and keys, gathered from the few entries that are about them.
struct PeopleFacts: Sendable {
    /// An address that a person confirmed.
    struct Confirmation: Hashable {
        let person: String
        let channel: String
        let address: String
        let agreement: String
    }

    private(set) var confirmations: Set<Confirmation> = []
    private(set) var keys: [String: EntryFacts] = [:]
    private(set) var revoked: Set<String> = []
    private(set) var held: Set<String> = []
    private(set) var erased: Set<String> = []

    static let events: [EvidenceEvent] = [
        .addressConfirmed, .apiKeyIssued, .apiKeyRevoked, .legalHoldSet, .legalHoldLifted, .erasureRun,
    ]

    mutating func take(_ entry: EntryFacts) {
        let person = entry.recipient ?? ""
        switch entry.event {
        case .addressConfirmed:
            confirmations.insert(
                Confirmation(
                    person: person, channel: entry["channel"] ?? "", address: entry["address"] ?? "",
                    agreement: entry["agreementHash"] ?? ""))
        case .apiKeyIssued: keys[entry.id] = entry
        case .apiKeyRevoked: if let key = entry["key"] { revoked.insert(key) }
        case .legalHoldSet: held.insert(person)
        case .legalHoldLifted: held.remove(person)
        case .erasureRun: if let person = entry["person"] { erased.insert(person) }
        default: break
        }
    }
}

extension StateAuditor {
    /// Confirmations, API keys, holds and erasures.
    func comparePeople(_ report: inout StateReport) async throws {
        // A database from before there were kinds may be audited as it is: then every key is live.
        let hasKinds = try await !Migrator(Migrations.all).unapplied(store.database).contains(Migrations.webhooks.name)
        let kind: Query = hasKinds ? "kind" : "'live' AS kind"
        // What is recorded while the entries are read is left for the next audit.
        let (newest, people, keys, destroyed, addresses) = try await store.database.read { tx in
            (
                try tx.first("SELECT max(position) AS newest FROM evidence_entries")?.get("newest", as: Int64?.self),
                try tx.query("SELECT id FROM people WHERE is_held = 1 ORDER BY id"),
                try tx.query("SELECT id, name, hash, \(kind), scopes, person, revoked_at FROM api_keys ORDER BY id"),
                try tx.query("SELECT owner FROM data_keys WHERE wrapped IS NULL ORDER BY owner"),
                try tx.query(
                    """
                    SELECT person, channel, value, confirmation FROM addresses WHERE confirmation IS NOT NULL
                    ORDER BY person, channel
                    """)
            )
        }
        let facts = try await gather(upTo: newest ?? 0)
        try compareKeys(keys, facts, &report)
        let held = Set(try people.map { try $0.get("id", as: String.self) })
        for id in held.subtracting(facts.held).sorted() {
            report.add("people", id, "a legal hold is set, and no entry says so")
        }
        // What such a hold protects could be erased.
        for id in facts.held.subtracting(held).sorted() {
            report.add("people", id, "a legal hold was set, and the row says there is none")
        }
        for row in destroyed {
            let id: String = try row.get("owner")
            if !facts.erased.contains(id) {
                report.add("data_keys", id, "the key was destroyed, and no ErasureRun entry says so")
            }
        }
        try await compareConfirmations(addresses, facts, &report)
    }

    private func gather(upTo newest: Int64) async throws -> PeopleFacts {
        let names = PeopleFacts.events.map(\.rawValue)
        var facts = PeopleFacts()
        var last: Int64 = 0
        while true {
            let from = last
            let rows = try await store.database.read { tx in
                try tx.query(
                    """
                    SELECT \(EntryFacts.columns) FROM evidence_entries
                    WHERE position > \(from) AND position <= \(newest) AND event IN \(list: names) ORDER BY position LIMIT 500
                    """)
            }
            guard let end = rows.last else { return facts }
            for entry in try await EntryFacts.read(rows, keys: store.keys) { facts.take(entry) }
            last = try end.get("position")
        }
    }

    private func compareKeys(_ rows: [Row], _ facts: PeopleFacts, _ report: inout StateReport) throws {
        var seen: Set<String> = []
        for row in rows {
            let id: String = try row.get("id")
            seen.insert(id)
            guard let issued = facts.keys[id] else {
                report.add("api_keys", id, "no APIKeyIssued entry stands behind it: the row is forged")
                continue
            }
            if try issued.recipient != row.get("person", as: String?.self) {
                report.add("api_keys", id, "it stands for another person than it was issued for")
            }
            // Erased with its person.
            guard issued.facts != nil else { continue }
            let scopes = issued.facts?["scopes"]?.array?.compactMap(\.string).joined(separator: " ")
            if try issued["secretHash"] != row.get("hash", as: Digest.self).hex
                || scopes != row.get("scopes", as: String.self)
            {
                report.add("api_keys", id, "its secret or its scopes are not those it was issued with")
            }
            // Of keys that were issued before there were kinds the entry says none.
            if try issued["kind"] ?? APIKey.Kind.live.rawValue != row.get("kind", as: String.self) {
                report.add("api_keys", id, "it is of another kind than it was issued as: what it issues goes elsewhere")
            }
            let isRevoked = try row.get("revoked_at", as: Timestamp?.self) != nil
            if isRevoked != facts.revoked.contains(id) {
                report.add(
                    "api_keys", id,
                    isRevoked
                        ? "it is revoked, and no entry says so" : "it was revoked, and the row says it is in force")
            }
        }
        for lost in Set(facts.keys.keys).subtracting(seen).sorted() {
            report.add("api_keys", lost, "it was issued, and the row is gone")
        }
    }

    private func compareConfirmations(
        _ rows: [Row], _ facts: PeopleFacts, _ report: inout StateReport
    ) async throws {
        for part in rows.chunks(of: 500) {
            let keys = try await store.keys.existingKeys(for: Set(try part.map { try $0.get("person") }))
            for row in part {
                let person: String = try row.get("person")
                let channel: String = try row.get("channel")
                guard let key = keys[person] else { continue }
                // A value that does not open belongs to another row, and is confirmed by nobody.
                let value = try? key.open(
                    SealedBytes(bytes: row.get("value")), place: SQLNoticeStore.addressPlace(person))
                let confirmation = try SQLNoticeStore.value(
                    AddressConfirmation.self, from: try row.get("confirmation"))
                let claimed = PeopleFacts.Confirmation(
                    person: person, channel: channel, address: String(decoding: value ?? [], as: UTF8.self),
                    agreement: confirmation.agreementHash.hex)
                if !facts.confirmations.contains(claimed) {
                    report.add(
                        "addresses", "\(person) \(channel)",
                        "it is called confirmed, and no AddressConfirmed entry says so: the confirmation is forged")
                }
            }
        }
    }
}
