import ArgumentParser

extension RunOptions {
    var dispatch: DispatchBenchmark { DispatchBenchmark(count: count ?? 20_000) }
    var texts: TextBenchmark { TextBenchmark(count: count ?? 5_000) }
    var papers: PaperBenchmark { PaperBenchmark(count: count ?? 200) }
}

/// The dispatcher alone.
struct P9: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The dispatcher on PostgreSQL with a channel that does nothing, beside pgbench on the same server.")
    @OptionGroup var options: RunOptions
    func run() throws { try options.run([options.dispatch]) }
}

/// Text messages.
struct P11: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Text messages to an HTTP gateway until they are in the log, beside curl -Z with the same requests.")
    @OptionGroup var options: RunOptions
    func run() throws { try options.run([options.texts]) }
}

/// Printed notices.
struct P13: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "One-page notices in two languages as PDF, beside WeasyPrint.")
    @OptionGroup var options: RunOptions
    func run() throws { try options.run([options.papers]) }
}
