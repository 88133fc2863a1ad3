import Evidence
import Notices
import SQL

extension SQLNoticeStore {
    /// By two indexes; what waits is read row by row.
    public func notices(withHash hash: Digest, isSealed: Bool, limit: Int) async throws -> [Notice] {
        // Questions with an index each: a condition with OR would read the whole table on one of the engines. What the index
        // of contents leaves out is said in its own words, else it is not taken; see the migration for what it holds.
        let waiting: Query =
            isSealed
            ? ""
            : """
                UNION SELECT id FROM notices
                    WHERE content_hash = \(hash.bytes) AND state IN ('awaiting_approval', 'approved')
            """
        let query: Query =
            Self.noticeSelect + """
                 WHERE n.id IN (
                    SELECT id FROM notices WHERE document_hash = \(hash.bytes)
                    UNION SELECT id FROM notices WHERE content_hash = \(hash.bytes)
                        AND state NOT IN ('awaiting_approval', 'approved')
                        AND (document_hash IS NULL OR document_hash <> content_hash)
                    \(waiting)
                ) ORDER BY n.id DESC LIMIT \(limit)
                """
        let rows = try await database.read { tx in try tx.query(query) }
        return try await notices(rows)
    }

    /// Those who are reached at an address; addresses are found by their blind index, and are not stored in clear.
    public func people(at value: String, on channel: ChannelKind, limit: Int) async throws -> [Recipient] {
        let hash = try await valueHash(channel, value)
        // The index leaves inboxes out, and is only taken where the statement says so itself.
        let rest: Query = channel == .inbox ? "" : "AND channel <> 'inbox'"
        let rows = try await database.read { tx in
            try tx.query(
                """
                SELECT DISTINCT person FROM addresses WHERE value_hash = \(hash) \(rest)
                ORDER BY person LIMIT \(limit)
                """)
        }
        let ids = try rows.map { PersonID(try $0.get("person")) }
        let found = try await recipients(ids)
        return ids.compactMap { found[$0] }
    }
}
