import Evidence
import Foundation
import Notices
import SQL

/// People are found by their whole name without its being stored in clear.
extension SQLNoticeStore {
    /// Case and spaces do not tell names apart, and neither do two ways to write one accent.
    static func nameHash(_ name: String, _ organisation: DataKey) -> [UInt8]? {
        let plain = name.precomposedStringWithCanonicalMapping.lowercased().filter { !$0.isWhitespace }
        return plain.isEmpty ? nil : organisation.blindIndex(of: Array("name \(plain)".utf8))
    }

    /// Along the index of names.
    public func people(named name: String, limit: Int) async throws -> [Recipient] {
        guard let hash = Self.nameHash(name, try await key(for: KeyRing.organisation)) else { return [] }
        let rows = try await database.read { tx in
            try tx.query("SELECT id FROM people WHERE name_hash = \(hash) ORDER BY id LIMIT \(limit)")
        }
        let ids = try rows.map { PersonID(try $0.get("id")) }
        let found = try await recipients(ids)
        return ids.compactMap { found[$0] }
    }

    /// Gives people their hash who were on record before there was one.
    ///
    /// - Returns: how many were looked at; none when everybody has theirs, or is erased.
    public func indexNames(limit: Int = 500) async throws -> Int {
        let rows = try await database.read { tx in
            try tx.query(
                """
                SELECT p.id, p.name FROM people p JOIN data_keys k ON k.owner = p.id
                WHERE p.name_hash IS NULL AND k.wrapped IS NOT NULL ORDER BY p.id LIMIT \(limit)
                """)
        }
        let organisation = try await key(for: KeyRing.organisation)
        let keys = try await keys.existingKeys(for: Set(try rows.map { try $0.get("id") }))
        var updates: [Query] = []
        for row in rows {
            let id: String = try row.get("id")
            guard let key = keys[id] else { continue }
            let name = try key.open(SealedBytes(bytes: try row.get("name")), place: NoticeRows.place("person", id))
            // Nobody is called nothing; an empty hash keeps such a row from being looked at for ever.
            let hash = Self.nameHash(String(decoding: name, as: UTF8.self), organisation) ?? []
            updates.append("UPDATE people SET name_hash = \(hash) WHERE id = \(id) AND name_hash IS NULL")
        }
        guard !updates.isEmpty else { return 0 }
        try await database.write { [updates] tx in try tx.executeBatch(updates) }
        return updates.count
    }
}
