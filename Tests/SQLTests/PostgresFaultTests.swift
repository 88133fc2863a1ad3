import Foundation
import SQL
import TestSupport
import Testing

@Suite struct PostgresFaultTests {
    static func withEntries<T>(_ body: (TestDatabase) async throws -> T) async throws -> T {
        try await Backend.postgres.withDatabase { test in
            try await test.database.write { try $0.execute("CREATE TABLE entries (id BIGINT PRIMARY KEY, n BIGINT)") }
            return try await body(test)
        }
    }

    static func insert(_ id: Int, into database: any SQLDatabase) async throws {
        try await database.write { try $0.execute("INSERT INTO entries (id, n) VALUES (\(id), 0)") }
    }

    static func ids(_ database: any SQLDatabase) async throws -> [Int] {
        try await database.read { try $0.query("SELECT id FROM entries ORDER BY id").map { try $0.get("id") } }
    }

    /// A database reached through a thief, on a server of our own.
    static func withThief(
        patience: Duration, _ body: (PostgresDatabase, ReplyThief, TestDatabase) async throws -> Void
    ) async throws {
        guard let socket = try PostgresServer.ofThisProcess().socket else { return }
        try await withEntries { test in
            let thief = try ReplyThief(server: socket)
            defer { thief.stop() }
            let name = try #require(test.location.split(separator: "=").last)
            let database = try await PostgresDatabase(
                conninfo:
                    "host=127.0.0.1 port=\(thief.port) user=songda dbname=\(name) sslmode=disable gssencmode=disable",
                poolSize: 2, patience: patience)
            // The writer's connection is made before the theft, so that its own COMMIT is the one that is stolen.
            try await insert(1, into: database)
            try await body(database, thief, test)
            await database.close()
        }
    }

    @Test func `F38: a COMMIT whose reply was lost is found to be there, and is not done twice`() async throws {
        try await Self.withThief(patience: .seconds(20)) { database, thief, test in
            thief.arm(.reply)
            let runs = Counter()
            try await database.write { transaction in
                runs.add()
                try transaction.execute("UPDATE entries SET n = n + 1 WHERE id = 1")
            }
            #expect(thief.thefts == 1)
            #expect(runs.value == 1)
            #expect(database.statistics.resolvedCommits == 1)
            let n = try await test.database.read { try $0.first("SELECT n FROM entries")?.get("n", as: Int.self) }
            #expect(n == 1)
        }
    }

    @Test func `F38: a queue waits for a server that is gone once, not once for each of its callers`() async throws {
        try await Self.withThief(patience: .seconds(2)) { database, thief, _ in
            #expect(database.statistics.unreachableSince == nil)
            thief.stop()
            let began = ContinuousClock.now
            let refused = await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<12 {
                    group.addTask {
                        do { return try await Self.ids(database).isEmpty } catch let error as SQLError {
                            return error.code == .connectionLost
                        } catch { return false }
                    }
                }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(refused == 12)
            #expect(ContinuousClock.now - began < .seconds(12), "twelve times two seconds would be the fault")
            #expect(database.statistics.unreachableSince != nil)
        }
    }

    @Test func `F38: who came late in an outage is not sent away with those who waited from its beginning`()
        async throws
    {
        guard let socket = try PostgresServer.ofThisProcess().socket else { return }
        try await Self.withEntries { test in
            let name = try #require(test.location.split(separator: "=").last)
            // The server is gone for whoever looks for it here, while the link is.
            let door = FileManager.default.temporaryDirectory.appendingPathComponent("door-\(name)").path
            let directory = (socket as NSString).deletingLastPathComponent
            try FileManager.default.createSymbolicLink(atPath: door, withDestinationPath: directory)
            defer { try? FileManager.default.removeItem(atPath: door) }  // a dangling link harms nobody
            let database = try await PostgresDatabase(
                conninfo: "host=\(door) user=songda dbname=\(name)", poolSize: 2, patience: .seconds(3))
            try await Self.insert(1, into: database)
            try FileManager.default.removeItem(atPath: door)
            try PostgresServer.ofThisProcess().execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '\(name)' AND pid <> pg_backend_pid()"
            )
            async let early: Void = Self.insert(2, into: database)
            try await Task.sleep(for: .milliseconds(1_500))
            async let late: Void = Self.insert(3, into: database)
            do {
                try await early
                Issue.record("nobody was told that the server stayed away")
            } catch let refusal as SQLError { #expect(refusal.code == .connectionLost) }
            #expect(database.statistics.unreachableSince != nil)
            try FileManager.default.createSymbolicLink(atPath: door, withDestinationPath: directory)
            try await late
            #expect(try await Self.ids(database) == [1, 3])
            #expect(database.statistics.unreachableSince == nil)
            await database.close()
        }
    }

    @Test func `F38: a COMMIT that never reached the server is found missing, and is done again`() async throws {
        try await Self.withThief(patience: .seconds(20)) { database, thief, test in
            thief.arm(.commit)
            let runs = Counter()
            try await database.write { transaction in
                runs.add()
                try transaction.execute("UPDATE entries SET n = n + 1 WHERE id = 1")
            }
            #expect(thief.thefts == 1)
            #expect(runs.value == 2)
            let n = try await test.database.read { try $0.first("SELECT n FROM entries")?.get("n", as: Int.self) }
            #expect(n == 1)
        }
    }

