import Evidence
import Foundation
import SQL
import TestSupport
import Testing

extension EndToEnd {
    /// The console in a real Chromium; pictures of every page are kept in `var/screenshots`.
    struct BrowserTests {
        /// What the walk reports.
        private struct Walk: Decodable {
            let bundle: String
            let faults: [String]
            let pages: Int
        }

        @Test func `S-126 a dismissal is issued, approved by two, read on a phone and proved in a browser`()
            async throws
        {
            let python = "\(TestResources.root)/var/browser/bin/python"
            try #require(
                FileManager.default.isExecutableFile(atPath: python), "run `sh config/setup-browser.sh var/browser`")
            let shots = TestResources.root + "/var/screenshots"
            try FileManager.default.createDirectory(atPath: shots, withIntermediateDirectories: true)
            let peer = try await ScriptedPeer.smtp()
            let receiver = try await ScriptedPeer.http()
            var settings = House.Settings(relay: peer.port)
            settings.more = "webhooks: { private-targets: true }\n"
            let house = try await House.build(settings)
            do {
                try await house.start()
                let hr = try await house.caller()
                try await hr.enrol()
                let person = try await hr.person("E-1", mail: "li.lei@far.test")
                _ = try await house.succeed([
                    "webhooks", "add", "http://127.0.0.1:\(receiver.port)/hook", "--name", "CRM", "--events",
                    "notices,deliveries", "--key-file", house.path("hr.key"),
                ])
                try await house.stop()
                // SQLite belongs to one process: accounts are made while the server stands still.
                var accounts: [String: JSONValue] = [:]
                for (who, name, scopes, of) in [
                    ("hr", "人事 李敏", "issue,read", nil), ("wang", "法务 王芳", "approve,read", nil),
                    ("zhao", "经理 赵刚", "approve,read", nil), ("employee", "李雷", "inbox", person),
                    ("operator", "运维 周凯", "administer", nil),
                ] as [(String, String, String, String?)] {
                    accounts[who] = try await Self.account(house, who, name, scopes, of)
                }
                try await house.start()
                let order = JSONValue.object([
                    "base": .string("http://127.0.0.1:\(house.port)"), "shots": .string(shots),
                    "accounts": .object(accounts), "recipient": "E-1",
                    "fields": [
                        "contractStart": "2022-03-01", "ground": "36", "proposedBy": "employee",
                        "agreementDate": .string(Self.day(0)), "finalDate": .string(Self.day(10)),
                        "handoverDate": .string(Self.day(8)),
                    ],
                ])
                try house.write(bytes: order.canonicalBytes, to: "order.json")
                let script = "\(TestResources.root)/Tests/EndToEndTests/Browser/walk.py"
                let ending = try await Program.run(
                    ["sh", "-c", "\(python) \(script) < order.json"], in: house.directory, within: .seconds(280))
                #expect(ending.code == 0, "\(ending.said.suffix(3000))")
                let walk = try JSONDecoder().decode(Walk.self, from: Data(ending.out.utf8))
                #expect(walk.faults.isEmpty, "\(walk.faults.joined(separator: "\n"))")
                #expect(walk.pages >= 60)
                let verdict = try await Program.run(
                    [Program.verifier, walk.bundle, "--trust", house.path("keys/root.pem")], in: house.directory)
                #expect(verdict.code == 0, "\(verdict.said.suffix(2000))")
            } catch {
                await house.discard()
                await peer.stop()
                await receiver.stop()
                throw error
            }
            await house.discard()
            await peer.stop()
            await receiver.stop()
        }

        /// An account as `songda accounts add` makes it.
        private static func account(
            _ house: House, _ login: String, _ name: String, _ scopes: String, _ person: String?
        ) async throws -> JSONValue {
            let password = "correct horse battery \(login.hashValue)"
            try house.keep(secret: password, in: "\(login).password")
            var words = [
                "accounts", "add", "--login", login, "--name", name, "--scopes", scopes, "--json", "--password-file",
                house.path("\(login).password"),
            ]
            if let person { words += ["--person", person] }
            let told = try JSONValue(parsing: try await house.succeed(words))
            let uri = told["authenticator"]?.string ?? ""
            let secret = uri.range(of: "secret=").map { String(uri[$0.upperBound...].prefix { $0 != "&" }) } ?? ""
            return [
                "login": .string(login), "name": .string(name), "password": .string(password),
                "secret": .string(secret),
            ]
        }

        /// A day from today in China, where the days of a notice are counted.
        private static func day(_ offset: Int) -> String {
            let now = SystemClock().now.adding(.seconds(8 * 3600 + Int64(offset) * 86_400))
            return String(now.rfc3339.prefix(10))
        }
    }
}
