import Evidence
import Notices
import People
import SQL

extension SQLPeopleStore: HandoverStore {
    /// With its items in their order; nil once the leaver's key was destroyed.
    public func handover(_ id: HandoverID) async throws -> HandoverRecord? {
        let name = id.rawValue
        let found = try await database.read { tx -> HandoverRows? in
            guard let row = try tx.first("SELECT \(HandoverRows.columns) FROM handovers h WHERE h.id = \(name)") else {
                return nil
            }
            return HandoverRows(
                handover: row,
                stages: try tx.query(
                    """
                    SELECT handover, stage, owner, due_on, started_at, closed_at FROM handover_stages
                    WHERE handover = \(name) ORDER BY position
                    """),
                items: try tx.query(
                    """
                    SELECT id, kind, origin, content, submission, amount, is_key, due_on, state, round, head
                    FROM handover_items WHERE handover = \(name) ORDER BY position
                    """),
                confirmations: try tx.query(
                    """
                    SELECT c.item, c.position, c.party, c.given_by, c.given_at, c.content_hash, c.statement
                    FROM handover_confirmations c JOIN handover_items i ON i.id = c.item
                    WHERE i.handover = \(name) ORDER BY c.item, c.position
                    """),
                files: try tx.query(
                    """
                    SELECT f.id, f.item, f.name, f.type, f.purpose, f.size, f.hash, f.added_by, f.added_at
                    FROM handover_files f JOIN handover_items i ON i.id = f.item
                    WHERE i.handover = \(name) ORDER BY f.added_at, f.id
                    """))
        }
        guard let found else { return nil }
        let person: String = try found.handover.get("person")
        guard let key = try await keys.existingKeys(for: [person])[person] else { return nil }
        return try found.record(key)
    }

    /// By id, which sorts by time.
    public func handover(of person: PersonID) async throws -> HandoverID? {
        try await database.read { tx in
            try tx.first("SELECT id FROM handovers WHERE person = \(person.rawValue) ORDER BY id DESC LIMIT 1").map {
                HandoverID(try $0.get("id"))
            }
        }
    }

    /// The newest first.
    public func handovers(
        of units: Set<UnitID>?, onlyOpen: Bool, before cursor: HandoverID?, limit: Int
    ) async throws -> [HandoverCase] {
        var condition: Query = "WHERE h.version > 0"
        if let cursor { condition = "\(condition) AND h.id < \(cursor.rawValue)" }
        if onlyOpen { condition = "\(condition) AND h.state = 'open'" }
        if let units {
            condition = """
                \(condition) AND h.person IN
                    (SELECT m.person FROM employees m WHERE m.unit IN \(list: units.map(\.rawValue).sorted()))
                """
        }
        let query: Query =
            "SELECT \(HandoverRows.columns) FROM handovers h \(condition) ORDER BY h.id DESC LIMIT \(limit)"
        let (rows, stages) = try await database.read { tx in
            let rows = try tx.query(query)
            let ids: [String] = try rows.map { try $0.get("id") }
            let stages = try tx.query(
                """
                SELECT handover, stage, owner, due_on, started_at, closed_at FROM handover_stages
                WHERE handover IN \(list: ids) ORDER BY handover, position
                """)
            return (rows, stages)
        }
        let grouped = try Dictionary(grouping: stages) { try $0.get("handover", as: String.self) }
        return try rows.map { try HandoverRows.handover($0, stages: grouped[try $0.get("id")] ?? []) }
    }

    /// Those whose present employment ends and has no handover.
    public func leaversWithoutHandover(limit: Int) async throws -> [PersonID] {
        try await database.read { tx in
            try tx.query(
                """
                SELECT m.person FROM employees m WHERE m.state IN ('resigned', 'handover') AND m.last_day IS NOT NULL
                    AND NOT EXISTS (SELECT 1 FROM handovers h WHERE h.person = m.person AND h.state <> 'withdrawn'
                        AND h.notice_on >= m.hired_on)
                ORDER BY m.person LIMIT \(limit)
                """
            ).map { PersonID(try $0.get("person")) }
        }
    }

