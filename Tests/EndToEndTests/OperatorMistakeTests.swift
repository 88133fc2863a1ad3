import Evidence
import Foundation
import TestSupport
import Testing

extension EndToEnd {
    /// What somebody new gets wrong at the first start: one sentence, with the option, the value and the cure.
    struct OperatorMistakeTests {
        private struct Mistake {
            let was: String
            let becomes: String
            let says: [String]
        }

        @Test func `each mistake of a new operator is answered with option, value and cure, and nothing is begun`()
            async throws
        {
            let house = try await House.build(.init(relay: 2525))
            let good = house.configuration(.init(relay: 2525))
            let taken = try await ScriptedPeer.smtp()
            let database = "database: sqlite:\(house.directory)/songda.db"
            let mistakes = [
                Mistake(
                    was: "port: \(house.port)", becomes: "port: \(taken.port)",
                    says: ["http.port", "\"\(taken.port)\"", "is taken by another program", "--port"]),
                Mistake(
                    was: "http: { port", becomes: "http: { clear-text: true, host: 203.0.113.9, port",
                    says: ["http.host", "203.0.113.9", "no address of this machine"]),
                Mistake(
                    was: "http: { port", becomes: "http: { clear-text: true, host: nobody.invalid, port",
                    says: ["http.host", "nobody.invalid", "127.0.0.1"]),
                Mistake(
                    was: "http: { port", becomes: "http: { host: 0.0.0.0, port",
                    says: ["http.host", "0.0.0.0", "clear text", "clear-text: true"]),
                Mistake(
                    was: "http: { port", becomes: "http: { trusts-forwarded-for: true, proxies: [proxy.local], port",
                    says: ["http.proxies", "proxy.local", "10.0.0.5"]),
                Mistake(
                    was: "rehearsal: false",
                    becomes: "rehearsal: false\noidc: { issuer: \"http://sso.example.com\", client-id: songda }",
                    says: ["oidc.issuer", "http://sso.example.com", "must begin with https://"]),
                Mistake(
                    was: "rehearsal: false",
                    becomes: "rehearsal: false\noidc: { issuer: \"https://sso.example.com\", client-id: songda }",
                    says: ["oidc.secret-file", "is missing"]),
                Mistake(
                    was: "rehearsal: false",
                    becomes: "rehearsal: false\noidc: { issuer: \"https://sso.example.com\", client-id: songda, "
                        + "secret-file: hr.key, second-factor: { amr: [pwd] } }",
                    says: ["oidc.second-factor.amr", "pwd", "mfa"]),
                Mistake(
                    was: database, becomes: "database: \"host=127.0.0.1 port=1 dbname=x user=y password=hush\"",
                    says: ["config database", "Connection refused", "correct the connection string"]),
                Mistake(
                    was: database, becomes: "database: sqlite:\(house.path("songda.yaml"))/songda.db",
                    says: ["config database", "songda.yaml/songda.db", "correct the path"]),
                Mistake(
                    was: database, becomes: "database: sqlite:\(house.path("songda.yaml"))",
                    says: ["songda.yaml", "no SQLite database", "restore the last backup"]),
                Mistake(
                    was: "witness: \(house.directory)", becomes: "witness: \(house.path("hr.key"))",
                    says: ["config witness", "hr.key/songda.witness", "correct the path"]),
                Mistake(was: "log: songda.test/evidence", becomes: "log: my log", says: ["config log", "\"my log\""]),
                Mistake(
                    was: "rehearsal: false", becomes: "rehearsal: false\nretention-years: 2",
                    says: ["retention-years", "\"2\"", "10 years at least"]),
                Mistake(
                    was: "rehearsal: false",
                    becomes: "rehearsal: false\ntimestamps: { authorities: "
                        + "[ { name: far, url: \"http://127.0.0.1:1\", roots-file: \(house.path("none.pem")) } ] }",
                    says: ["timestamps.authorities far roots-file", "none.pem", "there is no such file"]),
                Mistake(
                    was: "rehearsal: false",
                    becomes: "rehearsal: false\ntimestamps: { authorities: "
                        + "[ { name: far, url: \"http://127.0.0.1:1\", roots-file: r.pem, policies: [\"1.2.x\"] } ] }",
                    says: ["timestamps.authorities[0].policies", "\"1.2.x\"", "object identifier"]),
                Mistake(
                    was: "rehearsal: false",
                    becomes: "rehearsal: false\ntimestamps: { authorities: "
                        + "[ { name: far, url: \"http://127.0.0.1:1\", roots-file: r.pem, policies: [] } ] }",
                    says: ["timestamps.authorities[0].policies", "leave it out"]),
                Mistake(
                    was: "rehearsal: false",
                    becomes: "rehearsal: false\nbackup: { directory: \(house.directory)/. }",
                    says: ["backup.directory", "the database's own directory", "another disk"]),
                Mistake(
                    was: "host: 127.0.0.1, port: 2525", becomes: "host: smtp.example.com, port: 2525",
                    says: ["mail.routes[0].security", "\"clearText\"", "startTLSRequired"]),
                Mistake(
                    was: "\(TestResources.root)/templates/notices", becomes: house.path("nothing"),
                    says: [house.path("nothing"), "is not a readable directory"]),
            ]
            for one in mistakes {
                #expect(good.contains(one.was), "\(one.was) is in the configuration")
                try house.write(good.replacing(one.was, with: one.becomes), to: "songda.yaml")
                let before = try FileManager.default.contentsOfDirectory(atPath: house.directory).sorted()
                let ending = try await house.songda(["serve"], within: .seconds(30))
                #expect(ending.code != 0, "\(one.becomes)")
                for words in one.says { #expect(ending.err.contains(words), "\(one.becomes): \(ending.err)") }
                let lines = ending.err.split(separator: "\n").filter { $0.hasPrefix("Error:") }
                #expect(lines.count == 1, "one sentence: \(ending.err)")
                for noise in ["Fatal error", "NSCocoa", "errno", "hush"] {
                    #expect(!ending.err.contains(noise), "\(one.becomes): \(ending.err)")
                }
                // But for the claim on the file, which came before anybody looked into it.
                let after = try FileManager.default.contentsOfDirectory(atPath: house.directory).sorted()
                    .filter { $0 != "songda.yaml.lock" }
                #expect(after == before.filter { $0 != "songda.yaml.lock" }, "\(one.becomes) left something behind")
                // What a start refuses the doctor finds; a port may be taken by the very server it is asked about.
                let doctor = try await house.songda(["doctor"], within: .seconds(30))
                guard !one.becomes.contains("\(taken.port)") else { continue }
                #expect(doctor.code == 1 && doctor.out.contains("FAULT"), "\(one.becomes): \(doctor.said)")
            }
            await taken.stop()
            await house.discard()
        }

        @Test func `with a configuration that cannot be read the doctor says nothing about anything else`() async throws
        {
            let house = try await House.build(.init(relay: 2525))
            try house.write(house.configuration(.init(relay: 2525)) + "bogus: 1\n", to: "songda.yaml")
            let text = try await house.songda(["doctor"])
            #expect(text.code == 1 && text.out.split(separator: "\n").count == 1, "\(text.said)")
            #expect(text.out.hasPrefix("FAULT configuration: ") && text.out.contains("bogus"))
            let json = try JSONValue(parsing: Array(try await house.songda(["doctor", "--json"]).out.utf8))
            #expect(json.array?.count == 1 && json[0]?["ok"] == false)
            await house.discard()
        }

        @Test func `the doctor finds a seal that cannot seal, another log key, and tells what a server for real lacks`()
            async throws
        {
            try await House.with(.init(relay: 2525)) { house, hr in
                _ = try await hr.person("E-1", mail: nil)
                try await house.stop()
                let sound = try await house.songda(["doctor"])
                #expect(sound.code == 0, "\(sound.said)")
                for words in ["mail.bounces is not set", "sms names no gateway", "timestamps names no authority"] {
                    #expect(sound.out.contains(words), "\(sound.out)")
                }
                let seal = "keys/seals/\(House.issuer).key"
                let good = try String(contentsOfFile: house.path(seal), encoding: .utf8)
                try house.write("garbage\n", to: seal, mode: 0o600)
                let broken = try await house.songda(["doctor"])
                #expect(broken.code == 1 && broken.out.contains("FAULT seals: \(House.issuer)"), "\(broken.out)")
                try house.write(good, to: seal, mode: 0o600)
                let log = try String(contentsOfFile: house.path("keys/log.key"), encoding: .utf8)
                try house.write(try SigningKey.generateEd25519().pem, to: "keys/log.key", mode: 0o600)
                let strange = try await house.songda(["doctor"])
                #expect(strange.code == 1 && strange.out.contains("FAULT evidence log"), "\(strange.out)")
                try house.write(log, to: "keys/log.key", mode: 0o600)
                #expect(try await house.songda(["doctor"]).code == 0)
            }
        }

        @Test func `a demo does not move aside what a server is writing to`() async throws {
            try await House.with(.init(relay: 2525)) { house, _ in
                let before = try FileManager.default.contentsOfDirectory(atPath: house.directory).sorted()
                let ending = try await Program.run(
                    [Program.songda, "demo", "--directory", house.directory], in: "/", within: .seconds(30))
                #expect(
                    ending.code != 0 && ending.err.contains("is in use by a demo that still serves"), "\(ending.said)")
                #expect(try FileManager.default.contentsOfDirectory(atPath: house.directory).sorted() == before)
            }
        }

