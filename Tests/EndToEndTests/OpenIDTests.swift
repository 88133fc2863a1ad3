import Evidence
import Foundation
import SQL
import TestSupport
import Testing

extension EndToEnd {
    /// Sign-in through an identity provider that others wrote, in a real Chromium, over TLS.
    struct OpenIDTests {
        /// What the walk reports.
        private struct Walk: Decodable {
            let faults: [String]
            let pages: Int
        }

        /// What everything runs in.
        private struct Stage {
            let house: House
            let proxy: Proxy
            let canaille: Canaille
            let shots: String

            /// Lets people sign in, one after the other, and holds them to what they must meet.
            func walk(_ steps: [JSONValue]) async throws {
                let order = JSONValue.object([
                    "base": .string(proxy.url), "provider": .string(canaille.issuer), "shots": .string(shots),
                    "steps": .array(steps),
                ])
                try house.write(bytes: order.canonicalBytes, to: "order.json")
                let script = "\(TestResources.root)/Tests/EndToEndTests/Browser/openid.py"
                let python = "\(TestResources.root)/var/browser/bin/python"
                let ending = try await Program.run(
                    ["sh", "-c", "\(python) \(script) < order.json"], in: house.directory, within: .seconds(200))
                try #require(ending.code == 0, "\(ending.said.suffix(3000))")
                let walk = try JSONDecoder().decode(Walk.self, from: Data(ending.out.utf8))
                #expect(walk.faults.isEmpty, "\(walk.faults.joined(separator: "\n"))")
                #expect(walk.pages >= steps.count * 2)
            }
        }

        @Test func `people sign in through Canaille behind the shipped proxy, each as far as they are linked`()
            async throws
        {
            let python = "\(TestResources.root)/var/browser/bin/python"
            try #require(
                FileManager.default.isExecutableFile(atPath: python), "run `sh config/setup-browser.sh var/browser`")
            let shots = TestResources.root + "/var/screenshots"
            try FileManager.default.createDirectory(atPath: shots, withIntermediateDirectories: true)
            let ports = try Proxy.ports()
            let url = "https://localhost:\(ports.https)"
            let canaille = try await Canaille.start(
                people: ["wang", "li", "zhao", "stranger"], redirect: url + "/sign-in/openid/return")
            do {
                var settings = House.Settings(publicURL: url)
                settings.more = try Self.options(canaille)
                let used = settings
                try await House.quiet(settings) { house in
                    try await Proxy.with(ports, before: house.port) { proxy in
                        try await Self.play(Stage(house: house, proxy: proxy, canaille: canaille, shots: shots), used)
                    }
                }
            } catch {
                await canaille.stop()
                throw error
            }
            await canaille.stop()
        }

        private static func options(_ canaille: Canaille, more: String = "") throws -> String {
            """
            oidc:
              name: Canaille
              issuer: "\(canaille.issuer)"
              client-id: "\(canaille.clientID)"
              secret-file: "\(canaille.secretFile)"
              scopes: [openid, profile]
            \(more)
            """
        }

        private static func play(_ stage: Stage, _ settings: House.Settings) async throws {
            let house = stage.house
            // SQLite belongs to one process: accounts are made while the server stands still.
            let wang = try await account(house, "wang", "approve,read")
            let zhao = try await account(house, "zhao", "approve,read")
            _ = try await account(house, "li", "issue")
            try await house.succeed(["accounts", "link", "wang", "--subject", "wang"])
            let doctor = try await house.songda(["doctor"])
            #expect(doctor.said.contains("identity provider"), "\(doctor.said)")
            try await house.start()
            for login in ["li", "zhao"] {
                try await house.succeed([
                    "accounts", "link", login, "--subject", login, "--through", "http://127.0.0.1:\(house.port)",
                    "--key-file", house.path("hr.key"),
                ])
            }
            func step(_ who: String, _ page: String, meets: String, own: String = "") -> JSONValue {
                [
                    "who": .string(who), "password": .string(Canaille.password),
                    "own": .string(own), "page": .string(page), "meets": .string(meets),
                ]
            }
            try await stage.walk([
                step("wang", "/notices", meets: "code", own: wang), step("li", "/issue", meets: "in"),
                step("stranger", "/", meets: "unlinked"),
            ])
            try await house.stop()
            // Its word for the second factor, of somebody whom it has asked for one a moment ago.
            var believing = settings
            believing.more = try options(
                stage.canaille, more: "  second-factor: { amr: [mfa], max-age: 600 }\n")
            try house.write(believing)
            try await house.start()
            try await stage.walk([step("zhao", "/notices", meets: "in")])
            #expect(!zhao.isEmpty, "they have a second factor here, and were not asked for it")
            try await house.stop()
            let log = try await house.running.said
            #expect(log.contains("GET /sign-in/openid/return 303") && !log.contains("code="))
            #expect(try await house.audit()["sound"] != false)
        }

        /// An account as `songda accounts add` makes it; returns the secret of its authenticator.
        private static func account(_ house: House, _ login: String, _ scopes: String) async throws -> String {
            try house.keep(secret: "correct horse \(login.hashValue) battery", in: "\(login).password")
            let told = try JSONValue(
                parsing: try await house.succeed([
                    "accounts", "add", "--login", login, "--name", "账号 \(login)", "--scopes", scopes, "--json",
                    "--password-file", house.path("\(login).password"),
                ]))
            let uri = told["authenticator"]?.string ?? ""
            return uri.range(of: "secret=").map { String(uri[$0.upperBound...].prefix { $0 != "&" }) } ?? ""
        }
    }
}
