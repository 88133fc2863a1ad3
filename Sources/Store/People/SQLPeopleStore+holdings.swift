import Evidence
import Notices
import People
import SQL

extension SQLPeopleStore {
    static func holdingPlace(_ list: Holding.List, _ id: String, _ what: String) -> String {
        "holding \(list.rawValue) \(id) \(what)"
    }

    /// In the order of the import.
    public func holdings(of person: PersonID, _ list: Holding.List) async throws -> [Holding] {
        let holder = person.rawValue
        let rows = try await database.read { tx in
            try tx.query(
                """
                SELECT id, kind, title, status, returned_as FROM holdings
                WHERE holder = \(holder) AND list = \(list.rawValue) ORDER BY position, id
                """)
        }
        guard let key = try await keys.existingKeys(for: [holder])[holder] else { return [] }
        return try rows.map { row in
            let id: String = try row.get("id")
            func text(_ column: String, _ what: String) throws -> String? {
                try row.get(column, as: [UInt8]?.self).map {
                    let open = try key.open(SealedBytes(bytes: $0), place: Self.holdingPlace(list, id, what))
                    return String(decoding: open, as: UTF8.self)
                }
            }
            return Holding(
                id: id, kind: try row.get("kind"), title: try text("title", "title") ?? "",
                status: try text("status", "status"), returnedAs: try text("returned_as", "returned"))
        }
    }

    /// By list.
    public func holdingImports(of person: PersonID) async throws -> [Holding.List: HoldingImport] {
        let rows = try await database.read { tx in
            try tx.query(
                "SELECT list, things, imported_at FROM holding_imports WHERE person = \(person.rawValue)")
        }
        var imports: [Holding.List: HoldingImport] = [:]
        for row in rows {
            guard let list = Holding.List(rawValue: try row.get("list")) else { continue }
            imports[list] = HoldingImport(
                person: person, list: list, count: try row.get("things"), at: try row.get("imported_at"))
        }
        return imports
    }

    /// What came back stays on record; everything else is as the other system says now.
    ///
    /// A thing that moved to somebody else moves with the newer import.
    public func replaceHoldings(_ holdings: [Holding], as summary: HoldingImport, acts: [Act]) async throws {
        let (holder, list) = (summary.person.rawValue, summary.list)
        let key = try await key(for: summary.person)
        func seal(_ text: String, _ id: String, _ what: String) throws -> [UInt8] {
            try key.seal(Array(text.utf8), place: Self.holdingPlace(list, id, what)).bytes
        }
        var rows: [Query] = [
            "DELETE FROM holdings WHERE holder = \(holder) AND list = \(list.rawValue) AND returned_as IS NULL"
        ]
        for (position, one) in holdings.enumerated() {
            rows.append(
                """
                INSERT INTO holdings (list, id, holder, position, kind, title, status)
                VALUES (\(list.rawValue), \(one.id), \(holder), \(position), \(one.kind),
                    \(try seal(one.title, one.id, "title")), \(try one.status.map { try seal($0, one.id, "status") }))
                ON CONFLICT (list, id) DO UPDATE SET
                    returned_as = CASE WHEN holdings.holder = excluded.holder THEN holdings.returned_as END,
                    holder = excluded.holder, position = excluded.position, kind = excluded.kind, title = excluded.title,
                    status = excluded.status
                """)
        }
        rows.append(
            """
            INSERT INTO holding_imports (person, list, things, imported_at)
            VALUES (\(holder), \(list.rawValue), \(summary.count), \(summary.at))
            ON CONFLICT (person, list) DO UPDATE SET things = excluded.things, imported_at = excluded.imported_at
            """)
        let all = rows + (try await actRows.stage(acts))
        try await database.write { tx in try tx.executeBatch(all) }
    }

    /// Since when places may be kept.
    public func visitConsent(of person: PersonID) async throws -> Timestamp? {
        try await database.read { tx in
            try tx.first("SELECT since FROM visit_consents WHERE person = \(person.rawValue)").map {
                try $0.get("since")
            }
        }
    }

    /// The acts keep what was consented to when.
    public func setVisitConsent(of person: PersonID, since: Timestamp?, acts: [Act]) async throws {
        let rows = try await actRows.stage(acts)
        try await database.write { tx in
            if let since {
                try tx.execute(
                    """
                    INSERT INTO visit_consents (person, since) VALUES (\(person.rawValue), \(since))
                    ON CONFLICT (person) DO NOTHING
                    """)
            } else {
                try tx.execute("DELETE FROM visit_consents WHERE person = \(person.rawValue)")
            }
            try tx.executeBatch(rows)
        }
    }
}
