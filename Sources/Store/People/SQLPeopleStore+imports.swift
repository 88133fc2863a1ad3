import Evidence
import Notices
import People
import SQL

extension SQLPeopleStore: RosterImportStore {
    private static let columns: Query = """
        id, name, mode, state, layout, next_part, lines, read, added, changed, unchanged, faulty
        """

    /// One transaction with its acts.
    public func begin(_ new: RosterImport, acts: [Act]) async throws {
        let rows = try await actRows.stage(acts)
        let now = clock.now
        try await database.write { tx in
            try tx.execute(
                """
                INSERT INTO roster_imports (id, name, mode, state, began_at, touched_at, layout, next_part, lines, read,
                    added, changed, unchanged, faulty)
                VALUES (\(new.id.rawValue), \(new.name), \(new.mode.rawValue), \(new.state.rawValue), \(now), \(now),
                    \(new.layout), 0, 0, 0, 0, 0, 0, 0)
                """)
            try tx.executeBatch(rows)
        }
    }

    /// By id.
    public func rosterImport(_ id: ImportID) async throws -> RosterImport? {
        try await imports("WHERE id = \(id.rawValue)").first
    }

    /// Ids are of time, so the newest is the last.
    public func rosterImports(limit: Int) async throws -> [RosterImport] {
        try await imports("ORDER BY id DESC LIMIT \(limit)")
    }

    private func imports(_ condition: Query) async throws -> [RosterImport] {
        try await database.read { tx in
            try tx.query("SELECT \(Self.columns) FROM roster_imports \(condition)").map { row in
                guard let mode = ImportMode(rawValue: try row.get("mode")),
                    let state = RosterImport.State(rawValue: try row.get("state"))
                else { throw PeopleError(.unavailable, "an import has an unknown state; run `songda audit`") }
                return RosterImport(
                    id: ImportID(try row.get("id")), name: try row.get("name"), mode: mode, state: state,
                    nextPart: try row.get("next_part"), lines: try row.get("lines"), read: try row.get("read"),
                    added: try row.get("added"), changed: try row.get("changed"), unchanged: try row.get("unchanged"),
                    faulty: try row.get("faulty"), layout: try row.get("layout"))
            }
        }
    }

    /// Nil for a part that has not come.
    public func hash(ofPart index: Int, of id: ImportID) async throws -> Digest? {
        try await database.read { tx in
            try tx.first("SELECT hash FROM roster_import_parts WHERE import = \(id.rawValue) AND part = \(index)")?
                .get("hash")
        }
    }

    /// Looked up by key, some hundreds at a time.
    public func numbers(_ numbers: [String], of id: ImportID) async throws -> [String: Int] {
        try await database.read { tx in
            var found: [String: Int] = [:]
            for part in numbers.chunks(of: 500) {
                for row in try tx.query(
                    """
                    SELECT number, line FROM roster_import_numbers
                    WHERE import = \(id.rawValue) AND number IN \(list: part)
                    """)
                { found[try row.get("number")] = try row.get("line") }
            }
            return found
        }
    }

    /// Counters, people, faults and acts are one transaction: a part is taken whole or not at all.
    public func prepare(_ part: ImportPart, acts: [Act]) async throws -> @Sendable () async throws -> Void {
        // Those who are on record have a key; newcomers bring theirs along.
        let owners = part.entries.filter { !$0.isNewcomer }.map(\.person.id.rawValue)
        let keys = try await keys.keys(for: Set(owners + [KeyRing.organisation]))
        let rows = try Self.statements(of: part, keys)
        let entered = try await statements(entering: part.entries, importing: part.after.id, keys)
        let staged = try await actRows.stage(acts)
        let ready = ReadyPart(
            index: part.index, after: part.after, only: Self.onlyNumber(of: part.entries), noted: rows,
            entered: entered,
            staged: staged)
        return { [self] in try await store(ready) }
    }

    /// A part in the words of the database; what it was made of is no longer needed.
    private struct ReadyPart: Sendable {
        let index: Int
        let after: RosterImport
        let only: String?
        let noted: [Query]
        let entered: GuardedRows
        let staged: [Query]
    }

