import Evidence
import Foundation
import Notices
import SQL

/// What the disk holds of notices that were sent once, accepted and read once.
struct FootprintLeg {
    static let evidence = "evidence, bytes a notice"
    static let body = "body on disk by body in clear"

    let directory: String
    let root: String
    let count: Int
    /// Of the mail sink.
    let port: Int

    func run() async throws -> Leg {
        let start = ContinuousClock.now
        let gateway = try await BenchGateway(directory: directory, root: root, port: port, connections: 16)
        try await gateway.addPeople(count)
        try await gateway.drainLog()
        let before = try await sizes(gateway)
        try await concurrently(count, width: 64) { try await gateway.issue($0, to: $0) }
        try await gateway.serveAll()
        let notices = try await gateway.notices()
        let clear = try await readAll(notices, gateway)
        try await gateway.drainLog()
        let after = try await sizes(gateway)
        let stored = try await storedBodies(gateway)
        let size = try await gateway.verifiedCheckpoint()?.size ?? 0
        var counted: [Int] = []
        for event in [EvidenceEvent.noticeIssued, .attemptStarted, .attemptAccepted, .contentOpened] {
            counted.append(try await gateway.logged(event, below: size))
        }
        try await gateway.close()
        let each = Double(max(1, notices.count))
        let evidence = after.evidence - before.evidence
        let rest = after.all - before.all - evidence - stored
        return Leg(
            seconds: (ContinuousClock.now - start).inSeconds, units: count,
            facts: [
                Self.evidence: (Double(evidence) / each).rounded(),
                Self.body: clear > 0 ? (Double(stored) / Double(clear)).rounded(to: 3) : 0,
                "entries a notice": (Double(size - before.entries) / each).rounded(to: 2),
                "body in clear, bytes": (Double(clear) / each).rounded(),
                "everything else, bytes a notice": (Double(rest) / each).rounded(),
            ],
            fault: counted.allSatisfy { $0 == count } && clear > 0
                ? nil : "of \(count) notices issued, begun, accepted and opened in the log: \(counted)")
    }

    /// Opens each notice as its person does; returns how many bytes their words have.
    private func readAll(_ notices: [NoticeID], _ gateway: BenchGateway) async throws -> Int {
        let desk = gateway.reading()
        var bytes = 0
        for notice in notices {
            for delivery in try await gateway.store.deliveries(of: notice) {
                _ = try await desk.open(delivery.id, person: delivery.person, by: .account, source: .inbox)
            }
            bytes += try await gateway.store.content(of: notice)?.count ?? 0
        }
        return bytes
    }

    /// What the words of all notices and their documents take as they are stored.
    private func storedBodies(_ gateway: BenchGateway) async throws -> Int {
        try await gateway.database.read { tx in
            try tx.first(
                """
                SELECT (SELECT coalesce(sum(length(content)), 0) FROM notices)
                    + (SELECT coalesce(sum(length(bytes)), 0) FROM documents) AS n
                """)?.get("n") ?? 0
        }
    }

    /// The pages of the log's tables with their indexes, those of all tables, and the entries so far.
    private func sizes(_ gateway: BenchGateway) async throws -> (evidence: Int, all: Int, entries: Int) {
        try await gateway.database.read { tx in
            func number(_ row: Row?) throws -> Int { try row?.get("n") ?? 0 }
            let evidence = try number(
                tx.first(
                    """
                    SELECT coalesce(sum(pgsize), 0) AS n FROM dbstat WHERE name IN (
                        SELECT name FROM sqlite_master
                        WHERE tbl_name IN ('evidence_entries', 'merkle_tiles', 'checkpoints', 'act_subjects'))
                    """))
            return (
                evidence, try number(tx.first("SELECT coalesce(sum(pgsize), 0) AS n FROM dbstat")),
                try number(tx.first("SELECT count(*) AS n FROM evidence_entries"))
            )
        }
    }
}
