/// Brings a database to the schema a program knows, forward only.
///
/// Each migration is one transaction, remembered in `songda_migrations` together with its text. Two programs may start at
/// once: the row is inserted first, and whoever comes second waits for it and then finds the work done.
public struct Migrator: Sendable {
    /// The migrations, in the order in which they run.
    public let migrations: [Migration]

    /// A migrator for these migrations, which are put in the order of their names.
    public init(_ migrations: [Migration]) {
        self.migrations = migrations.sorted { $0.name < $1.name }
        precondition(Set(migrations.map(\.name)).count == migrations.count, "two migrations have the same name")
    }

    /// Runs what is missing and returns the names of what was run.
    ///
    /// Refuses, before anything is changed, a database that knows migrations this program does not (`.tooNew`), one that ran
    /// another text under the same name, and one that is past a migration it never ran.
    public func migrate(_ database: any SQLDatabase) async throws -> [String] {
        try await prepareTable(database)
        let pending = try await pending(database)
        var applied: [String] = []
        for migration in pending {
            let didRun = try await database.write { transaction in try run(migration, in: transaction) }
            if didRun { applied.append(migration.name) }
        }
        if !applied.isEmpty, database.dialect == .sqlite {
            // The connection that wrote the schema holds every page of it in memory, and will hardly want one of them again.
            _ = try await database.write { transaction in try transaction.execute("PRAGMA shrink_memory") }
        }
        return applied
    }

    /// The names of the migrations that `migrate` would run; changes nothing.
    public func unapplied(_ database: any SQLDatabase) async throws -> [String] {
        let exists = try await database.read { transaction in try tableExists(transaction) }
        return exists ? try await pending(database).map(\.name) : migrations.map(\.name)
    }

    private func pending(_ database: any SQLDatabase) async throws -> [Migration] {
        let done = try await database.read { transaction in
            try transaction.query("SELECT name, statements FROM songda_migrations ORDER BY name").map { row in
                try (name: row.get("name", as: String.self), text: row.get("statements", as: String.self))
            }
        }
        let known = Dictionary(uniqueKeysWithValues: migrations.map { ($0.name, $0) })
        let unknown = done.map(\.name).filter { known[$0] == nil }
        guard unknown.isEmpty else {
            throw SQLError(
                .tooNew,
                "the database is newer than the program: it has run \(unknown.joined(separator: ", ")), which this program "
                    + "does not know; start the newer program, or restore a backup made before it")
        }
        for entry in done {
            guard let migration = known[entry.name], entry.text != fingerprint(migration, database.dialect) else {
                continue
            }
            throw SQLError(
                .other,
                "migration \(entry.name) was changed after it had been run on this database; a released migration is frozen: "
                    + "restore its text and put the change into a new one")
        }
        let names = Set(done.map(\.name))
        let pending = migrations.filter { !names.contains($0.name) }
        if let first = pending.first, let last = done.last, first.name < last.name {
            throw SQLError(
                .other,
                "migration \(first.name) has never run, but the later \(last.name) has; give it a number after \(last.name)"
            )
        }
        return pending
    }

    private func run(_ migration: Migration, in transaction: any SQLTransaction) throws -> Bool {
        let text = fingerprint(migration, transaction.dialect)
        // The row first: it is the lock against a second program that migrates at the same moment.
        let inserted = try transaction.execute(
            """
            INSERT INTO songda_migrations (name, statements) VALUES (\(migration.name), \(text))
            ON CONFLICT (name) DO NOTHING
            """)
        guard inserted == 1 else { return false }
        for statement in migration.statements(for: transaction.dialect) {
            do {
                try transaction.execute(Query(stringLiteral: statement))
            } catch {
                throw SQLError(error.code, "migration \(migration.name): \(error.reason)", statement: error.statement)
            }
        }
        return true
    }

    private func prepareTable(_ database: any SQLDatabase) async throws {
        if try await database.read({ transaction in try tableExists(transaction) }) { return }
        do {
            try await database.write { transaction in
                try transaction.execute(
                    "CREATE TABLE IF NOT EXISTS songda_migrations (name TEXT PRIMARY KEY NOT NULL, statements TEXT NOT NULL)"
                )
            }
        } catch let error as SQLError where error.isUniqueViolation {
            // PostgreSQL's IF NOT EXISTS loses a race with a twin this way; the twin has made the table.
            return
        }
    }

    private func tableExists(_ transaction: any SQLTransaction) throws(SQLError) -> Bool {
        switch transaction.dialect {
        case .sqlite:
            try transaction.first("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'songda_migrations'")
                != nil
        case .postgres:
            try transaction.first(
                "SELECT 1 FROM pg_catalog.pg_tables WHERE schemaname = current_schema() AND tablename = 'songda_migrations'"
            ) != nil
        }
    }

    /// What is remembered of a migration: the text itself, so that a difference can be shown and not just suspected.
    private func fingerprint(_ migration: Migration, _ dialect: SQLDialect) -> String {
        migration.statements(for: dialect).joined(separator: ";\n")
    }
}