    @Test func `F38: a COMMIT that nobody can tell of is called ambiguous`() async throws {
        try await Self.withThief(patience: .milliseconds(300)) { database, thief, test in
            thief.arm(.replyAndServer)
            let failure = await #expect(throws: SQLError.self) { try await Self.insert(2, into: database) }
            #expect(failure?.code == .ambiguousCommit)
            let ids = try await Self.ids(test.database)
            #expect(ids == [1, 2], "it was committed, and we did not claim otherwise")
        }
    }

    @Test func `F38: sessions that are killed again and again lose and double nothing`() async throws {
        try await Self.withEntries { test in
            let database = test.database
            let killer = try await test.reopen()
            let isOver = Counter()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    while isOver.value == 0 {
                        _ = try await killer.read { transaction in
                            try transaction.query(
                                """
                                SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                                WHERE datname = current_database() AND query LIKE '%entries%' AND pid <> pg_backend_pid()
                                """)
                        }
                        try await Task.sleep(for: .milliseconds(60))
                    }
                }
                try await withThrowingTaskGroup(of: Void.self) { writers in
                    for id in 1...150 {
                        writers.addTask {
                            try await Self.insert(id, into: database)
                            try await database.write { try $0.execute("UPDATE entries SET n = n + 1 WHERE id = \(id)") }
                        }
                        if id % 20 == 0 { try await Task.sleep(for: .milliseconds(25)) }
                    }
                    try await writers.waitForAll()
                }
                isOver.add()
                try await group.waitForAll()
            }
            let rows = try await database.read { try $0.query("SELECT id, n FROM entries ORDER BY id") }
            #expect(try rows.map { try $0.get("id", as: Int.self) } == Array(1...150))
            #expect(try rows.allSatisfy { try $0.get("n", as: Int.self) == 1 })
            #expect(database.statistics.retries > 0, "the killer hit nothing, so this proves nothing")
            await killer.close()
        }
    }

    @Test func `a race between two programs is run again until both have counted`() async throws {
        try await Self.withEntries { test in
            let twin = try await test.reopen()
            try await Self.insert(1, into: test.database)
            // Group commit makes collisions rare; the race is run until there was one.
            var counted = 0
            while test.database.statistics.retries + twin.statistics.retries == 0, counted < 4_000 {
                try await Self.count(40, in: [test.database, twin])
                counted += 80
            }
            let n = try await twin.read { try $0.first("SELECT n FROM entries")?.get("n", as: Int.self) }
            #expect(n == counted)
            #expect(test.database.statistics.retries + twin.statistics.retries > 0)
            await twin.close()
        }
    }

    /// Adds one `times` times in each database, all at once.
    private static func count(_ times: Int, in databases: [any SQLDatabase]) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for database in databases {
                for _ in 1...times {
                    group.addTask {
                        try await database.write { transaction in
                            // Read, then write: only SERIALIZABLE and running again make this right.
                            let n: Int = try transaction.first("SELECT n FROM entries WHERE id = 1")?.get("n") ?? 0
                            try transaction.execute("UPDATE entries SET n = \(n + 1) WHERE id = 1")
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    @Test func `a key that another program wrote after our snapshot is seen before it is judged`() async throws {
        struct IsThere: Error {}
        try await Self.withEntries { test in
            let twin = try await test.reopen()
            let (runs, hasLooked, isWritten) = (Counter(), Gate(), Gate())
            let late = Task {
                try await test.database.write { transaction in
                    runs.add()
                    let known = try transaction.first("SELECT n FROM entries WHERE id = 7")
                    hasLooked.open()
                    isWritten.wait()
                    guard known == nil else { throw IsThere() }
                    try transaction.execute("INSERT INTO entries (id, n) VALUES (7, 2)")
                }
            }
            await Task.detached { hasLooked.wait() }.value
            try await Self.insert(7, into: twin)
            isWritten.open()
            await #expect(throws: IsThere.self) { try await late.value }
            #expect(runs.value == 2)
            // What is a duplicate in every snapshot stays one, after a second look and no third.
            await #expect(throws: SQLError(.uniqueViolation("entries.id"), "")) {
                try await test.database.write { transaction in
                    runs.add()
                    try transaction.execute("INSERT INTO entries (id, n) VALUES (7, 3)")
                }
            }
            #expect(runs.value == 4)
            await twin.close()
        }
    }

    @Test func `a deadlock (40P01) is run again and both sides win`() async throws {
        try await Self.withEntries { test in
            let twin = try await test.reopen()
            for id in 1...2 { try await Self.insert(id, into: test.database) }
            let arrived = Counter()
            @Sendable func lockBoth(_ first: Int, _ second: Int) -> @Sendable (any SQLTransaction) throws -> Void {
                { transaction in
                    try transaction.query("SELECT id FROM entries WHERE id = \(first) FOR UPDATE")
                    arrived.add()
                    // Both hold one row before either asks for the other's; the second run finds the count high already.
                    while arrived.value < 2 { sched_yield() }
                    try transaction.execute("UPDATE entries SET n = n + 1 WHERE id IN (\(first), \(second))")
                }
            }
            async let one: Void = test.database.write(lockBoth(1, 2))
            async let two: Void = twin.write(lockBoth(2, 1))
            _ = try await (one, two)
            let sum = try await twin.read { try $0.first("SELECT sum(n) AS n FROM entries")?.get("n", as: Int.self) }
            #expect(sum == 4)
            #expect(test.database.statistics.retries + twin.statistics.retries > 0)
            await twin.close()
        }
    }

    @Test func `F41: a commit that did not wait for its standby is called ambiguous`() async throws {
        let server = try PostgresServer(settings: ["synchronous_standby_names = ''"])
        let location = try server.createDatabase()
        let database = try await PostgresDatabase(conninfo: location, poolSize: 2, patience: .seconds(10))
        try await database.write { try $0.execute("CREATE TABLE entries (id BIGINT PRIMARY KEY, n BIGINT)") }
        try server.execute("ALTER SYSTEM SET synchronous_standby_names = 'nowhere'")
        try server.execute("SELECT pg_reload_conf()")
        // The server's processes read it in their own time: until then a commit does not wait.
        @Sendable func insertUntilRefused() async -> SQLError? {
            for id in 1..<10_000 {
                do { try await Self.insert(id, into: database) } catch { return error as? SQLError }
            }
            return nil
        }
        async let refused = insertUntilRefused()
        // Cancelled by hand, as an operator would whose standby is gone.
        let cancel = """
            DO $$ BEGIN FOR i IN 1..24000 LOOP
              PERFORM pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep';
              EXIT WHEN FOUND; PERFORM pg_sleep(0.005); PERFORM pg_stat_clear_snapshot(); END LOOP; END $$
            """
        try server.execute(cancel)
        let failure = await refused
        #expect(failure?.code == .ambiguousCommit)
        #expect(failure?.reason.contains("standby") == true)
        try server.execute("ALTER SYSTEM RESET synchronous_standby_names")
        try server.execute("SELECT pg_reload_conf()")
        await database.close()
    }

    @Test func `a server that reports commits too early is refused at the start`() async throws {
        let server = try PostgresServer(settings: ["fsync = off"])
        let refusal = await #expect(throws: SQLError.self) { try await PostgresDatabase(conninfo: server.conninfo) }
        #expect(refusal?.reason.contains("fsync is off") == true)
        let location = try PostgresServer.ofThisProcess().createDatabase()
        let careless = await #expect(throws: SQLError.self) {
            try await PostgresDatabase(conninfo: location + " options='-c synchronous_commit=off'")
        }
        #expect(careless?.reason.contains("synchronous_commit is off") == true)
    }

    @Test(arguments: [
        "host=127.0.0.1 port=1 user=x password=hunter2 dbname=d", "postgresql://x:hunter2@127.0.0.1:1/d",
        "password hunter2",
        "nonsense=hunter2",
    ])
    func `no error repeats the password`(conninfo: String) async throws {
        let failure = await #expect(throws: SQLError.self) {
            try await PostgresDatabase(conninfo: conninfo, patience: .milliseconds(10))
        }
        #expect(failure?.description.contains("hunter2") == false)
    }

    @Test func `the host that takes writes is found among several`() async throws {
        guard let socket = try PostgresServer.ofThisProcess().socket else { return }
        try await Self.withEntries { test in
            let directory = (socket as NSString).deletingLastPathComponent
            let name = try #require(test.location.split(separator: "=").last)
            let database = try await PostgresDatabase(
                conninfo:
                    "host=127.0.0.1,\(directory) port=1,5432 user=songda dbname=\(name) target_session_attrs=read-write"
            )
            try await Self.insert(1, into: database)
            await database.close()
        }
    }

    @Test func `a value that the server refuses is not repeated in the error`() async throws {
        try await Self.withEntries { test in
            let failure = await #expect(throws: SQLError.self) {
                try await test.database.read { try $0.query("SELECT CAST(\("hunter2") AS BIGINT) AS n") }
            }
            #expect(failure?.code == .invalidValue)
            #expect(failure?.description.contains("hunter2") == false)
        }
    }

    @Test func `a schema changed by another program does not break prepared statements`() async throws {
        try await Self.withEntries { test in
            let twin = try await test.reopen()
            try await Self.insert(1, into: test.database)
            let select: Query = "SELECT n FROM entries WHERE id = 1"
            let before = try await test.database.write { try $0.first(select)?.get("n", as: Int.self) }
            #expect(before == 0)
            try await twin.write { try $0.execute("ALTER TABLE entries ALTER COLUMN n TYPE TEXT") }
            for _ in 1...4 {
                let after = try await test.database.write { try $0.first(select)?.get("n", as: String.self) }
                #expect(after == "0")
            }
            await twin.close()
        }
    }
}
