import Evidence
import Foundation
import TestSupport
import Testing

extension EndToEnd {
    /// Wrong configuration, wrong keys, wrong files: a sentence with the thing, the value and the cure, and no start.
    struct BadInputTests {
        private struct Case: Sendable {
            let was: String
            let is_: String
            let says: [String]
        }

        @Test func `a wrong configuration stops the start and the sentence names option, value and cure`() async throws
        {
            let house = try await House.build(.init(relay: 2525))
            let good = house.configuration(.init(relay: 2525))
            let cases = [
                Case(was: "rehearsal: false", is_: "rehersal: false", says: ["rehersal", "did you mean rehearsal?"]),
                Case(
                    was: "  domain: songda.test", is_: "  domian: songda.test",
                    says: ["mail.domian", "did you mean domain?"]),
                Case(was: "port: \(house.port)", is_: "port: 25a", says: ["http.port", "\"25a\"", "1"]),
                Case(was: "port: \(house.port)", is_: "port: 65536", says: ["http.port", "\"65536\"", "65535"]),
                Case(was: "port: 2525", is_: "port: -1", says: ["mail.routes[0].port", "\"-1\""]),
                Case(was: "rehearsal: false", is_: "rehearsal: maybe", says: ["rehearsal", "\"maybe\""]),
                Case(was: "database: sqlite:", is_: "database: mysql:", says: ["database", "neither sqlite:PATH nor"]),
                Case(was: "security: clearText", is_: "security: none", says: ["security", "\"none\"", "clearText"]),
                Case(was: "mail:", is_: "mail: [", says: ["is not YAML"]),
                Case(was: "log: songda.test/evidence", is_: "log: a\nlog: b", says: ["log stands twice"]),
                Case(was: house.path("keys"), is_: house.path("nokeys"), says: ["nokeys/master.key"]),
            ]
            for one in cases {
                #expect(good.contains(one.was), "\(one.was) is in the configuration")
                try house.write(good.replacing(one.was, with: one.is_), to: "songda.yaml")
                let ending = try await house.songda(["serve"], within: .seconds(30))
                #expect(ending.code != 0, "\(one.is_)")
                for words in one.says { #expect(ending.err.contains(words), "\(one.is_): \(ending.err)") }
                #expect(!ending.err.contains("Fatal error"), "\(one.is_): \(ending.err)")
            }
            let none = try await Program.run(
                [Program.songda, "serve", "--config", house.path("none.yaml")], in: house.directory)
            #expect(none.code != 0)
            #expect(none.err.contains("none.yaml"))
            #expect(none.err.contains("cannot be read"))
            #expect(!FileManager.default.fileExists(atPath: house.path("rehearsal")), "nothing was begun")
            await house.discard()
        }

        @Test func `a key that is missing, exposed or damaged stops the start and is named`() async throws {
            let house = try await House.build(.init())
            let secret = try String(contentsOfFile: house.path("keys/entries.key"), encoding: .utf8).split(
                separator: "\n")[1]
            func refusal(_ change: () throws -> Void) async throws -> String {
                try change()
                let ending = try await house.songda(["serve"], within: .seconds(30))
                #expect(ending.code != 0)
                #expect(!ending.err.contains(secret), "a key is never shown")
                return ending.err
            }
            let files = FileManager.default
            for name in [
                "master.key", "links.key", "log.key", "entries.key", "timestamp.key", "entries.pem", "root.pem",
            ] {
                let path = house.path("keys/\(name)")
                let missing = try await refusal { try files.moveItem(atPath: path, toPath: path + ".away") }
                #expect(missing.contains("keys/\(name) cannot be found; run songda keygen"), "\(missing)")
                try files.moveItem(atPath: path + ".away", toPath: path)
                guard name.hasSuffix(".key") else { continue }
                let exposed = try await refusal {
                    try files.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
                }
                #expect(exposed.contains("keys/\(name)"), "\(exposed)")
                #expect(exposed.contains("chmod"), "\(exposed)")
                try files.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
            }
            let whole = try Data(contentsOf: URL(fileURLWithPath: house.path("keys/entries.key")))
            let damaged = try await refusal {
                try Data(whole.prefix(60)).write(to: URL(fileURLWithPath: house.path("keys/entries.key")))
            }
            #expect(damaged.contains("keys/entries.key"), "\(damaged)")
            try whole.write(to: URL(fileURLWithPath: house.path("keys/entries.key")))
            let doctor = try await house.songda(["doctor"])
            #expect(doctor.out.contains("ok    keys"), "\(doctor.said)")
            await house.discard()
        }

        @Test func `an expired certificate stops the start, and an expired seal stops its entity's notices`()
            async throws
        {
            try await House.with { house, hr in
                let person = try await hr.person("E-1", mail: nil)
                try await house.stop()
                let root = try CertificateIssuer(
                    certificate: Certificate(
                        pem: String(contentsOfFile: house.path("keys/root.pem"), encoding: .utf8), origin: "root.pem"),
                    key: SigningKey(file: house.path("keys/root.key")))
                // No certificate can be older than the one it hangs on, so its day lasts a second.
                let start = root.certificate.notBefore
                try await eventually("the second to pass") { SystemClock().now > start.adding(.seconds(2)) }
                func expire(_ name: String, _ make: (VerificationKey) throws -> Certificate) throws -> String {
                    let path = house.path("keys/\(name).pem")
                    let old = try String(contentsOfFile: path, encoding: .utf8)
                    let key = try SigningKey(file: house.path("keys/\(name).key")).publicKey
                    try house.write(try make(key).pem, to: "keys/\(name).pem", mode: 0o600)
                    return old
                }
                let old = try expire("entries") {
                    try root.entryCertificate(named: "Old", key: $0, from: start, lasting: .seconds(1))
                }
                let refused = try await house.songda(["serve"], within: .seconds(30))
                #expect(refused.code != 0)
                #expect(refused.err.contains("keys/entries.pem"), "\(refused.err)")
                #expect(refused.err.contains("expired"), "\(refused.err)")
                try house.write(old, to: "keys/entries.pem", mode: 0o600)

                _ = try expire("seals/\(House.issuer)") {
                    try root.sealCertificate(
                        organisation: House.issuerName, creditCode: House.creditCode, key: $0, from: start,
                        lasting: .seconds(1))
                }
                try await house.start()
                let notice = try await hr.alert(person, key: "expired-seal")
                try await eventually("the notice to be set aside") {
                    try await hr.json("GET", "/v1/notices/\(notice)")["state"] == "quarantined"
                }
                let items = try await hr.timeline(of: notice)
                #expect(
                    items.contains {
                        $0["event"] == "Quarantined" && $0["facts"]?["reason"]?.string?.contains("expired") == true
                    }, "\(items)")
                try await house.audit()
            }
        }

