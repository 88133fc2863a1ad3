import SQL
import TestSupport
import Testing

@Suite struct GroupCommitTests {
    struct Changed: Error {}

    static func withEntries<T>(_ backend: Backend, _ body: (any SQLDatabase) async throws -> T) async throws -> T {
        try await backend.withDatabase { test in
            try await test.database.write { transaction in
                try transaction.execute("CREATE TABLE entries (id INTEGER PRIMARY KEY, word TEXT)")
                try transaction.execute("CREATE TABLE owners (id INTEGER PRIMARY KEY)")
                try transaction.execute(
                    """
                    CREATE TABLE deeds (
                        id INTEGER PRIMARY KEY, owner INTEGER REFERENCES owners (id) DEFERRABLE INITIALLY DEFERRED)
                    """)
            }
            return try await body(test.database)
        }
    }

    static func ids(_ database: any SQLDatabase, _ table: StaticString = "entries") async throws -> [Int] {
        try await database.read { transaction in
            try transaction.query("SELECT id FROM \(unsafe: table) ORDER BY id").map { try $0.get("id") }
        }
    }

    @Test(arguments: Backend.allCases)
    func `a thousand concurrent writes are all there and share few commits`(backend: Backend) async throws {
        try await Self.withEntries(backend) { database in
            let before = database.statistics
            try await withThrowingTaskGroup(of: Int.self) { group in
                for id in 1...1_000 {
                    group.addTask {
                        try await database.write { transaction in
                            try transaction.execute("INSERT INTO entries (id, word) VALUES (\(id), \("w\(id)"))")
                            return id
                        }
                    }
                }
                var answered: Set<Int> = []
                for try await id in group { answered.insert(id) }
                #expect(answered.count == 1_000)
            }
            let ids = try await Self.ids(database)
            #expect(ids == Array(1...1_000))
            let after = database.statistics
            #expect(after.writes - before.writes == 1_000)
            #expect(after.groups - before.groups < 500, "groups: \(after.groups - before.groups)")
            #expect(after.largestGroup > 1)
        }
    }

    /// Fills the queue behind a held writer, so that what follows is certain to be one group (or two, with two writers).
    static func together(
        _ database: any SQLDatabase, _ bodies: [@Sendable (any SQLTransaction) throws -> Void]
    ) async -> [Result<Void, any Error>] {
        let gates = (0..<2).map { _ in Gate() }
        let (started, signal) = AsyncStream.makeStream(of: Void.self)
        let writers = database.dialect == .sqlite ? 1 : 2
        return await withTaskGroup(of: (Int, Result<Void, any Error>).self) { group in
            var held = started.makeAsyncIterator()
            for gate in gates.prefix(writers) {
                group.addTask {
                    let result = await Result.catching {
                        try await database.write { transaction in
                            try transaction.query("SELECT 1")
                            signal.yield()
                            gate.wait()
                        }
                    }
                    return (-1, result)
                }
                _ = await held.next()
            }
            let arrived = Counter()
            for (position, body) in bodies.enumerated() {
                group.addTask {
                    arrived.add()
                    return (position, await Result.catching { try await database.write(body) })
                }
            }
            while arrived.value < bodies.count { await Task.yield() }
            // The last task may be between counting and queuing; a few turns of the scheduler let it through.
            for _ in 0..<1_000 { await Task.yield() }
            // One writer is let go and serves the crowd; the other waits until the crowd has been served.
            gates[0].open()
            var results = [Result<Void, any Error>](repeating: .success(()), count: bodies.count)
            var missing = bodies.count
            for await (position, result) in group {
                guard position >= 0 else { continue }
                results[position] = result
                missing -= 1
                if missing == 0 { gates[1].open() }
            }
            return results
        }
    }

    @Test(arguments: Backend.allCases)
    func `a closure that throws does not harm its neighbours`(backend: Backend) async throws {
        try await Self.withEntries(backend) { database in
            let bodies = (1...60).map { id -> @Sendable (any SQLTransaction) throws -> Void in
                { transaction in
                    try transaction.execute("INSERT INTO entries (id) VALUES (\(id))")
                    if id % 3 == 0 { throw Changed() }
                    // A statement that fails on the server, too.
                    if id % 3 == 1, id > 1 { try transaction.execute("INSERT INTO entries (id) VALUES (1)") }
                }
            }
            let results = await Self.together(database, bodies)
            for (offset, result) in results.enumerated() {
                let id = offset + 1
                switch (id % 3, result) {
                case (0, .failure(let error)): #expect(error is Changed)
                case (1, .failure(let error)) where id > 1:
                    #expect(error as? SQLError == SQLError(.uniqueViolation("entries.id"), ""))
                case (_, .success): #expect(id % 3 == 2 || id == 1)
                default: Issue.record("closure \(id): \(result)")
                }
            }
            let ids = try await Self.ids(database)
            #expect(ids == [1] + (1...60).filter { $0 % 3 == 2 })
            #expect(database.statistics.largestGroup > 5)
        }
    }

    @Test(arguments: Backend.allCases)
    func `a constraint that fails only at COMMIT costs its own closure alone`(backend: Backend) async throws {
        try await Self.withEntries(backend) { database in
            let bodies = (1...20).map { id -> @Sendable (any SQLTransaction) throws -> Void in
                { transaction in
                    try transaction.execute("INSERT INTO entries (id) VALUES (\(id))")
                    if id == 7 { try transaction.execute("INSERT INTO deeds (id, owner) VALUES (1, 404)") }
                }
            }
            let results = await Self.together(database, bodies)
            for (offset, result) in results.enumerated() {
                if offset == 6 {
                    #expect(throws: SQLError(.foreignKeyViolation, "")) { try result.get() }
                } else {
                    #expect(throws: Never.self) { try result.get() }
                }
            }
            let ids = try await Self.ids(database)
            #expect(ids == (1...20).filter { $0 != 7 })
        }
    }

    @Test(arguments: Backend.allCases)
    func `a lone write is a commit of its own`(backend: Backend) async throws {
        try await Self.withEntries(backend) { database in
            let before = database.statistics
            for id in 1...5 { try await database.write { try $0.execute("INSERT INTO entries (id) VALUES (\(id))") } }
            #expect(database.statistics.groups - before.groups == 5)
        }
    }

    @Test(arguments: Backend.allCases)
    func `a cancelled task can still record what it did`(backend: Backend) async throws {
        try await Self.withEntries(backend) { database in
            let task = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                try await database.write { try $0.execute("INSERT INTO entries (id) VALUES (1)") }
            }
            try await task.value
            let ids = try await Self.ids(database)
            #expect(ids == [1])
        }
    }

    @Test(arguments: Backend.allCases)
    func `what was answered is still there after reopening`(backend: Backend) async throws {
        try await backend.withDatabase { test in
            try await test.database.write { try $0.execute("CREATE TABLE entries (id INTEGER PRIMARY KEY)") }
            try await test.database.write { transaction in
                try transaction.executeBatch((1...3_000).map { "INSERT INTO entries (id) VALUES (\($0))" })
            }
            await test.database.close()
            let again = try await test.reopen()
            #expect(try await Self.ids(again).count == 3_000)
            await again.close()
        }
    }
}

extension Result where Failure == any Error, Success: Sendable {
    static func catching(_ body: () async throws -> Success) async -> Self {
        do { return .success(try await body()) } catch { return .failure(error) }
    }
}
