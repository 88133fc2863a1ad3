import Foundation

/// How fast the `openssl` command signs and verifies on one core at this moment.
struct OpenSSLSpeed {
    let signs: Double
    let verifies: Double

    /// Measures for a second each, by the clock on the wall as our legs are.
    ///
    /// - Parameter algorithm: `ed25519` or `ecdsap256`.
    init(_ algorithm: String, _ bench: Workbench) throws {
        let output = try bench.withDirectory { directory in
            let file = directory + "/speed"
            let child = try ChildProcess(
                [try Self.program(), "speed", "-elapsed", "-seconds", "1", "-mr", algorithm], output: file)
            guard child.wait() == 0 else { throw BenchError("openssl speed does not know \(algorithm)") }
            return try String(contentsOfFile: file, encoding: .utf8)
        }
        // "+F6:0:253:Ed25519:14259.78:5893.55": the last two are signatures and verifications a second.
        let line = output.split(separator: "\n").first { $0.hasPrefix("+F") }
        let numbers = (line ?? "").split(separator: ":").suffix(2).compactMap { Double($0) }
        guard numbers.count == 2, numbers.allSatisfy({ $0 > 0 }) else {
            throw BenchError("openssl speed \(algorithm) printed \"\(output.prefix(300))\"")
        }
        (signs, verifies) = (numbers[0], numbers[1])
    }

    /// Where the command is.
    static func program() throws -> String {
        guard let openssl = ChildProcess.find("openssl") else {
            throw BenchError("openssl is not there; apt install openssl")
        }
        return openssl
    }
}
