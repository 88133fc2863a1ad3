import Evidence
import Notices
import People
import SQL

extension SQLPeopleStore {
    /// Only of plans in force; the spans make the days between shifts days off.
    public func shifts(
        of people: [PersonID], from: CivilDate, to: CivilDate
    ) async throws -> [PersonID: PlannedShifts] {
        try await database.read { tx in
            var found: [PersonID: PlannedShifts] = [:]
            for part in people.map(\.rawValue).chunks(of: 500) {
                let rows = try tx.query(
                    """
                    SELECT s.plan, s.person, s.day, s.start_minute, s.end_minute, s.hourly_fen, s.rate_percent, p.from_day,
                        p.to_day
                    FROM shifts s JOIN shift_plans p ON p.id = s.plan
                    WHERE s.person IN \(list: part) AND p.state = 'in_force' AND p.from_day <= \(to)
                        AND p.to_day >= \(from)
                    """)
                for row in rows {
                    let person = PersonID(try row.get("person"))
                    let shift = try Self.shift(row)
                    found[person, default: PlannedShifts()].shifts[shift.day] = shift
                    let span = try row.get("from_day", as: CivilDate.self)...row.get("to_day", as: CivilDate.self)
                    if found[person]?.spans.contains(span) == false { found[person]?.spans.append(span) }
                }
            }
            return found
        }
    }

    private static func shift(_ row: Row) throws -> Shift {
        Shift(
            person: PersonID(try row.get("person")), day: try row.get("day"), startMinute: try row.get("start_minute"),
            endMinute: try row.get("end_minute"), hourlyFen: try row.get("hourly_fen"),
            ratePercent: try row.get("rate_percent"))
    }

    /// With all its shifts.
    public func shiftPlan(_ id: ShiftPlanID) async throws -> ShiftPlan? {
        try await database.read { tx in
            guard
                let plan = try tx.first(
                    """
                    SELECT id, name, unit, from_day, to_day, state FROM shift_plans WHERE id = \(id.rawValue)
                    """)
            else { return nil }
            let shifts = try tx.query(
                """
                SELECT person, day, start_minute, end_minute, hourly_fen, rate_percent FROM shifts
                WHERE plan = \(id.rawValue) ORDER BY day, person
                """)
            return ShiftPlan(
                id: id, name: try plan.get("name"), unit: UnitID(try plan.get("unit")), from: try plan.get("from_day"),
                to: try plan.get("to_day"), state: try Self.known(plan, "state"), shifts: try shifts.map(Self.shift))
        }
    }

    /// A draft is replaced as a whole; a plan that was in force is history.
    public func save(_ plan: ShiftPlan, at: Timestamp, acts: [Act]) async throws {
        let rows = try await actRows.stage(acts)
        var shifts = ValueRows(width: 7)
        for one in plan.shifts {
            shifts.append([
                .text(plan.id.rawValue), .text(one.person.rawValue), one.day.sqlValue, one.startMinute.sqlValue,
                one.endMinute.sqlValue, one.hourlyFen.sqlValue, one.ratePercent.sqlValue,
            ])
        }
        let inserts = shifts.statements { rows in
            """
            INSERT INTO shifts (plan, person, day, start_minute, end_minute, hourly_fen, rate_percent)
            VALUES \(rows: rows)
            """
        }
        try await database.write { tx in
            let written = try tx.execute(
                """
                INSERT INTO shift_plans (id, name, unit, from_day, to_day, state, made_at)
                VALUES (\(plan.id.rawValue), \(plan.name), \(plan.unit.rawValue), \(plan.from), \(plan.to), 'draft', \(at))
                ON CONFLICT (id) DO UPDATE SET name = excluded.name, unit = excluded.unit, from_day = excluded.from_day,
                    to_day = excluded.to_day WHERE shift_plans.state = 'draft'
                """)
            guard written == 1 else {
                throw PeopleError(.conflict, "plan \(plan.id) is no draft any more; save this under another id")
            }
            try tx.execute("DELETE FROM shifts WHERE plan = \(plan.id.rawValue)")
            try tx.executeBatch(inserts)
            try tx.executeBatch(rows)
        }
    }

    /// Looks for two shifts on one day inside the transaction: two plans that come into force at once cannot both pass.
    public func move(
        _ plan: ShiftPlanID, from: ShiftPlan.State, to: ShiftPlan.State, acts: [Act]
    ) async throws -> Bool {
        let rows = try await actRows.stage(acts)
        return try await database.write { tx in
            let moved = try tx.execute(
                """
                UPDATE shift_plans SET state = \(to.rawValue) WHERE id = \(plan.rawValue) AND state = \(from.rawValue)
                """)
            guard moved == 1 else { return false }
            let clash = try tx.first(
                """
                SELECT a.person, a.day, b.plan FROM shifts a JOIN shifts b ON b.person = a.person AND b.day = a.day
                JOIN shift_plans p ON p.id = b.plan
                WHERE a.plan = \(plan.rawValue) AND b.plan <> a.plan AND p.state = 'in_force' LIMIT 1
                """)
            if to == .inForce, let clash {
                let (person, day) = (try clash.get("person", as: String.self), try clash.get("day", as: CivilDate.self))
                throw PeopleError(
                    .conflict,
                    "\(person) has a shift on \(day) in plan \(try clash.get("plan", as: String.self)) too; withdraw that first"
                )
            }
            let people = try tx.query("SELECT DISTINCT person FROM shifts WHERE plan = \(plan.rawValue)").map {
                PersonID(try $0.get("person"))
            }
            try markDirty(people, in: tx)
            try tx.executeBatch(rows)
            return true
        }
    }
}
