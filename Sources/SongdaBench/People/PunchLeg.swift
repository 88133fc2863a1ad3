import Evidence
import Foundation
import People

/// The import of a file of punches through the product's own desk, a part in memory at a time; the roster is there before.
struct PunchLeg {
    let directory: String
    let root: String
    let count: Int
    let file: String

    func run() async throws -> Leg {
        let gateway = try await BenchGateway(directory: directory, root: root, port: 1, connections: 1)
        let desk = try gateway.people()
        try await gateway.addUnits(desk)
        let people = PunchFile(count: count).people
        let staff = StaffFile(count: PunchFile.employee(people) + 1)
        try staff.write(to: directory + "/staff.csv")
        _ = try await RosterLeg.run(desk.roster, directory + "/staff.csv")
        let idle = try Memory.mark()
        let before = gateway.database.statistics
        let processor = ProcessorTime.seconds
        let start = ContinuousClock.now
        let (added, refused) = try await Self.run(desk.attendance, file)
        let seconds = (ContinuousClock.now - start).inSeconds
        let perUnit = ProcessorTime.microseconds(since: processor, units: count)
        let memory = try Memory.peak() - idle
        let commits = gateway.database.statistics.groups - before.groups
        let (rows, inDays): (Int, Int) = try await gateway.database.read { tx in
            let rows: Int? = try tx.first("SELECT count(*) AS n FROM punches")?.get("n")
            let days: Int? = try tx.first("SELECT COALESCE(sum(punches), 0) AS n FROM attendance_days")?.get("n")
            return (rows ?? 0, days ?? 0)
        }
        try await gateway.close()
        return Leg(
            seconds: seconds, units: count,
            facts: [
                "commits": Double(commits), "CPU µs each": perUnit, "memory over idle MiB": memory.rounded(to: 1),
                "idle MiB": idle.rounded(to: 1),
            ],
            fault: added == count && rows == count && inDays == count && refused == 0
                ? nil : "\(added) added, \(refused) refused, \(rows) stored, \(inDays) in days, of \(count)")
    }

    /// The whole file through the desk; how many were new, and how many were refused.
    static func run(_ desk: AttendanceDesk, _ file: String) async throws -> (added: Int, refused: Int) {
        var (line, added, refused) = (1, 0, 0)
        var parts = try FileInParts(file, partBytes: AttendanceDesk.partBytes)
        while let (part, _) = try parts.next() {
            guard !part.isEmpty else { continue }
            let report = try await desk.importPart(part, firstLine: line, by: .feed)
            added += report.added
            refused += report.refused.count
            line = CSVRows.line(after: part, from: line)
        }
        return (added, refused)
    }
}
