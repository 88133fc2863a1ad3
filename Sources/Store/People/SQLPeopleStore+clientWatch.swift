import Evidence
import Notices
import People
import SQL

extension SQLPeopleStore {
    // MARK: Bulk access

    private static let readings = ClientOperation.Kind.allCases.filter(\.isReading).map(\.rawValue).sorted()

    /// Counts clients, not looks: one client looked at often is ordinary work.
    public func clientsRead(by actor: String, since: Timestamp) async throws -> Int {
        try await database.read { tx in
            try tx.first(
                """
                SELECT count(DISTINCT client) AS clients FROM client_operations
                WHERE actor = \(actor) AND at >= \(since) AND is_refused = 0 AND operation IN \(list: Self.readings)
                """)?.get("clients") ?? 0
        }
    }

    /// For the sweep that finds what a crash left unsaid.
    public func bulkReaders(
        since: Timestamp, atLeast count: Int
    ) async throws -> [(actor: String, person: PersonID?)] {
        try await database.read { tx in
            try tx.query(
                """
                SELECT actor, max(person) AS person FROM client_operations
                WHERE at >= \(since) AND is_refused = 0 AND operation IN \(list: Self.readings)
                GROUP BY actor HAVING count(DISTINCT client) >= \(count) ORDER BY actor
                """
            ).map { (try $0.get("actor"), try $0.get("person", as: String?.self).map { PersonID($0) }) }
        }
    }

    /// The look for an earlier alert and the new one are one statement's worth of time.
    public func raise(_ alert: ClientAlert, quietSince: Timestamp, notifies: Bool, acts: [Act]) async throws -> Bool {
        let rows = try await actRows.stage(acts)
        return try await database.write { tx in
            let earlier = try tx.first(
                """
                SELECT id FROM client_alerts
                WHERE kind = \(alert.kind.rawValue) AND subject = \(alert.subject) AND at > \(quietSince) LIMIT 1
                """)
            guard earlier == nil else { return false }
            try tx.execute(Self.row(alert, notifies: notifies))
            try tx.executeBatch(rows)
            return true
        }
    }

    static func row(_ alert: ClientAlert, notifies: Bool) -> Query {
        let due: Timestamp? = notifies ? alert.at : nil
        return """
            INSERT INTO client_alerts (id, kind, subject, person, at, since, count, rule, due_at, notices, reason)
            VALUES (\(alert.id), \(alert.kind.rawValue), \(alert.subject), \(alert.person?.rawValue), \(alert.at),
                \(alert.since), \(alert.count), \(alert.rule), \(due), 0, \(alert.reason))
            """
    }

    // MARK: Silent clients

    /// One walk along what is watched.
    public func silentClients(since: Timestamp, limit: Int) async throws -> [SilentClient] {
        try await database.read { tx in
            try tx.query(
                """
                SELECT c.id, c.watch_from, (SELECT a.predecessor FROM client_assignments a WHERE a.client = c.id
                    AND a.predecessor IS NOT NULL ORDER BY a.position DESC LIMIT 1) AS predecessor
                FROM clients c WHERE c.watch_from <= \(since) ORDER BY c.watch_from LIMIT \(limit)
                """
            ).map { row in
                SilentClient(
                    client: ClientID(try row.get("id")), since: try row.get("watch_from"),
                    predecessor: try row.get("predecessor", as: String?.self).map { PersonID($0) })
            }
        }
    }

    /// The watch ends with the alert and begins again with the next order.
    public func raise(_ alert: ClientAlert, lost: SilentClient, notifies: Bool, acts: [Act]) async throws -> Bool {
        let rows = try await actRows.stage(acts)
        return try await database.write { tx in
            let changed = try tx.execute(
                "UPDATE clients SET watch_from = NULL WHERE id = \(lost.client.rawValue) AND watch_from = \(lost.since)"
            )
            guard changed == 1 else { return false }
            try tx.execute(Self.row(alert, notifies: notifies))
            try tx.executeBatch(rows)
            return true
        }
    }

    // MARK: Alerts

    private func alerts(_ condition: Query) async throws -> [ClientAlert] {
        try await database.read { tx in
            try tx.query(
                """
                SELECT id, kind, subject, person, at, since, count, rule, notices, reason FROM client_alerts
                \(condition)
                """
            ).compactMap { row in
                guard let kind = ClientAlert.Kind(rawValue: try row.get("kind")) else { return nil }
                return ClientAlert(
                    id: try row.get("id"), kind: kind, subject: try row.get("subject"),
                    person: try row.get("person", as: String?.self).map { PersonID($0) }, at: try row.get("at"),
                    since: try row.get("since"), count: try row.get("count"), rule: try row.get("rule"),
                    notices: try row.get("notices"), reason: try row.get("reason"))
            }
        }
    }

    /// The newest first.
    public func alerts(kind: ClientAlert.Kind?, before: String?, limit: Int) async throws -> [ClientAlert] {
        var conditions: [Query] = []
        if let kind { conditions.append("kind = \(kind.rawValue)") }
        if let before { conditions.append("id < \(before)") }
        let filter: Query =
            conditions.isEmpty ? "" : conditions.dropFirst().reduce("WHERE \(conditions[0])") { "\($0) AND \($1)" }
        return try await alerts("\(filter) ORDER BY id DESC LIMIT \(limit)")
    }

