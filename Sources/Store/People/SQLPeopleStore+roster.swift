import Evidence
import Notices
import People
import SQL

extension SQLPeopleStore: RosterStore {
    private static let columns: Query = """
        m.person, m.number, m.unit, m.position, m.state, m.state_since, m.hired_on, m.last_day, m.freeze_reason,
            m.probation_until, m.contract_until
        """

    /// By id.
    public func employees(_ ids: [PersonID]) async throws -> [PersonID: Employee] {
        var found: [PersonID: Employee] = [:]
        for part in ids.map(\.rawValue).chunks(of: 500) {
            for one in try await employees("WHERE m.person IN \(list: part)") { found[one.id] = one }
        }
        return found
    }

    /// By number.
    public func employee(number: String) async throws -> Employee? {
        try await employees("WHERE m.number = \(number)").first
    }

    /// A page by number.
    public func employees(
        in units: Set<UnitID>?, states: Set<EmploymentState>?, after number: String?, limit: Int
    ) async throws -> [Employee] {
        let after = number ?? ""
        var condition: Query = "WHERE m.number > \(after)"
        let (units, states) = (units.map { $0.map(\.rawValue).sorted() }, states.map { $0.map(\.rawValue).sorted() })
        if let units { condition = "\(condition) AND m.unit IN \(list: units)" }
        if let states { condition = "\(condition) AND m.state IN \(list: states)" }
        // Each unit, or each state, is one stretch of an index in the order of the page. Several are taken one by one:
        // asked for together they would all be read to their ends and sorted, however short the page.
        let stretches: [Query] =
            if let units { units.map { "unit = \($0)" } } else { (states ?? []).map { "state = \($0)" } }
        if (2...Self.mostStretches).contains(stretches.count) {
            let rest: Query = units == nil ? "" : states.map { "AND state IN \(list: $0)" } ?? ""
            let pages = stretches.map { stretch -> Query in
                """
                SELECT person FROM (SELECT person FROM employees WHERE \(stretch) AND number > \(after) \(rest)
                    ORDER BY number LIMIT \(limit)) AS page
                """
            }
            let all = pages.dropFirst().reduce(pages[0]) { "\($0) UNION ALL \($1)" }
            condition = "WHERE m.person IN (\(all))"
        }
        return try await employees("\(condition) ORDER BY m.number LIMIT \(limit)")
    }

    /// Beyond so many units the page is filled by walking all of them.
    private static let mostStretches = 40

    func employees(_ condition: Query) async throws -> [Employee] {
        let rows = try await database.read { tx in
            try tx.query(
                "SELECT \(Self.columns), p.name FROM employees m JOIN people p ON p.id = m.person \(condition)")
        }
        let keys = try await keys.existingKeys(for: Set(try rows.map { try $0.get("person") }))
        return try rows.compactMap { row in
            let id: String = try row.get("person")
            guard let key = keys[id] else { return nil }
            let name = try key.open(SealedBytes(bytes: try row.get("name")), place: NoticeRows.place("person", id))
            return Employee(
                id: PersonID(id), number: try row.get("number"), name: String(decoding: name, as: UTF8.self),
                unit: UnitID(try row.get("unit")), position: try row.get("position"), state: try Self.state(row),
                stateSince: try row.get("state_since"), hiredOn: try row.get("hired_on"),
                lastDay: try row.get("last_day"), freezeReason: try row.get("freeze_reason"),
                probationUntil: try row.get("probation_until"), contractUntil: try row.get("contract_until"))
        }
    }

    static func state(_ row: Row) throws -> EmploymentState {
        let name: String = try row.get("state")
        guard let state = EmploymentState(rawValue: name) else {
            throw PeopleError(.unavailable, "the roster holds the unknown state \"\(name)\"; run `songda audit`")
        }
        return state
    }

