import Foundation
import TestSupport
import Testing

@testable import SQL

/// A synchronous standby that keeps the log of a server and nothing else: PostgreSQL's own `pg_receivewal`.
private struct WALKeeper {
    private let process = Process()
    private let directory: String

    init(_ server: PostgresServer) throws {
        directory = try TemporaryDirectory.make("songda-wal")
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [
            "pg_receivewal", "--synchronous", "-D", directory, "-d", server.conninfo + " application_name=keeper",
        ]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
    }

    func stop() {
        // A child of one of our threads has inherited that thread's mask, which blocks SIGTERM.
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        try? FileManager.default.removeItem(atPath: directory)
    }
}

/// What is promised where a commit must be on two disks before anybody is told of it.
struct StandbyTests {
    @Test func `F40: where a standby is demanded, a server that waits for none gets nothing to write`() async throws {
        let server = try PostgresServer(settings: ["synchronous_standby_names = 'keeper'"])
        let keeper = try WALKeeper(server)
        defer { keeper.stop() }
        let location = try server.createDatabase()
        let database = try await PostgresDatabase(conninfo: location, poolSize: 2, needsStandby: true)
        try await database.write { try $0.execute("CREATE TABLE entries (id BIGINT PRIMARY KEY, n BIGINT)") }
        try await PostgresFaultTests.insert(1, into: database)
        func setStandbys(_ names: String) throws {
            try server.execute("ALTER SYSTEM SET synchronous_standby_names = '\(names)'")
            try server.execute("SELECT pg_reload_conf()")
        }
        // What a cluster manager does that prefers going on to keeping its word.
        try setStandbys("")
        // Each session reads its configuration again in its own time; until then it still waits for the keeper.
        var (next, refusal) = (2, SQLError?.none)
        while refusal == nil, next < 1_000 {
            do { try await PostgresFaultTests.insert(next, into: database) } catch { refusal = error as? SQLError }
            next += 1
        }
        #expect(
            refusal?.reason == PostgresTarget.noStandby.reason,
            "\(refusal.map(String.init(describing:)) ?? "all was written")")
        let count: Int? = try await database.read { try $0.first("SELECT count(*) AS n FROM entries")?.get("n") }
        #expect(count == next - 2, "what was refused is not there")
        let atStart = await #expect(throws: SQLError.self) {
            try await PostgresDatabase(conninfo: location, needsStandby: true)
        }
        #expect(atStart?.reason == PostgresTarget.noStandby.reason)
        try setStandbys("keeper")
        // The same again: a connection may be made before the server knows of its standby.
        var careless: SQLError?
        repeat {
            careless = await #expect(throws: SQLError.self) {
                try await PostgresDatabase(
                    conninfo: location + " options='-c synchronous_commit=local'", needsStandby: true)
            }
        } while careless?.reason == PostgresTarget.noStandby.reason
        #expect(careless?.reason.contains("synchronous_commit = local") == true)
        await database.close()
    }
}
