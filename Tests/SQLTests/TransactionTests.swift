import SQL
import TestSupport
import Testing

@Suite struct TransactionTests {
    struct Changed: Error {}

    static func withPeople<T>(_ backend: Backend, _ body: (any SQLDatabase) async throws -> T) async throws -> T {
        try await backend.withDatabase { test in
            try await test.database.write { transaction in
                try transaction.execute(
                    """
                    CREATE TABLE people (
                        id INTEGER PRIMARY KEY, company TEXT NOT NULL DEFAULT 'a', badge INTEGER CHECK (badge > 0),
                        UNIQUE (company, badge))
                    """)
                try transaction.execute(
                    """
                    CREATE TABLE notices (
                        id INTEGER PRIMARY KEY,
                        person INTEGER NOT NULL REFERENCES people (id) DEFERRABLE INITIALLY IMMEDIATE,
                        later INTEGER REFERENCES people (id) DEFERRABLE INITIALLY DEFERRED)
                    """)
            }
            return try await body(test.database)
        }
    }

    static func count(_ database: any SQLDatabase) async throws -> Int {
        try await database.read { try $0.first("SELECT count(*) AS n FROM people")?.get("n") ?? -1 }
    }

    @Test(arguments: Backend.allCases)
    func `violations have the same code on both engines`(backend: Backend) async throws {
        try await Self.withPeople(backend) { database in
            try await database.write { try $0.execute("INSERT INTO people (id, company, badge) VALUES (1, 'a', 7)") }
            let cases: [(Query, SQLError.Code)] = [
                ("INSERT INTO people (id) VALUES (1)", .uniqueViolation("people.id")),
                (
                    "INSERT INTO people (id, company, badge) VALUES (2, 'a', 7)",
                    .uniqueViolation("people.company, people.badge")
                ),
                ("INSERT INTO people (id, badge) VALUES (3, \(0))", .checkViolation),
                ("INSERT INTO people (id, company) VALUES (4, \(nil as String?))", .notNullViolation),
                ("INSERT INTO notices (id, person) VALUES (1, \(99))", .foreignKeyViolation),
                ("INSERT INTO notices (id, person, later) VALUES (1, 1, \(99))", .foreignKeyViolation),
            ]
            for (query, code) in cases {
                await #expect(throws: SQLError(code, ""), "\(query.text)") {
                    try await database.write { try $0.execute(query) }
                }
            }
            let count = try await Self.count(database)
            #expect(count == 1)
        }
    }

    @Test(arguments: Backend.allCases)
    func `a closure that throws leaves nothing and its error comes out unchanged`(backend: Backend) async throws {
        try await Self.withPeople(backend) { database in
            await #expect(throws: Changed.self) {
                try await database.write { transaction in
                    try transaction.execute("INSERT INTO people (id) VALUES (1)")
                    throw Changed()
                }
            }
            let count = try await Self.count(database)
            #expect(count == 0)
            #expect(database.statistics.rollbacks == 1)
        }
    }

    @Test(arguments: Backend.allCases)
    func `a swallowed failure still ends the transaction`(backend: Backend) async throws {
        try await Self.withPeople(backend) { database in
            try await database.write { try $0.execute("INSERT INTO people (id) VALUES (1)") }
            await #expect(throws: SQLError(.uniqueViolation("people.id"), "")) {
                try await database.write { transaction in
                    try transaction.execute("INSERT INTO people (id) VALUES (2)")
                    do { try transaction.execute("INSERT INTO people (id) VALUES (1)") } catch {}
                }
            }
            let count = try await Self.count(database)
            #expect(count == 1)
        }
    }

    @Test(arguments: Backend.allCases)
    func `an attempt that fails undoes itself alone`(backend: Backend) async throws {
        try await Self.withPeople(backend) { database in
            let caught = try await database.write { transaction -> Bool in
                try transaction.execute("INSERT INTO people (id) VALUES (1)")
                var caught = false
                do {
                    try transaction.attempt {
                        try transaction.execute("INSERT INTO people (id) VALUES (2)")
                        try transaction.attempt { try transaction.execute("INSERT INTO people (id) VALUES (3)") }
                        try transaction.execute("INSERT INTO people (id) VALUES (1)")
                    }
                } catch let error as SQLError where error.isUniqueViolation {
                    caught = true
                }
                try transaction.execute("INSERT INTO people (id) VALUES (4)")
                return caught
            }
            #expect(caught)
            let ids = try await database.read {
                try $0.query("SELECT id FROM people ORDER BY id").map { try $0.get("id", as: Int.self) }
            }
            #expect(ids == [1, 4])
        }
    }

    @Test(arguments: Backend.allCases)
    func `a reading closure cannot write`(backend: Backend) async throws {
        try await Self.withPeople(backend) { database in
            await #expect(throws: SQLError(.readOnly, "")) {
                try await database.read { try $0.execute("INSERT INTO people (id) VALUES (1)") }
            }
            let count = try await Self.count(database)
            #expect(count == 0)
        }
    }

    @Test(arguments: Backend.allCases)
    func `a read sees one snapshot while writes go on beside it`(backend: Backend) async throws {
        try await Self.withPeople(backend) { database in
            let (started, startedSignal) = AsyncStream.makeStream(of: Void.self)
            let gate = Gate()
            async let counts = database.read { transaction in
                let before: Int = try transaction.first("SELECT count(*) AS n FROM people")?.get("n") ?? -1
                startedSignal.yield()
                gate.wait()
                return try (before, transaction.first("SELECT count(*) AS n FROM people")?.get("n", as: Int.self))
            }
            for await _ in started { break }
            // The write finishes while the read is still open: neither waits for the other.
            try await database.write { try $0.execute("INSERT INTO people (id) VALUES (1)") }
            gate.open()
            let seen = try await counts
            #expect(seen.0 == 0 && seen.1 == 0)
            let count = try await Self.count(database)
            #expect(count == 1)
        }
    }

    @Test(arguments: Backend.allCases)
    func `after close everything is refused`(backend: Backend) async throws {
        try await Self.withPeople(backend) { database in
            await database.close()
            await database.close()
            await #expect(throws: SQLError(.closed, "")) { try await database.write { try $0.execute("SELECT 1") } }
            await #expect(throws: SQLError(.closed, "")) { try await database.read { try $0.execute("SELECT 1") } }
        }
    }
}