    /// All of them, by id.
    public func units() async throws -> [OrgUnit] {
        try await database.read { tx in
            try tx.query("SELECT id, parent, name, manager, currency, issuer FROM org_units ORDER BY id").map { row in
                OrgUnit(
                    id: UnitID(try row.get("id")), parent: try row.get("parent", as: String?.self).map { UnitID($0) },
                    name: try row.get("name"), manager: try row.get("manager", as: String?.self).map { PersonID($0) },
                    currency: try row.get("currency"),
                    issuer: try row.get("issuer", as: String?.self).map { IssuerID($0) })
            }
        }
    }

    /// By person.
    public func roles(of person: PersonID) async throws -> Set<Role> {
        try await database.read { tx in
            Set(
                try tx.query("SELECT role FROM role_grants WHERE person = \(person.rawValue)").compactMap {
                    Role(rawValue: try $0.get("role"))
                })
        }
    }

    /// By role.
    public func holders(of role: Role) async throws -> [PersonID] {
        try await database.read { tx in
            try tx.query("SELECT person FROM role_grants WHERE role = \(role.rawValue) ORDER BY person").map {
                PersonID(try $0.get("person"))
            }
        }
    }

    /// Oldest first; the erased have none.
    public func steps(of person: PersonID) async throws -> [EmploymentStep] {
        let id = person.rawValue
        let rows = try await database.read { tx in
            try tx.query(
                """
                SELECT position_in_line, state, effective_on, unit, position, last_day, reason FROM employment_steps
                WHERE person = \(id) ORDER BY position_in_line
                """)
        }
        guard let key = try await keys.existingKeys(for: [id])[id] else { return [] }
        return try rows.map { row in
            let reason = try key.open(SealedBytes(bytes: try row.get("reason")), place: Self.reasonPlace(id))
            return EmploymentStep(
                person: person, state: try Self.state(row), effectiveOn: try row.get("effective_on"),
                unit: UnitID(try row.get("unit")), position: try row.get("position"),
                lastDay: try row.get("last_day"), reason: String(decoding: reason, as: UTF8.self))
        }
    }

    private static func reasonPlace(_ person: String) -> String { "employment step of \(person)" }

    /// Walks up from the new parent inside the transaction: whoever meets the unit itself has found a cycle.
    public func save(_ unit: OrgUnit, acts: [Act]) async throws {
        let rows = try await actRows.stage(acts)
        try await database.write { tx in
            var above = unit.parent?.rawValue
            while let id = above {
                guard id != unit.id.rawValue else {
                    throw PeopleError(
                        .invalid, "unit \(unit.id) cannot stand below \(unit.parent?.rawValue ?? ""), which is below it"
                    )
                }
                guard let row = try tx.first("SELECT parent FROM org_units WHERE id = \(id)") else {
                    throw PeopleError(.notFound, "there is no unit \"\(id.prefix(60))\"; add the unit above first")
                }
                above = try row.get("parent")
            }
            try tx.execute(
                """
                INSERT INTO org_units (id, parent, name, manager, currency, issuer)
                VALUES (\(unit.id.rawValue), \(unit.parent?.rawValue), \(unit.name), \(unit.manager?.rawValue),
                    \(unit.currency), \(unit.issuer?.rawValue))
                ON CONFLICT (id) DO UPDATE SET parent = excluded.parent, name = excluded.name,
                    manager = excluded.manager, currency = excluded.currency, issuer = excluded.issuer
                """)
            try tx.executeBatch(rows)
        }
    }

    /// One transaction with the first step.
    public func add(_ employee: Employee, step: EmploymentStep, acts: [Act]) async throws {
        let rows = try await actRows.stage(acts)
        let first = try await self.step(step)
        let insert = Self.insert(ValueRows(Self.values(of: employee)))
        do {
            try await database.write { tx in
                try tx.execute(insert)
                try tx.execute(first)
                try tx.executeBatch(rows)
            }
        } catch let error as SQLError where error.isUniqueViolation {
            throw PeopleError(
                .conflict, "number \"\(employee.number.prefix(60))\" or this person is on the roster already")
        }
    }

