import SQL
import TestSupport
import Testing

@Suite struct PostgresPlanTests {
    /// One writer and one reader, and a queue in which nothing is due.
    private static func withQueue(_ body: (PostgresDatabase) async throws -> Void) async throws {
        try await Backend.postgres.withDatabase { test in
            let database = try await PostgresDatabase(conninfo: test.location, poolSize: 2)
            try await database.write { tx in
                try tx.execute(
                    "CREATE TABLE queue (id BIGINT PRIMARY KEY, channel TEXT NOT NULL, priority BIGINT NOT NULL, due_at BIGINT)"
                )
                try tx.execute(
                    "CREATE INDEX queue_due ON queue (channel, priority, due_at) WHERE due_at IS NOT NULL")
                try tx.execute("ANALYZE queue")
            }
            try await body(database)
            await database.close()
        }
    }

    /// What the session has read of the queue and not yet told to all: rows, and how often the whole of it.
    private static func read(_ tx: any SQLTransaction) throws -> (rows: Int, whole: Int) {
        let row = try tx.first(
            """
            SELECT CAST(seq_tup_read + idx_tup_fetch AS BIGINT) AS n, CAST(seq_scan AS BIGINT) AS whole
            FROM pg_stat_xact_user_tables WHERE relname = 'queue'
            """)
        return (try row?.get("n") ?? 0, try row?.get("whole") ?? 0)
    }

    /// How many rows were taken, and how many were read for that.
    @Sendable private static func take(_ tx: any SQLTransaction) throws -> (taken: Int, read: Int) {
        let now = 1_000_000
        let before = try read(tx).rows
        let taken = try tx.query(
            """
            SELECT id FROM queue WHERE channel IN \(list: ["mail"]) AND due_at <= \(now)
            ORDER BY priority, due_at LIMIT 10
            """)
        return (taken.count, try read(tx).rows - before)
    }

    @Test func `a plan that was kept from an empty queue does not read all of a long one`() async throws {
        try await Self.withQueue { database in
            // From the sixth time on a plan is made once for all values, and kept.
            for _ in 0..<8 {
                _ = try await database.write(Self.take)
                _ = try await database.read(Self.take)
            }
            try await database.write { tx in
                try tx.execute(
                    "INSERT INTO queue (id, channel, priority, due_at) SELECT n, 'mail', 1, n FROM generate_series(1, 5000) AS n"
                )
            }
            for (taken, read) in [try await database.write(Self.take), try await database.read(Self.take)] {
                #expect(taken == 10)
                #expect((10...100).contains(read), "\(read) of 5000 were read for ten")
            }
        }
    }

    /// Which plan a bitmap would win depends on statistics that a test cannot bring about at will.
    @Test func `no session takes bitmaps, which lose the order of an index`() async throws {
        try await Self.withQueue { database in
            for ask in [database.write, database.read] as [Ask] {
                let word = try await ask { tx in
                    try tx.first("SELECT current_setting('enable_bitmapscan') AS word")?.get("word") ?? ""
                }
                #expect(word == "off")
            }
        }
    }

    @Test func `rows that are changed by their keys leave the rest of the table to other writers`() async throws {
        try await Self.withQueue { database in
            try await database.write { tx in
                try tx.execute(
                    "INSERT INTO queue (id, channel, priority, due_at) SELECT n, 'mail', 1, n FROM generate_series(1, 500) AS n"
                )
                let before = try Self.read(tx).whole
                var rows = ValueRows(width: 2)
                for id in 1...32 { rows.append([id.sqlValue, (id + 7).sqlValue]) }
                try tx.executeBatch(
                    rows.statements {
                        "UPDATE queue SET due_at = v.column2 FROM (VALUES \(rows: $0)) AS v WHERE id = v.column1"
                    })
                #expect(try Self.read(tx).whole == before, "the table was read, and locked, as a whole")
            }
        }
    }

    @Test func `a statement that finds no index is not compiled for it`() async throws {
        try await Self.withQueue { database in
            for explain in [database.write, database.read] as [Ask] {
                let plan = try await explain { tx in
                    try tx.query("EXPLAIN (ANALYZE, TIMING OFF) SELECT count(*) FROM queue WHERE priority < 1")
                        .map { try $0.get("QUERY PLAN", as: String.self) }.joined(separator: "\n")
                }
                #expect(plan.contains("Aggregate") && !plan.contains("JIT"), "\(plan)")
            }
        }
    }

    private typealias Ask =
        @Sendable (@escaping @Sendable (any SQLTransaction) throws -> String) async throws -> String
}
