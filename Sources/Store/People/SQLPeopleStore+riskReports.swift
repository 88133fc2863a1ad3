import Evidence
import Notices
import People
import SQL

extension SQLPeopleStore {
    /// The first of them.
    public func shadow(for employee: PersonID, occasion: String) async throws -> ShadowAssignment? {
        try await database.read { tx in
            try tx.first(
                """
                SELECT successor, from_on, last_day FROM client_shadows
                WHERE employee = \(employee.rawValue) AND occasion = \(occasion) ORDER BY from_on, successor
                """
            ).map {
                ShadowAssignment(
                    employee: employee, successor: PersonID(try $0.get("successor")), from: try $0.get("from_on"),
                    plannedLastDay: try $0.get("last_day"), occasion: occasion)
            }
        }
    }

    /// By the day on which a rule fired, in China.
    public func closedCases(from: CivilDate, to: CivilDate) async throws -> [AlertCase] {
        try await database.read { tx in
            try tx.query(
                """
                SELECT r.person, r.rule, r.raised_at, a.outcome FROM alert_raises r JOIN alerts a ON a.id = r.alert
                WHERE a.state = 'closed' AND r.raised_at >= \(from.startInChina)
                    AND r.raised_at < \(to.adding(days: 1).startInChina)
                """
            ).map {
                AlertCase(
                    person: PersonID(try $0.get("person")), rule: try $0.get("rule"),
                    raisedOn: CivilDate(inChina: try $0.get("raised_at")), outcome: try Self.known($0, "outcome"))
            }
        }
    }

    /// Whoever left without notice counts by their last step.
    public func departures(from: CivilDate, to: CivilDate) async throws -> [PersonID: CivilDate] {
        try await database.read { tx in
            var found: [PersonID: CivilDate] = [:]
            let rows = try tx.query(
                """
                SELECT person, min(effective_on) AS day FROM employment_steps
                WHERE state IN ('resigned', 'left') AND effective_on BETWEEN \(from) AND \(to) GROUP BY person
                """)
            for row in rows { found[PersonID(try row.get("person"))] = try row.get("day") }
            return found
        }
    }

    /// Everybody on the roster but those who came later or had left before.
    public func headcount(from: CivilDate, to: CivilDate) async throws -> Int {
        try await database.read { tx in
            try tx.first(
                """
                SELECT count(*) AS n FROM employees
                WHERE hired_on <= \(to) AND NOT (state = 'left' AND state_since < \(from))
                """)?.get("n") ?? 0
        }
    }
}
