/// P4: the two acts below every proof, hashing 8 KiB and signing the hash, and the same checked, on one thread.
struct SealBenchmark: ComputingBenchmark {
    /// Which of the two.
    enum Act: String {
        case sign, verify
    }

    let act: Act
    let count: Int
    let unit = "operations/s"
    let goal = 0.6

    var id: String { "P4 \(act.rawValue)" }

    var method: String {
        let what = "hashed with SHA-256 and " + (act == .sign ? "signed" : "their signatures verified")
        return "\(count) documents of 8 KiB \(what) (Ed25519), one thread; baseline: "
            + "`openssl speed -elapsed -seconds 1 ed25519`, which hashes no document."
    }

    func baseline(_ bench: Workbench) throws -> Leg {
        let speed = try OpenSSLSpeed("ed25519", bench)
        return Leg(seconds: 1, units: Int(act == .sign ? speed.signs : speed.verifies))
    }

    func ours(_ bench: Workbench) throws -> Leg {
        try bench.withDirectory { try bench.leg([act.rawValue, "--directory", $0, "--count", "\(count)"]) }
    }
}
