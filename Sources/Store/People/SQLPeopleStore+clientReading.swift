import Evidence
import Notices
import People
import SQL

extension SQLPeopleStore {
    private static let clientColumns: Query = """
        c.id, c.external_id, c.name, c.owner, c.created_at, c.last_order_at,
        (SELECT m.unit FROM employees m WHERE m.person = c.owner) AS unit
        """

    private static func client(_ row: Row) throws -> Client {
        Client(
            id: ClientID(try row.get("id")), externalID: try row.get("external_id"), name: try row.get("name"),
            owner: try row.get("owner", as: String?.self).map { PersonID($0) },
            unit: try row.get("unit", as: String?.self).map { UnitID($0) }, createdAt: try row.get("created_at"),
            lastOrderAt: try row.get("last_order_at"))
    }

    private func clients(_ condition: Query) async throws -> [Client] {
        try await database.read { tx in
            try tx.query("SELECT \(Self.clientColumns) FROM clients c \(condition)").map(Self.client)
        }
    }

    /// By id.
    public func clients(_ ids: [ClientID]) async throws -> [ClientID: Client] {
        var found: [ClientID: Client] = [:]
        for part in ids.map(\.rawValue).chunks(of: 500) {
            for one in try await clients("WHERE c.id IN \(list: part)") { found[one.id] = one }
        }
        return found
    }

    /// By the index of contacts.
    public func clients(ofContacts people: [PersonID]) async throws -> [PersonID: [Client]] {
        var pairs: [(person: PersonID, client: ClientID)] = []
        for part in people.map(\.rawValue).chunks(of: 500) {
            pairs += try await database.read { tx in
                try tx.query(
                    "SELECT person, client FROM client_contacts WHERE person IN \(list: part) ORDER BY person, client"
                ).map { (PersonID(try $0.get("person")), ClientID(try $0.get("client"))) }
            }
        }
        let known = try await clients(Array(Set(pairs.map(\.client))))
        var found: [PersonID: [Client]] = [:]
        for pair in pairs {
            if let client = known[pair.client] { found[pair.person, default: []].append(client) }
        }
        return found
    }

    /// By number.
    public func client(externalID: String) async throws -> Client? {
        try await clients("WHERE c.external_id = \(externalID)").first
    }

    /// By the one in charge.
    public func clients(ownedBy employee: PersonID, after: ClientID?, limit: Int) async throws -> [Client] {
        try await clients(
            "WHERE c.owner = \(employee.rawValue) AND c.id > \(after?.rawValue ?? "") ORDER BY c.id LIMIT \(limit)")
    }

    /// One walk along an index for one owner or for all; those of units are gathered owner by owner.
    public func clients(in scope: ClientScope, after: ClientID?, limit: Int) async throws -> [Client] {
        try await clients(
            "WHERE c.id > \(after?.rawValue ?? "") \(Self.within(scope)) ORDER BY c.id LIMIT \(limit)")
    }

    /// The condition that keeps a query within a scope; begins with AND.
    static func within(_ scope: ClientScope, column: Query = "c.owner") -> Query {
        if scope.isAll { return "" }
        let owners = scope.owners.map(\.rawValue).sorted()
        if scope.units.isEmpty {
            // One owner is one stretch of the index, which a list is not.
            return owners.count == 1 ? "AND \(column) = \(owners[0])" : "AND \(column) IN \(list: owners)"
        }
        return """
            AND \(column) IN (SELECT m.person FROM employees m
                WHERE m.unit IN \(list: scope.units.map(\.rawValue).sorted())
                UNION ALL SELECT m.person FROM employees m WHERE m.person IN \(list: owners))
            """
    }

