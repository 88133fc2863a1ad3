import SQL
import TestSupport
import Testing

@Suite struct MigratorTests {
    static let first = Migration(
        name: "001-people",
        sqlite: [
            "CREATE TABLE people (id TEXT PRIMARY KEY NOT NULL, born INTEGER) STRICT",
            "CREATE INDEX people_by_age ON people (born)",
        ],
        postgres: [
            "CREATE TABLE people (id TEXT PRIMARY KEY NOT NULL, born BIGINT)",
            "CREATE INDEX people_by_age ON people (born)",
        ])
    static let second = Migration(name: "002-inbox", both: ["CREATE TABLE inbox (id TEXT PRIMARY KEY NOT NULL)"])

    @Test(arguments: Backend.allCases)
    func `migrations run once, in the order of their names`(backend: Backend) async throws {
        try await backend.withDatabase { test in
            let early = try await Migrator([Self.second, Self.first]).unapplied(test.database)
            #expect(early == ["001-people", "002-inbox"])
            let applied = try await Migrator([Self.second, Self.first]).migrate(test.database)
            #expect(applied == ["001-people", "002-inbox"])
            let again = try await Migrator([Self.first, Self.second]).migrate(test.database)
            #expect(again == [])
            try await test.database.write { try $0.execute("INSERT INTO people (id, born) VALUES ('a', 1)") }
        }
    }

    @Test(arguments: Backend.allCases)
    func `a released migration whose text changed is refused by name`(backend: Backend) async throws {
        try await backend.withDatabase { test in
            _ = try await Migrator([Self.second]).migrate(test.database)
            let edited = Migration(name: "002-inbox", both: ["CREATE TABLE inbox (id TEXT)"])
            let refusal = await #expect(throws: SQLError.self) { try await Migrator([edited]).migrate(test.database) }
            #expect(refusal?.reason.contains("migration 002-inbox was changed") == true)
        }
    }

    @Test(arguments: Backend.allCases)
    func `a database newer than the program is refused before anything changes`(backend: Backend) async throws {
        try await backend.withDatabase { test in
            _ = try await Migrator([Self.first, Self.second]).migrate(test.database)
            let refusal = await #expect(throws: SQLError.self) {
                try await Migrator([Self.first]).migrate(test.database)
            }
            #expect(refusal?.code == .tooNew)
            #expect(refusal?.reason.contains("newer than the program") == true)
            #expect(refusal?.reason.contains("002-inbox") == true)
        }
    }

    @Test(arguments: Backend.allCases)
    func `a migration that would run after a later one is refused`(backend: Backend) async throws {
        try await backend.withDatabase { test in
            _ = try await Migrator([Self.second]).migrate(test.database)
            await #expect(throws: SQLError(.other, "")) {
                try await Migrator([Self.first, Self.second]).migrate(test.database)
            }
        }
    }

    @Test(arguments: Backend.allCases)
    func `a migration that fails leaves nothing, and runs when it is mended`(backend: Backend) async throws {
        try await backend.withDatabase { test in
            let broken = Migration(
                name: "002-inbox",
                both: ["CREATE TABLE inbox (id TEXT PRIMARY KEY NOT NULL)", "CREATE TABEL oops (id TEXT)"])
            let failure = await #expect(throws: SQLError.self) {
                try await Migrator([Self.first, broken]).migrate(test.database)
            }
            #expect(failure?.reason.hasPrefix("migration 002-inbox: ") == true)
            let applied = try await Migrator([Self.first, Self.second]).migrate(test.database)
            #expect(applied == ["002-inbox"])
        }
    }

    @Test func `two programs that migrate at once do it once`() async throws {
        try await Backend.postgres.withDatabase { test in
            let twin = try await test.reopen()
            let migrator = Migrator([Self.first, Self.second])
            async let one = migrator.migrate(test.database)
            async let two = migrator.migrate(twin)
            let names = try await (one + two).sorted()
            #expect(names == ["001-people", "002-inbox"])
            await twin.close()
        }
    }
}
