import SQL
import Store

/// One database an engine with the product's schema, made at its first use, closed, and only ever copied.
actor MigratedDatabases {
    static let shared = MigratedDatabases()

    private var originals: [Backend: Task<String, any Error>] = [:]

    /// Where the one of an engine is.
    func original(_ backend: Backend) async throws -> String {
        if let known = originals[backend] { return try await known.value }
        // Tests that ask meanwhile wait for the same one.
        let making = Task {
            let test = try await backend.makeDatabase()
            _ = try await Migrator(Migrations.all).migrate(test.database)
            await test.database.close()
            return test.location
        }
        originals[backend] = making
        return try await making.value
    }
}
