import ArgumentParser

extension RunOptions {
    func console(kept: String? = nil) -> ConsoleExamination {
        ConsoleExamination(songda: songda, count: count ?? ConsoleExamination.small, kept: kept)
    }
}

/// The pages of the console.
struct P18: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Ten pages and four searches of the console, and what the first page weighs.")
    @OptionGroup var options: RunOptions
    @OptionGroup var stores: StoreOptions
    func run() throws { try options.gather { try $0.examine(options.console(kept: stores.stores)) } }
}
