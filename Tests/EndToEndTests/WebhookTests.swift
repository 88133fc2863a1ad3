import Evidence
import Foundation
import TestSupport
import Testing

extension EndToEnd {
    /// The real server tells another system, and serves live and test keys side by side.
    struct WebhookTests {
        /// Another language's HMAC, so that we do not agree with ourselves alone.
        private static let verifier = """
            import base64, hashlib, hmac, sys
            key, signed, body = base64.b64decode(sys.argv[1]), sys.argv[2].encode(), open(sys.argv[3], "rb").read()
            print(base64.b64encode(hmac.new(key, signed + body, hashlib.sha256).digest()).decode())
            """

        @Test(arguments: Backend.allCases)
        func `S-125 another system is told what happens, and can verify that it was us`(_ backend: Backend) async throws
        {
            let receiver = try await ScriptedPeer.http()
            let relay = try await ScriptedPeer.smtp()
            var settings = House.Settings(relay: relay.port)
            settings.more = "webhooks: { private-targets: true }\n"
            try await House.with(settings, on: backend) { house, hr in
                let key = ["--key-file", house.path("hr.key"), "--json"]
                let added = try JSONValue(
                    parsing: try await house.succeed(
                        [
                            "webhooks", "add", "http://127.0.0.1:\(receiver.port)/hook", "--name", "CRM", "--events",
                            "notices,deliveries",
                        ] + key))
                let secret = try #require(added["secret"]?.string)
                let person = try await hr.person("E-1", mail: "reader@far.test")
                let notice = try await hr.text("POST", "/v1/notices", Requests.alert(to: person), key: "one", "id")
                try await hr.wait(for: "accepted", of: notice)
                try await receiver.wait(forKind: "request", count: 4)
                let told = receiver.messages.map { String(decoding: $0, as: UTF8.self) }
                let first = try #require(told.first { $0.contains("\"NoticeIssued\"") })
                #expect(first.contains(notice) && !first.contains("reader@far.test") && !first.contains("王芳"))
                let parts = first.components(separatedBy: "\r\n\r\n")
                func field(_ name: String) -> String {
                    parts[0].components(separatedBy: "\r\n").first { $0.hasPrefix(name + ": ") }
                        .map { String($0.dropFirst(name.count + 2)) } ?? ""
                }
                try house.write(parts[1], to: "body.json")
                let computed = try await Program.run(
                    [
                        "/usr/bin/python3", "-c", Self.verifier, String(secret.dropFirst("whsec_".count)),
                        "\(field("webhook-id")).\(field("webhook-timestamp")).", house.path("body.json"),
                    ], in: house.directory)
                #expect("v1," + computed.out.filter { $0 != "\n" } == field("webhook-signature"))
                let id = try #require(added["id"]?.string)
                let shown = try JSONValue(parsing: try await house.succeed(["webhooks", "show", id] + key))
                #expect(shown["dead"] == 0 && shown["state"] == "active")
                let messages = try JSONValue(parsing: try await house.succeed(["webhooks", "messages", id] + key))
                #expect(messages["items"]?.array?.contains { $0["event"] == "NoticeIssued" } == true)
                _ = try await house.succeed(["webhooks", "disable", id, "--reason", "over"] + key)
                try await house.audit()
                try await house.stop()
                let doctor = try await house.succeed(["doctor"])
                #expect(doctor.contains("CRM is disabled since"))
            }
            await receiver.stop()
            await relay.stop()
        }

        @Test func `an address inside is refused unless the operator allows it`() async throws {
            let receiver = try await ScriptedPeer.http()
            try await House.with { house, hr in
                for url in ["http://127.0.0.1:\(receiver.port)/", "https://127.0.0.1:\(receiver.port)/"] {
                    let refused = try await house.songda(
                        [
                            "webhooks", "add", url, "--name", "x", "--events", "notices", "--key-file",
                            house.path("hr.key"),
                        ])
                    #expect(refused.code != 0 && refused.said.contains("url:"))
                }
                #expect(try await hr.json("GET", "/v1/webhooks")["items"] == [])
            }
            #expect(receiver.connections == 0)
            await receiver.stop()
        }

        @Test
        func `what a test key issues on a server that works for real is reported delivered, and no relay is asked`()
            async throws
        {
            let relay = try await ScriptedPeer.smtp()
            try await House.with(.init(relay: relay.port)) { house, hr in
                let person = try await hr.person("E-1", mail: "reader@far.test")
                let made = try await hr.json(
                    "POST", "/v1/keys", ["name": "CI", "kind": "test", "scopes": ["issue", "read"]])
                let trial = Caller(port: house.port, secret: try #require(made["secret"]?.string))
                let notice = try await trial.text("POST", "/v1/notices", Requests.alert(to: person), key: "one", "id")
                try await trial.wait(for: "delivered", of: notice)
                #expect(relay.connections == 0)
                let shown = try await trial.json("GET", "/v1/notices/\(notice)")
                #expect(shown["rehearsal"] == true && shown["author"]?["keyKind"] == "test")
                let meant = try await hr.text("POST", "/v1/notices", Requests.alert(to: person), key: "two", "id")
                try await hr.wait(for: "accepted", of: meant)
                #expect(relay.messages.count == 1)
                #expect(try await trial.send("GET", "/v1/notices/\(meant)").status == 403)
                try await house.audit()
                trial.close()
            }
            await relay.stop()
        }
    }
}
