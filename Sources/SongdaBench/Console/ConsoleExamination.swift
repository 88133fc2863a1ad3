import Foundation

/// P18: the pages people look at, with many notices on record.
struct ConsoleExamination: Examination {
    static let small = 1_000
    let songda: String?
    let count: Int
    let id = "P18"

    var method: String {
        "`songda serve` with \(count) sealed notices, ten pages and four searches asked for \(ConsoleVisit.rounds) times each by "
            + "somebody who has signed in, a connection a request, each answer 200 and with what it must show; the p95 is that "
            + "of the slowest page. First load: the first page with its style sheet, scripts and icon, each through `gzip`, which "
            + "the proxy in front does."
    }

    func run(_ bench: Workbench) throws -> Findings {
        guard let songda else { throw BenchError("--songda: name the program to start") }
        return try withConsole(bench, songda, count) { visit in
            let pages = try visit.pages()
            let load = Double(try visit.firstLoad()) / 1024
            var facts: [String: Double] = [:]
            for one in pages { facts["\(one.name), p95 ms"] = one.quantile(950).rounded(to: 2) }
            var figures = [
                Figure(
                    name: "slowest page, p95", measured: (pages.map { $0.quantile(950) }.max() ?? 0).rounded(to: 2),
                    bound: 50, unit: "ms", fault: pages.count == 10 ? nil : "\(pages.count) pages of 10"),
                Figure(
                    name: "first load", measured: load.rounded(to: 1), bound: 100, unit: "KiB gz",
                    fault: load > 0 ? nil : "the first page names no style sheet"),
            ]
            guard count > Self.small else {
                let searches = try ConsoleVisit.searches(on: [visit])[0]
                for one in searches { facts["\(one.name), p99 ms"] = one.quantile(990).rounded(to: 2) }
                return Findings(figures: figures, facts: facts)
            }
            let searches = try withConsole(bench, songda, Self.small) {
                try ConsoleVisit.searches(on: [visit, $0])
            }
            var worst = 0.0
            for (many, few) in zip(searches[0], searches[1]) {
                facts["\(many.name), p99 ms"] = many.quantile(990).rounded(to: 2)
                facts["\(many.name), p99 ms of \(Self.small)"] = few.quantile(990).rounded(to: 2)
                worst = max(worst, many.quantile(990) / few.quantile(990))
            }
            figures.append(
                Figure(
                    name: "slowest search by the same of \(Self.small)", measured: worst.rounded(to: 2), bound: 1.5,
                    unit: "×", fault: searches[0].isEmpty ? "nothing was searched for" : nil))
            return Findings(figures: figures, facts: facts)
        }
    }

    /// Lends somebody who has signed in to a server with so many notices.
    private func withConsole<T>(
        _ bench: Workbench, _ songda: String, _ count: Int, _ body: (ConsoleVisit) throws -> T
    ) throws -> T {
        try bench.withDirectory { directory in
            let account = ConsoleAccount(directory: directory)
            var key = ""
            let server = try ServerUnderTest(
                songda: songda, root: bench.root, directory: directory,
                templates: try TemplateCopy.make(in: directory, root: bench.root)
            ) {
                key = try ServedGateway.makeKeys(songda: songda, configuration: $0)
                try account.make(songda: songda, configuration: $0)
            }
            defer { server.stop() }
            bench.say("P18: issuing \(count) notices")
            let people = try ServedGateway.addPeople(server, key: key)
            let notices = try ServedGateway.issue(count, to: people, server, key: key)
            try ServedGateway.wait("all are sealed and in the log") {
                let database = directory + "/songda.db"
                return try RawSQLite.integer("SELECT count(*) FROM deliveries", in: database) >= count
                    && RawSQLite.integer("SELECT count(*) FROM evidence_entries WHERE leaf_index IS NULL", in: database)
                        == 0
            }
            let cookie = try account.signIn(songda: songda, port: server.port)
            return try body(ConsoleVisit(port: server.port, cookie: cookie, notices: notices))
        }
    }
}
