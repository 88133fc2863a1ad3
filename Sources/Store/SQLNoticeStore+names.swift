import Evidence
import Foundation
import Notices
import SQL

/// People are found by their whole name without its being stored in clear.
extension SQLNoticeStore {
    /// Case and spaces do not tell names apart, and neither do two ways to write one accent.
    static func nameHash(_ name: String, _ index: BlindIndex) -> [UInt8]? {
        let plain = simpleName(name) ?? plainName(name)
        return plain.isEmpty ? nil : index.hash(of: Array("name ".utf8) + plain)
    }

    /// A name as it is hashed, whatever it is written in.
    static func plainName(_ name: String) -> [UInt8] {
        Array(name.precomposedStringWithCanonicalMapping.lowercased().filter { !$0.isWhitespace }.utf8)
    }

    /// The same for a name in plain Latin letters or Chinese characters (U+4E00 to U+9FFF), nil for any other.
    ///
    /// Neither has forms to be put together, nor have the latter a case: the tables of Unicode need not be asked, which
    /// costs ten times more and is asked for everybody in a file.
    static func simpleName(_ name: String) -> [UInt8]? {
        var plain: [UInt8] = []
        plain.reserveCapacity(name.utf8.count)
        for scalar in name.unicodeScalars {
            switch scalar.value {
            case 0x20: continue
            case 0x41...0x5A: plain.append(UInt8(scalar.value) | 0x20)
            case 0x21...0x7E: plain.append(UInt8(scalar.value))
            case 0x4E00...0x9FFF: plain.append(contentsOf: UTF8.encode(scalar) ?? .init())
            default: return nil
            }
        }
        return plain
    }

    /// Along the index of names.
    public func people(named name: String, limit: Int) async throws -> [Recipient] {
        guard let hash = Self.nameHash(name, BlindIndex(try await key(for: KeyRing.organisation))) else { return [] }
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
        let index = BlindIndex(try await key(for: KeyRing.organisation))
        let keys = try await keys.existingKeys(for: Set(try rows.map { try $0.get("id") }))
        var updates: [Query] = []
        for row in rows {
            let id: String = try row.get("id")
            guard let key = keys[id] else { continue }
            let name = try key.open(SealedBytes(bytes: try row.get("name")), place: NoticeRows.place("person", id))
            // Nobody is called nothing; an empty hash keeps such a row from being looked at for ever.
            let hash = Self.nameHash(String(decoding: name, as: UTF8.self), index) ?? []
            updates.append("UPDATE people SET name_hash = \(hash) WHERE id = \(id) AND name_hash IS NULL")
        }
        guard !updates.isEmpty else { return 0 }
        try await database.write { [updates] tx in try tx.executeBatch(updates) }
        return updates.count
    }
}