    /// Each way of searching has its index; for few owners their clients are walked instead.
    public func search(_ query: ClientQuery, in scope: ClientScope, limit: Int) async throws -> [Client] {
        switch query {
        case .name(let text):
            let (from, to) = NameParts.range(of: text)
            if scope.isAll {
                return try await distinct(
                    limit,
                    """
                    JOIN client_name_parts p ON p.client = c.id WHERE p.part >= \(from) AND p.part < \(to)
                    ORDER BY p.part, p.client
                    """)
            }
            return try await clients(
                """
                WHERE EXISTS (SELECT 1 FROM client_name_parts p WHERE p.client = c.id AND p.part >= \(from)
                    AND p.part < \(to)) \(Self.within(scope)) ORDER BY c.id LIMIT \(limit)
                """)
        case .externalID(let text):
            return try await clients(
                "WHERE c.external_id = \(text) \(Self.within(scope)) ORDER BY c.id LIMIT \(limit)")
        case .address(let channel, let value):
            let hash = try await gateway.valueHash(channel, value)
            return try await distinct(
                limit,
                """
                JOIN client_contacts k ON k.client = c.id JOIN addresses d ON d.person = k.person
                WHERE d.value_hash = \(hash) AND d.channel = \(channel.rawValue) AND d.channel <> 'inbox'
                    \(Self.within(scope))
                ORDER BY c.id
                """)
        }
    }

    /// A client may fit more than once; asked for a few more, so that a page of different ones comes out.
    private func distinct(_ limit: Int, _ condition: Query) async throws -> [Client] {
        var seen: Set<ClientID> = []
        return Array(
            try await clients("\(condition) LIMIT \(limit * 2)").filter { seen.insert($0.id).inserted }.prefix(limit))
    }

    /// The newest span of each client in which this person was in charge.
    public func clients(
        heldBy employee: PersonID, ever: Bool, after: ClientID?, limit: Int
    ) async throws -> [HeldClient] {
        let condition: Query = ever ? "" : "AND a.until_at IS NULL"
        let rows = try await database.read { tx in
            try tx.query(
                """
                SELECT \(Self.assignmentColumns) FROM client_assignments a
                WHERE a.employee = \(employee.rawValue) AND a.client > \(after?.rawValue ?? "") \(condition)
                    AND NOT EXISTS (SELECT 1 FROM client_assignments b WHERE b.client = a.client
                        AND b.employee = a.employee AND b.position > a.position)
                ORDER BY a.client LIMIT \(limit)
                """)
        }
        let held = try await assignments(rows)
        let clients = try await clients(held.map(\.client))
        return held.compactMap { one in clients[one.client].map { HeldClient(client: $0, held: one) } }
    }

    // MARK: Facts

    /// By name.
    public func fields(of client: ClientID) async throws -> [ClientField] {
        let id = client.rawValue
        let rows = try await database.read { tx in
            try tx.query(
                """
                SELECT field, value, source, changed_at, learnt_at FROM client_fields WHERE client = \(id)
                ORDER BY field
                """)
        }
        let key = try await keys(ofClients: [id])[id]
        return try rows.map { try Self.field($0, id, key) }
    }

    private static func field(_ row: Row, _ client: String, _ key: DataKey?) throws -> ClientField {
        let name: String = try row.get("field")
        return ClientField(
            name: name, value: try open(try row.get("value"), key, fieldPlace(client, name)),
            source: try row.get("source"), changedAt: try row.get("changed_at"), learntAt: try row.get("learnt_at"))
    }

    /// The newest first.
    public func replacedFields(of client: ClientID) async throws -> [ReplacedField] {
        let id = client.rawValue
        let rows = try await database.read { tx in
            try tx.query(
                """
                SELECT field, value, source, changed_at, learnt_at, replaced_at, replaced_by FROM client_field_history
                WHERE client = \(id) ORDER BY replaced_at DESC, changed_at DESC, field LIMIT 500
                """)
        }
        let key = try await keys(ofClients: [id])[id]
        return try rows.map { row in
            ReplacedField(
                field: try Self.field(row, id, key), replacedAt: try row.get("replaced_at"),
                replacedBy: try row.get("replaced_by"))
        }
    }

