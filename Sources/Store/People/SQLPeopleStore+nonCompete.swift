import Evidence
import Notices
import People
import SQL

extension SQLPeopleStore {
    /// With the months that were paid.
    public func nonCompetes(_ states: Set<NonCompete.State>) async throws -> [NonCompete] {
        let wanted = states.map(\.rawValue).sorted()
        guard !wanted.isEmpty else { return [] }
        let (rows, payments) = try await database.read { tx in
            (
                try tx.query(
                    """
                    SELECT n.agreement, a.number, a.person, n.starts_on, n.ends_on, n.state
                    FROM non_competes n JOIN agreements a ON a.id = n.agreement
                    WHERE n.state IN \(list: wanted) ORDER BY n.ends_on, n.agreement
                    """),
                try tx.query(
                    """
                    SELECT p.agreement, p.month FROM non_compete_payments p JOIN non_competes n ON n.agreement = p.agreement
                    WHERE n.state IN \(list: wanted)
                    """)
            )
        }
        var paid: [String: Set<Int>] = [:]
        for row in payments { paid[try row.get("agreement"), default: []].insert(try row.get("month")) }
        return try rows.map { row in
            let id: String = try row.get("agreement")
            guard let state = NonCompete.State(rawValue: try row.get("state")) else {
                throw PeopleError(.unavailable, "the non-compete of agreement \(id) is damaged; run `songda audit`")
            }
            return NonCompete(
                agreement: AgreementID(id), number: try row.get("number"), person: PersonID(try row.get("person")),
                startsOn: try row.get("starts_on"), endsOn: try row.get("ends_on"), state: state,
                paidMonths: paid[id] ?? [])
        }
    }

    /// People whose last day has come.
    public func leavers(
        bound kind: String, by day: CivilDate
    ) async throws -> [(agreement: Agreement, lastDay: CivilDate)] {
        let found = try await database.read { tx in
            try tx.query(
                """
                SELECT a.id, m.last_day FROM agreements a JOIN employees m ON m.person = a.person
                WHERE a.kind = \(kind) AND a.state = 'signed' AND m.last_day <= \(day)
                    AND NOT EXISTS (SELECT 1 FROM non_competes n WHERE n.agreement = a.id)
                ORDER BY m.last_day, a.id
                """
            ).map { (id: AgreementID(try $0.get("id")), lastDay: try $0.get("last_day", as: CivilDate.self)) }
        }
        var leavers: [(agreement: Agreement, lastDay: CivilDate)] = []
        for one in found {
            if let agreement = try await agreement(one.id) { leavers.append((agreement, one.lastDay)) }
        }
        return leavers
    }

    /// One clock an agreement.
    public func start(_ clock: NonCompete, acts: [Act]) async throws -> Bool {
        try await once(
            """
            INSERT INTO non_competes (agreement, starts_on, ends_on, state)
            VALUES (\(clock.agreement.rawValue), \(clock.startsOn), \(clock.endsOn), \(clock.state.rawValue))
            ON CONFLICT DO NOTHING
            """, acts)
    }

    /// Only a running clock stops.
    public func stop(_ agreement: AgreementID, as state: NonCompete.State, acts: [Act]) async throws -> Bool {
        try await once(
            """
            UPDATE non_competes SET state = \(state.rawValue)
            WHERE agreement = \(agreement.rawValue) AND state = 'running'
            """, acts)
    }

    /// Once a month.
    public func pay(
        _ agreement: AgreementID, month: Int, amount: Amount, on day: CivilDate, acts: [Act]
    ) async throws -> Bool {
        try await once(
            """
            INSERT INTO non_compete_payments (agreement, month, fen, paid_on)
            VALUES (\(agreement.rawValue), \(month), \(amount.fen), \(day)) ON CONFLICT DO NOTHING
            """, acts)
    }

    // MARK: Tasks

    private static func place(_ id: String) -> String { "check task \(id)" }

    /// Notes opened where the person's key still exists; tasks of erased people are absent.
    public func tasks(isOpen: Bool?, of person: PersonID?) async throws -> [CheckTask] {
        var condition: Query = "WHERE 1 = 1"
        if let isOpen {
            condition = isOpen ? "\(condition) AND outcome IS NULL" : "\(condition) AND outcome IS NOT NULL"
        }
        if let person { condition = "\(condition) AND person = \(person.rawValue)" }
        let wanted = condition
        let rows = try await database.read { tx in
            try tx.query(
                """
                SELECT id, agreement, person, check_name, occasion, due_on, zh, en, outcome, note FROM check_tasks
                \(wanted) ORDER BY due_on, id
                """)
        }
        let keys = try await keys.existingKeys(for: Set(try rows.map { try $0.get("person") }))
        return try rows.compactMap { row in
            let (id, owner): (String, String) = (try row.get("id"), try row.get("person"))
            var note: String?
            if let sealed: [UInt8] = try row.get("note") {
                guard let key = keys[owner] else { return nil }
                note = String(
                    decoding: try key.open(SealedBytes(bytes: sealed), place: Self.place(id)), as: UTF8.self)
            }
            return CheckTask(
                id: id, agreement: AgreementID(try row.get("agreement")), person: PersonID(owner),
                check: try row.get("check_name"), occasion: try row.get("occasion"), dueOn: try row.get("due_on"),
                text: BilingualText(zh: try row.get("zh"), en: try row.get("en")),
                outcome: try row.get("outcome", as: String?.self).flatMap { CheckTask.Outcome(rawValue: $0) },
                note: note)
        }
    }

    /// One task an occasion.
    public func open(_ task: CheckTask, acts: [Act]) async throws -> Bool {
        try await once(
            """
            INSERT INTO check_tasks (id, agreement, person, check_name, occasion, due_on, zh, en)
            VALUES (\(task.id), \(task.agreement.rawValue), \(task.person.rawValue), \(task.check), \(task.occasion),
                \(task.dueOn), \(task.text.zh), \(task.text.en))
            ON CONFLICT DO NOTHING
            """, acts)
    }

    /// Only an open task is closed.
    public func close(_ task: CheckTask, acts: [Act]) async throws -> Bool {
        let note = try await seal(task.note ?? "", about: task.person, place: Self.place(task.id))
        return try await once(
            """
            UPDATE check_tasks SET outcome = \(task.outcome?.rawValue), note = \(note)
            WHERE id = \(task.id) AND outcome IS NULL
            """, acts)
    }

    /// One statement that changes one row, with its acts; false and nothing at all where it changes none.
    func once(_ statement: Query, _ acts: [Act]) async throws -> Bool {
        let rows = try await actRows.stage(acts)
        return try await database.write { tx in
            guard try tx.execute(statement) == 1 else { return false }
            try tx.executeBatch(rows)
            return true
        }
    }
}
