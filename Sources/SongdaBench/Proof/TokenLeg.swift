import Evidence
import Foundation

/// Tokens of the built-in authority, one after the other.
struct TokenLeg {
    /// How many of them the `openssl` command is asked about.
    static let sample = 10
    let directory: String
    let count: Int

    func run() async throws -> Leg {
        let clock = SystemClock()
        let keys = try TimestampKeys(at: clock.now)
        try keys.write(to: directory)
        let authority = try EmbeddedAuthority(key: keys.key, certificate: keys.certificate, clock: clock)
        let digests = (0..<count).map { SHA256.hash(Array("document \($0)".utf8)) }
        let step = max(1, count / Self.sample)
        var samples: [(digest: Digest, token: TimestampToken)] = []
        var serials: Set<String> = []
        let processor = ProcessorTime.seconds
        let start = ContinuousClock.now
        for (index, digest) in digests.enumerated() {
            let token = try await authority.token(for: digest)
            serials.insert(token.serialHex)
            if index % step == 0 { samples.append((digest, token)) }
        }
        let seconds = (ContinuousClock.now - start).inSeconds
        let perUnit = ProcessorTime.microseconds(since: processor, units: count)
        let fault = try fault(samples)
        return Leg(
            seconds: seconds, units: count,
            facts: ["tokens/s": (Double(count) / seconds).rounded(), "CPU µs each": perUnit],
            fault: serials.count == count ? fault : "\(serials.count) serial numbers for \(count) tokens")
    }

    /// Each must verify over its own digest, and the first must not over the last one's.
    private func fault(_ samples: [(digest: Digest, token: TimestampToken)]) throws -> String? {
        guard samples.count >= Self.sample, let last = samples.last else {
            return "only \(samples.count) tokens to verify"
        }
        for (index, sample) in samples.enumerated() {
            try Data(sample.token.der).write(to: URL(fileURLWithPath: "\(directory)/\(index).tst"))
            guard try verifies("\(directory)/\(index).tst", sample.digest) else {
                return "openssl ts -verify refuses a token"
            }
        }
        return try verifies("\(directory)/0.tst", last.digest) ? "openssl ts -verify takes a token for another" : nil
    }

    private func verifies(_ file: String, _ digest: Digest) throws -> Bool {
        try ChildProcess([
            try OpenSSLSpeed.program(), "ts", "-verify", "-digest", digest.hex, "-in", file, "-token_in", "-CAfile",
            directory + "/root.pem",
        ]).wait() == 0
    }
}
