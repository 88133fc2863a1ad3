import Evidence
import Foundation
import People

/// The import of a file of staff through the product's own desk, row by row, two parts in memory at a time.
struct RosterLeg {
    let directory: String
    let root: String
    let count: Int
    let file: String

    func run() async throws -> Leg {
        let gateway = try await BenchGateway(directory: directory, root: root, port: 1, connections: 1)
        let desk = try gateway.people()
        try await gateway.addUnits(desk)
        let idle = try Memory.mark()
        let before = gateway.database.statistics
        let processor = ProcessorTime.seconds
        let start = ContinuousClock.now
        let done = try await Self.run(desk.roster, file)
        let seconds = (ContinuousClock.now - start).inSeconds
        let perUnit = ProcessorTime.microseconds(since: processor, units: count)
        let memory = try Memory.peak() - idle
        let commits = gateway.database.statistics.groups - before.groups
        let fault = try await fault(done, desk.roster, gateway)
        try await gateway.close()
        return Leg(
            seconds: seconds, units: count,
            facts: [
                "commits": Double(commits), "CPU µs each": perUnit, "memory over idle MiB": memory.rounded(to: 1),
                "idle MiB": idle.rounded(to: 1),
            ], fault: fault)
    }

    /// The whole file through the desk; `.eachRow` takes the right rows.
    static func run(_ desk: RosterDesk, _ file: String) async throws -> RosterImport {
        let begun = try await desk.beginImport("staff.csv", mode: .eachRow, by: .bench)
        var parts = try FileInParts(file)
        return try await desk.takeAll(of: begun.id, by: .bench) { try parts.next() }
    }

    /// Whatever the roster, the report and the log hold otherwise than the file says.
    private func fault(
        _ done: RosterImport, _ desk: RosterDesk, _ gateway: BenchGateway
    ) async throws -> String? {
        let staff = StaffFile(count: count)
        guard done.state == .done, done.added == staff.sound, done.faulty == count - staff.sound else {
            return "\(done.state): \(done.added) added and \(done.faulty) refused of \(count)"
        }
        var reported: [String] = []
        var line = 0
        while true {
            let page = try await desk.faults(of: done.id, afterLine: line, limit: 1_000, by: .bench)
            guard let last = page.last else { break }
            reported += page.map { "\($0.line) \($0.column)" }
            line = last.line
        }
        if reported != staff.flaws { return "\(reported.count) faults reported, \(staff.flaws.count) were made" }
        try await gateway.drainLog()
        let size = try await gateway.verifiedCheckpoint()?.size ?? 0
        let (rows, logged): (Int, Int) = try await gateway.database.read { tx in
            let rows: Int? = try tx.first("SELECT count(*) AS n FROM employees")?.get("n")
            let logged: Int? = try tx.first(
                """
                SELECT count(*) AS n FROM act_subjects s JOIN evidence_entries e ON e.id = s.entry
                WHERE s.kind = 'employee' AND e.event = 'EmployeesImported' AND e.leaf_index < \(size)
                """)?.get("n")
            return (rows ?? 0, logged ?? 0)
        }
        return rows == staff.sound && logged == staff.sound ? nil : "\(rows) on the roster, \(logged) in the log"
    }
}
