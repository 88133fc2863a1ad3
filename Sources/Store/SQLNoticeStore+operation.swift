import Evidence
import Foundation
import Notices
import SQL

extension SQLNoticeStore: OperationStore {
    /// Walks along the index on states.
    public func quarantinedNotices(after: NoticeID?, limit: Int) async throws -> [QuarantinedNotice] {
        try await database.read { tx in
            try tx.query(
                """
                SELECT id, number, kind, stopped_reason, stopped_at FROM notices
                WHERE state = 'quarantined' AND id > \(after?.rawValue ?? "") ORDER BY id LIMIT \(limit)
                """
            ).map { row in
                QuarantinedNotice(
                    notice: NoticeID(try row.get("id")), number: try row.get("number"), kind: try row.get("kind"),
                    reason: try row.get("stopped_reason", as: String?.self) ?? "", since: try row.get("stopped_at"))
            }
        }
    }

    /// Those that a receipt or a withdrawal has ended meanwhile need nobody's decision any more.
    public func quarantinedDeliveries(after: DeliveryID?, limit: Int) async throws -> [QuarantinedDelivery] {
        let rows = try await database.read { tx in
            try tx.query(
                """
                SELECT \(DeliveryRows.columns), d.stopped_reason, d.stopped_at, n.number
                FROM deliveries d JOIN notices n ON n.id = d.notice
                WHERE d.stopped_reason IS NOT NULL AND d.state IN ('queued', 'deferred', 'unknown')
                    AND d.id > \(after?.rawValue ?? "") ORDER BY d.id LIMIT \(limit)
                """)
        }
        let keys = try await keys.existingKeys(for: Set(try rows.map { try $0.get("person") }))
        return try rows.map { row in
            QuarantinedDelivery(
                delivery: try Self.deliveryOrHusk(row, keys), number: try row.get("number"),
                reason: try row.get("stopped_reason"), since: try row.get("stopped_at"))
        }
    }

    /// It may have been set aside because its sealed columns cannot be opened; it is listed all the same.
    private static func deliveryOrHusk(_ row: Row, _ keys: [String: DataKey]) throws -> Delivery {
        do { return try DeliveryRows.delivery(row, keys: keys) } catch let error as EvidenceError {
            guard error.code != .erased else { throw error }
            return try DeliveryRows.delivery(row, keys: [:])
        }
    }

    /// Back to waiting for its seal, due at once.
    public func release(_ notice: NoticeID, evidence: [SignedEntry]) async throws {
        let id = notice.rawValue
        let rows = try await entryRows.stage(evidence)
        let now = clock.now
        try await database.write { tx in
            let released = try tx.execute(
                """
                UPDATE notices SET state = 'approved', due_at = \(now), claims = 0, lease_owner = NULL,
                    stopped_reason = NULL, stopped_at = NULL
                WHERE id = \(id) AND state = 'quarantined'
                """)
            guard released == 1 else {
                guard let row = try tx.first("SELECT state FROM notices WHERE id = \(id)") else {
                    throw Self.unknownNotice(id)
                }
                throw NoticeError(
                    .conflict,
                    "the notice is \(try row.get("state", as: String.self)), not quarantined; "
                        + "a single delivery is released by its own address")
            }
            try tx.executeBatch(rows)
        }
    }

    /// Due at once, its state and attempts as they were.
    public func release(_ delivery: DeliveryID, evidence: [SignedEntry]) async throws {
        let id = delivery.rawValue
        let rows = try await entryRows.stage(evidence)
        let now = clock.now
        try await database.write { tx in
            let released = try tx.execute(
                """
                UPDATE deliveries SET due_at = \(now), claims = 0, lease_owner = NULL, stopped_reason = NULL,
                    stopped_at = NULL
                WHERE id = \(id) AND stopped_reason IS NOT NULL AND state IN ('queued', 'deferred', 'unknown')
                """)
            guard released == 1 else {
                let state: String? = try tx.first("SELECT state FROM deliveries WHERE id = \(id)")?.get("state")
                throw NoticeError(
                    .conflict, "the delivery is \(state ?? "gone") and not set aside; there is nothing to release")
            }
            // While it lay aside its siblings may have ended, and closed the notice with them.
            try tx.execute(
                """
                UPDATE notices SET state = 'dispatching'
                WHERE state = 'closed' AND id = (SELECT notice FROM deliveries WHERE id = \(id))
                """)
            try tx.executeBatch(rows)
        }
    }

    /// One statement gives the version, so that two operators at once leave one order behind.
    public func record(_ pause: RoutePause, evidence: [SignedEntry]) async throws -> RoutePause {
        let rows = try await entryRows.stage(evidence)
        let principal = try Self.json(pause.by)
        return try await database.write { tx in
            let row = try tx.first(
                """
                INSERT INTO route_pauses (route, version, is_paused, principal, reason, changed_at)
                VALUES (\(pause.route.rawValue), 1, \(pause.isPaused), \(principal), \(pause.reason), \(pause.at))
                ON CONFLICT (route) DO UPDATE SET version = route_pauses.version + 1, is_paused = excluded.is_paused,
                    principal = excluded.principal, reason = excluded.reason, changed_at = excluded.changed_at
                RETURNING version
                """)
            guard let row else { throw SQLError(.other, "the pause of \(pause.route) was not stored") }
            try tx.executeBatch(rows)
            return RoutePause(
                route: pause.route, isPaused: pause.isPaused, by: pause.by, reason: pause.reason, at: pause.at,
                version: try row.get("version"))
        }
    }

    /// A handful of rows, read every few seconds.
    public func routePauses() async throws -> [RoutePause] {
        try await database.read { tx in
            try tx.query(
                "SELECT route, version, is_paused, principal, reason, changed_at FROM route_pauses ORDER BY route"
            ).map { row in
                RoutePause(
                    route: RouteID(try row.get("route")), isPaused: try row.get("is_paused"),
                    by: try Self.value(Principal.self, from: try row.get("principal")), reason: try row.get("reason"),
                    at: try row.get("changed_at"), version: try row.get("version"))
            }
        }
    }
}

extension SQLNoticeStore {
    /// The number of a notice that was issued for real; nil when there is none, as where only rehearsals took place.
    public func someMeantNotice() async throws -> String? {
        try await database.read { tx in
            // As NoticeRows writes it; in a text that a person typed the quotes would be escaped.
            try tx.first("SELECT number FROM notices WHERE details NOT LIKE '%\"rehearsal\":true%' LIMIT 1")?.get(
                "number")
        }
    }
}
