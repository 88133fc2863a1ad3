import ArgumentParser

extension RunOptions {
    /// What proofs are made of, with quick counts.
    var proofs: [any Benchmark] { seals + [audit, bundles, tokens] }

    var seals: [any Benchmark] {
        [SealBenchmark(act: .sign, count: count ?? 20_000), SealBenchmark(act: .verify, count: count ?? 10_000)]
    }
    var audit: AuditBenchmark { AuditBenchmark(count: count ?? 50_000) }
    var bundles: BundleBenchmark { BundleBenchmark(count: count ?? 200) }
    var tokens: TokenBenchmark { TokenBenchmark(count: count ?? 2_000) }
}

/// Seals.
struct P4: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "SHA-256 of 8 KiB and Ed25519 of it, made and verified on one thread, beside openssl speed.")
    @OptionGroup var options: RunOptions
    func run() throws { try options.run(options.seals) }
}

/// The audit of a whole log.
struct P5: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The offline audit of a whole log, beside openssl dgst -sha256 over the same bytes.")
    @OptionGroup var options: RunOptions
    func run() throws { try options.run([options.audit]) }
}

/// Proof bundles.
struct P5b: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "p5b", abstract: "Proof bundles verified offline, beside what openssl takes for their signatures.")
    @OptionGroup var options: RunOptions
    func run() throws { try options.run([options.bundles]) }
}

/// Timestamp tokens.
struct P12: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Tokens of the built-in timestamp authority, beside a process of openssl ts -reply each.")
    @OptionGroup var options: RunOptions
    func run() throws { try options.run([options.tokens]) }
}
