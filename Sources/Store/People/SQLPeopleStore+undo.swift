import Evidence
import Notices
import People
import SQL

extension SQLPeopleStore {
    /// How somebody was known before an import changed them, sealed, so that it can be put back.
    ///
    /// - Parameter before: nil when they were on record in the gateway only.
    func change(
        _ importing: ImportID, _ person: PersonID, _ before: Employee?, _ recipient: Recipient, _ key: DataKey
    ) throws -> Query {
        var image: [String: JSONValue] = [
            "name": .string(recipient.name), "language": .string(recipient.language),
            "externalID": recipient.externalID.map { .string($0) } ?? .null,
            "addresses": .array(
                recipient.addresses.map {
                    ["channel": .string($0.channel.rawValue), "value": .string($0.value)]
                }),
        ]
        if let before {
            image["employee"] = [
                "unit": .string(before.unit.rawValue), "position": .string(before.position),
                "hiredOn": .integer(Int64(before.hiredOn.dayNumber)), "state": .string(before.state.rawValue),
                "probationUntil": before.probationUntil.map { .integer(Int64($0.dayNumber)) } ?? .null,
                "contractUntil": before.contractUntil.map { .integer(Int64($0.dayNumber)) } ?? .null,
                "lastDay": before.lastDay.map { .integer(Int64($0.dayNumber)) } ?? .null,
            ]
        }
        let sealed = try key.seal(
            JSONValue.object(image).canonicalBytes, place: Self.changePlace(importing, person)
        ).bytes
        return """
            INSERT INTO roster_import_changes (import, person, before)
            VALUES (\(importing.rawValue), \(person.rawValue), \(sealed))
            """
    }

    private static func changePlace(_ importing: ImportID, _ person: PersonID) -> String {
        "change of \(person) by import \(importing)"
    }

    /// In the order of the log's queue.
    public func entries(of id: ImportID) async throws -> [String] {
        try await database.read { tx in
            try tx.query(
                """
                SELECT e.id FROM act_subjects s JOIN evidence_entries e ON e.id = s.entry
                WHERE s.kind = \(Subject.Kind.rosterImport.rawValue) AND s.id = \(id.rawValue)
                    AND e.event = \(EvidenceEvent.employeesImported.rawValue)
                ORDER BY e.position
                """
            ).map { try $0.get("id") }
        }
    }

    /// From the index of acts.
    public func people(of entry: String) async throws -> [PersonID] {
        try await database.read { tx in
            try tx.query(
                """
                SELECT id FROM act_subjects WHERE entry = \(entry) AND kind = \(Subject.Kind.employee.rawValue)
                ORDER BY id
                """
            ).map { PersonID(try $0.get("id")) }
        }
    }

    /// Whoever has a newer act was touched by somebody.
    public func changedSince(entry: String) async throws -> [String] {
        try await database.read { tx in
            try tx.query(
                """
                SELECT DISTINCT m.number FROM act_subjects s
                    JOIN evidence_entries e ON e.id = s.entry
                    JOIN act_subjects later ON later.kind = s.kind AND later.id = s.id
                    JOIN evidence_entries l ON l.id = later.entry AND l.position > e.position
                    JOIN employees m ON m.person = s.id
                WHERE s.entry = \(entry) AND s.kind = \(Subject.Kind.employee.rawValue)
                ORDER BY m.number LIMIT 21
                """
            ).map { try $0.get("number") }
        }
    }

    /// One transaction for the people of one entry.
    public func putBack(entry: String, of id: ImportID, acts: [Act]) async throws {
        let people = try await people(of: entry)
        let images = try await images(of: people, id)
        var rows: [Query] = []
        for person in people {
            let name = person.rawValue
            let image = images[person]
            if let image, let employee = image["employee"], !employee.isNull {
                rows += try await restore(person, employee)
            } else {
                rows += [
                    "DELETE FROM employment_steps WHERE person = \(name)",
                    "DELETE FROM employees WHERE person = \(name)",
                ]
            }
            if let image {
                rows += try await gateway.rows(saving: Self.recipient(person, image))
            } else {
                rows += ["DELETE FROM addresses WHERE person = \(name)", "DELETE FROM people WHERE id = \(name)"]
            }
            rows.append(
                "DELETE FROM roster_import_changes WHERE import = \(id.rawValue) AND person = \(name)")
        }
        rows += try await actRows.stage(acts)
        let statements = rows
        do {
            try await database.write { tx in
                // Taken up again after an interruption: what was put back is not put back twice.
                let done = try tx.first(
                    """
                    SELECT e.id FROM act_subjects s JOIN evidence_entries e ON e.id = s.entry
                    WHERE s.kind = 'employee' AND s.id = \(people.first?.rawValue ?? "")
                        AND e.event = \(EvidenceEvent.rosterImportUndone.rawValue)
                        AND e.position > (SELECT position FROM evidence_entries WHERE id = \(entry))
                    """)
                if done == nil { try tx.executeBatch(statements) }
            }
        } catch let error as SQLError where error.code == .foreignKeyViolation {
            throw PeopleError(
                .conflict,
                "somebody whom the import brought is in use elsewhere (a notice, a key); correct them by hand")
        }
    }

    private func restore(_ person: PersonID, _ image: JSONValue) async throws -> [Query] {
        guard let unit = image["unit"]?.string, let position = image["position"]?.string,
            let hired = image["hiredOn"]?.integer, let state = EmploymentState(rawValue: image["state"]?.string ?? "")
        else {
            throw PeopleError(.unavailable, "what the import changed of \(person) cannot be read; run `songda audit`")
        }
        let days = ["probationUntil", "contractUntil", "lastDay"].map { name in
            image[name]?.integer.map { CivilDate(dayNumber: Int($0)) }
        }
        return [
            """
            UPDATE employees SET unit = \(unit), position = \(position), hired_on = \(hired),
                probation_until = \(days[0]), contract_until = \(days[1])
            WHERE person = \(person.rawValue)
            """,
            try await step(
                EmploymentStep(
                    person: person, state: state, effectiveOn: CivilDate(inChina: clock.now), unit: UnitID(unit),
                    position: position, lastDay: days[2], reason: "撤销导入")),
        ]
    }

    private static func recipient(_ person: PersonID, _ image: JSONValue) -> Recipient {
        Recipient(
            id: person, externalID: image["externalID"]?.string, name: image["name"]?.string ?? "",
            language: image["language"]?.string ?? "",
            addresses: (image["addresses"]?.array ?? []).compactMap { one in
                guard let channel = ChannelKind(rawValue: one["channel"]?.string ?? "") else { return nil }
                return ServiceAddress(channel: channel, value: one["value"]?.string ?? "")
            })
    }

    private func images(of people: [PersonID], _ id: ImportID) async throws -> [PersonID: JSONValue] {
        let names = people.map(\.rawValue)
        let rows = try await database.read { tx in
            var rows: [Row] = []
            for part in names.chunks(of: 500) {
                rows += try tx.query(
                    """
                    SELECT person, before FROM roster_import_changes
                    WHERE import = \(id.rawValue) AND person IN \(list: part)
                    """)
            }
            return rows
        }
        let keys = try await keys.existingKeys(for: Set(names))
        var images: [PersonID: JSONValue] = [:]
        for row in rows {
            let person = PersonID(try row.get("person"))
            guard let key = keys[person.rawValue] else { continue }
            images[person] = try JSONValue(
                parsing: try key.open(SealedBytes(bytes: try row.get("before")), place: Self.changePlace(id, person)))
        }
        return images
    }
}
