import Evidence
import Foundation
import Notices

/// Acceptance without HTTP: 32 callers who each wait until their notice is durable.
struct AcceptanceLeg {
    static let callers = 32
    private static let principal = "key-bench"
    let directory: String
    let root: String
    let count: Int

    func run() async throws -> Leg {
        let people = min(count, 2_000)
        let gateway = try await BenchGateway(directory: directory, root: root, port: 1, connections: 1)
        try await gateway.addPeople(people)
        try await gateway.drainLog()
        let first = try await gateway.verifiedCheckpoint()?.size ?? 0
        let before = gateway.database.statistics
        try RawSQLite.emptyLog(of: directory + "/songda.db")
        let consumption = try Consumption.begin()
        let start = ContinuousClock.now
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await gateway.sequencer.run() }
            try await concurrently(count, width: Self.callers) { index in
                let claim = IdempotencyClaim(
                    principal: Self.principal, key: "bench-\(index)",
                    requestHash: SHA256.hash(Corpus.fields(index).canonicalBytes))
                try await gateway.issue(index, to: index % people, idempotency: claim)
            }
            group.cancelAll()
            while let result = await group.nextResult() {
                if case .failure(let error) = result, !(error is CancellationError) { throw error }
            }
        }
        let seconds = (ContinuousClock.now - start).inSeconds
        // What is in SQLite's log has yet to be written into its place, and is part of what this cost.
        try RawSQLite.emptyLog(of: directory + "/songda.db")
        var facts = try consumption.facts(units: count)
        let after = gateway.database.statistics
        try await gateway.drainLog()
        let size = try await gateway.verifiedCheckpoint()?.size ?? 0
        let issued = try await gateway.logged(.noticeIssued, from: first, below: size)
        let stored: Int = try await gateway.database.read { tx in
            try tx.first(
                """
                SELECT count(*) AS n FROM idempotency_keys k JOIN notices n ON n.id = k.notice
                WHERE k.principal = \(Self.principal)
                """)?.get("n") ?? 0
        }
        try await gateway.close()
        facts["commits"] = Double(after.groups - before.groups)
        facts["largest group"] = Double(after.largestGroup)
        return Leg(
            seconds: seconds, units: count, facts: facts,
            fault: issued == count && stored == count
                ? nil : "\(count) accepted, \(stored) stored, \(issued) in the log")
    }
}
