import Evidence
import Foundation
import Notices
import People
import SQL

extension SQLPeopleStore: ClientStore {
    // MARK: Keys

    /// The owner of the data key under which a client's values are sealed.
    static func keyOwner(_ client: String) -> String { "client-\(client)" }

    /// The data key of a client, made if there is none.
    func key(ofClient id: String) async throws -> DataKey { try await gateway.key(for: Self.keyOwner(id)) }

    /// The data keys of clients as far as they exist, by client.
    func keys(ofClients ids: Set<String>) async throws -> [String: DataKey] {
        let found = try await keys.existingKeys(for: Set(ids.map(Self.keyOwner)))
        return Dictionary(uniqueKeysWithValues: ids.compactMap { id in found[Self.keyOwner(id)].map { (id, $0) } })
    }

    static func open(_ bytes: [UInt8], _ key: DataKey?, _ place: String) throws -> String {
        guard let key else { return "" }
        return String(decoding: try key.open(SealedBytes(bytes: bytes), place: place), as: UTF8.self)
    }

    static func fieldPlace(_ client: String, _ field: String) -> String { "client \(client) field \(field)" }
    static func eventPlace(_ id: String) -> String { "client event \(id)" }
    static func followUpPlace(_ source: String, _ externalID: String) -> String { "follow-up \(source) \(externalID)" }

    // MARK: Rows that go with every change

    /// A row of the operation log.
    static func row(_ operation: ClientOperation) -> Query {
        """
        INSERT INTO client_operations (id, at, actor, person, client, operation, is_refused, detail)
        VALUES (\(operation.id), \(operation.at), \(operation.actor), \(operation.person?.rawValue),
            \(operation.client?.rawValue), \(operation.kind.rawValue), \(operation.isRefused), \(operation.detail))
        """
    }

    /// A row of the time line; the same version of the same thing enters it once.
    static func event(
        _ kind: ClientEvent.Kind, client: String, source: String, reference: String, version: Timestamp,
        happenedAt: Timestamp, log: ClientOperation, person: String? = nil, details: JSONValue? = nil, key: DataKey?
    ) throws -> Query {
        let id = SecureRandom.uuid(at: log.at)
        let sealed = try details.flatMap { details in
            try key.map { try $0.seal(details.canonicalBytes, place: eventPlace(id)).bytes }
        }
        return """
            INSERT INTO client_events (id, client, kind, source, ref, version, happened_at, learnt_at, actor, person,
                details)
            VALUES (\(id), \(client), \(kind.rawValue), \(source), \(reference), \(version), \(happenedAt), \(log.at),
                \(log.actor), \(person), \(sealed))
            ON CONFLICT (source, kind, ref, version) DO NOTHING
            """
    }

    /// Writes down operations that changed nothing.
    public func log(_ operations: [ClientOperation]) async throws {
        let rows = operations.map(Self.row)
        try await database.write { tx in try tx.executeBatch(rows) }
    }

    // MARK: What other systems say

    /// Each fact and each contact decides for itself whether what came is newer.
    public func sync(
        _ update: ClientUpdate, id: ClientID, contacts: [CheckedContact], owner: PersonID?, log: ClientOperation,
        acts: [Act]
    ) async throws -> ClientSync? {
        let client = id.rawValue
        let key = try await key(ofClient: client)
        let facts = try update.fields.sorted { $0.key < $1.key }.map {
            try FactRows(client: client, name: $0.key, value: $0.value, key: key)
        }
        var people: [(contact: CheckedContact, rows: [Query])] = []
        for contact in contacts { people.append((contact, try await gateway.rows(saving: contact.person))) }
        let assignment = try await owner.asyncMap {
            try await NewAssignment(
                client: client, employee: $0, from: log.at, until: nil, predecessor: nil,
                reason: "由\(update.source)指定", by: log.actor, store: self)
        }
        let event = try Self.event(
            .changed, client: client, source: update.source, reference: client, version: update.changedAt,
            happenedAt: update.changedAt, log: log,
            details: ["facts": .array(facts.map { .string($0.name) })], key: key)
        let rows = try await actRows.stage(acts) + [Self.row(log)]
        let (ready, update) = (people, update)
        return try await writingClient { tx in
            let created = try tx.execute(
                """
                INSERT INTO clients (id, external_id, name, created_at)
                VALUES (\(client), \(update.externalID), \(update.fields["name"] ?? ""), \(log.at))
                ON CONFLICT (external_id) DO NOTHING
                """)
            let stored: String? = try tx.first("SELECT id FROM clients WHERE external_id = \(update.externalID)")?.get(
                "id")
            guard stored == client else { return nil }
            var (applied, stale): ([String], [String]) = ([], [])
            for fact in facts {
                let isNewer = try fact.save(
                    tx, source: update.source, changedAt: update.changedAt, log: log)
                if isNewer { applied.append(fact.name) } else { stale.append(fact.name) }
            }
            for (contact, rows) in ready {
                let number = contact.person.externalID ?? contact.person.id.rawValue
                if try Self.save(contact, rows, of: client, update, log, tx) {
                    applied.append(number)
                } else {
                    stale.append(number)
                }
            }
            if let assignment,
                try tx.first("SELECT 1 AS one FROM clients WHERE id = \(client) AND owner IS NULL") != nil
            {
                // Another system may still name whoever has resigned; nobody is put in charge by mistake.
                if try Self.isActive(assignment.employee, tx) {
                    try assignment.insert(tx, log: log)
                    applied.append("owner")
                } else {
                    stale.append("owner")
                }
            }
            if !applied.isEmpty { try tx.execute(event) }
            try tx.executeBatch(rows)
            return ClientSync(client: id, isNew: created == 1, applied: applied, stale: stale)
        }
    }

