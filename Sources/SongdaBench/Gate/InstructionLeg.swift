import Evidence
import Notices

/// The whole way of some notices, one step after the other, for a tool that counts instructions.
///
/// No worker waits and no peer answers late, so that two runs do nearly the same: accepted one by one, sealed, handed to a
/// channel that takes everything at once, recorded and sequenced in batches.
struct InstructionLeg {
    private static let people = 50
    let directory: String
    let root: String
    let count: Int

    func run() async throws -> Leg {
        let gateway = try await BenchGateway(
            directory: directory, root: root, port: 1, connections: 1, other: NoOpChannel())
        try await gateway.addPeople(Self.people)
        let start = ContinuousClock.now
        for index in 0..<count {
            let claim = IdempotencyClaim(
                principal: "key-bench", key: "bench-\(index)",
                requestHash: SHA256.hash(Corpus.fields(index).canonicalBytes))
            try await gateway.issue(index, to: index % Self.people, idempotency: claim)
        }
        try await gateway.serveAll()
        let seconds = (ContinuousClock.now - start).inSeconds
        let size = try await gateway.verifiedCheckpoint()?.size ?? 0
        let accepted = try await gateway.logged(.attemptAccepted, below: size)
        try await gateway.close()
        return Leg(
            seconds: seconds, units: count,
            fault: accepted == count ? nil : "\(accepted) of \(count) accepted in the log")
    }
}
