import Foundation

/// P1b: the mail of P1 beside Postfix, which also keeps on the disk what it has taken before it sends it.
struct PostfixBenchmark: Benchmark {
    let count: Int
    let id = "P1b"
    let unit = "mails/s"
    let goal = 3.0
    private var mail: MailBenchmark { MailBenchmark(count: count) }

    var method: String {
        "As P1; baseline: the \(count) mails of `smtp-source -s 16 -l 8192` through a private Postfix (Debian's defaults, "
            + "`smtp_destination_concurrency_limit = \(PrivatePostfix.concurrency)`, the sink as relay host) until its queues are "
            + "empty and smtp-sink has counted all."
    }

    func checkDurability(_ bench: Workbench) throws -> String {
        try mail.checkDurability(bench) + " Postfix syncs each message before it takes it, as it always does."
    }

    func baseline(_ bench: Workbench) throws -> Leg {
        guard let source = ChildProcess.find("smtp-source") else { throw MailSink.missing }
        return try bench.withDirectory { directory in
            // Daemons of Postfix work as another user.
            try FileManager.default.setAttributes([.posixPermissions: 0o711], ofItemAtPath: directory)
            let own = directory + "/postfix"
            try FileManager.default.createDirectory(atPath: own, withIntermediateDirectories: false)
            return try MailSink.lend(in: directory) { port, counter in
                let postfix = try PrivatePostfix(in: own, relay: port)
                let sink = SinkCounter(path: counter)
                let start = ContinuousClock.now
                let child = try ChildProcess([
                    source, "-s", "16", "-d", "-m", "\(count)", "-l", "8192", "-f", "hr@example.com", "-t",
                    "client@example.com", "127.0.0.1:\(postfix.port)",
                ])
                let status = child.wait()
                let taken = (ContinuousClock.now - start).inSeconds
                let deadline = start + .seconds(max(600, count / 50))
                while sink.messages() < count || postfix.queued > 0 {
                    guard ContinuousClock.now < deadline else { break }
                    usleep(5_000)
                }
                let seconds = (ContinuousClock.now - start).inSeconds
                let (counted, left) = (sink.messages(), postfix.queued)
                return Leg(
                    seconds: seconds, units: count, facts: ["seconds until Postfix had taken all": taken],
                    fault: status == 0 && counted == count && left == 0
                        ? nil
                        : "smtp-source ended with \(status), the sink has \(counted), \(left) are left in the queues of "
                            + "Postfix: \(postfix.log.split(separator: "\n").last ?? "nothing logged")")
            }
        }
    }

    func ours(_ bench: Workbench) throws -> Leg { try mail.ours(bench) }
}
