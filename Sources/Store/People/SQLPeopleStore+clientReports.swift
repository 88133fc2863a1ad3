import Evidence
import Notices
import People
import SQL

extension SQLPeopleStore {
    /// Counted over everybody in scope.
    public func clientCounts(in scope: ClientScope) async throws -> [PersonID?: Int] {
        let rows = try await database.read { tx in
            try tx.query(
                """
                SELECT c.owner, count(*) AS clients FROM clients c WHERE 1 = 1 \(Self.within(scope)) GROUP BY c.owner
                """)
        }
        var counts: [PersonID?: Int] = [:]
        for row in rows {
            counts[try row.get("owner", as: String?.self).map { PersonID($0) }] = try row.get("clients")
        }
        return counts
    }

    /// Credited to whoever was in charge when the order was placed.
    public func turnover(
        in scope: ClientScope, since: Timestamp
    ) async throws -> [(owner: PersonID?, revenue: Revenue)] {
        try await database.read { tx in
            try tx.query(
                """
                SELECT o.credited_to, o.currency, CAST(sum(o.amount) AS BIGINT) AS amount FROM client_orders o
                WHERE o.placed_at >= \(since) AND o.state <> 'cancelled' \(Self.within(scope, column: "o.credited_to"))
                GROUP BY o.credited_to, o.currency ORDER BY o.credited_to, o.currency
                """
            ).map { row in
                (
                    try row.get("credited_to", as: String?.self).map { PersonID($0) },
                    Revenue(currency: try row.get("currency"), amount: Amount(fen: try row.get("amount")))
                )
            }
        }
    }

    /// Both spans are as long as the time since the hand-over, at most the window: a short year after is not compared with
    /// a long one before.
    public func tradeAround(
        transfersFrom leaver: PersonID, window: Duration, now: Timestamp
    ) async throws -> [TransferredTrade] {
        let most = window / .microseconds(1)
        let longest = Int64(most)
        return try await database.read { tx in
            try tx.query(
                """
                SELECT t.client, t.until_at, t.span, o.currency,
                    (SELECT n.employee FROM client_assignments n WHERE n.client = t.client
                        AND n.predecessor = \(leaver.rawValue) AND n.from_at = t.until_at LIMIT 1) AS successor,
                    CAST(COALESCE(sum(CASE WHEN o.placed_at < t.until_at THEN o.amount END), 0) AS BIGINT) AS before,
                    CAST(COALESCE(sum(CASE WHEN o.placed_at >= t.until_at THEN o.amount END), 0) AS BIGINT) AS after
                FROM (SELECT a.client, a.position, a.until_at,
                        CASE WHEN \(now) - a.until_at < \(longest) THEN \(now) - a.until_at ELSE \(longest) END AS span
                    FROM client_assignments a
                    WHERE a.employee = \(leaver.rawValue) AND EXISTS (SELECT 1 FROM client_assignments n
                        WHERE n.client = a.client AND n.predecessor = \(leaver.rawValue) AND n.from_at = a.until_at)
                    ) t
                LEFT JOIN client_orders o ON o.client = t.client AND o.state <> 'cancelled'
                    AND o.placed_at >= t.until_at - t.span AND o.placed_at < t.until_at + t.span
                GROUP BY t.client, t.position, t.until_at, t.span, o.currency
                ORDER BY t.client, t.until_at, o.currency
                """
            ).map { row in
                TransferredTrade(
                    client: ClientID(try row.get("client")), at: try row.get("until_at"),
                    successor: try row.get("successor", as: String?.self).map { PersonID($0) },
                    span: .microseconds(try row.get("span", as: Int64.self)), currency: try row.get("currency"),
                    before: Amount(fen: try row.get("before")), after: Amount(fen: try row.get("after")))
            }
        }
    }

    private static func reportPlace(_ id: String) -> String { "client report \(id)" }

    /// Sealed under the key of the person it is about.
    public func keep(report: String, about person: PersonID, body: [UInt8], at: Timestamp, acts: [Act]) async throws {
        let sealed = try await key(for: person).seal(body, place: Self.reportPlace(report)).bytes
        let rows = try await actRows.stage(acts)
        try await database.write { tx in
            try tx.execute(
                """
                INSERT INTO client_reports (id, person, at, body)
                VALUES (\(report), \(person.rawValue), \(at), \(sealed))
                """)
            try tx.executeBatch(rows)
        }
    }

    /// Opened while the person's key exists.
    public func report(_ id: String) async throws -> (person: PersonID, body: [UInt8])? {
        let row = try await database.read { tx in
            try tx.first("SELECT person, body FROM client_reports WHERE id = \(id)")
        }
        guard let row else { return nil }
        let person: String = try row.get("person")
        guard let key = try await keys.existingKeys(for: [person])[person] else { return nil }
        let body = try key.open(SealedBytes(bytes: try row.get("body")), place: Self.reportPlace(id))
        return (PersonID(person), body)
    }
}
