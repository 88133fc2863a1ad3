import Foundation
import TestSupport
import Testing

@testable import SQL

/// A server that says nothing: busy, or standing still for ever.
struct SilenceTests {
    @Test func `a server that was stopped is given up, and what became of the commit is asked when it is back`()
        async throws
    {
        let server = try PostgresServer()
        let database = try await PostgresDatabase(
            conninfo: try server.createDatabase(), poolSize: 2, patience: .seconds(60))
        try await database.write { try $0.execute("CREATE TABLE entries (id BIGINT PRIMARY KEY, n BIGINT)") }
        try await PostgresFaultTests.insert(1, into: database)
        // Readers connect when they are first needed, and this is about connections that are there.
        let before: Int? = try await database.read { try $0.first("SELECT count(*) AS n FROM entries")?.get("n") }
        #expect(before == 1)
        let start = ContinuousClock.now
        try server.signal(SIGSTOP)
        // Whatever fails, nobody could stop a server that stands still.
        defer { try? server.signal(SIGCONT) }
        async let write: Void = PostgresFaultTests.insert(2, into: database)
        async let count: Int? = database.read { try $0.first("SELECT count(*) AS n FROM entries")?.get("n") }
        // Five seconds of silence, ten for the questions, five for a new connection; and a machine may be slow.
        while database.statistics.unreachableSince == nil, ContinuousClock.now < start + .seconds(40) {
            try await Task.sleep(for: .milliseconds(100))
        }
        #expect(database.statistics.unreachableSince != nil, "both connections still wait for the answer")
        try server.signal(SIGCONT)
        try await write
        #expect(try await [1, 2].contains(count))
        let after: Int? = try await database.read { try $0.first("SELECT count(*) AS n FROM entries")?.get("n") }
        #expect(after == 2)
        await database.close()
    }

    @Test func `a server is not asked any more once another was met that was elected later`() async throws {
        let location = try PostgresServer.ofThisProcess().createDatabase()
        let timelines = Timelines()
        #expect(timelines.isCurrent(1) && timelines.isCurrent(0))
        #expect(timelines.isCurrent(3))
        #expect(!timelines.isCurrent(2) && timelines.isCurrent(3) && timelines.isCurrent(0))
        let target = try PostgresTarget(conninfo: location, needsStandby: true).forReading
        let session = PostgresSession(target, patience: .zero, PostgresStatistics())
        let connection = try session.connection(until: .now)
        #expect(connection.timeline == 1)
        #expect(try session.connection(until: .now) === connection)
        #expect(target.timelines.isCurrent(2))
        #expect(throws: SQLError(.connectionLost, "")) { try session.connection(until: .now) }
    }

    @Test func `a statement that takes long is waited for while the server answers others`() async throws {
        let location = try PostgresServer.ofThisProcess().createDatabase()
        let database = try await PostgresDatabase(conninfo: location, poolSize: 2, patience: .seconds(1))
        // Longer than silence is taken for work.
        let answer: Int? = try await database.write { try $0.first("SELECT 1 AS n FROM pg_sleep(7)")?.get("n") }
        #expect(answer == 1)
        #expect(database.statistics.retries == 0)
        await database.close()
    }
}
