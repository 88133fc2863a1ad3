import Foundation

/// P18: the pages people look at, with many notices on record.
struct ConsoleExamination: Examination {
    static let small = 1_000
    let songda: String?
    let count: Int
    let kept: String?
    let id = "P18"

    var method: String {
        "`songda serve` on a store that holds \(count) served notices (\(Preloader.noticesEach) a person), ten pages and four searches asked for \(ConsoleVisit.rounds) times each by "
            + "somebody who has signed in, a connection a request, each answer 200 and with what it must show; the p95 is that "
            + "of the slowest page. First load: the first page with its style sheet, scripts and icon, each through `gzip`, which "
            + "the proxy in front does."
    }

    func run(_ bench: Workbench) throws -> Findings {
        guard let songda else { throw BenchError("--songda: name the program to start") }
        let stores = FilledStores(bench, kept: kept)
        defer { stores.remove() }
        return try withConsole(bench, songda, stores, count) { visit in
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
            let searches = try withConsole(bench, songda, stores, Self.small) {
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
        _ bench: Workbench, _ songda: String, _ stores: FilledStores, _ count: Int, _ body: (ConsoleVisit) throws -> T
    ) throws -> T {
        _ = try stores.fill(.served, count)
        return try stores.withCopy(of: .served, count) { directory in
            let account = ConsoleAccount(directory: directory)
            let server = try ServerUnderTest(
                songda: songda, root: bench.root, directory: directory,
                templates: try TemplateCopy.make(
                    in: directory, root: bench.root, publishing: BenchTemplate.servedFiles(by: .email))
            ) {
                try LogKeys.lend(from: directory, to: directory + "/keys")
                _ = try ServedGateway.makeKeys(songda: songda, configuration: $0)
                try account.make(songda: songda, configuration: $0)
            }
            defer { server.stop() }
            let cookie = try account.signIn(songda: songda, port: server.port)
            return try body(
                ConsoleVisit(
                    port: server.port, cookie: cookie, notices: try some(of: directory + "/songda.db"),
                    people: Preloader.people(for: count)))
        }
    }

    /// Some notices out of all, at equal distances.
    private func some(of database: String) throws -> [ConsoleVisit.Known] {
        try RawSQLite.texts(
            """
            SELECT id, number, lower(hex(content_hash)), state FROM (
                SELECT *, row_number() OVER (ORDER BY id) AS place, count(*) OVER () AS total FROM notices)
            WHERE place % max(1, total / 100) = 0
            """, in: database
        ).map { ConsoleVisit.Known(id: $0[0], number: $0[1], contentHash: $0[2], state: $0[3]) }
    }
}
