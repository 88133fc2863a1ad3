import Evidence
import Notices
import People
import SQL

/// A span in charge of a client, its reason sealed, ready to be written.
struct NewAssignment: Sendable {
    let client: String
    let employee: PersonID
    let from: Timestamp
    let until: Timestamp?
    let predecessor: PersonID?
    let reason: [UInt8]
    let by: String

    init(
        client: String, employee: PersonID, from: Timestamp, until: Timestamp?, predecessor: PersonID?, reason: String,
        by: String, store: SQLPeopleStore
    ) async throws {
        self.client = client
        self.employee = employee
        self.from = from
        self.until = until
        self.predecessor = predecessor
        self.by = by
        let owner = predecessor ?? employee
        self.reason = try await store.seal(reason, about: owner, place: Self.place(owner.rawValue))
    }

    /// What a reason is bound to: the one from whom the client came, or else the one who took charge.
    static func place(_ person: String) -> String { "client assignment of \(person)" }

    /// Refuses a span that overlaps another, then writes it; an open one becomes the present.
    func insert(_ tx: any SQLTransaction, log: ClientOperation) throws {
        let end = until ?? .latest
        let overlap = try tx.first(
            """
            SELECT employee, from_at FROM client_assignments
            WHERE client = \(client) AND from_at < \(end) AND (until_at IS NULL OR until_at > \(from)) LIMIT 1
            """)
        if let overlap {
            let (who, since) = (
                try overlap.get("employee", as: String.self), try overlap.get("from_at", as: Timestamp.self)
            )
            throw PeopleError(
                .conflict,
                "\(who) is in charge of client \(client) from \(since.rfc3339) on; spans cannot overlap, transfer it",
                faults: [.init(field: "from", message: "overlaps the assignment of \(who)")])
        }
        let row = try tx.first(
            """
            INSERT INTO client_assignments (client, position, employee, from_at, until_at, predecessor, reason,
                assigned_by)
            SELECT \(client), COALESCE(max(a.position), 0) + 1, \(employee.rawValue), \(from), \(until),
                \(predecessor?.rawValue), \(reason), \(by)
            FROM client_assignments a WHERE a.client = \(client)
            RETURNING position
            """)
        let position: Int = try row?.get("position") ?? 0
        if until == nil {
            try tx.execute("UPDATE clients SET owner = \(employee.rawValue) WHERE id = \(client)")
            try tx.execute(
                "UPDATE client_orders SET handled_by = \(employee.rawValue) WHERE client = \(client) AND handled_by IS NULL"
            )
        }
        try tx.execute(
            SQLPeopleStore.event(
                .assigned, client: client, source: "songda", reference: "\(client)/\(position)", version: from,
                happenedAt: from, log: log, person: employee.rawValue, key: nil))
    }
}

extension SQLPeopleStore {
    /// Puts somebody in charge.
    public func assign(
        _ client: ClientID, to employee: PersonID, from: Timestamp, until: Timestamp?, reason: String,
        log: ClientOperation, acts: [Act]
    ) async throws {
        let assignment = try await NewAssignment(
            client: client.rawValue, employee: employee, from: from, until: until, predecessor: nil, reason: reason,
            by: log.actor, store: self)
        let rows = try await actRows.stage(acts) + [Self.row(log)]
        do {
            try await database.write { tx in
                try Self.requireActive([employee], unless: until != nil, tx)
                try assignment.insert(tx, log: log)
                try tx.executeBatch(rows)
            }
        } catch let error as SQLError where error.isUniqueViolation {
            throw PeopleError(.conflict, "somebody else was put in charge of client \(client) meanwhile; look again")
        }
    }

    /// Whether somebody is at work and not frozen.
    static func isActive(_ person: PersonID, _ tx: any SQLTransaction) throws -> Bool {
        try tx.first(
            """
            SELECT 1 AS one FROM employees WHERE person = \(person.rawValue) AND state = 'active'
                AND freeze_reason IS NULL
            """) != nil
    }

