import Evidence
import Notices
import People
import SQL

extension SQLPeopleStore: ContactReplyStore {
    private static let replyColumns: Query = "r.entry, r.notice, r.person, r.reply, r.at"

    private static func reply(_ row: Row) throws -> ContactReply? {
        guard let reply = NoticeReply(rawValue: try row.get("reply")) else { return nil }
        return ContactReply(
            entry: try row.get("entry"), notice: NoticeID(try row.get("notice")),
            person: PersonID(try row.get("person", as: String.self)), reply: reply, at: try row.get("at"))
    }

    /// Along the index of those that wait.
    public func unseenReplies(limit: Int) async throws -> [ContactReply] {
        try await database.read { tx in
            try tx.query(
                """
                SELECT \(Self.replyColumns) FROM notice_replies r WHERE r.watch_at IS NOT NULL
                ORDER BY r.watch_at, r.entry LIMIT \(limit)
                """
            ).compactMap(Self.reply)
        }
    }

    /// A notice that we sent on a change of hands names its client; of any other we know the contact alone.
    public func clients(behind reply: ContactReply) async throws -> [ClientStillCalled] {
        let person = reply.person.rawValue
        return try await database.read { tx in
            let told = try tx.query(
                """
                SELECT n.client, a.predecessor, a.from_at FROM client_notices n
                JOIN client_assignments a ON a.client = n.client AND a.position = n.position
                WHERE n.person = \(person) AND n.notice = \(reply.notice.rawValue)
                """)
            let rows =
                told.isEmpty
                ? try tx.query(
                    """
                    SELECT c.client, a.predecessor, a.from_at FROM client_contacts c
                    LEFT JOIN client_assignments a ON a.client = c.client AND a.predecessor IS NOT NULL
                        AND a.position = (SELECT max(l.position) FROM client_assignments l
                            WHERE l.client = c.client AND l.predecessor IS NOT NULL)
                    WHERE c.person = \(person) ORDER BY c.client
                    """) : told
            return try rows.map { row in
                let client: String = try row.get("client")
                let count: Int =
                    try tx.first(
                        """
                        SELECT count(*) AS said FROM client_contacts c JOIN notice_replies r ON r.person = c.person
                        WHERE c.client = \(client) AND r.reply = \(NoticeReply.oldContactCalls.rawValue)
                        """)?.get("said") ?? 0
                return ClientStillCalled(
                    client: ClientID(client),
                    predecessor: try row.get("predecessor", as: String?.self).map { PersonID($0) },
                    since: try row.get("from_at"), count: max(1, count))
            }
        }
    }

    /// One transaction: a reply is never seen without its alerts.
    public func raise(
        _ alerts: [(alert: ClientAlert, act: Act)], seen reply: ContactReply, quietSince: Timestamp, notifies: Bool
    ) async throws -> Int {
        var prepared: [(alert: ClientAlert, rows: [Query])] = []
        for one in alerts { prepared.append((one.alert, try await actRows.stage([one.act]))) }
        return try await database.write { [prepared] tx in
            let changed = try tx.execute(
                "UPDATE notice_replies SET watch_at = NULL WHERE entry = \(reply.entry) AND watch_at IS NOT NULL")
            guard changed == 1 else { return 0 }
            var raised = 0
            for one in prepared {
                let earlier = try tx.first(
                    """
                    SELECT id FROM client_alerts WHERE kind = \(one.alert.kind.rawValue)
                        AND subject = \(one.alert.subject) AND at > \(quietSince) LIMIT 1
                    """)
                guard earlier == nil else { continue }
                try tx.execute(Self.row(one.alert, notifies: notifies))
                try tx.executeBatch(one.rows)
                raised += 1
            }
            return raised
        }
    }

    /// By the contacts that the clients have now.
    public func replies(ofContactsOf clients: [ClientID]) async throws -> [ClientID: [ContactReply]] {
        var found: [ClientID: [ContactReply]] = [:]
        for part in clients.map(\.rawValue).chunks(of: 500) {
            let rows = try await database.read { tx in
                try tx.query(
                    """
                    SELECT c.client, \(Self.replyColumns) FROM client_contacts c
                    JOIN notice_replies r ON r.person = c.person WHERE c.client IN \(list: part)
                    ORDER BY r.at DESC, r.entry
                    """)
            }
            for row in rows {
                if let reply = try Self.reply(row) { found[ClientID(try row.get("client")), default: []].append(reply) }
            }
        }
        return found
    }
}
