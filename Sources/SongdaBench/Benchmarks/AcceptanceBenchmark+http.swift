import Foundation

/// P2 against a running `songda serve`, with wrk.
///
/// The server does everything it does otherwise: what is accepted is sealed and sequenced at the same time.
extension AcceptanceBenchmark {
    static let seconds = 10
    private static let people = 64

    func oursOverHTTP(_ bench: Workbench, songda: String) throws -> Leg {
        guard let wrk = ChildProcess.find("wrk") else { throw BenchError("wrk is not there; apt install wrk") }
        return try bench.withDirectory { directory in
            var key = ""
            let server = try ServerUnderTest(songda: songda, root: bench.root, directory: directory) { configuration in
                _ = try ChildProcess.run([
                    songda, "keygen", "--config", configuration, "--seal", "acme", "--name", "上海示例科技有限公司",
                    "--credit-code", "91310000MA1FL0000N",
                ])
                let made = try ChildProcess.run([
                    songda, "keys", "add", "--config", configuration, "--name", "bench", "--scopes",
                    "issue,read,administer", "--json",
                ])
                key = try Self.member("secret", of: made)
            }
            defer { server.stop() }
            let people = try Self.addPeople(server, key: key)
            let output = try ChildProcess.run(
                [
                    wrk, "-t1", "-c\(AcceptanceLeg.callers)", "-d\(Self.seconds)s", "-s",
                    bench.root + "/bench/acceptance.lua",
                    "http://127.0.0.1:\(server.port)", "--", key,
                ] + people)
            let memory = try server.mebibytes("VmRSS")
            server.stop()
            return try Self.leg(output, database: directory + "/songda.db", memory: memory)
        }
    }

    private static func addPeople(_ server: ServerUnderTest, key: String) throws -> [String] {
        func send(_ method: String, _ path: String, _ body: String) throws -> String {
            let answer = LoopbackHTTP.send(method, path, port: server.port, key: key, body: body) ?? ""
            guard answer.hasPrefix("HTTP/1.1 2"), let start = answer.range(of: "\r\n\r\n") else {
                throw BenchError("\(method) \(path) was answered with \(answer.prefix(300))")
            }
            return String(answer[start.upperBound...])
        }
        _ = try send(
            "PUT", "/v1/issuers/acme",
            """
            {"fullName":"上海示例科技有限公司","creditCode":"91310000MA1FL0000N","contact":"人力资源部 021-88886666",
            "mailbox":"hr@example.com","smsSignature":"示例科技"}
            """)
        return try (0..<people).map { index in
            let person = try send(
                "POST", "/v1/people",
                """
                {"name":"\(Corpus.name(index))","language":"zh-CN",
                "addresses":[{"channel":"email","value":"client\(index)@example.com"}]}
                """)
            return try member("id", of: person)
        }
    }

    private static func member(_ name: String, of text: String) throws -> String {
        let object = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        guard let value = object?[name] as? String else { throw BenchError("no \"\(name)\" in \(text.prefix(300))") }
        return value
    }

    /// Whatever wrk was told was accepted must be on disk and in the log, and little more: what was still under way.
    private static func leg(_ output: String, database: String, memory: Double) throws -> Leg {
        let line = output.split(separator: "\n").first { $0.hasPrefix("accepted-refused-microseconds ") }
        let numbers = (line ?? "").split(separator: " ").dropFirst().compactMap { Double($0) }
        guard numbers.count == 3 else { throw BenchError("wrk printed \(output.prefix(400))") }
        let stored = try RawSQLite.integer("SELECT count(*) FROM notices", in: database)
        let logged = try RawSQLite.integer(
            """
            SELECT count(*) FROM evidence_entries
            WHERE event = 'NoticeIssued' AND leaf_index < (SELECT max(size) FROM checkpoints)
            """, in: database)
        let accepted = Int(numbers[0])
        let isSound =
            stored == logged && stored >= accepted && stored - accepted <= AcceptanceLeg.callers && numbers[1] == 0
        return Leg(
            seconds: numbers[2] / 1e6, units: accepted,
            facts: ["RSS MiB": memory.rounded(to: 1)],
            fault: isSound
                ? nil : "\(accepted) accepted, \(Int(numbers[1])) refused, \(stored) stored, \(logged) in the log")
    }
}
