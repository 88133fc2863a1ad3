import Evidence
import Notices
import People
import SQL

extension SQLPeopleStore {
    /// By number.
    public func employees(numbers: [String]) async throws -> [String: Employee] {
        var found: [String: Employee] = [:]
        for part in numbers.chunks(of: 500) {
            for one in try await employees("WHERE m.number IN \(list: part)") { found[one.number] = one }
        }
        return found
    }

    /// By external id.
    public func people(externalIDs: [String]) async throws -> [String: Recipient] {
        try await gateway.people(externalIDs: externalIDs)
    }

    /// Found by the index on last days.
    public func employees(lastDayBefore day: CivilDate, limit: Int) async throws -> [Employee] {
        try await employees(
            """
            WHERE m.last_day IS NOT NULL AND m.state <> 'left' AND m.last_day < \(day)
            ORDER BY m.last_day, m.number LIMIT \(limit)
            """)
    }

    /// Found by the indexes on last days, terms and states.
    public func employees(inLimboOn day: CivilDate, limit: Int) async throws -> [Employee] {
        let overdue = try await employees(lastDayBefore: day, limit: limit)
        let suspended = try await employees("WHERE m.state = 'suspended' ORDER BY m.number LIMIT \(limit)")
        let expired = try await employees(
            """
            WHERE m.contract_until IS NOT NULL AND m.contract_until < \(day) AND m.state <> 'left'
            ORDER BY m.contract_until, m.number LIMIT \(limit)
            """)
        var seen: Set<PersonID> = []
        return Array((overdue + suspended + expired).filter { seen.insert($0.id).inserted }.prefix(limit))
    }

    /// One transaction for all of them; whoever was faster with one number undoes it whole.
    public func enter(_ entries: [RosterEntry], importing: ImportID?, acts: [Act]) async throws {
        // Keys first and together: each that is missing would otherwise be a transaction of its own.
        let owners = entries.map(\.person.id.rawValue)
        let rows = try await statements(
            entering: entries, importing: importing, try await keys.keys(for: Set(owners + [KeyRing.organisation])))
        let staged = try await actRows.stage(acts)
        try await Self.minding(Self.onlyNumber(of: entries)) {
            try await database.write { tx in
                try rows.run(in: tx)
                try tx.executeBatch(staged)
            }
        }
    }

    /// Statements of which some must find their row as it was seen.
    struct GuardedRows: Sendable {
        var rows: [Query] = []
        var guarded: [(row: Int, number: String)] = []

        mutating func append(_ more: GuardedRows) {
            guarded += more.guarded.map { (rows.count + $0.row, $0.number) }
            rows += more.rows
        }

        func run(in tx: any SQLTransaction) throws {
            let counts = try tx.executeBatch(rows)
            for place in guarded where counts[place.row] == 0 { throw SQLPeopleStore.overtaken(place.number) }
        }
    }

    /// What brings entries on record; newcomers come first, many in a statement.
    ///
    /// - Parameter keys: the organisation's and those of everybody on record; whoever is new and has none gets theirs here.
    func statements(
        entering entries: [RosterEntry], importing: ImportID?, _ keys: [String: DataKey]
    ) async throws -> GuardedRows {
        guard let organisation = keys[KeyRing.organisation] else {
            throw EvidenceError(.erased, "the key of the organisation is not there")
        }
        let index = BlindIndex(organisation)
        let new = entries.filter(\.isNewcomer)
        let known = new.count == entries.count ? [] : entries.filter { !$0.isNewcomer }
        var all = GuardedRows()
        // Sealing is most of the work.
        all.rows = try await new.inParallel { slice in
            var rows = NewcomerRows()
            for entry in slice { try rows.append(entry, keys[entry.person.id.rawValue], index, self.keys, clock.now) }
            return rows.statements
        }.flatMap(\.self)
        for part in try await known.inParallel({ try statements(changing: $0, importing, keys) }) { all.append(part) }
        return all
    }

    /// Person by person: each must be found as it was seen.
    private func statements(
        changing entries: ArraySlice<RosterEntry>, _ importing: ImportID?, _ keys: [String: DataKey]
    ) throws -> GuardedRows {
        var all = GuardedRows()
        all.rows.reserveCapacity(entries.count * 6)
        for entry in entries {
            let id = entry.person.id
            guard let key = keys[id.rawValue] else { throw EvidenceError(.erased, "the key of \(id) is not there") }
            all.rows += try gateway.rows(saving: entry.person, isNew: entry.personBefore == nil, keys)
            all.guarded.append((all.rows.count, entry.employee.number))
            all.rows.append(Self.row(of: entry))
            if let step = entry.step { all.rows.append(try self.step(step, key)) }
            if let importing, let recipient = entry.personBefore {
                all.rows.append(try change(importing, id, entry.before, recipient, key))
            }
        }
        return all
    }

    /// Turns a lost race into a refusal that names the number.
    ///
    /// - Parameter only: the number, if there is but one.
    static func minding(_ only: String?, _ body: () async throws -> Void) async throws {
        do { try await body() } catch let error as SQLError where error.isUniqueViolation { throw overtaken(only) }
    }

    /// The number of the one member of staff that a change is about.
    static func onlyNumber(of entries: [RosterEntry]) -> String? {
        entries.count == 1 ? entries.first?.employee.number : nil
    }

    /// Inserts, or updates what is still as it was seen.
    private static func row(of entry: RosterEntry) -> Query {
        let employee = entry.employee
        guard let before = entry.before else {
            return insert(ValueRows(values(of: employee)))
        }
        return """
            UPDATE employees SET unit = \(employee.unit.rawValue), position = \(employee.position),
                hired_on = \(employee.hiredOn), probation_until = \(employee.probationUntil),
                contract_until = \(employee.contractUntil)
            WHERE person = \(employee.id.rawValue) AND state = \(before.state.rawValue) AND unit = \(before.unit.rawValue)
                AND position = \(before.position)
            """
    }

    static func overtaken(_ number: String?) -> PeopleError {
        PeopleError(
            .conflict,
            number.map { "somebody else has just changed employee \($0); look again and repeat" }
                ?? "somebody else has just added one of these numbers; send them again")
    }

    /// All of what the caller saw decides between two who act at once, so that a transfer does not undo another.
    public func move(_ step: EmploymentStep, from seen: Employee, acts: [Act]) async throws -> Bool {
        let rows = try await actRows.stage(acts)
        let insert = try await self.step(step)
        return try await database.write { tx in
            let changed = try tx.execute(
                """
                UPDATE employees SET state = \(step.state.rawValue),
                    state_since = CASE WHEN state = \(step.state.rawValue) THEN state_since ELSE \(step.effectiveOn) END,
                    unit = \(step.unit.rawValue), position = \(step.position), last_day = \(step.lastDay)
                WHERE person = \(step.person.rawValue) AND state = \(seen.state.rawValue)
                    AND state_since = \(seen.stateSince) AND unit = \(seen.unit.rawValue)
                    AND position = \(seen.position) AND COALESCE(last_day, 0) = \(seen.lastDay?.dayNumber ?? 0)
                """)
            guard changed == 1 else { return false }
            try tx.execute(insert)
            try tx.executeBatch(rows)
            return true
        }
    }
}