    /// The condition on the state decides between two who act at once.
    public func move(_ step: EmploymentStep, from state: EmploymentState, acts: [Act]) async throws -> Bool {
        let rows = try await actRows.stage(acts)
        let insert = try await self.step(step)
        return try await database.write { tx in
            let changed = try tx.execute(
                """
                UPDATE employees SET state = \(step.state.rawValue), state_since = \(step.effectiveOn),
                    unit = \(step.unit.rawValue), position = \(step.position), last_day = \(step.lastDay)
                WHERE person = \(step.person.rawValue) AND state = \(state.rawValue)
                """)
            guard changed == 1 else { return false }
            try tx.execute(insert)
            try tx.executeBatch(rows)
            return true
        }
    }

    /// The first step of somebody new, in the order of the columns that ``step(_:_:)`` names; nothing has to be counted.
    static func values(ofFirst step: EmploymentStep, _ key: DataKey) throws -> [SQLValue] {
        let id = step.person.rawValue
        let reason = try key.seal(Array(step.reason.utf8), place: reasonPlace(id)).bytes
        return [
            .text(id), .integer(1), .text(step.state.rawValue), step.effectiveOn.sqlValue, .text(step.unit.rawValue),
            .text(step.position), step.lastDay.sqlValue, .blob(reason),
        ]
    }

    /// A member of staff, in the order of the columns that ``insert(_:)`` names.
    static func values(of employee: Employee) -> [SQLValue] {
        [
            .text(employee.id.rawValue), .text(employee.number), .text(employee.unit.rawValue),
            .text(employee.position), .text(employee.state.rawValue), employee.stateSince.sqlValue,
            employee.hiredOn.sqlValue, employee.lastDay.sqlValue, employee.probationUntil.sqlValue,
            employee.contractUntil.sqlValue,
        ]
    }

    /// Puts members of staff on the roster.
    static func insert(_ employees: ValueRows) -> Query {
        """
        INSERT INTO employees (person, number, unit, position, state, state_since, hired_on, last_day,
            probation_until, contract_until) VALUES \(rows: employees)
        """
    }

    func step(_ step: EmploymentStep) async throws -> Query {
        try self.step(step, try await key(for: step.person))
    }

    func step(_ step: EmploymentStep, _ key: DataKey) throws -> Query {
        let id = step.person.rawValue
        let reason = try key.seal(Array(step.reason.utf8), place: Self.reasonPlace(id)).bytes
        return """
            INSERT INTO employment_steps (person, position_in_line, state, effective_on, unit, position, last_day, reason)
            SELECT \(id), COALESCE(max(s.position_in_line), 0) + 1, \(step.state.rawValue), \(step.effectiveOn),
                \(step.unit.rawValue), \(step.position), \(step.lastDay), \(reason)
            FROM employment_steps s WHERE s.person = \(id)
            """
    }

    /// Freezes or thaws at once.
    public func setFreeze(_ person: PersonID, reason: String?, acts: [Act]) async throws {
        let rows = try await actRows.stage(acts)
        try await database.write { tx in
            let changed = try tx.execute(
                "UPDATE employees SET freeze_reason = \(reason) WHERE person = \(person.rawValue)")
            guard changed == 1 else {
                throw PeopleError(.notFound, "there is no employee \"\(person.rawValue.prefix(60))\"")
            }
            try tx.executeBatch(rows)
        }
    }

    /// Gives or takes; doing it twice changes nothing but is recorded.
    public func setRole(_ role: Role, of person: PersonID, granted: Bool, acts: [Act]) async throws {
        let rows = try await actRows.stage(acts)
        try await database.write { tx in
            if granted {
                try tx.execute(
                    """
                    INSERT INTO role_grants (person, role) VALUES (\(person.rawValue), \(role.rawValue))
                    ON CONFLICT (person, role) DO NOTHING
                    """)
            } else {
                try tx.execute(
                    "DELETE FROM role_grants WHERE person = \(person.rawValue) AND role = \(role.rawValue)")
            }
            try tx.executeBatch(rows)
        }
    }
}
