import Foundation

/// P1c: the mail of P1 beside Apprise, the library that programs usually send notifications with.
struct AppriseBenchmark: Benchmark {
    let count: Int
    let id = "P1c"
    let unit = "mails/s"
    let goal = 8.0
    private static let threads = 8
    private var mail: MailBenchmark { MailBenchmark(count: count) }

    var method: String {
        "As P1; baseline: \(count) notices by Apprise from PyPI (`config/setup-apprise.sh` says which version), "
            + "\(Self.threads) threads, each notice the same words as Markdown with HTML and text part to another address, "
            + "without TLS to the same smtp-sink; it keeps nothing and proves nothing."
    }

    func checkDurability(_ bench: Workbench) throws -> String {
        try mail.checkDurability(bench) + " Apprise writes nothing down."
    }

    func baseline(_ bench: Workbench) throws -> Leg {
        let environment = bench.root + "/var/apprise"
        let log = bench.directory + "/setup-apprise.log"
        let setup = try ChildProcess(["/bin/sh", bench.root + "/config/setup-apprise.sh", environment], errors: log)
        guard setup.wait() == 0 else {
            throw BenchError("Apprise could not be installed from PyPI; \(log) says why")
        }
        return try bench.withDirectory { directory in
            let words = directory + "/words.md"
            try BenchTemplate.words.write(toFile: words, atomically: true, encoding: .utf8)
            return try MailSink.lend(in: directory) { port, counter in
                let output = try ChildProcess.run([
                    environment + "/bin/python3", bench.root + "/bench/send_apprise.py", "\(port)", "\(count)",
                    "\(Self.threads)", words,
                ])
                guard let seconds = Double(output.trimmingCharacters(in: .whitespacesAndNewlines)) else {
                    throw BenchError("send_apprise.py printed \(output.prefix(200))")
                }
                let counted = SinkCounter(path: counter).messages()
                return Leg(
                    seconds: seconds, units: count,
                    fault: counted == count ? nil : "Apprise has sent \(count), the sink has counted \(counted)")
            }
        }
    }

    func ours(_ bench: Workbench) throws -> Leg { try mail.ours(bench) }
}
