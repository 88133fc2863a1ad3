import ArgumentParser

extension RunOptions {
    var console: ConsoleExamination { ConsoleExamination(songda: songda, count: count ?? ConsoleExamination.small) }
}

/// The pages of the console.
struct P18: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Ten pages and four searches of the console, and what the first page weighs.")
    @OptionGroup var options: RunOptions
    func run() throws { try options.gather { try $0.examine(options.console) } }
}
