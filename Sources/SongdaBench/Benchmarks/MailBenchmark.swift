import Foundation
import Glibc

/// P1: notices from acceptance to proof beside Postfix's own load generator, to the same sink.
struct MailBenchmark: Benchmark {
    let count: Int
    let id = "P1"
    let unit = "mails/s"
    let goal = 0.25
    private static let connections = 16

    var method: String {
        "\(count) accepted notices sealed, sent over \(Self.connections) connections without TLS, recorded and sequenced, "
            + "until smtp-sink has counted all and the log holds all under a verified checkpoint; baseline: "
            + "`smtp-source -s \(Self.connections) -d -m \(count) -l 8192` to the same sink."
    }

    func checkDurability(_ bench: Workbench) throws -> String {
        try withSink(bench) { directory, port, counter in
            try bench.durability(arguments(count: 100, directory, port, counter))
        }
    }

    func baseline(_ bench: Workbench) throws -> Leg {
        guard let source = ChildProcess.find("smtp-source") else { throw Self.missing }
        return try withSink(bench) { _, port, counter in
            let start = ContinuousClock.now
            let child = try ChildProcess([
                source, "-s", "\(Self.connections)", "-d", "-m", "\(count)", "-l", "8192", "127.0.0.1:\(port)",
            ])
            let status = child.wait()
            let seconds = (ContinuousClock.now - start).inSeconds
            let counted = SinkCounter(path: counter).messages()
            return Leg(
                seconds: seconds, units: count,
                fault: status == 0 && counted == count
                    ? nil : "smtp-source ended with \(status), the sink has \(counted)")
        }
    }

    func ours(_ bench: Workbench) throws -> Leg {
        try withSink(bench) { directory, port, counter in
            try bench.leg(arguments(count: count, directory, port, counter))
        }
    }

    private func arguments(count: Int, _ directory: String, _ port: Int, _ counter: String) -> [String] {
        ["mail", "--directory", directory, "--count", "\(count)", "--port", "\(port)", "--counter", counter]
    }

    /// Lends a sink that counts into a file; the same program with the same options for both sides.
    private func withSink<T>(_ bench: Workbench, _ body: (String, Int, String) throws -> T) throws -> T {
        guard let program = ChildProcess.find("smtp-sink") else { throw Self.missing }
        return try bench.withDirectory { directory in
            let port = try ChildProcess.freePort()
            let counter = directory + "/counter"
            // As root it insists on giving its rights away.
            let user = geteuid() == 0 ? ["-u", "nobody"] : []
            let child = try ChildProcess([program] + user + ["-c", "127.0.0.1:\(port)", "512"], output: counter)
            defer { child.stop() }
            try ChildProcess.waitForPort(port, of: child, what: "smtp-sink")
            return try body(directory, port, counter)
        }
    }

    private static let missing = BenchError("smtp-source and smtp-sink are not there; apt install postfix")
}
