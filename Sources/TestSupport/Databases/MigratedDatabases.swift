import SQL
import Store

/// One database an engine with the product's schema, made at its first use, closed, and only ever copied.
actor MigratedDatabases {
    static let shared = MigratedDatabases()

    private var originals: [Backend: String] = [:]
    private var underWay: Set<Backend> = []
    private var waiting: [CheckedContinuation<Void, Never>] = []

    /// Where the one of an engine is.
    func original(_ backend: Backend) async throws -> String {
        while true {
            if let known = originals[backend] { return known }
            guard underWay.contains(backend) else { return try await make(backend) }
            await withCheckedContinuation { waiting.append($0) }
        }
    }

    private func make(_ backend: Backend) async throws -> String {
        underWay.insert(backend)
        // After a fault the next one who waits tries again.
        defer {
            underWay.remove(backend)
            waiting.forEach { $0.resume() }
            waiting = []
        }
        let test = try await backend.makeDatabase()
        _ = try await Migrator(Migrations.all).migrate(test.database)
        await test.database.close()
        originals[backend] = test.location
        return test.location
    }
}
