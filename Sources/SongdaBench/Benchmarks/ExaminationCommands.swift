import ArgumentParser

extension RunOptions {
    var waiters: WaiterExamination { WaiterExamination(count: count ?? 4_000) }
    var recovery: RecoveryExamination { RecoveryExamination(songda: songda, count: count ?? 2_000) }
    var footprint: FootprintExamination { FootprintExamination(count: count ?? 1_000) }
}

/// Until an entry is in the log for good.
struct P3b: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "p3b", abstract: "How long 16 at once wait until their entry stands under a signed checkpoint.")
    @OptionGroup var options: RunOptions
    func run() throws { try options.gather { try $0.examine(options.waiters) } }
}

/// Starting and recovering.
struct P15: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Time to /readyz with notices on record, and after kill -9 with mail on the way.")
    @OptionGroup var options: RunOptions
    func run() throws { try options.gather { try $0.examine(options.recovery) } }
}

/// What a notice takes on the disk.
struct P16: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Bytes on the disk for each notice that was sent once and read once.")
    @OptionGroup var options: RunOptions
    func run() throws { try options.gather { try $0.examine(options.footprint) } }
}
