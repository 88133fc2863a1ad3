import Foundation

/// P2 against a running `songda serve`, with wrk.
///
/// The server does everything it does otherwise: what is accepted is sealed and sequenced at the same time.
extension AcceptanceBenchmark {
    static let seconds = 10

    func oursOverHTTP(_ bench: Workbench, songda: String) throws -> Leg {
        guard let wrk = ChildProcess.find("wrk") else { throw BenchError("wrk is not there; apt install wrk") }
        return try bench.withDirectory { directory in
            var key = ""
            let server = try ServerUnderTest(songda: songda, root: bench.root, directory: directory) {
                key = try ServedGateway.makeKeys(songda: songda, configuration: $0)
            }
            defer { server.stop() }
            let people = try ServedGateway.addPeople(server, key: key)
            let output = try ChildProcess.run(
                [
                    wrk, "-t1", "-c\(AcceptanceLeg.callers)", "-d\(Self.seconds)s", "-s",
                    bench.root + "/bench/acceptance.lua",
                    "http://127.0.0.1:\(server.port)", "--", key,
                ] + people)
            let memory = try server.mebibytes("VmRSS")
            server.stop()
            return try Self.leg(output, database: directory + "/songda.db", memory: memory)
        }
    }

    /// Whatever wrk was told was accepted must be on disk and in the log, and little more: what was still under way.
    private static func leg(_ output: String, database: String, memory: Double) throws -> Leg {
        let line = output.split(separator: "\n").first { $0.hasPrefix("accepted-refused-microseconds ") }
        let numbers = (line ?? "").split(separator: " ").dropFirst().compactMap { Double($0) }
        guard numbers.count == 3 else { throw BenchError("wrk printed \(output.prefix(400))") }
        let stored = try RawSQLite.integer("SELECT count(*) FROM notices", in: database)
        let logged = try RawSQLite.integer(
            """
            SELECT count(*) FROM evidence_entries
            WHERE event = 'NoticeIssued' AND leaf_index < (SELECT max(size) FROM checkpoints)
            """, in: database)
        let accepted = Int(numbers[0])
        let isSound =
            stored == logged && stored >= accepted && stored - accepted <= AcceptanceLeg.callers && numbers[1] == 0
        return Leg(
            seconds: numbers[2] / 1e6, units: accepted,
            facts: ["RSS MiB": memory.rounded(to: 1)],
            fault: isSound
                ? nil : "\(accepted) accepted, \(Int(numbers[1])) refused, \(stored) stored, \(logged) in the log")
    }
}
