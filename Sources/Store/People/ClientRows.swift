import Evidence
import Notices
import People
import SQL

/// One fact about a client, sealed and ready to be written.
struct FactRows: Sendable {
    let client: String
    let name: String
    private let value: String
    private let sealed: [UInt8]
    private let hash: [UInt8]

    init(client: String, name: String, value: String, key: DataKey) throws {
        self.client = client
        self.name = name
        self.value = value
        sealed = try key.seal(Array(value.utf8), place: SQLPeopleStore.fieldPlace(client, name)).bytes
        hash = key.blindIndex(of: Array(value.utf8))
    }

    /// Writes the fact if it is newer than the one that stands there, which is kept; false if it is not.
    func save(_ tx: any SQLTransaction, source: String, changedAt: Timestamp, log: ClientOperation) throws -> Bool {
        let by = log.person?.rawValue ?? log.actor
        try tx.execute(
            """
            INSERT INTO client_field_history (client, field, changed_at, value, source, learnt_at, replaced_at,
                replaced_by)
            SELECT client, field, changed_at, value, source, learnt_at, \(log.at), \(by) FROM client_fields
            WHERE client = \(client) AND field = \(name) AND changed_at < \(changedAt) AND value_hash <> \(hash)
            """)
        let changed = try tx.execute(
            """
            INSERT INTO client_fields (client, field, value, value_hash, source, changed_at, learnt_at)
            VALUES (\(client), \(name), \(sealed), \(hash), \(source), \(changedAt), \(log.at))
            ON CONFLICT (client, field) DO UPDATE SET value = excluded.value, value_hash = excluded.value_hash,
                source = excluded.source, changed_at = excluded.changed_at, learnt_at = excluded.learnt_at
            WHERE client_fields.changed_at < excluded.changed_at
            """)
        guard changed == 1 else { return false }
        if name == "name" { try rename(tx) }
        return true
    }

    private func rename(_ tx: any SQLTransaction) throws {
        try tx.execute("UPDATE clients SET name = \(value) WHERE id = \(client)")
        try tx.execute("DELETE FROM client_name_parts WHERE client = \(client)")
        try tx.executeBatch(
            NameParts.parts(of: value).map { part -> Query in
                "INSERT INTO client_name_parts (part, client) VALUES (\(part), \(client)) ON CONFLICT DO NOTHING"
            })
    }
}

/// How names are searched: each from each of its characters on, in lower case, as bytes that both engines order alike.
enum NameParts {
    /// The rows of a name.
    static func parts(of name: String) -> [[UInt8]] {
        let scalars = Array(name.lowercased().unicodeScalars.prefix(120))
        return scalars.indices.map { start in
            bytes(scalars[start..<min(start + ClientDesk.longestSearch, scalars.count)])
        }
    }

    /// The first and the one-past-last row that begin with a text.
    static func range(of text: String) -> (from: [UInt8], to: [UInt8]) {
        let from = Array(text.lowercased().utf8)
        // 0xFF stands in no UTF-8: everything that begins with the text lies below it.
        return (from, from + [0xFF])
    }

    private static func bytes(_ scalars: ArraySlice<Unicode.Scalar>) -> [UInt8] {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        return Array(String(view).utf8)
    }
}

/// One event about a client, sealed and ready to be written.
struct EventRows: Sendable {
    private let statements: [Query]
    private let upsert: Query?

    /// Nil for what is on the time line alone.
    init(_ event: ClientEventUpdate, client: String, log: ClientOperation, key: DataKey) throws {
        let (source, number, changedAt) = (event.source, event.externalID, event.changedAt)
        switch event.content {
        case .order(let state, let amount, let currency, let placedAt):
            upsert = """
                INSERT INTO client_orders (source, external_id, client, state, amount, currency, placed_at, changed_at,
                    learnt_at, credited_to, handled_by)
                VALUES (\(source), \(number), \(client), \(state.rawValue), \(amount.fen), \(currency), \(placedAt),
                    \(changedAt), \(log.at),
                    COALESCE((SELECT a.employee FROM client_assignments a WHERE a.client = \(client)
                        AND a.from_at <= \(placedAt) AND (a.until_at IS NULL OR a.until_at > \(placedAt))),
                        (SELECT c.owner FROM clients c WHERE c.id = \(client))),
                    (SELECT c.owner FROM clients c WHERE c.id = \(client)))
                ON CONFLICT (source, external_id) DO UPDATE SET state = excluded.state, amount = excluded.amount,
                    currency = excluded.currency, changed_at = excluded.changed_at, learnt_at = excluded.learnt_at
                WHERE client_orders.changed_at < excluded.changed_at AND client_orders.client = excluded.client
                """
            statements =
                state == .cancelled
                ? []
                : [
                    // Only whoever was handed over is watched; a newer order begins the count of silent months anew.
                    """
                    UPDATE clients SET last_order_at = \(placedAt),
                        watch_from = CASE WHEN transferred_at < \(placedAt) THEN \(placedAt) ELSE watch_from END
                    WHERE id = \(client) AND (last_order_at IS NULL OR last_order_at < \(placedAt))
                    """
                ]
        case .payment(let amount, let currency, let paidAt, let orderSource, let order):
            upsert = """
                INSERT INTO client_payments (source, external_id, client, order_source, order_id, amount, currency,
                    paid_at, changed_at, learnt_at)
                VALUES (\(source), \(number), \(client), \(orderSource), \(order), \(amount.fen), \(currency),
                    \(paidAt), \(changedAt), \(log.at))
                ON CONFLICT (source, external_id) DO UPDATE SET order_source = excluded.order_source,
                    order_id = excluded.order_id, amount = excluded.amount, currency = excluded.currency,
                    paid_at = excluded.paid_at, changed_at = excluded.changed_at, learnt_at = excluded.learnt_at
                WHERE client_payments.changed_at < excluded.changed_at AND client_payments.client = excluded.client
                """
            statements = []
        case .conversation:
            upsert = nil
            statements = []
        case .followUp(let text, let dueOn, let isDone, let happenedAt):
            let id = source == "songda" ? number : SecureRandom.uuid(at: log.at)
            let place = SQLPeopleStore.followUpPlace(source, number)
            let sealed = try key.seal(Array(text.utf8), place: place).bytes
            let doneAt: Timestamp? = isDone ? changedAt : nil
            upsert = """
                INSERT INTO client_follow_ups (id, client, source, external_id, actor, logged_at, text, due_on, done_at,
                    changed_at)
                VALUES (\(id), \(client), \(source), \(number), \(log.person?.rawValue ?? log.actor), \(happenedAt),
                    \(sealed), \(dueOn), \(doneAt), \(changedAt))
                ON CONFLICT (source, external_id) DO UPDATE SET text = excluded.text, due_on = excluded.due_on,
                    done_at = excluded.done_at, changed_at = excluded.changed_at
                WHERE client_follow_ups.changed_at < excluded.changed_at
                    AND client_follow_ups.client = excluded.client
                """
            statements = []
        }
    }

    /// Writes the event's own row; false when something newer stands there, nil when it has no row of its own.
    func save(_ tx: any SQLTransaction) throws -> Bool? {
        guard let upsert else { return nil }
        guard try tx.execute(upsert) == 1 else { return false }
        for statement in statements { try tx.execute(statement) }
        return true
    }
}
