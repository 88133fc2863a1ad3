import Evidence
import SQL

/// Who serves under which instance name on this database.
///
/// Claims on notices and deliveries carry the name: two processes with one name would take each other's work for their own
/// and send it twice.
public struct InstanceLeases: Sendable {
    private let database: any SQLDatabase

    /// The leases of this database.
    public init(_ database: any SQLDatabase) { self.database = database }

    /// Takes the name, or renews it, until a moment.
    ///
    /// - Parameter replacing: a holder that is known to be gone, whose lease need not be waited for.
    /// - Returns: nil when `holder` has it now; otherwise who has it.
    public func take(
        _ instance: String, holder: String, replacing gone: String? = nil, until: Timestamp, now: Timestamp
    ) async throws -> String? {
        let name = Self.name(instance)
        return try await database.write { tx in
            try tx.execute(
                """
                INSERT INTO leases (name, owner, fence, held_until) VALUES (\(name), \(holder), 1, \(until))
                ON CONFLICT (name) DO UPDATE SET
                    fence = CASE WHEN leases.owner = excluded.owner THEN leases.fence ELSE leases.fence + 1 END,
                    owner = excluded.owner, held_until = excluded.held_until
                WHERE leases.owner = excluded.owner OR leases.owner = \(gone ?? holder) OR leases.held_until <= \(now)
                """)
            let owner: String? = try tx.first("SELECT owner FROM leases WHERE name = \(name)")?.get("owner")
            return owner == holder ? nil : owner
        }
    }

    /// Gives the name up at once, so that a restart need not wait.
    public func release(_ instance: String, holder: String, now: Timestamp) async throws {
        try await database.write { tx in
            try tx.execute(
                """
                UPDATE leases SET held_until = \(now) WHERE name = \(Self.name(instance)) AND owner = \(holder)
                """)
        }
    }

    private static func name(_ instance: String) -> String { "instance \(instance)" }
}
