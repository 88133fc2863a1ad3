import Foundation

/// P5b: proof bundles verified offline, beside what their signatures alone would cost the `openssl` command.
struct BundleBenchmark: ComputingBenchmark {
    let count: Int
    let id = "P5b"
    let unit = "bundles/s"
    let goal = 0.4
    private let bundles = PreparedDirectory()

    init(count: Int) { self.count = count }

    var method: String {
        "\(count) bundles of one notice each (sealed, sent by mail, accepted, sequenced, timestamped), verified one after the "
            + "other as `songda-verify --trust` does, read from the disk outside the clock; baseline: the time in which "
            + "`openssl speed` verifies as many signatures as a bundle has (entries, seals and timestamps by ECDSA P-256, "
            + "checkpoints by Ed25519; those of the certificates are not counted)."
    }

    func baseline(_ bench: Workbench) throws -> Leg {
        let facts = try prepare(bench).leg.facts
        guard let ecdsa = facts[BundleLeg.ecdsa], let ed25519 = facts[BundleLeg.ed25519], ecdsa > 0, ed25519 > 0 else {
            throw BenchError("the bundles were not counted out: \(facts)")
        }
        let seconds =
            try ecdsa / OpenSSLSpeed("ecdsap256", bench).verifies + ed25519 / OpenSSLSpeed("ed25519", bench).verifies
        return Leg(seconds: seconds * Double(count), units: count)
    }

    func ours(_ bench: Workbench) throws -> Leg {
        let made = try prepare(bench)
        var leg = try bench.leg(["verify-bundles", "--directory", made.path, "--count", "\(count)"])
        leg.facts.merge(made.leg.facts) { measured, _ in measured }
        return leg
    }

    private func prepare(_ bench: Workbench) throws -> (path: String, leg: Leg) {
        try bundles.use(bench) { directory in
            bench.say("P5b: serving \(count) notices and writing their bundles")
            return try MailSink.lend(in: directory) { port, _ in
                try bench.leg(["bundles", "--directory", directory, "--count", "\(count)", "--port", "\(port)"])
            }
        }
    }
}