    /// With the people as the gateway knows them; the erased have no name any more.
    public func contacts(of clients: [ClientID]) async throws -> [ClientID: [ClientContact]] {
        var found: [ClientID: [ClientContact]] = [:]
        for part in clients.map(\.rawValue).chunks(of: 500) {
            let rows = try await database.read { tx in
                try tx.query(
                    """
                    SELECT client, person, position, source, changed_at FROM client_contacts
                    WHERE client IN \(list: part) ORDER BY client, person
                    """)
            }
            let people = try await gateway.recipients(
                Array(Set(try rows.map { PersonID(try $0.get("person", as: String.self)) })))
            for row in rows {
                let id = PersonID(try row.get("person", as: String.self))
                found[ClientID(try row.get("client")), default: []].append(
                    ClientContact(
                        person: id, name: people[id]?.name ?? "", position: try row.get("position"),
                        addresses: people[id]?.addresses ?? [], source: try row.get("source"),
                        changedAt: try row.get("changed_at")))
            }
        }
        return found
    }

    // MARK: The time line

    /// The newest first.
    public func timeline(of client: ClientID, before: ClientEvent.Cursor?, limit: Int) async throws -> [ClientEvent] {
        let id = client.rawValue
        let edge: Query =
            before.map { "AND (happened_at, id) < (\($0.happenedAt), \($0.id))" } ?? ""
        let rows = try await database.read { tx in
            try tx.query(
                """
                SELECT id, kind, source, ref, happened_at, learnt_at, actor, person, details FROM client_events
                WHERE client = \(id) \(edge) ORDER BY happened_at DESC, id DESC LIMIT \(limit)
                """)
        }
        let key = try await keys(ofClients: [id])[id]
        return try rows.map { row in
            let event: String = try row.get("id")
            let name: String = try row.get("kind")
            guard let kind = ClientEvent.Kind(rawValue: name) else {
                throw PeopleError(.unavailable, "the time line holds the unknown kind \"\(name)\"; run `songda audit`")
            }
            let sealed: [UInt8]? = try row.get("details")
            var details = JSONValue.null
            if let sealed, let key {
                details = try JSONValue(
                    parsing: try key.open(SealedBytes(bytes: sealed), place: Self.eventPlace(event)))
            }
            return ClientEvent(
                id: event, kind: kind, happenedAt: try row.get("happened_at"), learntAt: try row.get("learnt_at"),
                source: try row.get("source"), reference: try row.get("ref"), actor: try row.get("actor"),
                person: try row.get("person", as: String?.self).map { PersonID($0) }, details: details)
        }
    }

    // MARK: The operation log

    /// The newest first.
    public func operations(
        on client: ClientID?, by actor: String?, before: String?, limit: Int
    ) async throws -> [ClientOperation] {
        var conditions: [Query] = []
        if let client { conditions.append("client = \(client.rawValue)") }
        if let actor { conditions.append("actor = \(actor)") }
        if let before { conditions.append("id < \(before)") }
        let filter: Query =
            conditions.isEmpty ? "" : conditions.dropFirst().reduce("WHERE \(conditions[0])") { "\($0) AND \($1)" }
        return try await database.read { tx in
            try tx.query(
                """
                SELECT id, at, actor, person, client, operation, is_refused, detail FROM client_operations \(filter)
                ORDER BY id DESC LIMIT \(limit)
                """
            ).compactMap { row in
                guard let kind = ClientOperation.Kind(rawValue: try row.get("operation")) else { return nil }
                return ClientOperation(
                    id: try row.get("id"), at: try row.get("at"), actor: try row.get("actor"),
                    person: try row.get("person", as: String?.self).map { PersonID($0) },
                    client: try row.get("client", as: String?.self).map { ClientID($0) }, kind: kind,
                    isRefused: try row.get("is_refused"), detail: try row.get("detail"))
            }
        }
    }
}
