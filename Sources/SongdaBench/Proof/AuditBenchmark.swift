import Foundation

/// P5: everything a stranger would check of a log, beside hashing the same bytes.
struct AuditBenchmark: ComputingBenchmark {
    let count: Int
    let id = "P5"
    let unit = "KiB/s"
    let goal = 0.2
    let limits = [Limit("seconds for 10⁶ entries", .atMost, 60)]
    private let log = PreparedDirectory()

    init(count: Int) { self.count = count }

    var method: String {
        "a log of \(count) entries of about 1 KiB read back, each opened with its key and its signature verified (ECDSA "
            + "P-256), every leaf, tile, root and checkpoint signature computed again; baseline: `openssl dgst -sha256` over "
            + "one file with the clear bodies of the same entries, which verifies nothing."
    }

    func baseline(_ bench: Workbench) throws -> Leg {
        let directory = try prepare(bench)
        let file = directory + "/bodies"
        let start = ContinuousClock.now
        let output = try ChildProcess.run([try OpenSSLSpeed.program(), "dgst", "-sha256", file])
        let seconds = (ContinuousClock.now - start).inSeconds
        let digest = output.split(separator: "=").last.map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }
        return Leg(
            seconds: seconds, units: try Self.kibibytes(file),
            fault: digest?.count == 64 ? nil : "openssl dgst printed \(output.prefix(100))")
    }

    func ours(_ bench: Workbench) throws -> Leg {
        let directory = try prepare(bench)
        var leg = try bench.leg(["audit", "--directory", directory, "--count", "\(count)"])
        leg.facts["seconds for 10⁶ entries"] = (leg.seconds * 1e6 / Double(count)).rounded(to: 1)
        leg.units = try Self.kibibytes(directory + "/bodies")
        return leg
    }

    /// The log, and beside it the bodies of its entries in one file.
    private func prepare(_ bench: Workbench) throws -> String {
        try log.use(bench) { directory in
            bench.say("P5: writing a log of \(count) entries")
            let written = try bench.leg(["append", "--directory", directory, "--count", "\(count)"])
            guard written.fault == nil else { return written }
            return try bench.leg([
                "bodies", "--directory", directory, "--count", "\(count)", "--file", directory + "/bodies",
            ])
        }.path
    }

    private static func kibibytes(_ file: String) throws -> Int {
        guard let handle = FileHandle(forReadingAtPath: file) else { throw BenchError("\(file) cannot be read") }
        defer { try? handle.close() }  // Read only: nothing can be lost by a failure.
        let size = Int(try handle.seekToEnd())
        guard size > 1 << 10 else { throw BenchError("\(file) holds nothing") }
        return size >> 10
    }
}