    /// Whoever takes charge is at work in the moment it is written, whatever the desk saw.
    private static func requireActive(_ people: [PersonID], unless isPast: Bool, _ tx: any SQLTransaction) throws {
        guard !isPast else { return }
        let able = try tx.query(
            """
            SELECT person FROM employees WHERE person IN \(list: people.map(\.rawValue)) AND state = 'active'
                AND freeze_reason IS NULL
            """)
        guard able.count == Set(people).count else {
            throw PeopleError(.conflict, "a successor is no longer active; name somebody who is at work")
        }
    }

    /// What the leaver has is ended and opened anew in one transaction; another set than the caller saw changes nothing.
    public func transfer(_ transfer: ClientTransfer, log: ClientOperation, acts: [Act]) async throws -> TransferReport?
    {
        let rows = try await actRows.stage(acts)
        let reason = try await seal(
            transfer.reason, about: transfer.leaver, place: NewAssignment.place(transfer.leaver.rawValue))
        let wanted = Dictionary(uniqueKeysWithValues: transfer.moves.map { ($0.key.rawValue, $0.value) })
        do {
            return try await database.write { tx in
                try Self.requireActive(Array(Set(wanted.values)), unless: false, tx)
                let ended = try Self.end(transfer, wanted, tx)
                guard Set(ended.map(\.client)) == Set(wanted.keys) else { throw SetHasChanged() }
                var (orders, notices) = (0, 0)
                var counts: [PersonID: Int] = [:]
                for (client, position, until) in ended {
                    let successor = wanted[client] ?? transfer.leaver
                    let moved = try Self.open(
                        client, position: position + 1, to: successor, at: until, reason, transfer, log, tx)
                    orders += moved.orders
                    notices += moved.notices
                    counts[successor, default: 0] += 1
                }
                try tx.executeBatch(rows)
                return TransferReport(clients: counts, orders: orders, notices: notices, at: transfer.at)
            }
        } catch is SetHasChanged {
            return nil
        } catch let error as SQLError where error.isUniqueViolation {
            // Somebody else opened a span of the same client at the same moment.
            return nil
        }
    }

    private struct SetHasChanged: Error {}

    /// Ends the leaver's open spans; a span that began this very instant has no length but stays in the history.
    private static func end(
        _ transfer: ClientTransfer, _ wanted: [String: PersonID], _ tx: any SQLTransaction
    ) throws -> [(client: String, position: Int, until: Timestamp)] {
        let leaver = transfer.leaver.rawValue
        var rows: [Row] = []
        // Without a list where all are meant: the store, not the caller, says which these are.
        let parts: [Query] =
            transfer.isWhole ? [""] : wanted.keys.sorted().chunks(of: 500).map { "AND client IN \(list: $0)" }
        for part in parts {
            rows += try tx.query(
                """
                UPDATE client_assignments
                SET until_at = CASE WHEN from_at > \(transfer.at) THEN from_at ELSE \(transfer.at) END
                WHERE employee = \(leaver) AND until_at IS NULL \(part)
                RETURNING client, position, until_at
                """)
        }
        return try rows.map { (try $0.get("client"), try $0.get("position"), try $0.get("until_at")) }
    }

    private static func open(
        _ client: String, position: Int, to successor: PersonID, at: Timestamp, _ reason: [UInt8],
        _ transfer: ClientTransfer, _ log: ClientOperation, _ tx: any SQLTransaction
    ) throws -> (orders: Int, notices: Int) {
        // Spans of the past may have been recorded later and so stand at higher positions.
        let row = try tx.first("SELECT max(position) AS highest FROM client_assignments WHERE client = \(client)")
        let next = max(position, (try row?.get("highest", as: Int?.self) ?? 0) + 1)
        let name = successor.rawValue
        let done = try tx.executeBatch([
            """
            INSERT INTO client_assignments (client, position, employee, from_at, until_at, predecessor, reason,
                assigned_by)
            VALUES (\(client), \(next), \(name), \(at), \(Timestamp?.none), \(transfer.leaver.rawValue), \(reason),
                \(log.actor))
            """,
            """
            UPDATE clients SET owner = \(name), transferred_at = \(at), watch_from = \(at) WHERE id = \(client)
            """,
            """
            UPDATE client_orders SET handled_by = \(name) WHERE client = \(client) AND state IN ('placed', 'shipped')
            """,
            """
            INSERT INTO client_notices (client, position, person, due_at)
            SELECT client, \(next), person, \(at) FROM client_contacts WHERE client = \(client)
            """,
            Self.row(log.about(ClientID(client))),
            try Self.event(
                .assigned, client: client, source: "songda", reference: "\(client)/\(next)", version: at,
                happenedAt: at, log: log, person: name, key: nil),
        ])
        return (done[2], done[3])
    }

