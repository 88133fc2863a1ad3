import ArgumentParser

extension RunOptions {
    /// Notices of the leg of P1 of which a load is a share.
    var sample: Int { count ?? 2_000 }

    /// Small runs of those that can be small.
    var quickLoads: [any Examination] {
        [
            FlatCostExamination(sizes: [1_000, 10_000], count: 500, rounds: 2, questions: 300, kept: nil),
            LatencyExamination(count: 1_000, seconds: 20),
            IsolationExamination(count: 1_000, due: 2_000, seconds: 20, kept: nil),
        ]
    }
}

/// Where filled stores are kept.
struct StoreOptions: ParsableArguments {
    @Option(help: "Keep the stores that are filled in this directory, and take those that are there.")
    var stores: String?
}

/// Flat cost.
struct P6: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "P1, P2, inbox page, search and proof bundle on stores of several sizes, beside the smallest.")
    @OptionGroup var options: RunOptions
    @OptionGroup var stores: StoreOptions
    @Option(help: "How many served notices the stores hold, separated by commas.") var sizes = "1000,10000,100000"
    @Option(help: "How often each question is asked of each store.") var questions = 1_000

    private var counts: [Int] { sizes.split(separator: ",").compactMap { Int($0) }.sorted() }

    func validate() throws {
        guard counts.count >= 2, counts.count == sizes.split(separator: ",").count, Set(counts).count == counts.count,
            counts.allSatisfy({ (100...20_000_000).contains($0) })
        else { throw ValidationError("--sizes \(sizes): give two or more different numbers from 100 to 20000000") }
        guard (100...100_000).contains(questions) else {
            throw ValidationError("--questions \(questions): give 100 to 100000")
        }
    }

    func run() throws {
        try options.gather {
            try $0.examine(
                FlatCostExamination(
                    sizes: counts, count: options.sample, rounds: options.pairs, questions: questions,
                    kept: stores.stores))
        }
    }
}

/// Memory.
struct P7: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Peak memory while many due notices are worked off on a store that holds many served ones.")
    @OptionGroup var options: RunOptions
    @OptionGroup var stores: StoreOptions
    @Option(help: "How many served notices the store holds.") var stored = 100_000
    @Option(help: "How many notices are due.") var due = 10_000

    func validate() throws {
        guard stored >= 100, due >= 100 else { throw ValidationError("--stored and --due: give 100 or more each") }
    }

    func run() throws {
        try options.gather { try $0.examine(BacklogExamination(stored: stored, due: due, kept: stores.stores)) }
    }
}

/// Latency at half load.
struct P8: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "How long acceptance and hand-over take at a constant rate, half of what P1 does at the moment.")
    @OptionGroup var options: RunOptions
    @Option(help: "For how long.") var seconds = 120

    func validate() throws { try requireSeconds(seconds) }

    func run() throws {
        try options.gather { try $0.examine(LatencyExamination(count: options.sample, seconds: seconds)) }
    }
}

/// Isolation.
struct P10: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Mail beside text messages that are due at a provider which never answers, and without them.")
    @OptionGroup var options: RunOptions
    @OptionGroup var stores: StoreOptions
    @Option(help: "How many text messages are due at the provider.") var due = 100_000
    @Option(help: "For how long notices come at half the rate of P1.") var seconds = 60

    func validate() throws {
        try requireSeconds(seconds)
        guard due >= 100 else { throw ValidationError("--due \(due): give 100 or more") }
    }

    func run() throws {
        try options.gather {
            try $0.examine(
                IsolationExamination(count: options.sample, due: due, seconds: seconds, kept: stores.stores))
        }
    }
}

/// Soak.
struct P17: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Ten minutes at seven tenths of the rate of P1: throughput, write-ahead log, memory.")
    @OptionGroup var options: RunOptions
    @Option(help: "For how long.") var seconds = 600

    func validate() throws { try requireSeconds(seconds) }

    func run() throws {
        try options.gather { try $0.examine(SoakExamination(count: options.sample, seconds: seconds)) }
    }
}

extension ParsableCommand {
    /// Less is over before the first second's backlog is, and a day is longer than anybody waits.
    func requireSeconds(_ seconds: Int) throws {
        guard (10...86_400).contains(seconds) else {
            throw ValidationError("--seconds \(seconds): give 10 to 86400")
        }
    }
}
