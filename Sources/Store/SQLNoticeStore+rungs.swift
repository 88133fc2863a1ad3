import Evidence
import Notices
import SQL

/// The later steps of plans.
extension SQLNoticeStore {
    /// With the notice and the states of the person's deliveries, which decide whether the rung is still wanted.
    public func dueRungs(now: Timestamp, limit: Int) async throws -> [DueRung] {
        let rows = try await database.read { tx in
            try tx.query(
                """
                SELECT r.person AS r_person, r.position AS r_position, r.due_at AS r_due_at, r.brought_by,
                    r.planned_at, \(NoticeRows.columns)
                FROM rungs r JOIN notices n ON n.id = r.notice
                WHERE r.settled_at IS NULL AND r.due_at <= \(now) ORDER BY r.due_at LIMIT \(limit)
                """)
        }
        let notices = try await notices(rows)
        var due: [DueRung] = []
        for (row, notice) in zip(rows, notices) {
            let person: String = try row.get("r_person")
            let (states, cause) = try await database.read { tx in
                let rows = try tx.query(
                    "SELECT id, channel, state FROM deliveries WHERE notice = \(notice.id.rawValue) AND person = \(person)"
                )
                return (
                    try rows.compactMap { DeliveryState(rawValue: try $0.get("state")) },
                    try Self.cause(of: row, among: rows)
                )
            }
            due.append(
                DueRung(
                    rung: PlannedRung(
                        notice: notice.id, person: PersonID(person), index: try row.get("r_position"),
                        dueAt: try row.get("r_due_at")),
                    notice: notice, states: states, cause: cause))
        }
        return due
    }

    private static func cause(of rung: Row, among deliveries: [Row]) throws -> DueRung.Cause? {
        guard let id: String = try rung.get("brought_by"), let plannedAt: Timestamp = try rung.get("planned_at"),
            let row = try deliveries.first(where: { try $0.get("id", as: String.self) == id }),
            let channel = ChannelKind(rawValue: try row.get("channel")),
            let state = DeliveryState(rawValue: try row.get("state"))
        else { return nil }
        return DueRung.Cause(delivery: DeliveryID(id), channel: channel, state: state, plannedAt: plannedAt)
    }

    /// One worker settles a rung; the others find it settled.
    public func settle(_ rung: DueRung, deliveries: [NewDelivery], evidence: [SignedEntry]) async throws -> Bool {
        let keys = try await keys.keys(for: Set(deliveries.map(\.delivery.person.rawValue)))
        let inserts = try deliveries.map { try Self.insert($0, keys: keys) }
        let rows = try await entryRows.stage(evidence)
        let now = clock.now
        let notice = rung.rung.notice.rawValue
        return try await database.write { tx in
            let isFirst = try tx.execute(
                """
                UPDATE rungs SET settled_at = \(now)
                WHERE notice = \(notice) AND person = \(rung.rung.person.rawValue) AND position = \(rung.rung.index)
                    AND settled_at IS NULL
                """)
            guard isFirst == 1 else { return false }
            try tx.executeBatch(inserts)
            if !inserts.isEmpty {
                try tx.execute("UPDATE notices SET state = 'dispatching' WHERE id = \(notice) AND state = 'closed'")
            }
            try tx.executeBatch(rows)
            try tx.execute(
                """
                UPDATE notices SET state = 'closed' WHERE id = \(notice) AND \(Self.isFinished)
                """)
            return true
        }
    }
}
