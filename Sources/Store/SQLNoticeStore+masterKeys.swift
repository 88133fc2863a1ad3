import Evidence
import SQL

/// Which master key wraps the keys of persons, and wrapping them again under another.
extension SQLNoticeStore {
    /// How many data keys each master key wraps, by its name.
    public func masterKeysInUse() async throws -> [String: Int] {
        try await database.read { tx in
            var found: [String: Int] = [:]
            for row in try tx.query(
                """
                SELECT \(Self.masterName) AS master, count(*) AS n FROM data_keys WHERE wrapped IS NOT NULL
                GROUP BY \(Self.masterName)
                """)
            {
                found[Hex.encode(try row.get("master", as: [UInt8].self))] = try row.get("n", as: Int.self)
            }
            return found
        }
    }

    /// Refuses to go on when some data key needs a master key that is not here: it would be missed when a notice is due.
    public func requireMasterKeys() async throws {
        let known = keys.vault.masterIDs.sorted().compactMap(Hex.decode)
        let stray: [UInt8]? = try await database.read { tx in
            try tx.first(
                """
                SELECT \(Self.masterName) AS master FROM data_keys
                WHERE wrapped IS NOT NULL AND \(Self.masterName) NOT IN \(list: known) LIMIT 1
                """)?.get("master")
        }
        guard let stray else { return }
        throw EvidenceError(
            .badKey,
            "some personal data needs the master key \(Hex.encode(stray)), which is not among the keys; put its file into "
                + "retired/ (any name ending in .key), or bring back the master.key that belongs to this database")
    }

    /// Wraps every data key again under the present master key, in pages; `progress` is told done and all.
    ///
    /// Each page is a transaction; killed anywhere, the next run goes on with what is left. The entries are asked for with how
    /// many keys are to be wrapped and by which master keys they are now, and staged with the first page.
    ///
    /// - Returns: how many were wrapped again.
    public func rewrapKeys(
        progress: @Sendable (Int, Int) -> Void = { _, _ in },
        evidence: @Sendable (_ count: Int, _ before: [String]) throws -> [SignedEntry]
    ) async throws -> Int {
        let inUse = try await masterKeysInUse()
        let before = inUse.keys.filter { $0 != keys.vault.current.id }.sorted()
        guard !before.isEmpty else { return 0 }
        let all = inUse.values.reduce(0, +)
        var (done, wrapped, last) = (0, 0, "")
        var entries = try await entryRows.stage(try evidence(all - (inUse[keys.vault.current.id] ?? 0), before))
        while true {
            try Task.checkCancellation()
            let from = last
            let rows = try await database.read { tx in
                try tx.query(
                    """
                    SELECT owner, wrapped FROM data_keys WHERE owner > \(from) AND wrapped IS NOT NULL
                    ORDER BY owner LIMIT 500
                    """)
            }
            guard let end = rows.last else { break }
            // Only what has not changed meanwhile: a key destroyed a moment ago must stay so.
            let updates = try rows.compactMap { row -> Query? in
                let owner: String = try row.get("owner")
                let old: [UInt8] = try row.get("wrapped")
                guard
                    let new = try keys.vault.rewrap(
                        WrappedKey(bytes: old), person: owner, purpose: KeyRing.purpose)
                else { return nil }
                return "UPDATE data_keys SET wrapped = \(new.bytes) WHERE owner = \(owner) AND wrapped = \(old)"
            }
            let staged = entries
            wrapped += try await database.write { tx in
                try tx.executeBatch(staged)
                return try tx.executeBatch(updates).reduce(0, +)
            }
            entries = []
            last = try end.get("owner")
            done += rows.count
            progress(min(done, all), all)
        }
        return wrapped
    }

    /// A wrapped key begins with its version; eight bytes that name the master key follow.
    private static let masterName: Query = "substr(wrapped, 2, 8)"
}
