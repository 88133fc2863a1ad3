import Evidence
import Notices
import People
import SQL

extension SQLPeopleStore: EmployeeFileStore {
    /// The source's own name of it decides whether it was entered before.
    public func file(_ entry: FileEntry, of person: PersonID, act: Act) async throws -> Bool {
        let id = act.entry.id
        let words: JSONValue = ["title": .string(entry.title), "reason": entry.reason.map { .string($0) } ?? .null]
        let sealed = try await seal(words.canonicalText, about: person, place: Self.filePlace(id))
        let rows = try await actRows.stage([act])
        return try await database.write { tx in
            let known = try tx.first(
                """
                SELECT id FROM employee_file WHERE person = \(person.rawValue) AND source = \(entry.source)
                    AND external_id = \(entry.externalID)
                """)
            guard known == nil else { return false }
            try tx.executeBatch(rows)
            try tx.execute(
                """
                INSERT INTO employee_file (id, person, kind, dated, amount, currency, hash, source, external_id, words,
                    entry)
                VALUES (\(id), \(person.rawValue), \(entry.kind.rawValue), \(entry.dated), \(entry.amount?.fen),
                    \(entry.currency), \(entry.hash), \(entry.source), \(entry.externalID), \(sealed), \(id))
                """)
            return true
        }
    }

    private static func filePlace(_ id: String) -> String { "file entry \(id)" }

    /// By day; the erased have none.
    public func file(of person: PersonID) async throws -> [FileEntry] {
        let rows = try await database.read { tx in
            try tx.query(
                """
                SELECT id, kind, dated, amount, currency, hash, source, external_id, words FROM employee_file
                WHERE person = \(person.rawValue) ORDER BY dated, id
                """)
        }
        guard let key = try await keys.existingKeys(for: [person.rawValue])[person.rawValue] else { return [] }
        return try rows.compactMap { row in
            guard let kind = FileEntry.Kind(rawValue: try row.get("kind")) else { return nil }
            let words = try JSONValue(
                parsing: try key.open(
                    SealedBytes(bytes: try row.get("words")), place: Self.filePlace(try row.get("id"))))
            return FileEntry(
                kind: kind, dated: try row.get("dated"), title: words["title"]?.string ?? "",
                reason: words["reason"]?.string,
                amount: try row.get("amount", as: Int64?.self).map { Amount(fen: $0) },
                currency: try row.get("currency"), hash: try row.get("hash"), source: try row.get("source"),
                externalID: try row.get("external_id"))
        }
    }
}
