import Evidence
import Notices
import People
import SQL

/// Attendance of one person as they get it in a copy of what is held about them.
extension SQLPeopleStore {
    /// Along the primary key, from the end.
    public func punches(of person: PersonID, since: Timestamp, limit: Int) async throws -> [Punch] {
        try await database.read { tx in
            try tx.query(
                """
                SELECT at, source, day FROM punches WHERE person = \(person.rawValue) AND at >= \(since)
                ORDER BY at DESC, source DESC LIMIT \(limit)
                """
            ).map {
                Punch(
                    person: person, at: try $0.get("at"), source: try Self.known($0, "source"), day: try $0.get("day"))
            }
        }
    }

    /// Reasons of the erased are gone with their key.
    public func leaves(of person: PersonID, limit: Int) async throws -> [Leave] {
        let rows = try await database.read { tx in
            try tx.query(
                """
                SELECT id, from_day, to_day, requested_on, state, kind, reason, source FROM leaves
                WHERE person = \(person.rawValue) ORDER BY requested_on DESC, id DESC LIMIT \(limit)
                """)
        }
        let key = try await keys.existingKeys(for: [person.rawValue])[person.rawValue]
        return try rows.map { row in
            let (id, sealed) = (try row.get("id", as: String.self), try row.get("reason", as: [UInt8]?.self))
            var reason: String?
            if let sealed, let key {
                let bytes = try key.open(SealedBytes(bytes: sealed), place: Self.leavePlace(id))
                reason = String(decoding: bytes, as: UTF8.self)
            }
            return Leave(
                id: id, person: person, from: try row.get("from_day"), to: try row.get("to_day"),
                requestedOn: try row.get("requested_on"), state: try Self.known(row, "state"),
                kind: try row.get("kind"), reason: reason, source: try row.get("source"))
        }
    }
}
