import Evidence
import Foundation
import Notices
import SQL
import Store

/// A store filled with notices before anything is measured, with its keys beside it.
struct PreloadLeg {
    /// The audit of the rows takes a while, and copies differ in names alone: a small store speaks for a large one.
    static let audited = 5_000

    let directory: String
    let root: String
    let count: Int
    let kind: Preloader.Kind

    func run() async throws -> Leg {
        _ = try LogKeys.make(in: directory)
        let gateway = try await BenchGateway(
            directory: directory, root: root, port: 1, connections: 1, other: NoOpChannel())
        let start = ContinuousClock.now
        try await Preloader(gateway: gateway, kind: kind).fill(count)
        let seconds = (ContinuousClock.now - start).inSeconds
        let fault = try await fault(gateway)
        let pages: Int = try await gateway.database.read { tx in
            try tx.first("SELECT page_count * page_size AS n FROM pragma_page_count, pragma_page_size")?.get("n") ?? 0
        }
        try await gateway.close()
        return Leg(
            seconds: seconds, units: count,
            facts: [
                "store MiB": (Double(pages) / 1_048_576).rounded(), "people": Double(Preloader.people(for: count)),
            ],
            fault: fault)
    }

    /// Whatever is otherwise than notices leave it that went the whole way.
    private func fault(_ gateway: BenchGateway) async throws -> String? {
        let size = try await gateway.verifiedCheckpoint()?.size ?? 0
        let wanted = kind == .served ? count : 0
        var counted: [Int] = []
        for event in [EvidenceEvent.noticeIssued, .documentSealed, .attemptStarted, .attemptAccepted] {
            counted.append(try await gateway.logged(event, below: size))
        }
        guard counted == [count, count, wanted, wanted] else {
            return "of \(count) notices issued, sealed, begun and accepted in the log: \(counted)"
        }
        guard count <= Self.audited else { return nil }
        let report = try await StateAuditor(gateway.store).audit()
        return report.findings.first.map { "\(report.findings.count) rows do not follow from the log: \($0)" }
    }
}
