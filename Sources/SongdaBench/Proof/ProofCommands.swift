import ArgumentParser

extension RunOptions {
    /// What proofs are made of, with quick counts.
    var proofs: [any Benchmark] { seals }

    var seals: [any Benchmark] {
        [SealBenchmark(act: .sign, count: count ?? 20_000), SealBenchmark(act: .verify, count: count ?? 10_000)]
    }
}

/// Seals.
struct P4: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "SHA-256 of 8 KiB and Ed25519 of it, made and verified on one thread, beside openssl speed.")
    @OptionGroup var options: RunOptions
    func run() throws { try options.run(options.seals) }
}
