import SQL
import TestSupport
import Testing

@Suite struct BindingTests {
    static func withTable<T>(_ backend: Backend, _ body: (any SQLDatabase) async throws -> T) async throws -> T {
        try await backend.withDatabase { test in
            try await test.database.write { transaction in
                let blob = transaction.dialect == .sqlite ? "BLOB" : "BYTEA"
                let real = transaction.dialect == .sqlite ? "REAL" : "DOUBLE PRECISION"
                let integer = transaction.dialect == .sqlite ? "INTEGER" : "BIGINT"
                let strict = transaction.dialect == .sqlite ? "STRICT" : ""
                try transaction.execute(
                    Query(
                        stringLiteral:
                            "CREATE TABLE samples (id \(integer) PRIMARY KEY, i \(integer), r \(real), t TEXT, b \(blob)) \(strict)"
                    ))
            }
            return try await body(test.database)
        }
    }

    @Test(arguments: Backend.allCases)
    func `every class of value comes back as it went`(backend: Backend) async throws {
        let text = "送达 '\"\\ $1 ?2 \u{1F600} e\u{301}\r\n"
        let bytes = (0...255).map { UInt8($0) } + [0, 0]
        try await Self.withTable(backend) { database in
            try await database.write { transaction in
                try transaction.execute(
                    "INSERT INTO samples (id, i, r, t, b) VALUES (\(1), \(Int64.min), \(0.1), \(text), \(bytes))")
                try transaction.execute(
                    "INSERT INTO samples (id, i, r, t, b) VALUES (\(2), \(nil as Int?), \(-Double.infinity), \(""), \([] as [UInt8]))"
                )
            }
            let rows = try await database.read { try $0.query("SELECT id, i, r, t, b FROM samples ORDER BY id") }
            #expect(rows.count == 2)
            #expect(try rows[0].get("i") == Int64.min)
            #expect(try rows[0].get("r") == 0.1)
            #expect(try rows[0].get("t") == text)
            #expect(try rows[0].get("b") == bytes)
            #expect(try rows[1].get("i", as: Int?.self) == nil)
            #expect(try rows[1].get("r") == -Double.infinity)
            #expect(try rows[1].get("t") == "")
            #expect(try rows[1].get("b") == [] as [UInt8])
            #expect(rows[0]["nothing"] == nil)
        }
    }

    @Test(arguments: Backend.allCases)
    func `a value that looks like SQL stays a value`(backend: Backend) async throws {
        let evil = "x'); DROP TABLE samples; --"
        try await Self.withTable(backend) { database in
            try await database.write { try $0.execute("INSERT INTO samples (id, t) VALUES (\(1), \(evil))") }
            let found = try await database.read { try $0.first("SELECT t FROM samples WHERE t = \(evil)") }
            #expect(try found?.get("t") == evil)
        }
    }