    /// Lets a successor see a colleague's clients.
    public func shadow(_ shadow: ShadowAssignment, log: ClientOperation, acts: [Act]) async throws {
        let rows = try await actRows.stage(acts) + [Self.row(log)]
        do {
            try await database.write { tx in
                // One occasion has one successor, also where two choose at once.
                let chosen = try tx.query(
                    """
                    SELECT successor FROM client_shadows
                    WHERE employee = \(shadow.employee.rawValue) AND occasion = \(shadow.occasion) LIMIT 1
                    """)
                if let row = chosen.first {
                    let successor: String = try row.get("successor")
                    throw PeopleError(
                        .conflict, "\(successor) learns the clients of \(shadow.employee) on this occasion already")
                }
                try tx.execute(
                    """
                    INSERT INTO client_shadows (employee, successor, from_on, last_day, occasion)
                    VALUES (\(shadow.employee.rawValue), \(shadow.successor.rawValue), \(shadow.from),
                        \(shadow.plannedLastDay), \(shadow.occasion))
                    """)
                try tx.executeBatch(rows)
            }
        } catch let error as SQLError where error.isUniqueViolation {
            throw PeopleError(
                .conflict, "\(shadow.successor) learns the clients of \(shadow.employee) from \(shadow.from) on already"
            )
        }
    }

    /// Those whose view has begun and not ended.
    public func shadows(for successor: PersonID, on day: CivilDate) async throws -> [ShadowAssignment] {
        try await database.read { tx in
            try tx.query(
                """
                SELECT employee, from_on, last_day, occasion FROM client_shadows
                WHERE successor = \(successor.rawValue) AND last_day >= \(day) AND from_on <= \(day)
                """
            ).map { row in
                ShadowAssignment(
                    employee: PersonID(try row.get("employee")), successor: successor, from: try row.get("from_on"),
                    plannedLastDay: try row.get("last_day"), occasion: try row.get("occasion"))
            }
        }
    }

    /// Oldest first.
    public func assignments(of client: ClientID) async throws -> [ClientAssignment] {
        let rows = try await database.read { tx in
            try tx.query(
                """
                SELECT \(Self.assignmentColumns) FROM client_assignments a WHERE a.client = \(client.rawValue)
                ORDER BY a.from_at, a.position
                """)
        }
        return try await assignments(rows)
    }

    static let assignmentColumns: Query = """
        a.client, a.position, a.employee, a.from_at, a.until_at, a.predecessor, a.reason
        """

    func assignments(_ rows: [Row]) async throws -> [ClientAssignment] {
        func sealer(_ row: Row) throws -> String {
            try row.get("predecessor", as: String?.self) ?? row.get("employee")
        }
        let keys = try await keys.existingKeys(for: Set(try rows.map(sealer)))
        return try rows.map { row in
            let owner = try sealer(row)
            return ClientAssignment(
                client: ClientID(try row.get("client")), position: try row.get("position"),
                employee: PersonID(try row.get("employee")), from: try row.get("from_at"),
                until: try row.get("until_at"),
                predecessor: try row.get("predecessor", as: String?.self).map { PersonID($0) },
                reason: try Self.open(try row.get("reason"), keys[owner], NewAssignment.place(owner)))
        }
    }
}
