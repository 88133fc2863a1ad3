import Evidence
import Notices
import SQL

/// The later steps of plans.
extension SQLNoticeStore {
    /// With the notice and the states of the person's deliveries, which decide whether the rung is still wanted.
    ///
    /// One priority after the other, each along its index: a step of a dismissal does not stand behind those of a batch, and
    /// steps that are not due yet are not walked over.
    public func dueRungs(now: Timestamp, limit: Int) async throws -> RungPage {
        let rows = try await database.read { tx in
            var rows: [Row] = []
            for priority in Priority.allCases.sorted() where rows.count < limit {
                rows += try tx.query(
                    """
                    SELECT r.person AS r_person, r.position AS r_position, r.due_at AS r_due_at, r.brought_by,
                        r.planned_at, \(NoticeRows.columns)
                    FROM rungs r JOIN notices n ON n.id = r.notice
                    WHERE r.settled_at IS NULL AND r.priority = \(priority.rawValue) AND r.due_at <= \(now)
                    ORDER BY r.due_at LIMIT \(limit - rows.count)
                    """)
            }
            return rows
        }
        guard !rows.isEmpty else { return RungPage(due: [], damaged: []) }
        let states = try await database.read { tx in
            let (notices, persons) = (
                Set(try rows.map { try $0.get("n_id", as: String.self) }).sorted(),
                Set(try rows.map { try $0.get("r_person", as: String.self) }).sorted()
            )
            return try tx.query(
                """
                SELECT notice, person, id, channel, state FROM deliveries
                WHERE notice IN \(list: notices) AND person IN \(list: persons)
                """)
        }
        let byPerson = Dictionary(grouping: states) { row in
            PersonOfNotice(notice: try? row.get("notice"), person: try? row.get("person"))
        }
        let page: [Result<DueRung, Damage>] = try await Self.each(of: rows) { rows in
            try zip(rows, await notices(rows)).map { row, notice in
                .success(try Self.due(row, notice, byPerson))
            }
        } damaged: { row, error in
            .failure(
                Damage(
                    rung: DamagedRung(
                        rung: try Self.planned(row, NoticeID(try row.get("n_id"))), why: "\(error)")))
        }
        return RungPage(
            due: page.compactMap { try? $0.get() },
            damaged: page.compactMap { if case .failure(let damage) = $0 { damage.rung } else { nil } })
    }

    /// Whose deliveries decide about a rung.
    private struct PersonOfNotice: Hashable {
        var notice: String?
        var person: String?
    }

    private struct Damage: Error { var rung: DamagedRung }

    private static func planned(_ row: Row, _ notice: NoticeID) throws -> PlannedRung {
        PlannedRung(
            notice: notice, person: PersonID(try row.get("r_person")), index: try row.get("r_position"),
            dueAt: try row.get("r_due_at"))
    }

    private static func due(
        _ row: Row, _ notice: Notice, _ deliveries: [PersonOfNotice: [Row]]
    ) throws -> DueRung {
        let rung = try planned(row, notice.id)
        guard notice.plan.rungs.indices.contains(rung.index) else {
            throw SQLError(.decoding, "the plan of notice \(notice.id) has no step \(rung.index)")
        }
        let own = deliveries[PersonOfNotice(notice: notice.id.rawValue, person: rung.person.rawValue)] ?? []
        return DueRung(
            rung: rung, notice: notice, states: try own.compactMap { DeliveryState(rawValue: try $0.get("state")) },
            cause: try cause(of: row, among: own))
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
    ///
    /// All of a page in one transaction, grouped by statement: a hundred thousand steps are five hundred commits.
    public func settle(_ steps: [RungStep]) async throws -> [Bool] {
        let keys = try await keys.keys(for: Set(steps.flatMap { $0.deliveries.map(\.delivery.person.rawValue) }))
        let now = clock.now
        var prepared: [(step: RungStep, inserts: [Query], entries: [Query])] = []
        for step in steps {
            prepared.append(
                (
                    step, try step.deliveries.map { try Self.insert($0, keys: keys) },
                    try await entryRows.stage(step.evidence)
                ))
        }
        let all = prepared
        return try await database.write { tx in
            let counts = try tx.executeBatch(
                all.map {
                    """
                    UPDATE rungs SET settled_at = \(now)
                    WHERE notice = \($0.step.rung.notice.rawValue) AND person = \($0.step.rung.person.rawValue)
                        AND position = \($0.step.rung.index) AND settled_at IS NULL
                    """
                })
            let ours = zip(all, counts).filter { $1 == 1 }.map(\.0)
            try tx.executeBatch(ours.flatMap(\.inserts))
            let started = ours.filter { !$0.inserts.isEmpty }.map(\.step.rung.notice.rawValue)
            try tx.executeBatch(
                Set(started).sorted().map {
                    "UPDATE notices SET state = 'dispatching' WHERE id = \($0) AND state = 'closed'"
                })
            try tx.executeBatch(ours.flatMap(\.entries))
            try tx.executeBatch(
                Set(ours.map(\.step.rung.notice.rawValue)).sorted().map {
                    "UPDATE notices SET state = 'closed' WHERE id = \($0) AND \(Self.isFinished)"
                })
            return counts.map { $0 == 1 }
        }
    }

    /// It comes back by itself, so that a row that was mended meanwhile goes on.
    public func postpone(_ rung: PlannedRung, until: Timestamp, evidence: [SignedEntry]) async throws {
        let rows = try await entryRows.stage(evidence)
        try await database.write { tx in
            let isOurs = try tx.execute(
                """
                UPDATE rungs SET due_at = \(until)
                WHERE notice = \(rung.notice.rawValue) AND person = \(rung.person.rawValue) AND position = \(rung.index)
                    AND settled_at IS NULL AND due_at = \(rung.dueAt)
                """)
            if isOurs == 1 { try tx.executeBatch(rows) }
        }
    }
}
