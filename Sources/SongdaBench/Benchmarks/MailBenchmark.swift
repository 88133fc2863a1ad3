import Foundation

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
        guard let source = ChildProcess.find("smtp-source") else { throw MailSink.missing }
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

    private func withSink<T>(_ bench: Workbench, _ body: (String, Int, String) throws -> T) throws -> T {
        try bench.withDirectory { directory in
            try MailSink.lend(in: directory) { port, counter in try body(directory, port, counter) }
        }
    }
}
