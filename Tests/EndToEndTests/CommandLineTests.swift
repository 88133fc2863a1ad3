import Evidence
import Foundation
import TestSupport
import Testing

extension EndToEnd {
    /// The command line as its users see it.
    struct CommandLineTests {
        private static let subcommands = [
            "demo", "serve", "issue", "show", "approve", "prove", "audit", "migrate", "keygen", "keys", "doctor",
            "backup", "restore", "accounts", "employees", "units", "clients", "handover", "agreements", "training",
            "pay", "webhooks",
            "attendance", "goals", "reviews", "risk", "dossier",
        ]

        @Test func `every subcommand explains itself, and the list of them is complete`() async throws {
            let overview = try await Program.run([Program.songda, "--help"], in: "/")
            #expect(overview.code == 0)
            for name in Self.subcommands {
                #expect(overview.out.contains("  \(name) "), "\(name) in the overview")
                let help = try await Program.run([Program.songda, name, "--help"], in: "/")
                #expect(help.code == 0)
                #expect(help.out.contains("USAGE: songda \(name)"), "\(help.said)")
            }
            let verifier = try await Program.run([Program.verifier, "--help"], in: "/")
            #expect(verifier.code == 0)
            let wrong = try await Program.run([Program.songda, "serv"], in: "/")
            #expect(wrong.code == 64)
        }

        @Test func `what is printed with --json parses, and without it is no JSON`() async throws {
            let peer = try await ScriptedPeer.smtp()
            try await House.with(.init(relay: peer.port)) { house, hr in
                let person = try await hr.person("E-1", mail: "reader@far.test")
                try house.write(Requests.alert(to: person).canonicalText, to: "alert.json")
                let key = ["--key-file", house.path("hr.key")]
                let issued = try JSONValue(
                    parsing: try await house.succeed(["issue", "alert.json", "--json"] + key))
                let notice = try #require(issued["id"]?.string)
                // The same file twice is one notice.
                let replayed = try JSONValue(
                    parsing: try await house.succeed(["issue", "alert.json", "--json"] + key))
                #expect(replayed["id"]?.string == notice)
                try await hr.wait(for: "accepted", of: notice)
                // And a reader is told so, with the state that it has now.
                let first = try #require(issued["state"]?.string)
                let now = try #require(try await hr.json("GET", "/v1/notices/\(notice)")["state"]?.string)
                let again = try await house.succeed(["issue", "alert.json"] + key)
                #expect(now != first)
                let line = "state    \(now) (issued before with the same request; nothing was issued now)\n"
                #expect(again.contains(line), "\(again)")

                let commands: [[String]] = [
                    ["show", notice] + key, ["audit"], ["doctor"], ["keygen"], ["backup", house.path("a.db")],
                    ["restore", "--check", house.path("a.db")],
                ]
                for command in commands {
                    let json = try await house.songda(command + ["--json"])
                    #expect(json.code == 0, "\(command): \(json.said)")
                    #expect(throws: Never.self, "\(command)") { try JSONValue(parsing: json.out) }
                    if command[0] == "backup" { continue }
                    let text = try await house.songda(command)
                    #expect(text.code == 0, "\(command): \(text.said)")
                    #expect(throws: JSONError.self, "\(command)") { try JSONValue(parsing: text.out) }
                }
                try await house.stop()
                for command in [["keys", "list"], ["migrate"]] {
                    let json = try await house.succeed(command + ["--json"])
                    #expect(throws: Never.self, "\(command)") { try JSONValue(parsing: json) }
                }
            }
            await peer.stop()
        }

        @Test func `a key that may issue and not read is told of its repeated request, and that it may not see more`()
            async throws
        {
            try await House.with { house, hr in
                let person = try await hr.person("E-1", mail: nil)
                try house.write(Requests.alert(to: person).canonicalText, to: "alert.json")
                let issuer = try await hr.colleague("issuer", ["issue"])
                try house.keep(secret: issuer.secret, in: "issuer.key")
                let command = ["issue", "alert.json", "--key-file", house.path("issuer.key")]
                #expect(!(try await house.succeed(command)).contains("issued before"))
                let again = try await house.succeed(command)
                let before = "when it was issued (issued before with the same request; nothing was issued now;"
                #expect(again.contains(before), "\(again)")
                #expect(again.contains("where it stands now cannot be told: "), "\(again)")
                #expect(again.contains("read"), "\(again)")
            }
        }

        @Test func `the example of every kind is a request that only lacks its issuer and people`() async throws {
            try await House.with { house, hr in
                let person = try await hr.person("E-1", mail: nil)
                let kinds = try await hr.json("GET", "/v1/templates")["items"]?.array ?? []
                #expect(kinds.count >= 10)
                for kind in kinds.compactMap({ $0["kind"]?.string }) {
                    let text = try await house.succeed([
                        "issue", "--example", kind, "--key-file", house.path("hr.key"),
                    ])
                    let request = text.replacing("\"ISSUER\"", with: "\"\(House.issuer)\"")
                        .replacing("\"PERSON\"", with: "\"\(person)\"")
                    let answer = try await hr.send("POST", "/v1/notices:preview", try JSONValue(parsing: request))
                    #expect(answer.status == 200, "\(kind): \(String(decoding: answer.body, as: UTF8.self))")
                }
            }
        }

        @Test func `without a key, or with one that others can read, a command says what to do`() async throws {
            let house = try await House.build(.init())
            let bare = try await house.songda(["show", "SD-1"])
            #expect(bare.code != 0)
            #expect(bare.err.contains("no API key: set SONGDA_KEY, or give --key-file"))
            try house.write("sk_secret\n", to: "open.key", mode: 0o644)
            let exposed = try await house.songda(["show", "SD-1", "--key-file", house.path("open.key")])
            #expect(exposed.code != 0)
            #expect(exposed.err.contains("readable by others; chmod 600 it"))
            #expect(!exposed.said.contains("sk_secret"))
            let alone = try await house.songda(["show", "SD-1"], environment: ["SONGDA_KEY": "sk_secret"])
            #expect(alone.code != 0)
            #expect(alone.err.contains("127.0.0.1:\(house.port)"), "\(alone.err)")
            await house.discard()
        }
    }
}
