import Foundation
import Glibc

/// What a benchmark asks of a running `songda serve`.
enum ServedGateway {
    private static let people = 64

    /// Makes the seal of the issuing entity and an API key, before the server starts; returns the key.
    static func makeKeys(songda: String, configuration: String) throws -> String {
        _ = try ChildProcess.run([
            songda, "keygen", "--config", configuration, "--seal", "acme", "--name", "上海示例科技有限公司",
            "--credit-code", "91310000MA1FL0000N",
        ])
        let made = try ChildProcess.run([
            songda, "keys", "add", "--config", configuration, "--name", "bench", "--scopes",
            "issue,read,administer", "--json",
        ])
        return try member("secret", of: made)
    }

    /// Puts the issuing entity and some people on record; returns their ids.
    static func addPeople(_ server: ServerUnderTest, key: String) throws -> [String] {
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

    /// A notice as the server has told of it.
    struct Issued {
        let id: String
        let number: String
        let contentHash: String
    }

    /// Issues so many notices one after the other, of the kind of ``TemplateCopy``; returns some of them.
    static func issue(_ count: Int, to people: [String], _ server: ServerUnderTest, key: String) throws -> [Issued] {
        var some: [Issued] = []
        for index in 0..<count {
            let body = """
                {"issuer":"acme","kind":"\(TemplateCopy.kind)","recipients":["\(people[index % people.count])"],"fields":\
                {"newContact":"\(Corpus.name(index))","newPhone":"010-8888\(6_000 + index % 4_000)",\
                "newEmail":"contact\(index % 997)@example.com","effectiveDate":"2027-12-01"}}
                """
            let answer = LoopbackHTTP.send(
                "POST", "/v1/notices", port: server.port, key: key, once: "bench-\(index)", body: body)
            guard let answer, answer.hasPrefix("HTTP/1.1 202"), let start = answer.range(of: "\r\n\r\n") else {
                throw BenchError("a notice was answered with \((answer ?? "nothing").prefix(300))")
            }
            guard index % max(1, count / 100) == 0 else { continue }
            let told = String(answer[start.upperBound...])
            some.append(
                Issued(
                    id: try member("id", of: told), number: try member("number", of: told),
                    contentHash: try member("contentHash", of: told)))
        }
        return some
    }

    /// Waits until something is so; two minutes at most.
    static func wait(_ what: String, until isSo: () throws -> Bool) throws {
        let deadline = ContinuousClock.now + .seconds(120)
        while try !isSo() {
            guard ContinuousClock.now < deadline else {
                throw BenchError("after 120 s it is still not so that \(what)")
            }
            usleep(20_000)
        }
    }

    static func member(_ name: String, of text: String) throws -> String {
        let object = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        guard let value = object?[name] as? String else { throw BenchError("no \"\(name)\" in \(text.prefix(300))") }
        return value
    }
}