    /// Those whose notices are due.
    public func dueAlerts(now: Timestamp, limit: Int) async throws -> [ClientAlert] {
        try await alerts("WHERE due_at <= \(now) ORDER BY due_at LIMIT \(limit)")
    }

    /// Notes how the notices of an alert fared.
    public func settle(alert id: String, notices: Int, reason: String?, dueAt: Timestamp?) async throws {
        try await database.write { tx in
            try tx.execute(
                """
                UPDATE client_alerts SET notices = \(notices), reason = \(reason), due_at = \(dueAt) WHERE id = \(id)
                """)
        }
    }

    // MARK: Notices to contacts

    /// Those that are due, the longest due first.
    public func dueContactNotices(now: Timestamp, limit: Int) async throws -> [DueContactNotice] {
        try await database.read { tx in
            try tx.query(
                """
                SELECT n.client, n.position, n.person, a.employee, a.predecessor, a.from_at
                FROM client_notices n JOIN client_assignments a ON a.client = n.client AND a.position = n.position
                WHERE n.due_at <= \(now) ORDER BY n.due_at LIMIT \(limit)
                """
            ).map { row in
                DueContactNotice(
                    client: ClientID(try row.get("client")), position: try row.get("position"),
                    person: PersonID(try row.get("person", as: String.self)),
                    successor: PersonID(try row.get("employee", as: String.self)),
                    predecessor: try row.get("predecessor", as: String?.self).map { PersonID($0) },
                    from: try row.get("from_at"))
            }
        }
    }

    /// The notice enters the client's time line with its id.
    public func settle(_ due: DueContactNotice, notice: NoticeID, at: Timestamp) async throws {
        let key = try await key(ofClient: due.client.rawValue)
        let log = ClientOperation(
            id: SecureRandom.uuid(at: at), at: at, actor: Principal.songda.id, person: nil, client: due.client,
            kind: .assign, detail: "notice \(notice)")
        let line = try Self.event(
            .notice, client: due.client.rawValue, source: "songda", reference: notice.rawValue, version: at,
            happenedAt: at, log: log, person: due.person.rawValue,
            details: ["notice": .string(notice.rawValue), "kind": "client-contact-change"], key: key)
        try await database.write { tx in
            let changed = try tx.execute(
                """
                UPDATE client_notices SET notice = \(notice.rawValue), due_at = NULL, reason = NULL
                WHERE client = \(due.client.rawValue) AND position = \(due.position)
                    AND person = \(due.person.rawValue) AND notice IS NULL
                """)
            if changed == 1 { try tx.execute(line) }
        }
    }

    /// Waits, or gives up.
    public func postpone(_ due: DueContactNotice, reason: String, until: Timestamp?) async throws {
        try await database.write { tx in
            try tx.execute(
                """
                UPDATE client_notices SET due_at = \(until), reason = \(String(reason.prefix(500)))
                WHERE client = \(due.client.rawValue) AND position = \(due.position)
                    AND person = \(due.person.rawValue) AND notice IS NULL
                """)
        }
    }

    /// With where each delivery stands.
    public func contactNotices(of clients: [ClientID]) async throws -> [ClientID: [ContactNotice]] {
        var found: [ClientID: [ContactNotice]] = [:]
        for part in clients.map(\.rawValue).chunks(of: 500) {
            for notice in try await contactNotices(part) { found[notice.client, default: []].append(notice) }
        }
        return found
    }

    private func contactNotices(_ clients: [String]) async throws -> [ContactNotice] {
        let (rows, deliveries) = try await database.read { tx in
            (
                try tx.query(
                    """
                    SELECT client, position, person, notice, reason FROM client_notices WHERE client IN \(list: clients)
                    ORDER BY client, position, person
                    """),
                try tx.query(
                    """
                    SELECT d.notice, d.person, d.channel, d.state FROM client_notices n
                    JOIN deliveries d ON d.notice = n.notice AND d.person = n.person
                    WHERE n.client IN \(list: clients) ORDER BY d.rung, d.id
                    """)
            )
        }
        var states: [String: [ChannelKind: DeliveryState]] = [:]
        for row in deliveries {
            guard let channel = ChannelKind(rawValue: try row.get("channel")),
                let state = DeliveryState(rawValue: try row.get("state"))
            else { continue }
            states[try row.get("notice") + "/" + row.get("person"), default: [:]][channel] = state
        }
        return try rows.map { row in
            let (person, notice) = (try row.get("person", as: String.self), try row.get("notice", as: String?.self))
            return ContactNotice(
                client: ClientID(try row.get("client")), position: try row.get("position"), person: PersonID(person),
                notice: notice.map { NoticeID($0) }, reason: try row.get("reason"),
                deliveries: notice.flatMap { states["\($0)/\(person)"] } ?? [:])
        }
    }
}
