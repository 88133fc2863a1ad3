import ArgumentParser

extension RunOptions {
    var waiters: WaiterExamination { WaiterExamination(count: count ?? 4_000) }
}

/// Until an entry is in the log for good.
struct P3b: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "p3b", abstract: "How long 16 at once wait until their entry stands under a signed checkpoint.")
    @OptionGroup var options: RunOptions
    func run() throws { try options.gather { try $0.examine(options.waiters) } }
}
