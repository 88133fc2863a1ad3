import ArgumentParser

extension RunOptions {
    var papers: PaperBenchmark { PaperBenchmark(count: count ?? 200) }
}

/// Printed notices.
struct P13: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "One-page notices in two languages as PDF, beside WeasyPrint.")
    @OptionGroup var options: RunOptions
    func run() throws { try options.run([options.papers]) }
}