    /// Open ones, and those whose employment is not over.
    public func runningHandovers(after cursor: HandoverID?, limit: Int) async throws -> [HandoverID] {
        try await database.read { tx in
            try tx.query(
                """
                SELECT id FROM handovers
                WHERE (state = 'open' OR (state = 'closed' AND ended_at IS NULL)) AND id > \(cursor?.rawValue ?? "")
                ORDER BY id LIMIT \(limit)
                """
            ).map { HandoverID(try $0.get("id")) }
        }
    }

    /// Items that are settled, of the newest case that is not closed.
    public func handoverProgress(of person: PersonID) async throws -> HandoverProgress? {
        try await database.read { tx in
            let row = try tx.first(
                """
                SELECT count(*) AS total, COALESCE(sum(CASE WHEN i.state IN ('accepted', 'waived') THEN 1 ELSE 0 END), 0)
                    AS done
                FROM handover_items i JOIN handovers h ON h.id = i.handover
                WHERE h.id = (SELECT max(id) FROM handovers WHERE person = \(person.rawValue))
                """)
            guard let row, try row.get("total", as: Int.self) > 0 else { return nil }
            return HandoverProgress(done: try row.get("done"), total: try row.get("total"))
        }
    }

    /// Opened with the leaver's key.
    public func handoverFile(
        _ id: HandoverFileID, of handover: HandoverID
    ) async throws -> (HandoverFile, [UInt8])? {
        let row = try await database.read { tx in
            try tx.first(
                """
                SELECT f.id, f.item, f.name, f.type, f.purpose, f.size, f.hash, f.added_by, f.added_at, f.bytes, h.person
                FROM handover_files f JOIN handover_items i ON i.id = f.item JOIN handovers h ON h.id = i.handover
                WHERE f.id = \(id.rawValue) AND h.id = \(handover.rawValue)
                """)
        }
        guard let row else { return nil }
        let person: String = try row.get("person")
        guard let key = try await keys.existingKeys(for: [person])[person] else { return nil }
        let file = try HandoverRows.file(row, key)
        let bytes = try key.open(
            SealedBytes(bytes: try row.get("bytes")), place: HandoverRows.place("file", id.rawValue))
        guard SHA256.hash(bytes) == file.hash else {
            throw PeopleError(.unavailable, "the bytes of file \(id) are not those of its hash; run `songda audit`")
        }
        return (file, bytes)
    }

    /// Oldest first.
    public func messages(of handover: HandoverID) async throws -> [HandoverMessage] {
        try await messages("WHERE g.handover = \(handover.rawValue) ORDER BY g.written_at, g.id")
    }

    /// Oldest first.
    public func pendingMessages(limit: Int) async throws -> [HandoverMessage] {
        try await messages(
            "WHERE g.notice IS NULL AND g.failure IS NULL ORDER BY g.written_at, g.id LIMIT \(limit)")
    }

    private func messages(_ condition: Query) async throws -> [HandoverMessage] {
        let rows = try await database.read { tx in
            try tx.query(
                """
                SELECT g.id, g.handover, g.item, g.kind, g.person, g.fields, g.notice, g.failure, h.person AS leaver
                FROM handover_messages g JOIN handovers h ON h.id = g.handover \(condition)
                """)
        }
        let keys = try await keys.existingKeys(for: Set(try rows.map { try $0.get("leaver") }))
        return try rows.compactMap { row in
            guard let key = keys[try row.get("leaver")] else { return nil }
            return try HandoverRows.message(row, key)
        }
    }

    /// A message is settled once.
    public func settle(_ message: String, notice: NoticeID?, failure: String?) async throws {
        try await database.write { tx in
            try tx.execute(
                """
                UPDATE handover_messages SET notice = \(notice?.rawValue), failure = \(failure.map { String($0.prefix(500)) })
                WHERE id = \(message) AND notice IS NULL
                """)
        }
    }
}
