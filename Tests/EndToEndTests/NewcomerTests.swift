import Evidence
import Foundation
import TestSupport
import Testing

extension EndToEnd {
    /// What somebody met who used the programs for the first time: each is told, or taken.
    struct NewcomerTests {
        @Test func `a request file that cannot be read is told with the reason, and a byte order mark does not matter`()
            async throws
        {
            try await House.with { house, hr in
                let key = ["--key-file", house.path("hr.key")]
                let missing = try await house.songda(["issue", "nofile.json"] + key)
                #expect(missing.code != 0)
                #expect(
                    missing.err.contains("nofile.json cannot be read (No such file or directory); correct the path"),
                    "\(missing.said)")
                let directory = try await house.songda(["issue", "keys"] + key)
                #expect(directory.code != 0 && directory.err.contains("keys is a directory; name a file in it"))
                let request = Requests.alert(to: try await hr.person("E-1", mail: nil))
                try house.write(bytes: [0xEF, 0xBB, 0xBF] + request.canonicalBytes, to: "marked.json")
                let marked = try JSONValue(
                    parsing: try await house.succeed(["issue", "marked.json", "--json"] + key))
                #expect(marked["number"]?.string != nil)
            }
        }

        @Test func `both programs take either name of the option for the language, and either name of Chinese`()
            async throws
        {
            try await House.with { house, hr in
                let key = ["--key-file", house.path("hr.key")]
                let notice = try await hr.alert(try await hr.person("E-1", mail: nil), key: "one")
                try await eventually("a bundle") {
                    try await house.songda(["prove", notice, "--out", house.path("one.asice")] + key).code == 0
                }
                let ways = [["--language", "zh-CN"], ["--language", "zh"], ["--lang", "zh-CN"], ["--lang", "zh"]]
                for (index, way) in ways.enumerated() {
                    let verdict = try await Program.run([Program.verifier, house.path("one.asice")] + way, in: "/")
                    #expect(verdict.code == 3 && verdict.out.contains("结论:"), "\(way): \(verdict.said)")
                    try await house.succeed(
                        ["prove", notice, "--report", "--out", house.path("\(index).pdf")] + way + key)
                }
                for program in [[Program.verifier, house.path("one.asice")], [Program.songda, "prove", notice] + key] {
                    let wrong = try await Program.run(program + ["--language", "fr"], in: "/")
                    #expect(
                        wrong.code == 64 && wrong.err.contains("zh-CN") && wrong.err.contains("en"), "\(wrong.said)")
                    let name = Array(program.prefix(program.count > 3 ? 2 : 1))
                    let help = (try await Program.run(name + ["--help"], in: "/")).out
                    #expect(help.contains("--language <language>") && !help.contains("--lang <"), "\(help)")
                }
            }
        }

        @Test func `a bundle and its report are called what the server calls them, by id and by number`() async throws {
            try await House.with { house, hr in
                let key = ["--key-file", house.path("hr.key")]
                let notice = try await hr.alert(try await hr.person("E-1", mail: nil), key: "one")
                let number = try #require(try await hr.json("GET", "/v1/notices/\(notice)")["number"]?.string)
                try await eventually("a bundle") { try await house.songda(["prove", notice] + key).code == 0 }
                #expect(FileManager.default.fileExists(atPath: house.path("\(number).asice")))
                let again = try await house.songda(["prove", number] + key)
                #expect(again.code != 0 && again.err.contains("\(number).asice exists; name another"), "\(again.said)")
                let report = try await house.succeed(["prove", number, "--report", "--language", "en"] + key)
                #expect(report.contains("\(number)-report.en.pdf"), "\(report)")
                #expect(FileManager.default.fileExists(atPath: house.path("\(number)-report.en.pdf")))
            }
        }

        @Test func `each delivery of a notice to several people says whose it is`() async throws {
            try await House.with { house, hr in
                let people = [
                    try await hr.person("E-1", name: "李娜", mail: nil),
                    try await hr.person("E-2", name: "王芳", mail: nil),
                    try await hr.person("E-3", name: "王芳", mail: nil),
                ]
                var request = try #require(Requests.alert(to: people[0]).object)
                let alone = try await hr.alert(people[0], key: "one")
                request["recipients"] = .array(people.map { .string($0) })
                let notice = try await hr.text("POST", "/v1/notices", .object(request), key: "three", "id")
                try await hr.wait(for: "available", of: alone, on: "inbox")
                try await eventually("three inboxes that have it") {
                    try await hr.deliveries(of: notice).filter { $0["state"]?.string == "available" }.count == 3
                }
                let key = ["--key-file", house.path("hr.key")]
                let shown = try await house.succeed(["show", notice] + key)
                // Two of one name are told apart by their ids.
                for name in ["李娜", "王芳 (\(people[1]))", "王芳 (\(people[2]))"] {
                    #expect(shown.contains("\n  \(name)  inbox  available  "), "\(shown)")
                }
                #expect(try await house.succeed(["show", alone] + key).contains("\n  inbox  available  "))
            }
        }

        @Test func `the example says that it needs a key, and why`() async throws {
            let house = try await House.build(.init())
            let bare = try await house.songda(["issue", "--example", "dismissal"])
            #expect(bare.code != 0 && bare.err.contains("no API key: set SONGDA_KEY, or give --key-file"))
            #expect(bare.err.contains("the running server is asked for the example"), "\(bare.said)")
            let help = try await house.songda(["issue", "--help"])
            let text = help.out.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            #expect(text.contains("so a key is needed here too"), "\(text)")
            await house.discard()
        }

        @Test func `what is no backup is refused as that, without a word of SQL`() async throws {
            let house = try await House.build(.init())
            try house.write("", to: "empty.db")
            try house.write("no database at all", to: "text.db")
            let foreign = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute('CREATE TABLE t (x)')"
            _ = try await Program.run(["python3", "-c", foreign, house.path("foreign.db")], in: "/")
            for (file, says) in [
                ("empty.db", "is empty"), ("text.db", "is no SQLite database"), ("foreign.db", "holds no evidence log"),
            ] {
                for flags in [["--check"], []] {
                    let refused = try await house.songda(["restore", house.path(file)] + flags)
                    #expect(refused.code != 0 && refused.err.contains("\(house.path(file)) \(says)"), "\(refused.said)")
                    #expect(refused.err.contains("no backup of Songda") && refused.err.contains("`songda backup`"))
                    #expect(!refused.err.contains("SELECT") && !refused.err.contains("no such table"))
                }
            }
            await house.discard()
        }

        @Test func `keygen names the files of a seal and what to do with them`() async throws {
            let house = try await House.build(.init())
            let arguments = [
                "keygen", "--seal", "second", "--name", House.issuerName, "--credit-code", House.creditCode,
            ]
            let made = try await house.succeed(arguments)
            for words in ["private key \(house.path("keys/seals/second.key"))", "seals/second.pem", "Back the key up"] {
                #expect(made.contains(words), "\(made)")
            }
            #expect(FileManager.default.fileExists(atPath: house.path("keys/seals/second.key")))
            let again = try await house.succeed(arguments)
            #expect(again.contains("It was there already"), "\(again)")
            await house.discard()
        }

        @Test func `a second dismissal is warned of where it is issued`() async throws {
            try await House.with { house, hr in
                let key = ["--key-file", house.path("hr.key")]
                let legal = try await hr.colleague("legal", ["approve"])
                defer { legal.close() }
                let request = Requests.dismissal(to: try await hr.person("E-1", mail: nil), confirmedBy: legal.id)
                try house.write(request.canonicalText, to: "dismissal.json")
                let first = try await house.succeed(["issue", "dismissal.json"] + key)
                #expect(!first.contains("warning"))
                let second = try await house.succeed(
                    ["issue", "dismissal.json", "--idempotency-key", "another"] + key)
                let number = try #require(
                    first.split(separator: "\n").first { $0.hasPrefix("number") }?.split(separator: " ").last)
                #expect(second.contains("warning") && second.contains(number), "\(second)")
            }
        }
    }
}
