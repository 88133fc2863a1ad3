import Evidence
import Foundation
import Notices
import People

/// The daily run of the rules over everybody, once with new data about all, once with none, once with new data about 1 %.
struct RiskLeg {
    let directory: String
    let root: String
    let count: Int

    /// Seconds and people looked at in one run.
    private struct Run {
        let seconds: Double
        let examined: Int
        let raised: Int
    }

    func run() async throws -> Leg {
        let gateway = try await BenchGateway(
            directory: directory, root: root, port: 1, connections: 1,
            templates: try TemplateLibrary(directory: root + "/templates/notices"))
        let desk = try gateway.people()
        try await gateway.addUnits(desk)
        let staff = StaffFile(count: PunchFile.employee(count - 1) + 1)
        try staff.write(to: directory + "/staff.csv")
        _ = try await RosterLeg.run(desk.roster, directory + "/staff.csv")
        // Two days of punches: everybody has new data of days that are over.
        try PunchFile(count: count * PunchFile.each).write(to: directory + "/punches.csv", of: count * 4)
        _ = try await PunchLeg.run(desk.attendance, directory + "/punches.csv")
        let idle = try Memory.mark()
        let all = try await measure(desk.risk)
        let memory = try Memory.peak() - idle
        let none = try await measure(desk.risk)
        try await punch(desk.attendance, everyNth: 100)
        let few = try await measure(desk.risk)
        try await gateway.close()
        let isSound =
            all.examined >= count && none.examined == 0 && few.examined >= count / 100 && few.examined < count / 20
        return Leg(
            seconds: all.seconds, units: all.examined,
            facts: [
                "seconds, all new": all.seconds.rounded(to: 2), "seconds, nothing new": none.seconds.rounded(to: 3),
                "seconds, 1 % new": few.seconds.rounded(to: 2), "examined, all new": Double(all.examined),
                "examined, nothing new": Double(none.examined), "examined, 1 % new": Double(few.examined),
                "raised": Double(all.raised), "memory over idle MiB": memory.rounded(to: 1),
            ],
            fault: isSound
                ? nil : "\(all.examined) of \(count) examined, then \(none.examined), then \(few.examined)")
    }

    private func measure(_ desk: RiskDesk) async throws -> Run {
        let start = ContinuousClock.now
        let report = try await desk.run()
        return Run(
            seconds: (ContinuousClock.now - start).inSeconds, examined: report.examined, raised: report.raised)
    }

    /// One more punch for every n-th person, on the day before the file begins.
    private func punch(_ desk: AttendanceDesk, everyNth step: Int) async throws {
        let at = SystemClock().now.adding(.seconds(-20 * 86_400))
        let lines = stride(from: 0, to: count, by: step).map {
            PunchLine(number: StaffFile.number(PunchFile.employee($0)), at: at, source: .card)
        }
        for start in stride(from: 0, to: lines.count, by: 5_000) {
            _ = try await desk.record(Array(lines[start..<min(start + 5_000, lines.count)]), by: .feed)
        }
    }
}
