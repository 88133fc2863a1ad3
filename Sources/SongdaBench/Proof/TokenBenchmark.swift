import Evidence
import Foundation

/// P12: timestamp tokens of the built-in authority, beside a process of `openssl ts -reply` each.
struct TokenBenchmark: ComputingBenchmark {
    let count: Int
    let id = "P12"
    let unit = "tokens/s"
    let goal = 10.0
    let limits = [Limit("tokens/s", .atLeast, 500)]
    /// So many processes take about as long as all our tokens.
    private static let processes = 40

    var method: String {
        "\(count) tokens over SHA-256 hashes by the built-in authority (ECDSA P-256, request and reply encoded and read), one "
            + "after the other, \(TokenLeg.sample) of them checked by `openssl ts -verify`; baseline: \(Self.processes) "
            + "tokens by `openssl ts -reply` with the same kind of key, a process each, the last one checked likewise."
    }

    func baseline(_ bench: Workbench) throws -> Leg {
        try bench.withDirectory { directory in
            let openssl = try OpenSSLSpeed.program()
            let keys = try TimestampKeys(at: SystemClock().now)
            try keys.write(to: directory)
            try Self.configuration(directory).write(
                toFile: directory + "/tsa.cnf", atomically: true, encoding: .utf8)
            let queries = try (0..<Self.processes).map { index in
                let path = "\(directory)/\(index).tsq"
                try Data(TimestampRequest(digest: SHA256.hash(Array("\(index)".utf8))).der)
                    .write(to: URL(fileURLWithPath: path))
                return path
            }
            let reply = directory + "/last.tsr"
            let start = ContinuousClock.now
            for query in queries {
                let child = try ChildProcess([
                    openssl, "ts", "-reply", "-config", directory + "/tsa.cnf", "-queryfile", query, "-signer",
                    directory + "/tsa.pem", "-inkey", directory + "/tsa.key", "-out", reply,
                ])
                guard child.wait() == 0 else { throw BenchError("openssl ts -reply refuses \(query)") }
            }
            let seconds = (ContinuousClock.now - start).inSeconds
            let check = try ChildProcess([
                openssl, "ts", "-verify", "-queryfile", queries.last ?? "", "-in", reply, "-CAfile",
                directory + "/root.pem",
            ])
            return Leg(
                seconds: seconds, units: Self.processes,
                fault: check.wait() == 0 ? nil : "openssl ts -verify refuses its own token")
        }
    }

    func ours(_ bench: Workbench) throws -> Leg {
        try bench.withDirectory { try bench.leg(["tokens", "--directory", $0, "--count", "\(count)"]) }
    }

    private static func configuration(_ directory: String) -> String {
        """
        [tsa]
        default_tsa = bench
        [bench]
        serial = \(directory)/serial
        default_policy = 1.2.3.4.1
        digests = sha256
        signer_digest = sha256
        ess_cert_id_alg = sha256

        """
    }
}

/// A root and a timestamping key under it.
struct TimestampKeys {
    let root: Certificate
    let key: SigningKey
    let certificate: Certificate

    /// - Parameter now: they are valid since the day before.
    init(at now: Timestamp) throws {
        let start = now.adding(.seconds(-86_400))
        let issuer = try CertificateIssuer.root(named: "Bench Root", key: .generateP256(), from: start)
        key = try SigningKey.generateP256()
        certificate = try issuer.timestampCertificate(named: "Bench TSA", key: key.publicKey, from: start)
        root = issuer.certificate
    }

    /// Leaves them as `root.pem`, `tsa.pem` and `tsa.key`.
    func write(to directory: String) throws {
        try root.pem.write(toFile: directory + "/root.pem", atomically: true, encoding: .utf8)
        try certificate.pem.write(toFile: directory + "/tsa.pem", atomically: true, encoding: .utf8)
        try key.write(to: directory + "/tsa.key")
    }
}
