import Evidence
import SQL

/// Who serves under which instance name on this database.
///
/// Claims on notices and deliveries carry the name: two processes with one name would take each other's work for their own
/// and send it twice. No clock decides who has it: hosts disagree about the time. A holder shows that it is there by a count
/// that it moves on, and whoever wants the name watches the count with a clock of its own.
struct InstanceLeases: Sendable {
    /// Who had a name at some moment.
    struct Holder: Sendable, Equatable {
        let owner: String
        /// How often the holder has shown that it is there.
        let beat: Int64
    }

    private let database: any SQLDatabase

    /// The leases of this database.
    init(_ database: any SQLDatabase) { self.database = database }

    /// Takes a name that nobody has, or moves the count of one's own on.
    ///
    /// - Parameters:
    ///   - seen: a holder that is gone or silent; the name is taken from it unless it has moved since.
    ///   - until: how long the holder means to have it; for people who look into the table.
    /// - Returns: nil when `owner` has it now; otherwise who has it.
    func take(
        _ instance: String, owner: String, replacing seen: Holder? = nil, until: Timestamp
    ) async throws -> Holder? {
        let name = Self.name(instance)
        return try await database.write { tx in
            try tx.execute(
                """
                INSERT INTO leases (name, owner, fence, held_until) VALUES (\(name), \(owner), 1, \(until))
                ON CONFLICT (name) DO UPDATE SET
                    fence = leases.fence + 1, owner = excluded.owner, held_until = excluded.held_until
                WHERE leases.owner = excluded.owner OR leases.owner = ''
                    OR (leases.owner = \(seen?.owner ?? "") AND leases.fence = \(seen?.beat ?? -1))
                """)
            let row = try tx.first("SELECT owner, fence FROM leases WHERE name = \(name)")
            guard let row else { return nil }
            let holder = Holder(owner: try row.get("owner"), beat: try row.get("fence"))
            return holder.owner == owner ? nil : holder
        }
    }

    /// Who has which name now.
    func holders() async throws -> [String: Holder] {
        try await database.read { tx in
            try tx.query(
                "SELECT name, owner, fence FROM leases WHERE name LIKE \(Self.name("%")) AND owner <> ''"
            ).reduce(into: [:]) { holders, row in
                let name: String = try row.get("name")
                holders[String(name.dropFirst(Self.name("").count))] = Holder(
                    owner: try row.get("owner"), beat: try row.get("fence"))
            }
        }
    }

    /// Gives the name up at once, so that a restart need not wait.
    func release(_ instance: String, owner: String) async throws {
        try await database.write { tx in
            try tx.execute(
                "UPDATE leases SET owner = '' WHERE name = \(Self.name(instance)) AND owner = \(owner)")
        }
    }

    private static func name(_ instance: String) -> String { "instance \(instance)" }
}