    /// The person is only touched by what is newer than what the client's row knows.
    private static func save(
        _ contact: CheckedContact, _ rows: [Query], of client: String, _ update: ClientUpdate, _ log: ClientOperation,
        _ tx: any SQLTransaction
    ) throws -> Bool {
        let person = contact.person.id.rawValue
        let known = try tx.first(
            "SELECT changed_at FROM client_contacts WHERE client = \(client) AND person = \(person)")
        if let known, try known.get("changed_at", as: Timestamp.self) >= update.changedAt { return false }
        try tx.executeBatch(rows)
        try tx.execute(
            """
            INSERT INTO client_contacts (client, person, position, source, changed_at, learnt_at)
            VALUES (\(client), \(person), \(contact.position), \(update.source), \(update.changedAt), \(log.at))
            ON CONFLICT (client, person) DO UPDATE SET position = excluded.position, source = excluded.source,
                changed_at = excluded.changed_at, learnt_at = excluded.learnt_at
            """)
        return true
    }

    /// Two who put the same client or contact on record at once: one of them is told to look again.
    private func writingClient(
        _ body: @escaping @Sendable (any SQLTransaction) throws -> ClientSync?
    ) async throws -> ClientSync? {
        do { return try await database.write(body) } catch let error as SQLError where error.isUniqueViolation {
            return nil
        }
    }

    /// Each kind of event has its own way of telling what is newer; the time line has an entry for each version.
    public func record(
        _ event: ClientEventUpdate, client: ClientID, log: ClientOperation, acts: [Act]
    ) async throws -> Bool {
        let key = try await key(ofClient: client.rawValue)
        let line = try Self.event(
            event.content.kind, client: client.rawValue, source: event.source, reference: event.externalID,
            version: event.changedAt, happenedAt: event.content.happenedAt(event.changedAt), log: log,
            details: event.content.details, key: key)
        let change = try EventRows(event, client: client.rawValue, log: log, key: key)
        let rows = try await actRows.stage(acts)
        return try await database.write { tx in
            let isNewer = try change.save(tx)
            // A person's own act that lost a race leaves no trace of having happened.
            guard isNewer != false || rows.isEmpty else { return false }
            let isOnLine = try tx.execute(line) == 1
            // A conversation is its entry on the time line and nothing else.
            let isNews = isNewer ?? isOnLine
            try tx.execute(Self.row(log))
            try tx.executeBatch(rows)
            return isNews
        }
    }

    // MARK: What people change

    /// The owner the caller saw decides between an edit and a transfer that happen at once.
    public func edit(
        _ client: ClientID, _ edits: [FieldEdit], ownedBy owner: PersonID?, source: String, log: ClientOperation,
        acts: [Act]
    ) async throws {
        let id = client.rawValue
        let key = try await key(ofClient: id)
        let facts = try edits.map { (try FactRows(client: id, name: $0.name, value: $0.value, key: key), $0.seen) }
        let line = try Self.event(
            .changed, client: id, source: source, reference: log.id, version: log.at, happenedAt: log.at, log: log,
            person: log.person?.rawValue,
            details: ["facts": .array(edits.map(\.name).sorted().map { .string($0) })], key: key)
        let rows = try await actRows.stage(acts) + [Self.row(log), line]
        try await database.write { tx in
            let now: String? = try tx.first("SELECT owner FROM clients WHERE id = \(id)")?.get("owner")
            guard now == owner?.rawValue else {
                throw PeopleError(.conflict, "client \(id) went to somebody else meanwhile; look again")
            }
            for (fact, seen) in facts {
                let known: Timestamp? = try tx.first(
                    "SELECT changed_at FROM client_fields WHERE client = \(id) AND field = \(fact.name)")?.get(
                        "changed_at")
                if let seen, seen != known {
                    throw PeopleError(
                        .conflict,
                        "fields.\(fact.name) was changed by somebody else at \(known?.rfc3339 ?? "no time"); look again"
                    )
                }
                // A person's word follows whatever stood there, even if its source's clock is ahead of ours.
                let at = known.map { max(log.at, $0.adding(.microseconds(1))) } ?? log.at
                _ = try fact.save(tx, source: source, changedAt: at, log: log)
            }
            try tx.executeBatch(rows)
        }
    }

    /// The open state decides between two who do it at once.
    public func finish(_ followUp: FollowUpID, log: ClientOperation, acts: [Act]) async throws -> Bool {
        let rows = try await actRows.stage(acts) + [Self.row(log)]
        return try await database.write { tx in
            let changed = try tx.execute(
                "UPDATE client_follow_ups SET done_at = \(log.at) WHERE id = \(followUp.rawValue) AND done_at IS NULL")
            guard changed == 1 else { return false }
            try tx.executeBatch(rows)
            return true
        }
    }
}

extension Optional {
    /// `map` for what has to wait.
    func asyncMap<T>(_ transform: (Wrapped) async throws -> T) async rethrows -> T? {
        if let self { return try await transform(self) }
        return nil
    }
}
