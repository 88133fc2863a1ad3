import Evidence
import Notices
import People
import SQL

extension SQLPeopleStore {
    /// What an import is about to change, sealed, so that it can be put back.
    func change(
        _ importing: ImportID, _ person: PersonID, _ before: Employee, _ recipient: Recipient?
    ) async throws -> Query {
        let image: JSONValue = [
            "name": .string(before.name), "unit": .string(before.unit.rawValue), "position": .string(before.position),
            "hiredOn": .integer(Int64(before.hiredOn.dayNumber)),
            "probationUntil": before.probationUntil.map { .integer(Int64($0.dayNumber)) } ?? .null,
            "contractUntil": before.contractUntil.map { .integer(Int64($0.dayNumber)) } ?? .null,
            "language": recipient.map { .string($0.language) } ?? .null,
            "addresses": .array(
                (recipient?.addresses ?? []).map {
                    ["channel": .string($0.channel.rawValue), "value": .string($0.value)]
                }),
        ]
        let sealed = try await seal(image.canonicalText, about: person, place: Self.changePlace(importing, person))
        return """
            INSERT INTO roster_import_changes (import, person, before)
            VALUES (\(importing.rawValue), \(person.rawValue), \(sealed))
            """
    }

    static func changePlace(_ importing: ImportID, _ person: PersonID) -> String {
        "change of \(person) by import \(importing)"
    }
}
