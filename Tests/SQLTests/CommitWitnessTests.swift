import TestSupport
import Testing

@testable import SQL

/// What a writer is told of a COMMIT whose reply was lost, long after (F4, F38).
@Suite struct CommitWitnessTests {
    private static func withConnection(_ body: (PostgresConnection, TestDatabase) async throws -> Void) async throws {
        try await Backend.postgres.withDatabase { test in
            try await body(try PostgresConnection(PostgresTarget(conninfo: test.location)), test)
        }
    }

    @Test func `a process that was frozen for hours still learns that its COMMIT was written`() async throws {
        try await Self.withConnection { connection, _ in
            let witness = CommitWitness()
            _ = try connection.run(
                [PostgresConnection.Command(control: "BEGIN")] + witness.commands
                    + [PostgresConnection.Command(control: "COMMIT")])
            for (hours, isKept) in [(1, true), (30, true), (49, false)] {
                _ = try connection.run([
                    PostgresConnection.Command(
                        "UPDATE songda_commits SET committed_at = now() - make_interval(hours => \(hours)::int)")
                ])
                try CommitWitness.prune(connection)
                let rows = try connection.run([
                    PostgresConnection.Command("SELECT 1 FROM songda_commits WHERE id = \(witness.id)")
                ])
                #expect(rows[0].rows.isEmpty != isKept, "after \(hours) hours")
                if isKept { #expect(try witness.wasCommitted(on: connection)) }
            }
        }
    }

    @Test func `after a day a missing row is no answer`() {
        #expect(!CommitWitness().isForgotten)
        #expect(!CommitWitness(begunAt: .now.advanced(by: .seconds(-23 * 3600))).isForgotten)
        #expect(CommitWitness(begunAt: .now.advanced(by: .seconds(-25 * 3600))).isForgotten)
    }
}
