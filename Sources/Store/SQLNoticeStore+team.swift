import Evidence
import Notices
import SQL

/// The addresses to which team keys may send, sealed under the organisation's key and found by a keyed hash.
extension SQLNoticeStore: TeamStore {
    private static func place(_ id: String) -> String { NoticeRows.place("team address", id) }

    /// A short list, read as a whole.
    public func teamAddresses() async throws -> [TeamAddress] {
        let rows = try await database.read { tx in
            try tx.query("SELECT id, channel, value, added_at FROM team_addresses ORDER BY added_at, id")
        }
        guard !rows.isEmpty else { return [] }
        let key = try await key(for: KeyRing.organisation)
        return try rows.map { row in
            let id: String = try row.get("id")
            guard let channel = ChannelKind(rawValue: try row.get("channel")) else {
                throw SQLError(.decoding, "a team address is of a channel that this version does not know")
            }
            let value = try key.open(SealedBytes(bytes: try row.get("value")), place: Self.place(id))
            return TeamAddress(
                id: id, address: ServiceAddress(channel: channel, value: String(decoding: value, as: UTF8.self)),
                addedAt: try row.get("added_at"))
        }
    }

    /// The hash decides whether it is there.
    public func list(_ address: TeamAddress, evidence: [SignedEntry]) async throws -> Bool {
        let (channel, value) = (address.address.channel, address.address.value)
        let hash = try await valueHash(channel, value)
        let sealed = try await key(for: KeyRing.organisation).seal(Array(value.utf8), place: Self.place(address.id))
            .bytes
        let rows = try await entryRows.stage(evidence)
        return try await database.write { tx in
            let added = try tx.execute(
                """
                INSERT INTO team_addresses (id, channel, value_hash, value, added_at)
                VALUES (\(address.id), \(channel.rawValue), \(hash), \(sealed), \(address.addedAt))
                ON CONFLICT (channel, value_hash) DO NOTHING
                """)
            guard added == 1 else { return false }
            try tx.executeBatch(rows)
            return true
        }
    }

    /// By id.
    public func unlist(_ id: String, evidence: [SignedEntry]) async throws -> Bool {
        let rows = try await entryRows.stage(evidence)
        return try await database.write { tx in
            guard try tx.execute("DELETE FROM team_addresses WHERE id = \(id)") == 1 else { return false }
            try tx.executeBatch(rows)
            return true
        }
    }

    /// By their keyed hashes; nothing is opened.
    public func unlisted(_ addresses: [ServiceAddress]) async throws -> [ServiceAddress] {
        var hashes: [[UInt8]] = []
        for address in addresses { hashes.append(try await valueHash(address.channel, address.value)) }
        let wanted = hashes
        let listed = try await database.read { tx in
            var listed: Set<[UInt8]> = []
            for part in wanted.chunks(of: 500) {
                for row in try tx.query("SELECT value_hash FROM team_addresses WHERE value_hash IN \(list: part)") {
                    listed.insert(try row.get("value_hash", as: [UInt8].self))
                }
            }
            return listed
        }
        return zip(addresses, hashes).filter { !listed.contains($1) }.map(\.0)
    }
}
