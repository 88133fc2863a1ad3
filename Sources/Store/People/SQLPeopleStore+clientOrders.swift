import Evidence
import Notices
import People
import SQL

extension SQLPeopleStore {
    private static let orderColumns: Query = """
        o.client, o.source, o.external_id, o.state, o.amount, o.currency, o.placed_at, o.changed_at, o.credited_to,
        o.handled_by,
        (SELECT CAST(COALESCE(sum(p.amount), 0) AS BIGINT) FROM client_payments p
            WHERE p.order_source = o.source AND p.order_id = o.external_id AND p.currency = o.currency) AS paid
        """

    private func orders(_ condition: Query) async throws -> [ClientOrder] {
        try await database.read { tx in
            try tx.query("SELECT \(Self.orderColumns) FROM client_orders o \(condition)").map { row in
                let name: String = try row.get("state")
                guard let state = OrderState(rawValue: name) else {
                    throw PeopleError(.unavailable, "an order is in the unknown state \"\(name)\"; run `songda audit`")
                }
                return ClientOrder(
                    client: ClientID(try row.get("client")), source: try row.get("source"),
                    externalID: try row.get("external_id"), state: state, amount: Amount(fen: try row.get("amount")),
                    currency: try row.get("currency"), paid: Amount(fen: try row.get("paid")),
                    placedAt: try row.get("placed_at"), changedAt: try row.get("changed_at"),
                    creditedTo: try row.get("credited_to", as: String?.self).map { PersonID($0) },
                    handledBy: try row.get("handled_by", as: String?.self).map { PersonID($0) })
            }
        }
    }

    private func orders(
        of clients: [ClientID], _ condition: Query
    ) async throws -> [ClientID: [ClientOrder]] {
        var found: [ClientID: [ClientOrder]] = [:]
        for part in clients.map(\.rawValue).chunks(of: 500) {
            let orders = try await orders(
                "WHERE o.client IN \(list: part) AND \(condition) ORDER BY o.client, o.placed_at")
            for order in orders { found[order.client, default: []].append(order) }
        }
        return found
    }

    /// Cancelled ones as well.
    public func orders(of clients: [ClientID]) async throws -> [ClientID: [ClientOrder]] {
        try await orders(of: clients, "1 = 1")
    }

    /// Oldest first.
    public func openOrders(of clients: [ClientID]) async throws -> [ClientID: [ClientOrder]] {
        try await orders(of: clients, "o.state IN ('placed', 'shipped')")
    }

    /// Oldest first.
    public func receivables(of clients: [ClientID]) async throws -> [ClientID: [ClientOrder]] {
        try await orders(of: clients, "o.state <> 'cancelled'")
            .mapValues { $0.filter { $0.receivable.fen > 0 } }.filter { !$0.value.isEmpty }
    }

    /// By its system and number.
    public func order(source: String, externalID: String) async throws -> ClientOrder? {
        try await orders("WHERE o.source = \(source) AND o.external_id = \(externalID)").first
    }

    // MARK: Follow-ups

    private func followUps(_ condition: Query) async throws -> [FollowUp] {
        let rows = try await database.read { tx in
            try tx.query(
                """
                SELECT f.id, f.client, f.source, f.external_id, f.actor, f.logged_at, f.text, f.due_on, f.done_at
                FROM client_follow_ups f \(condition)
                """)
        }
        let keys = try await keys(ofClients: Set(try rows.map { try $0.get("client") }))
        return try rows.map { row in
            let client: String = try row.get("client")
            let place = Self.followUpPlace(try row.get("source"), try row.get("external_id"))
            return FollowUp(
                id: FollowUpID(try row.get("id")), client: ClientID(client), loggedBy: try row.get("actor"),
                loggedAt: try row.get("logged_at"), text: try Self.open(try row.get("text"), keys[client], place),
                dueOn: try row.get("due_on"), doneAt: try row.get("done_at"))
        }
    }

    /// By id.
    public func followUp(_ id: FollowUpID) async throws -> FollowUp? {
        try await followUps("WHERE f.id = \(id.rawValue)").first
    }

    /// The most urgent first.
    public func openFollowUps(of clients: [ClientID]) async throws -> [ClientID: [FollowUp]] {
        var found: [ClientID: [FollowUp]] = [:]
        for part in clients.map(\.rawValue).chunks(of: 500) {
            let open = try await followUps(
                """
                WHERE f.client IN \(list: part) AND f.done_at IS NULL AND f.due_on IS NOT NULL
                ORDER BY f.client, f.due_on
                """)
            for one in open { found[one.client, default: []].append(one) }
        }
        return found
    }
}
