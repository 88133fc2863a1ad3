import TestSupport
import Testing

@testable import SQL

@Suite struct ValueRowsTests {
    static func rows(_ count: Int, width: Int = 3) -> ValueRows {
        var rows = ValueRows(width: width)
        for row in 0..<count { rows.append((0..<width).map { .integer(Int64(row * width + $0)) }) }
        return rows
    }

    @Test func `rows are written out with a place for each value`() {
        let query: Query = "INSERT INTO t (a, b, c) VALUES \(rows: Self.rows(2)) ON CONFLICT (a) DO UPDATE SET b = \(9)"
        #expect(
            query.text
                == "INSERT INTO t (a, b, c) VALUES ($1,$2,$3),($4,$5,$6) ON CONFLICT (a) DO UPDATE SET b = $7")
        #expect(query.values == (0..<6).map { .integer($0) } + [.integer(9)])
        #expect(query.shape.blocks.map { [$0.start, $0.count, $0.width] } == [[0, 6, 3]])
        let one: Query = "VALUES \(rows: ValueRows([.null, .text("a")]))"
        #expect(one.text == "VALUES ($1,$2)")
    }

    @Test func `rows behind other values know where they begin`() {
        let query: Query = "WITH x AS (SELECT \(1) IN \(list: [1, 2])) VALUES \(rows: Self.rows(2, width: 2)), (\(5))"
        #expect(query.shape.blocks.map { [$0.start, $0.count, $0.width] } == [[3, 4, 2]])
    }

    @Test(arguments: [0, 1, 2, 3, 63, 64, 65, 127, 128, 200, 1_000])
    func `portions hold every row once and in order, and need only a few texts`(count: Int) {
        let portions = Self.rows(count).portions
        #expect(portions.flatMap(\.values) == Self.rows(count).values)
        #expect(portions.allSatisfy { $0.count & ($0.count - 1) == 0 && $0.count <= ValueRows.mostInStatement })
        #expect(portions.count <= count / ValueRows.mostInStatement + 6)
        #expect(Self.rows(count).statements { "VALUES \(rows: $0)" }.count == portions.count)
    }

    @Test(arguments: [1, 8, 10, 100, 256, 257, 512, 600])
    func `a portion has no more values than the drivers keep prepared, unless one row alone does`(width: Int) {
        let portions = Self.rows(70, width: width).portions
        #expect(portions.reduce(0) { $0 + $1.count } == 70)
        #expect(portions.allSatisfy { $0.count == 1 || $0.values.count <= StatementRules.mostKeptValues })
        // Twice as many would be too many.
        let first = portions[0].count
        #expect(first == ValueRows.mostInStatement || 2 * first * width > StatementRules.mostKeptValues)
    }

    @Test(arguments: Backend.allCases)
    func `many rows arrive as they were given, with every class of value and NULL in any row`(backend: Backend)
        async throws
    {
        var rows = ValueRows(width: 5)
        for id in 0..<300 {
            rows.append([
                id.sqlValue, id % 3 == 0 ? .null : .integer(Int64(id) << 40),
                id % 5 == 0 ? .null : .real(Double(id) / 4),
                id % 7 == 0 ? .null : .text("名\(id) $1 ?2 '"), id % 2 == 0 ? .null : .blob([0, UInt8(id % 256)]),
            ])
        }
        let inserts = rows.statements { "INSERT INTO samples (id, i, r, t, b) VALUES \(rows: $0)" }
        try await BindingTests.withTable(backend) { database in
            let counts = try await database.write { try $0.executeBatch(inserts) }
            #expect(counts == rows.portions.map(\.count))
            let found = try await database.read { try $0.query("SELECT id, i, r, t, b FROM samples ORDER BY id") }
            #expect(found.count == 300)
            for (id, row) in found.enumerated() {
                #expect(try row.get("id") == id)
                #expect(try row.get("i", as: Int64?.self) == (id % 3 == 0 ? nil : Int64(id) << 40))
                #expect(try row.get("r", as: Double?.self) == (id % 5 == 0 ? nil : Double(id) / 4))
                #expect(try row.get("t", as: String?.self) == (id % 7 == 0 ? nil : "名\(id) $1 ?2 '"))
                #expect(try row.get("b", as: [UInt8]?.self) == (id % 2 == 0 ? nil : [0, UInt8(id % 256)]))
            }
        }
    }

    @Test(arguments: Backend.allCases)
    func `a row that breaks a rule undoes the rows beside it and the whole transaction`(backend: Backend) async throws {
        try await BindingTests.withTable(backend) { database in
            var rows = ValueRows(width: 2)
            for id in (0..<100).map({ $0 == 90 ? 3 : $0 }) { rows.append([id.sqlValue, .text("a")]) }
            let inserts = rows.statements { "INSERT INTO samples (id, t) VALUES \(rows: $0)" }
            let error = await #expect(throws: SQLError.self) {
                try await database.write { try $0.executeBatch(inserts) }
            }
            #expect(error?.isUniqueViolation == true)
            let left: Int? = try await database.read { try $0.first("SELECT count(*) AS n FROM samples")?.get("n") }
            #expect(left == 0)
        }
    }

    @Test func `what a statement of many rows notes to be undone stays in memory from the next transaction on`()
        async throws
    {
        try await BindingTests.withTable(.sqlite) { database in
            func place() async throws -> Int? {
                try await database.write { try $0.first("PRAGMA temp_store")?.get("temp_store") }
            }
            try await database.write {
                try $0.execute("INSERT INTO samples (id) VALUES \(rows: ValueRows([.integer(1)]))")
            }
            #expect(try await place() == 0)
            let many = Self.rows(2).statements {
                "INSERT INTO samples (id, i, r) VALUES \(rows: $0) ON CONFLICT DO NOTHING"
            }
            try await database.write { try $0.executeBatch(many) }
            #expect(try await place() == 2)
        }
    }

    @Test func `NULL takes the type of its column in other rows, so that one statement serves all patterns`() {
        let values: [SQLValue] = [
            .text("a"), .integer(1), .null, .null, .integer(2), .null, .text("c"), .null, .null, .null,
        ]
        let types = PostgresParameters(values, blocks: [(start: 0, count: 9, width: 3)]).types
        let (text, number, unknown) = (PostgresType.text, PostgresType.int8, PostgresType.unknown)
        #expect(types == [text, number, unknown, text, number, unknown, text, number, unknown, unknown])
        #expect(PostgresParameters(values).types[3] == unknown)
    }
}
