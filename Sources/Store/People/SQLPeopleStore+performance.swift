import Evidence
import Notices
import People
import SQL

extension SQLPeopleStore: PerformanceStore {
    private static let goalColumns: Query = """
        id, person, period, title, weight, starts_on, due_on, state, manager_signed_at, employee_signed_at, percent,
        progress_source, progress_at
        """

    // MARK: Goals

    /// One goal; none once the person was erased.
    public func goal(_ id: GoalID) async throws -> Goal? { try await goals("WHERE id = \(id.rawValue)").first }

    /// By period and id.
    public func goals(of person: PersonID, period: String?) async throws -> [Goal] {
        guard let period else { return try await goals("WHERE person = \(person.rawValue) ORDER BY period, id") }
        return try await goals("WHERE person = \(person.rawValue) AND period = \(period) ORDER BY id")
    }

    private func goals(_ condition: Query) async throws -> [Goal] {
        let rows = try await database.read { tx in try tx.query("SELECT \(Self.goalColumns) FROM goals \(condition)") }
        let keys = try await keys.existingKeys(for: Set(try rows.map { try $0.get("person") }))
        return try rows.compactMap { row in
            let (id, person): (String, String) = (try row.get("id"), try row.get("person"))
            guard let key = keys[person] else { return nil }
            let title = try key.open(SealedBytes(bytes: try row.get("title")), place: "goal \(id)")
            var progress: Goal.Progress?
            if let percent: Int = try row.get("percent") {
                progress = Goal.Progress(
                    percent: Hundredths(value: percent), source: try row.get("progress_source"),
                    at: try row.get("progress_at"))
            }
            return Goal(
                id: GoalID(id), person: PersonID(person), period: try row.get("period"),
                title: String(decoding: title, as: UTF8.self), weight: try row.get("weight"),
                startsOn: try row.get("starts_on"), dueOn: try row.get("due_on"), state: try Self.known(row, "state"),
                managerSignedAt: try row.get("manager_signed_at"),
                employeeSignedAt: try row.get("employee_signed_at"), progress: progress)
        }
    }

    /// Signatures fall with the words they were given for.
    public func save(_ goal: Goal, acts: [Act]) async throws -> Bool {
        let rows = try await actRows.stage(acts)
        let title = try await seal(goal.title, about: goal.person, place: "goal \(goal.id.rawValue)")
        return try await database.write { tx in
            let written = try tx.execute(
                """
                INSERT INTO goals (id, person, period, title, content_hash, weight, starts_on, due_on, state)
                VALUES (\(goal.id.rawValue), \(goal.person.rawValue), \(goal.period), \(title), \(goal.contentHash.hex),
                    \(goal.weight), \(goal.startsOn), \(goal.dueOn), 'draft')
                ON CONFLICT (id) DO UPDATE SET period = excluded.period, title = excluded.title,
                    content_hash = excluded.content_hash, weight = excluded.weight, starts_on = excluded.starts_on,
                    due_on = excluded.due_on, manager_signed_by = NULL, manager_signed_at = NULL,
                    employee_signed_at = NULL
                WHERE goals.state = 'draft' AND goals.person = excluded.person
                """)
            guard written == 1 else { return false }
            try tx.executeBatch(rows)
            return true
        }
    }

    /// One statement signs and, with the second signature, makes the goal active.
    public func sign(
        _ goal: GoalID, hash: Digest, asManager: Bool, by: String, at: Timestamp, acts: [Act]
    ) async throws -> Bool {
        let rows = try await actRows.stage(acts)
        return try await database.write { tx in
            let signed: Int
            if asManager {
                signed = try tx.execute(
                    """
                    UPDATE goals SET manager_signed_by = \(by), manager_signed_at = \(at),
                        state = CASE WHEN employee_signed_at IS NULL THEN 'draft' ELSE 'active' END
                    WHERE id = \(goal.rawValue) AND state = 'draft' AND content_hash = \(hash.hex)
                        AND manager_signed_at IS NULL
                    """)
            } else {
                signed = try tx.execute(
                    """
                    UPDATE goals SET employee_signed_at = \(at),
                        state = CASE WHEN manager_signed_at IS NULL THEN 'draft' ELSE 'active' END
                    WHERE id = \(goal.rawValue) AND state = 'draft' AND content_hash = \(hash.hex)
                        AND employee_signed_at IS NULL
                    """)
            }
            guard signed == 1 else { return false }
            try tx.executeBatch(rows)
            return true
        }
    }

    /// The state seen decides.
    public func withdraw(_ goal: GoalID, from: Goal.State, acts: [Act]) async throws -> Bool {
        let rows = try await actRows.stage(acts)
        return try await database.write { tx in
            let done = try tx.execute(
                "UPDATE goals SET state = 'withdrawn' WHERE id = \(goal.rawValue) AND state = \(from.rawValue)")
            guard done == 1 else { return false }
            try tx.executeBatch(rows)
            return true
        }
    }