    @Test(arguments: Backend.allCases)
    func `a text with a NUL and a NaN are refused with a sentence`(backend: Backend) async throws {
        try await Self.withTable(backend) { database in
            let refusal = await #expect(throws: SQLError.self) {
                try await database.write { try $0.execute("INSERT INTO samples (id, t) VALUES (\(1), \("secret\0x"))") }
            }
            #expect(refusal?.code == .invalidValue)
            #expect(refusal?.reason.contains("NUL") == true)
            #expect(refusal?.description.contains("secret") == false)
            await #expect(throws: SQLError(.invalidValue, "")) {
                try await database.write { try $0.execute("INSERT INTO samples (id, r) VALUES (\(1), \(Double.nan))") }
            }
            let count = try await database.read {
                try $0.first("SELECT count(*) AS n FROM samples")?.get("n", as: Int.self)
            }
            #expect(count == 0)
        }
    }

    @Test(arguments: Backend.allCases)
    func `an instant in microseconds plus a number does not overflow`(backend: Backend) async throws {
        try await Self.withTable(backend) { database in
            let now: Int64 = 1_795_257_125_123_456
            let sum = try await database.read {
                try $0.first("SELECT \(now) + 5 AS later")?.get("later", as: Int64.self)
            }
            #expect(sum == now + 5)
        }
    }

    @Test(arguments: Backend.allCases)
    func `lists match their elements and an empty one nothing`(backend: Backend) async throws {
        try await Self.withTable(backend) { database in
            try await database.write { transaction in
                try transaction.executeBatch((1...200).map { "INSERT INTO samples (id, i) VALUES (\($0), \($0 % 7))" })
            }
            func count(_ ids: [Int]) async throws -> Int? {
                try await database.read { transaction in
                    try transaction.first("SELECT count(*) AS n FROM samples WHERE id IN \(list: ids)")?.get("n")
                }
            }
            #expect(try await count([3, 5, 900]) == 2)
            #expect(try await count(Array(1...150)) == 150)
            #expect(try await count([]) == 0)
        }
    }

    @Test(arguments: Backend.allCases)
    func `counts of changed rows are the statement's own`(backend: Backend) async throws {
        try await Self.withTable(backend) { database in
            let counts = try await database.write { transaction in
                let inserted = try transaction.executeBatch([
                    "INSERT INTO samples (id, i) VALUES (1, 1)", "INSERT INTO samples (id, i) VALUES (2, 1)",
                    "INSERT INTO samples (id, i) VALUES (2, 1) ON CONFLICT (id) DO NOTHING",
                    "UPDATE samples SET i = 2", "UPDATE samples SET i = 3 WHERE id = 99",
                ])
                let created = try transaction.execute("CREATE TABLE others (id TEXT PRIMARY KEY)")
                return inserted + [created]
            }
            #expect(counts == [1, 1, 0, 2, 0, 0])
            let returned = try await database.write { transaction in
                try transaction.query("UPDATE samples SET i = 9 WHERE id = 1 RETURNING id, i")
            }
            #expect(try returned.first?.get("i") == 9)
        }
    }

    @Test(arguments: Backend.allCases)
    func `reading a column as the wrong type names column and class`(backend: Backend) async throws {
        try await Self.withTable(backend) { database in
            try await database.write { try $0.execute("INSERT INTO samples (id, i, t) VALUES (1, 5, 'hidden')") }
            let row = try await database.read { try $0.first("SELECT i, t FROM samples") }
            let wrong = #expect(throws: SQLError.self) { try row?.get("t", as: Int.self) }
            #expect(wrong?.code == .decoding)
            #expect(wrong?.reason == "column t holds text, which cannot be read as Int")
            #expect(throws: SQLError(.decoding, "")) { try row?.get("i", as: Bool.self) }
            #expect(throws: SQLError(.decoding, "")) { try row?.get("zzz", as: Int.self) }
        }
    }

    @Test(arguments: Backend.allCases)
    func `closures cannot commit, and hand-written placeholders are refused`(backend: Backend) async throws {
        try await Self.withTable(backend) { database in
            for text in ["COMMIT", " /* x */ begin", "ROLLBACK; SELECT 1", "SELECT $1", ""] {
                await #expect(throws: SQLError(.other, ""), "\(text)") {
                    try await database.write { try $0.execute(Query(stringLiteral: text)) }
                }
            }
        }
    }

    @Test(arguments: Backend.allCases)
    func `a hand-written placeholder is refused even where its number is bound`(backend: Backend) async throws {
        try await Self.withTable(backend) { database in
            await #expect(throws: SQLError(.other, "")) {
                try await database.read { try $0.first("SELECT \("a") || $2 AS word, \("b") AS b") }
            }
            // In quotes and comments a dollar sign is only a dollar sign.
            let row = try await database.read { try $0.first("SELECT \("a") || '$2' AS word -- $3") }
            #expect(try row?.get("word") == "a$2")
        }
    }

    @Test(arguments: Backend.allCases)
    func `values keep their places through sums, fragments and long lists`(backend: Backend) async throws {
        try await Self.withTable(backend) { database in
            try await database.write { transaction in
                try transaction.executeBatch((1...40).map { "INSERT INTO samples (id, i) VALUES (\($0), \($0 * 2))" })
            }
            for count in [1, 7, 8, 9, 16, 17, 33] {
                let part: Query = "id IN \(list: 1...count)"
                let rows = try await database.read { transaction in
                    try transaction.query(
                        "SELECT id, \(7) AS seven FROM samples WHERE \(part) AND i > \(2)" + " LIMIT \(30)")
                }
                #expect(rows.count == min(30, count - 1))
                #expect(try rows.allSatisfy { try $0.get("seven") == 7 })
            }
        }
    }
}
