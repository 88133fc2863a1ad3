import ArgumentParser
import Foundation

/// The program: `songda-bench p1|p1b|p1c|p2|…|p18|lists|risk|all|start`.
@main
struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "songda-bench",
        abstract: "Measures Songda beside the best this machine can do, in the same run.",
        discussion: """
            Every figure is a ratio to a baseline measured in the same minute on the same disk; an absolute time means
            nothing on a shared machine. bench/README.md says how the runs are made and what each one counts.
            """,
        subcommands: [
            P1.self, P1b.self, P1c.self,
            P2.self, P3.self,
            P3b.self,
            P4.self,
            P5.self,
            P5b.self,
            P6.self, P7.self, P8.self,
            P9.self,
            P10.self,
            P11.self,
            P12.self,
            P13.self,
            P14.self,
            P15.self,
            P16.self, P17.self,
            P18.self,
            Lists.self, Risk.self, All.self, Start.self, Instructions.self, OneLeg.self,
        ])
}

/// Options of every benchmark.
struct RunOptions: ParsableArguments {
    @Option(help: "Pairs of baseline and Songda, in the order ABBA.")
    var pairs = 3
    @Option(help: "Notices or events a leg; each benchmark has a default for a quick run.")
    var count: Int?
    @Option(help: "Also write everything that was measured to this file, as JSON.")
    var json: String?
    @Option(help: "The repository, where templates, rules and fonts are.")
    var root = "."
    @Option(help: "Where databases are written; must be on the disk that is to be measured, never on tmpfs.")
    var directory = NSTemporaryDirectory() + "songda-bench"
    @Option(help: "The songda program, for `start`, p15, p18 and for p2 over HTTP.")
    var songda: String?

    func validate() throws {
        guard (1...50).contains(pairs) else { throw ValidationError("--pairs \(pairs): give 1 to 50") }
        if let count, !(100...20_000_000).contains(count) {
            throw ValidationError("--count \(count): give 100 to 20000000")
        }
    }

    /// Runs benchmarks one after the other and prints one table.
    func run(_ benchmarks: [any Benchmark]) throws { try gather { for one in benchmarks { try $0.measure(one) } } }

    /// Gathers what `body` measures, and prints and writes it.
    ///
    /// - Parameter goesOn: whether one that cannot be measured is a row that says so instead of the end.
    func gather(goesOn: Bool = false, _ body: (inout Gathering) throws -> Void) throws {
        var gathering = Gathering(
            try Workbench(directory: directory, root: root), pairs: pairs, goesOn: goesOn)
        try body(&gathering)
        let report = gathering.report
        print(report.markdown)
        if let json { try report.json.write(to: URL(fileURLWithPath: json)) }
    }

    var mail: MailBenchmark { MailBenchmark(count: count ?? 5_000) }
    var append: AppendBenchmark { AppendBenchmark(count: count ?? 50_000) }
    var acceptance: AcceptanceBenchmark { AcceptanceBenchmark(count: count ?? 5_000, songda: songda) }
}

/// End-to-end mail.
struct P1: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Mail from accepted notice to signed checkpoint, beside smtp-source to the same smtp-sink.")
    @OptionGroup var options: RunOptions
    func run() throws { try options.run([options.mail]) }
}

/// Durable acceptance.
struct P2: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Durable acceptance by 32 callers, beside one raw SQLite insert a transaction.")
    @OptionGroup var options: RunOptions
    func run() throws { try options.run([options.acceptance]) }
}

/// Evidence append.
struct P3: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Signed entries into the log, a checkpoint every 256, beside raw SQLite inserts of the same bytes.")
    @OptionGroup var options: RunOptions
    func run() throws { try options.run([options.append]) }
}

/// Everything that is quick.
struct All: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "All of them with quick counts, one table; then start and memory.")
    @OptionGroup var options: RunOptions

    func run() throws {
        // --count is for the first three: a hundred thousand printed pages would take an hour.
        var quick = options
        quick.count = nil
        let cheap = quick
        try options.gather(goesOn: true) { gathering in
            try gathering.measure(options.mail)
            try gathering.measure(options.acceptance)
            try gathering.measure(options.append)
            try gathering.examine(cheap.waiters)
            for one in cheap.proofs { try gathering.measure(one) }
            // Writing down what is to be handed over takes longer than handing it over.
            try gathering.measure(DispatchBenchmark(count: 5_000))
            try gathering.measure(cheap.texts)
            try gathering.measure(cheap.papers)
            try gathering.examine(cheap.footprint)
            try gathering.measure(PostfixBenchmark(count: 1_000))
            try gathering.measure(AppriseBenchmark(count: 200))
            for one in cheap.quickLoads { try gathering.examine(one) }
            guard cheap.songda != nil else { return }
            try gathering.examine(cheap.recovery)
            try gathering.examine(cheap.console())
        }
        guard options.songda != nil else { return }
        var start = Start()
        start.options = options
        // The figures of the pairs are in the file that --json names.
        start.options.json = nil
        try start.run()
    }
}