    // MARK: Figures

    /// Oldest first.
    public func progress(of goal: GoalID) async throws -> [Goal.Progress] {
        try await database.read { tx in
            try tx.query(
                """
                SELECT at, source, percent FROM goal_progress WHERE goal = \(goal.rawValue) ORDER BY at, source
                """
            ).map {
                Goal.Progress(
                    percent: Hundredths(value: try $0.get("percent")), source: try $0.get("source"),
                    at: try $0.get("at"))
            }
        }
    }

    /// An older report that comes late does not push the goal back.
    public func record(_ progress: [ProgressLine], receivedAt: Timestamp, acts: [Act]) async throws -> Int {
        let rows = try await actRows.stage(acts)
        return try await database.write { tx in
            var added = 0
            for line in progress {
                let (goal, one) = (line.goal.rawValue, line.progress)
                added += try tx.execute(
                    """
                    INSERT INTO goal_progress (goal, at, source, percent, received_at)
                    VALUES (\(goal), \(one.at), \(one.source), \(one.percent.value), \(receivedAt))
                    ON CONFLICT (goal, at, source) DO NOTHING
                    """)
                try tx.execute(
                    """
                    UPDATE goals SET percent = \(one.percent.value), progress_source = \(one.source),
                        progress_at = \(one.at)
                    WHERE id = \(goal) AND (progress_at IS NULL OR progress_at < \(one.at))
                    """)
            }
            try tx.executeBatch(rows)
            return added
        }
    }

    /// A completion replaces that of the month; a score stays.
    public func record(_ months: [PersonID: [PerformanceMonth]], acts: [Act]) async throws {
        let rows = try await actRows.stage(acts)
        let statements = months.flatMap { person, figures in figures.map { Self.upsert($0, of: person) } }
        try await database.write { tx in
            try tx.executeBatch(statements)
            try markDirty(Array(months.keys), in: tx)
            try tx.executeBatch(rows)
        }
    }

    static func upsert(_ one: PerformanceMonth, of person: PersonID) -> Query {
        """
        INSERT INTO performance_months (person, month, completion, score, source, recorded_at)
        VALUES (\(person.rawValue), \(one.month.number), \(one.completion?.value), \(one.score?.value), \(one.source),
            \(one.recordedAt))
        ON CONFLICT (person, month) DO UPDATE SET
            completion = COALESCE(excluded.completion, performance_months.completion),
            score = COALESCE(excluded.score, performance_months.score), source = excluded.source,
            recorded_at = excluded.recorded_at
        """
    }

    /// By person and month.
    public func performance(
        of people: [PersonID], from: Month, to: Month
    ) async throws -> [PersonID: [Month: PerformanceMonth]] {
        try await database.read { tx in
            var found: [PersonID: [Month: PerformanceMonth]] = [:]
            for part in people.map(\.rawValue).chunks(of: 500) {
                let rows = try tx.query(
                    """
                    SELECT person, month, completion, score, source, recorded_at FROM performance_months
                    WHERE person IN \(list: part) AND month BETWEEN \(from.number) AND \(to.number)
                    """)
                for row in rows {
                    let month = Month(number: try row.get("month"))
                    found[PersonID(try row.get("person")), default: [:]][month] = PerformanceMonth(
                        month: month,
                        completion: try row.get("completion", as: Int?.self).map { Hundredths(value: $0) },
                        score: try row.get("score", as: Int?.self).map { Hundredths(value: $0) },
                        source: try row.get("source"), recordedAt: try row.get("recorded_at"))
                }
            }
            return found
        }
    }

    /// By number; leavers are no longer anybody's to catch up.
    public func belowTarget(
        _ percent: Hundredths, in month: Month, units: Set<UnitID>?, after number: String?, limit: Int
    ) async throws -> [(employee: Employee, completion: Hundredths)] {
        var condition: Query = """
            WHERE p.month = \(month.number) AND p.completion < \(percent.value) AND m.number > \(number ?? "")
                AND m.state <> 'left'
            """
        if let units { condition = "\(condition) AND m.unit IN \(list: units.map(\.rawValue).sorted())" }
        let wanted = condition
        let rows = try await database.read { tx in
            try tx.query(
                """
                SELECT m.person, p.completion FROM performance_months p JOIN employees m ON m.person = p.person \(wanted)
                ORDER BY m.number LIMIT \(limit)
                """)
        }
        let people = try rows.map { PersonID(try $0.get("person")) }
        let known = try await employees(people)
        return try zip(people, rows).compactMap { person, row in
            guard let one = known[person] else { return nil }
            return (one, Hundredths(value: try row.get("completion")))
        }
    }
}