        @Test func `a refused key is told with the server that refused it`() async throws {
            try await House.with(.init(relay: 2525)) { house, _ in
                try house.write("sk_wrong\n", to: "wrong.key", mode: 0o600)
                let ending = try await house.songda(["show", "SD-1", "--key-file", house.path("wrong.key")])
                #expect(ending.code != 0 && ending.err.contains("127.0.0.1:\(house.port)"), "\(ending.said)")
                let missing = try await house.songda(["show", "SD-1", "--key-file", house.path("none.key")])
                #expect(missing.err.contains("No such file"), "\(missing.said)")
            }
        }

        @Test func `a database named without a directory lies in the working directory`() async throws {
            let house = try await House.build(.init())
            let good = house.configuration(.init())
            try house.write(
                good.replacing("sqlite:\(house.directory)/songda.db", with: "sqlite:here.db"), to: "songda.yaml")
            try await house.succeed(["migrate"])
            #expect(FileManager.default.fileExists(atPath: house.path("here.db")))
            try await house.start()
            try await house.stop()
            await house.discard()
        }

        @Test func `serve --help says what comes before, and what ready means`() async throws {
            let help = try await Program.run([Program.songda, "serve", "--help"], in: "/")
            #expect(help.code == 0)
            let text = help.out.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            for words in ["songda keygen", "songda doctor", "songda keys add", "/readyz", "--config", "--port"] {
                #expect(text.contains(words), "\(words)")
            }
        }
    }
}
