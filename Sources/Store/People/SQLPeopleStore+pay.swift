import Evidence
import Notices
import People
import SQL

extension SQLPeopleStore: PayStore {
    private static func place(_ id: String) -> String { "pay sheet \(id)" }

    /// By id.
    public func paySheet(_ id: PaySheetID) async throws -> PaySheet? {
        try await paySheets("WHERE id = \(id.rawValue)").first
    }

    /// The newest first.
    public func paySheets(of person: PersonID) async throws -> [PaySheet] {
        try await paySheets("WHERE person = \(person.rawValue) ORDER BY month DESC, created_at DESC, id DESC")
    }

    private func paySheets(_ condition: Query) async throws -> [PaySheet] {
        let rows = try await database.read { tx in
            try tx.query("SELECT id, person, month, state, content, created_at FROM pay_sheets \(condition)")
        }
        let keys = try await keys.existingKeys(for: Set(try rows.map { try $0.get("person") }))
        return try rows.compactMap { row in
            let (id, person): (String, String) = (try row.get("id"), try row.get("person"))
            guard let key = keys[person] else { return nil }
            guard let state = PaySheet.State(rawValue: try row.get("state")) else {
                throw PeopleError(.unavailable, "pay sheet \(id) is damaged; run `songda audit`")
            }
            let content = try key.open(SealedBytes(bytes: try row.get("content")), place: Self.place(id))
            return PaySheet(
                id: PaySheetID(id), person: PersonID(person), month: PayMonth(of: try row.get("month")), state: state,
                content: try SQLNoticeStore.value(
                    PaySheet.Content.self, from: String(decoding: content, as: UTF8.self)),
                createdAt: try row.get("created_at"))
        }
    }

    /// The rules are kept with the first sheet they made; another text under their version is refused.
    public func add(_ sheet: PaySheet, by rules: PayRules, acts: [Act]) async throws {
        let rows = try await actRows.stage(acts)
        let id = sheet.id.rawValue
        let content = try await seal(
            try SQLNoticeStore.json(sheet.content), about: sheet.person, place: Self.place(id))
        try await database.write { tx in
            try tx.execute(
                """
                INSERT INTO pay_rules (id, version, hash, text)
                VALUES (\(rules.id), \(rules.version), \(rules.hash), \(rules.text)) ON CONFLICT DO NOTHING
                """)
            let kept = try tx.first(
                "SELECT hash FROM pay_rules WHERE id = \(rules.id) AND version = \(rules.version)")
            guard try kept?.get("hash", as: Digest.self) == rules.hash else {
                throw PeopleError(
                    .conflict,
                    "the rules \(rules.id) version \(rules.version) were changed after sheets were made by them; "
                        + "restore their text, or raise the version")
            }
            try tx.execute(
                """
                INSERT INTO pay_sheets (id, person, month, state, rules, rules_version, content, created_at)
                VALUES (\(id), \(sheet.person.rawValue), \(sheet.month.firstDay), \(sheet.state.rawValue),
                    \(rules.id), \(rules.version), \(content), \(sheet.createdAt))
                """)
            try tx.executeBatch(rows)
        }
    }

    /// The condition on the state decides between two who act at once, the unique index between two sheets.
    public func move(
        _ id: PaySheetID, to state: PaySheet.State, from seen: PaySheet.State, acts: [Act]
    ) async throws -> Bool {
        do {
            return try await once(
                "UPDATE pay_sheets SET state = \(state.rawValue) WHERE id = \(id.rawValue) AND state = \(seen.rawValue)",
                acts)
        } catch let error as SQLError where error.isUniqueViolation {
            throw PeopleError(
                .conflict, "another sheet is in force for this person and month; withdraw it with a reason first")
        }
    }
}
