import Evidence
import Foundation

/// P2: notices accepted, durable with their evidence, beside one raw insert a transaction.
struct AcceptanceBenchmark: Benchmark {
    let count: Int
    let songda: String?
    let id = "P2"
    let unit = "accepted/s"
    let goal = 0.7

    var method: String {
        let way =
            songda == nil
            ? "\(count) notices accepted for \(AcceptanceLeg.callers) concurrent callers in one process, without HTTP"
            : "notices accepted by `songda serve` over HTTP for `wrk -t1 -c\(AcceptanceLeg.callers) -d\(Self.seconds)s`, which "
                + "seals and sequences them meanwhile"
        return way
            + ", each with an idempotency key, sealed content and a signed entry; baseline: \(count) rows of 544 bytes, one a "
            + "transaction, through SQLite's C interface, one thread."
    }

    func checkDurability(_ bench: Workbench) throws -> String {
        try bench.withDirectory { try bench.durability(arguments(count: 100, $0)) }
    }

    func baseline(_ bench: Workbench) throws -> Leg {
        try RawSQLite.leg(bench, rows: [SecureRandom.bytes(544)], count: count, batch: 1)
    }

    func ours(_ bench: Workbench) throws -> Leg {
        if let songda { return try oursOverHTTP(bench, songda: songda) }
        return try bench.withDirectory { try bench.leg(arguments(count: count, $0)) }
    }

    private func arguments(count: Int, _ directory: String) -> [String] {
        ["acceptance", "--directory", directory, "--count", "\(count)"]
    }
}