        @Test func `a truncated, empty or foreign bundle is refused with a sentence`() async throws {
            let peer = try await ScriptedPeer.smtp()
            try await House.with(.init(relay: peer.port)) { house, hr in
                let notice = try await hr.alert(try await hr.person("E-1", mail: "reader@far.test"), key: "one")
                try await hr.wait(for: "accepted", of: notice)
                let bundle = house.path("whole.asice")
                try await eventually("a bundle") {
                    try? FileManager.default.removeItem(atPath: bundle)  // of the try before
                    let made = try await house.songda([
                        "prove", notice, "--out", bundle, "--key-file", house.path("hr.key"),
                    ])
                    return made.code == 0
                }
                let bytes = try Data(contentsOf: URL(fileURLWithPath: bundle))
                for (name, data) in [
                    ("half", bytes.prefix(bytes.count / 2)), ("last-byte", bytes.dropLast()), ("empty", Data()),
                    ("text", Data("no bundle".utf8)),
                ] {
                    let path = house.path("\(name).asice")
                    try Data(data).write(to: URL(fileURLWithPath: path))
                    let ending = try await Program.run([Program.verifier, path, "--lang", "en"], in: "/")
                    #expect(ending.code == 1, "\(name): \(ending.said)")
                    #expect(!ending.said.isEmpty)
                    #expect(!ending.said.contains("Fatal error"))
                }
                let absent = try await Program.run([Program.verifier, house.path("absent.asice")], in: "/")
                #expect(absent.code == 64)
                #expect(absent.err.contains("no such file"))
                let taken = try await house.songda([
                    "prove", notice, "--out", bundle, "--key-file", house.path("hr.key"),
                ])
                #expect(taken.code != 0)
                #expect(taken.err.contains("exists; name another with --out"))
            }
            await peer.stop()
        }

        @Test func `a hostile request is refused field by field and leaves nothing behind`() async throws {
            try await House.with { house, hr in
                let person = try await hr.person("E-1", mail: nil)
                func refusal(_ path: String, _ body: JSONValue, key: String? = nil) async throws -> String {
                    let answer = try await hr.send("POST", path, body, key: key)
                    #expect((400..<500).contains(answer.status), "\(answer.status)")
                    #expect(answer.header("Content-Type")?.hasPrefix("application/problem+json") == true)
                    return String(decoding: answer.body, as: UTF8.self)
                }
                for value in ["a@b.test\r\nBcc: c@d.test", "a@b.test\u{0}", "a b@c.test", "a@b.test\nX: y"] {
                    let said = try await refusal(
                        "/v1/people",
                        [
                            "externalID": "E-9", "name": "李娜", "language": "zh-CN",
                            "addresses": [["channel": "email", "value": .string(value)]],
                        ])
                    #expect(said.contains("addresses[0]"), "\(said)")
                }
                guard case .object(var alert) = Requests.alert(to: person) else { return }
                alert["kind"] = "risk-alret"
                #expect(try await refusal("/v1/notices", .object(alert), key: "a").contains("risk-alret"))
                alert["kind"] = "risk-alert"
                alert["feilds"] = alert.removeValue(forKey: "fields")
                let unknown = try await refusal("/v1/notices", .object(alert), key: "b")
                #expect(unknown.contains("feilds") && unknown.contains("fields"), "\(unknown)")
                alert["feilds"] = nil
                alert["fields"] = ["employee": 5, "pattern": "gossip", "count": "two", "signals": [], "rule": ""]
                let wrong = try await refusal("/v1/notices", .object(alert), key: "c")
                for field in ["employee", "pattern", "count", "signals"] { #expect(wrong.contains(field), "\(wrong)") }
                alert["fields"] = ["employee": .string(String(repeating: "长", count: 4_000_000))]
                let large = try await hr.send("POST", "/v1/notices", .object(alert), key: "d")
                #expect(large.status == 413)
                #expect(try await hr.json("GET", "/v1/notices")["items"] == [])
                #expect(try await hr.json("GET", "/v1/people?externalID=E-9")["items"] == [])
                try await house.audit()
            }
        }
    }
}