    private func store(_ part: ReadyPart) async throws {
        let (after, now) = (part.after, clock.now)
        let id = after.id.rawValue
        let isOver = !after.isOpen || after.state == .applying && after.nextPart == 0
        try await Self.minding(part.only) {
            try await database.write { tx in
                // The part before this one decides who is next: of two who send the same part one finds it taken.
                let changed = try tx.execute(
                    """
                    UPDATE roster_imports SET state = \(after.state.rawValue), layout = \(after.layout),
                        next_part = \(after.nextPart), lines = \(after.lines), read = \(after.read),
                        added = \(after.added), changed = \(after.changed), unchanged = \(after.unchanged),
                        faulty = \(after.faulty), touched_at = \(now)
                    WHERE id = \(id) AND next_part = \(part.index) AND state IN ('checking', 'applying')
                    """)
                guard changed == 1 else {
                    throw PeopleError(.conflict, "part \(part.index) was taken by somebody else meanwhile")
                }
                try tx.executeBatch(part.noted)
                try part.entered.run(in: tx)
                try tx.executeBatch(part.staged)
                // Scratch, of use only while rows are still being compared with each other.
                if isOver { try Self.forgetNumbers(of: id, in: tx) }
            }
        }
    }

    /// Some thousands a statement: SQLite holds in memory what a statement is to delete, which was 55 MiB for a million.
    private static func forgetNumbers(of id: String, in tx: any SQLTransaction) throws {
        let many = 4_096
        var deleted = many
        while deleted == many {
            deleted = try tx.execute(
                """
                WITH chunk AS MATERIALIZED (
                    SELECT number FROM roster_import_numbers WHERE import = \(id) LIMIT \(many))
                DELETE FROM roster_import_numbers WHERE import = \(id) AND number IN (SELECT number FROM chunk)
                """)
        }
    }

    /// What is noted of a part beside the people it brings.
    private static func statements(of part: ImportPart, _ keys: [String: DataKey]) throws -> [Query] {
        guard let key = keys[KeyRing.organisation] else {
            throw EvidenceError(.erased, "the key of the organisation is not there")
        }
        let id = part.after.id.rawValue
        var numbers = ValueRows(width: 3)
        for (number, line) in part.numbers { numbers.append([.text(id), .text(number), line.sqlValue]) }
        var faults = ValueRows(width: 4)
        for (position, fault) in part.faults.enumerated() {
            let words = try key.seal(
                Array(JSONValue.array([.string(fault.column), .string(fault.message)]).canonicalBytes),
                place: faultPlace(id, fault.line)
            ).bytes
            faults.append([.text(id), fault.line.sqlValue, position.sqlValue, .blob(words)])
        }
        let noted: Query = """
            INSERT INTO roster_import_parts (import, part, hash) VALUES (\(id), \(part.index), \(part.hash))
            ON CONFLICT (import, part) DO NOTHING
            """
        return [noted]
            + numbers.statements {
                "INSERT INTO roster_import_numbers (import, number, line) VALUES \(rows: $0)"
            }
            + faults.statements {
                "INSERT INTO roster_import_faults (import, line, position, words) VALUES \(rows: $0)"
            }
    }

    private static func faultPlace(_ id: String, _ line: Int) -> String { "fault of import \(id) on line \(line)" }

    /// False if it stood elsewhere.
    public func move(
        _ id: ImportID, from: RosterImport.State, to: RosterImport.State, acts: [Act]
    ) async throws -> Bool {
        let rows = try await actRows.stage(acts)
        return try await database.write { tx in
            let changed = try tx.execute(
                """
                UPDATE roster_imports SET state = \(to.rawValue)
                WHERE id = \(id.rawValue) AND state = \(from.rawValue)
                """)
            guard changed == 1 else { return false }
            try tx.executeBatch(rows)
            return true
        }
    }

    /// By line and place.
    public func faults(of id: ImportID, afterLine line: Int, limit: Int) async throws -> [ImportFault] {
        let key = try await gateway.key(for: KeyRing.organisation)
        let rows = try await database.read { tx in
            try tx.query(
                """
                SELECT line, words FROM roster_import_faults WHERE import = \(id.rawValue) AND line > \(line)
                ORDER BY line, position LIMIT \(limit)
                """)
        }
        return try rows.map { row in
            let line: Int = try row.get("line")
            let words = try JSONValue(
                parsing: try key.open(
                    SealedBytes(bytes: try row.get("words")), place: Self.faultPlace(id.rawValue, line))
            ).array
            return ImportFault(
                line: line, column: words?.first?.string ?? "", message: words?.last?.string ?? "")
        }
    }
}
