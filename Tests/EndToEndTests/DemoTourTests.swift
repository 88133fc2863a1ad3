import Evidence
import Foundation
import TestSupport
import Testing

extension EndToEnd {
    /// The demo that keeps serving, used as the README says, by people in a real Chromium.
    ///
    /// Every page of `Browser/pages.json` is looked at in both languages, in light and in dark, at a desk and on a telephone
    /// of 360 pixels. Two pictures of each are kept in `var/screenshots/tour`; with `SONGDA_SCREENSHOTS=all` in the
    /// environment, one of each of the eight ways.
    struct DemoTourTests {
        private struct Tour: Decodable {
            let bundle: String
            let faults: [String]
            let pages: Int
        }

        @Test func `somebody who follows the README issues, approves, reads and proves, and every page holds`()
            async throws
        {
            let python = "\(TestResources.root)/var/browser/bin/python"
            try #require(
                FileManager.default.isExecutableFile(atPath: python), "run `sh config/setup-browser.sh var/browser`")
            let directory = try TemporaryDirectory.make("songda-tour")
            let shots = TestResources.root + "/var/screenshots/tour"
            try FileManager.default.createDirectory(atPath: shots, withIntermediateDirectories: true)
            let demo = try await Program.start(
                [
                    Program.songda, "demo", "--serve", "--clients", "3", "--port", "0", "--directory",
                    "\(directory)/demo",
                ], in: TestResources.root)
            do {
                try await demo.wait(for: "the sign-in", within: .seconds(180)) { demo.said.contains("until ctrl-C") }
                #expect(demo.said.contains("verifiers said NOT SOUND"), "\(demo.said)")
                // Five notices, and of the three client notices only one link was opened: the ending claims no more.
                #expect(demo.said.contains("5 notices were issued, put into inboxes"), "\(demo.said)")
                #expect(demo.said.contains("acknowledged      2, ") && demo.said.contains("1 of 3 client notices"))
                let bundles = try FileManager.default.contentsOfDirectory(atPath: "\(directory)/demo/proofs")
                #expect(bundles.count == 5, "\(bundles)")
                #expect(bundles.allSatisfy { $0.hasPrefix("REHEARSAL-SD-") && $0.hasSuffix(".asice") }, "\(bundles)")
                let order = try Self.order(said: demo.said, directory: "\(directory)/demo", shots: shots)
                try Data(order.canonicalBytes).write(to: URL(fileURLWithPath: "\(directory)/order.json"))
                let script = "\(TestResources.root)/Tests/EndToEndTests/Browser/tour.py"
                let ending = try await Program.run(
                    ["sh", "-c", "\(python) \(script) < order.json"], in: directory, within: .seconds(1800))
                #expect(ending.code == 0, "\(ending.said.suffix(3000))")
                let tour = try JSONDecoder().decode(Tour.self, from: Data(ending.out.utf8))
                #expect(tour.faults.isEmpty, "\(tour.faults.joined(separator: "\n"))")
                #expect(tour.pages >= 400)
                let verdict = try await Program.run(
                    [Program.verifier, tour.bundle, "--trust", "\(directory)/demo/keys/root.pem"], in: directory)
                #expect(verdict.code == 0, "\(verdict.said.suffix(2000))")
            } catch {
                await demo.discard()
                throw error
            }
            demo.signal(SIGINT)
            try await demo.end()
            await demo.discard()
        }

        /// What the demo printed, as the reader of a terminal sees it, and the files it names.
        private static func order(said: String, directory: String, shots: String) throws -> JSONValue {
            var accounts: [String: JSONValue] = [:]
            for line in said.split(separator: "\n") {
                let words = line.split(separator: " ")
                guard words.count > 3, words[2] == "yes" || words[2] == "no", words[1].count == 19 else { continue }
                let login = String(words[0])
                var secret = ""
                if words[2] == "yes" {
                    let uri = try String(contentsOfFile: "\(directory)/accounts/\(login).otpauth", encoding: .utf8)
                    let found = try #require(uri.range(of: "secret="))
                    secret = String(uri[found.upperBound...].prefix { $0 != "&" })
                }
                accounts[login] = [
                    "login": .string(login), "password": .string(String(words[1])), "secret": .string(secret),
                ]
            }
            try #require(accounts.count == 6, "\(said.suffix(3000))")
            let server = try #require(said.components(separatedBy: "登录: ").dropFirst().first?.prefix { $0 != "\n" })
            return [
                "base": .string(String(server.dropLast())), "shots": .string(shots), "accounts": .object(accounts),
                "employee": "E-1002",
            ]
        }
    }
}
