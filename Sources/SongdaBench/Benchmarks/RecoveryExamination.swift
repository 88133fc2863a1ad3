import Foundation

/// P15: how soon the server is ready, with a store that holds something and after a crash in the middle of its work.
struct RecoveryExamination: Examination {
    let songda: String?
    let count: Int
    let id = "P15"
    private static let rounds = 3

    var method: String {
        "\(count) notices accepted over HTTP and sealed, their mail on the way to a relay that takes connections and says "
            + "nothing; then \(Self.rounds) times `kill -9` and a start, and an orderly stop and a start, from the start of the "
            + "process to the first 200 of /readyz. Every attempt that was open when the process was killed must be on "
            + "record as unknown after the start."
    }

    func run(_ bench: Workbench) throws -> Findings {
        guard let songda else { throw BenchError("--songda: name the program to start") }
        // Each start takes as many as may be under way at once, and none of them comes back within the run.
        guard count >= 500 else { throw BenchError("--count \(count): each start needs fresh mail; give 500 or more") }
        return try bench.withDirectory { directory in
            let hole = try BlackHole()
            var key = ""
            let server = try ServerUnderTest(
                songda: songda, root: bench.root, directory: directory,
                templates: try TemplateCopy.make(in: directory, root: bench.root), relay: hole.port
            ) { key = try ServedGateway.makeKeys(songda: songda, configuration: $0) }
            defer { server.kill() }
            let empty = server.secondsToReady
            bench.say("P15: issuing \(count) notices")
            let people = try ServedGateway.addPeople(server, key: key)
            _ = try ServedGateway.issue(count, to: people, server, key: key)
            let database = directory + "/songda.db"
            try ServedGateway.wait("all are sealed") {
                try RawSQLite.integer("SELECT count(*) FROM deliveries", in: database) >= count
            }
            var (afterCrash, afterStop, open): ([Double], [Double], [Double]) = ([], [], [])
            for _ in 0..<Self.rounds {
                open.append(try crash(server, database))
                afterCrash.append(server.secondsToReady)
                server.stop()
                try server.start()
                afterStop.append(server.secondsToReady)
            }
            let stored = try RawSQLite.integer("SELECT count(*) FROM notices", in: database)
            let fault = stored == count ? nil : "\(stored) notices on record of \(count) accepted"
            return Findings(
                figures: [
                    Figure(
                        name: "after a stop", measured: Report.median(afterStop.sorted()), bound: 1, unit: "s",
                        fault: fault),
                    Figure(
                        name: "after kill -9", measured: Report.median(afterCrash.sorted()), bound: 5, unit: "s",
                        fault: fault),
                ],
                facts: [
                    "seconds when empty": empty.rounded(to: 3), "notices": Double(stored),
                    "attempts open at each kill": Report.median(open.sorted()),
                ])
        }
    }

    /// Kills the server while attempts are open and starts it again; returns how many there were.
    private func crash(_ server: ServerUnderTest, _ database: String) throws -> Double {
        let isOpen = "SELECT count(*) FROM attempts WHERE finished_at IS NULL"
        try ServedGateway.wait("an attempt is open") { try RawSQLite.integer(isOpen, in: database) > 0 }
        server.kill()
        let open = try RawSQLite.integer(isOpen, in: database)
        let unknown = try RawSQLite.integer(Self.unknown, in: database)
        guard open > 0 else { throw BenchError("no attempt was open when the server was killed") }
        try server.start()
        try ServedGateway.wait("\(open) attempts are on record as unknown") {
            try RawSQLite.integer(Self.unknown, in: database) >= unknown + open
        }
        return Double(open)
    }

    private static let unknown = "SELECT count(*) FROM attempts WHERE state = 'unknown'"
}
