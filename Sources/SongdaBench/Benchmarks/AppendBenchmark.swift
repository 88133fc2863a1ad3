import Evidence
import Foundation

/// P3: entries into the log beside raw inserts of the same bodies.
struct AppendBenchmark: Benchmark {
    let count: Int
    let id = "P3"
    let unit = "entries/s"
    let goal = 0.4

    var method: String {
        "\(count) entries of about 1 KiB, each signed (ECDSA P-256), compressed, encrypted and staged in batches of "
            + "\(AppendLeg.batch), with an Ed25519 checkpoint a batch; baseline: the same bodies as bare rows through "
            + "SQLite's C interface, same batch, same pragmas, nothing signed."
    }

    func checkDurability(_ bench: Workbench) throws -> String {
        try bench.withDirectory { try bench.durability(arguments(count: 1_024, $0)) }
    }

    func baseline(_ bench: Workbench) throws -> Leg {
        let clock = SystemClock()
        let recorder = EvidenceRecorder(signer: try SigningKey.generateP256(), clock: clock)
        let corpus = EventCorpus()
        let bodies = try (0..<4_096).map { try recorder.sign(corpus.draft($0, at: clock.now)).body }
        var leg = try RawSQLite.leg(bench, rows: bodies, count: count, batch: AppendLeg.batch)
        leg.facts["mean body"] = Double(bodies.reduce(0) { $0 + $1.count } / bodies.count)
        return leg
    }

    func ours(_ bench: Workbench) throws -> Leg {
        try bench.withDirectory { try bench.leg(arguments(count: count, $0)) }
    }

    private func arguments(count: Int, _ directory: String) -> [String] {
        ["append", "--directory", directory, "--count", "\(count)"]
    }
}
