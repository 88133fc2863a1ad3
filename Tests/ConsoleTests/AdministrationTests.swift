import Evidence
import Notices
import TestSupport
import Testing

@testable import Console

/// People, issuing entities, keys, routes and retention.
@Suite struct AdministrationTests {
    private static let person: JSONValue = [
        "externalID": "E-7", "name": "赵六", "language": "zh-CN",
        "addresses": [
            ["channel": "email", "value": "zhaoliu@example.com"], ["channel": "sms", "value": "+8613700001111"],
        ],
    ]

    @Test func `a person is added, read, replaced and listed`() async throws {
        try await TestServer.with { server in
            let key = try await server.key(.administer)
            let added = try await server.post(Site.people, key, Self.person)
            #expect(added.status == 201, "\(added.text)")
            let path = try #require(added["location"])
            #expect(try await server.get(path, key).json["name"]?.string == "赵六")
            var changed = Self.person.object ?? [:]
            changed["name"] = "赵六六"
            let replaced = try await server.post(path, key, .object(changed), method: "PUT")
            #expect(replaced.json["name"]?.string == "赵六六")
            #expect(try await server.get(Site.people + "?externalID=E-7", key).json["items"]?.array?.count == 1)
            #expect(try await server.get(Site.people + "?limit=1", key).json["items"]?.array?.count == 1)
            #expect(try await server.post("/v1/people/nobody", key, Self.person, method: "PUT").status == 404)

            let bad = try await server.post(
                Site.people, key,
                [
                    "name": "x\r\ny", "language": "fr",
                    "addresses": [["channel": "pigeon", "value": "a"], ["channel": "email", "value": "a\u{0}b"]],
                ])
            #expect(bad.status == 422)
            #expect(
                Set(bad.faultyFields).isSuperset(of: ["name", "addresses[0].channel", "addresses[1].value"]),
                "\(bad.text)")
        }
    }

    @Test func `an address is confirmed by the code that was sent there and by nothing else`() async throws {
        try await TestServer.with { server in
            let key = try await server.key(.administer)
            let path = try #require(try await server.post(Site.people, key, Self.person)["location"])
            let challenge = path + "/addresses/sms/challenge"
            let body: JSONValue = ["issuer": .string(TestGateway.issuer.rawValue)]
            #expect(try await server.post(challenge, key, body).status == 202)
            let text = try #require(server.gateway.sms.parcels.last?.content.smsText)
            let code = String(try #require(text.split { !$0.isNumber }.first { $0.count == 6 }))
            func confirmation(_ code: String) -> JSONValue {
                [
                    "code": .string(code), "agreementHash": .string(String(repeating: "c", count: 64)),
                    "agreedAt": .string(server.gateway.clock.now.rfc3339),
                ]
            }
            let target = path + "/addresses/sms/confirmation"
            #expect(try await server.post(target, key, confirmation("12345")).status == 422)
            let wrong = try await server.post(target, key, confirmation(code == "000000" ? "000001" : "000000"))
            #expect(wrong.status == 403 && wrong.problem == "credential")
            let right = try await server.post(target, key, confirmation(code))
            #expect(right.status == 200)
            let phone = right.json["addresses"]?.array?.first { $0["channel"]?.string == "sms" }
            #expect(phone?["confirmation"]?["provedBy"]?.string == "one-time-code")
            #expect(try await server.post(target, key, confirmation(code)).status == 403, "a code works once")
            #expect(try await server.post(path + "/addresses/pigeon/challenge", key, body).status == 404)
        }
    }

    @Test func `an issuing entity is saved with a code that is right and the seal the application holds`() async throws
    {
        try await TestServer.with { server in
            let key = try await server.key(.administer)
            var entity: [String: JSONValue] = [
                "fullName": .string(TestGateway.issuerName), "creditCode": .string(TestGateway.creditCode),
                "contact": "人力 021-1",
                "mailbox": "hr@two.example", "smsSignature": "示例二",
            ]
            let saved = try await server.post("/v1/issuers/two", key, .object(entity), method: "PUT")
            #expect(saved.status == 200 && saved.json["sealCertificate"]?.string?.contains("BEGIN CERT") == true)
            // People read the name, and a stranger checks the seal: both must be of one entity.
            entity["fullName"] = "别的公司"
            let renamed = try await server.post("/v1/issuers/two", key, .object(entity), method: "PUT")
            #expect(renamed.status == 422 && renamed.faultyFields == ["fullName"])
            #expect(renamed.text.contains(TestGateway.issuerName), "the entity that the certificate names")
            entity["fullName"] = .string(TestGateway.issuerName)
            entity["creditCode"] = "91310000MA1K35X7X0"
            let wrong = try await server.post("/v1/issuers/two", key, .object(entity), method: "PUT")
            #expect(wrong.status == 422 && wrong.faultyFields == ["creditCode"])
            // A right code of somebody else: the seal the application holds is not theirs.
            entity["creditCode"] = "91310000MA1FL3X2Y0"
            let foreign = try await server.post("/v1/issuers/two", key, .object(entity), method: "PUT")
            #expect(foreign.status == 422 && foreign.faultyFields == ["creditCode"])
            #expect(foreign.text.contains(TestGateway.creditCode), "the entity that the certificate names")
            #expect(try await server.get(Site.issuers, key).json["items"]?.array?.count == 2)
        }
    }

    @Test func `a key is shown once, works, is listed without its secret and ends`() async throws {
        try await TestServer.with { server in
            let admin = try await server.key(.administer)
            let made = try await server.post(Site.keys, admin, ["name": "HR", "scopes": ["read", "issue"]])
            #expect(made.status == 201)
            let secret = try #require(made.json["secret"]?.string)
            #expect(secret.hasPrefix("sd_live_") && secret.utf8.count == 51)
            let key = TestServer.Key(id: try #require(made.json["id"]?.string), secret: secret)
            #expect(try await server.get(Site.notices, key).status == 200)
            let listed = try await server.get(Site.keys, admin)
            #expect(listed.text.contains(key.id) && !listed.text.contains(secret) && !listed.text.contains("hash"))
            #expect(
                try await server.http.send(
                    "DELETE", "/v1/keys/\(key.id)", fields: [("Authorization", "Bearer \(admin.secret)")]
                ).status == 204)
            #expect(try await server.get(Site.notices, key).status == 401)
            for bad in [
                ["name": "x", "scopes": []], ["name": "x", "scopes": ["root"]], ["name": "x", "scopes": ["inbox"]],
                ["name": "x", "scopes": ["inbox", "read"], "person": "p-zhangsan"],
                ["name": "x", "scopes": ["read"], "person": "p-zhangsan"],
                ["name": "x", "scopes": ["inbox"], "person": "p-nobody"],
            ] as [JSONValue] {
                #expect(try await server.post(Site.keys, admin, bad).status == 422)
            }
        }
    }

    @Test func `a route is paused and resumed, and who did it is on record`() async throws {
        try await TestServer.with { server in
            let key = try await server.key(.administer)
            let routes = try await server.get(Site.routes, key).json
            let name = try #require(routes["items"]?[0]?["route"]?.string)
            let unexplained = try await server.post("/v1/routes/\(name)/pause", key, [:])
            #expect(unexplained.status == 422 && unexplained.faultyFields == ["reason"])
            let paused = try await server.post("/v1/routes/\(name)/pause", key, ["reason": "换证书"])
            #expect(paused.json["items"]?[0]?["paused"]?.bool == true, "\(paused.text)")
            #expect(paused.json["items"]?[0]?["decision"]?["reason"]?.string == "换证书")
            #expect(paused.json["items"]?[0]?["decision"]?["by"]?["id"]?.string == key.id)
            let resumed = try await server.post("/v1/routes/\(name)/resume", key, ["reason": "已更换"])
            #expect(resumed.json["items"]?[0]?["paused"]?.bool == false)
            #expect(try await server.post("/v1/routes/nowhere/pause", key, ["reason": "x"]).status == 404)
            let events = try await server.gateway.eventsOfTheHouse()
            #expect(events.filter { $0.hasPrefix("Route") } == ["RoutePaused", "RouteResumed"])
        }
    }

    @Test func `a legal hold beats erasure, and the period beats both`() async throws {
        try await TestServer.with { server in
            let person = try await server.gateway.person()
            let key = try await server.key(.administer)
            _ = try await server.gateway.issue(server.gateway.riskAlert())
            let (hold, erase) = ("/v1/people/\(person)/hold", "/v1/people/\(person)/erasure")
            #expect(try await server.post(hold, key, ["held": true, "reason": "(2026)沪0115民初1号"]).status == 200)
            #expect(try await server.post(erase, key, ["basis": "期满"]).status == 403)
            #expect(try await server.post(hold, key, ["held": false, "reason": "结案"]).status == 200)
            let early = try await server.post(erase, key, ["basis": "期满"])
            #expect(early.status == 403 && early.problem == "forbidden")
            #expect(try await server.post(hold, key, ["held": "yes", "reason": "x"]).status == 422)
        }
    }

    @Test func `kinds are listed with their fields, and the checkpoint is the signed note`() async throws {
        try await TestServer.with { server in
            try await server.gateway.person()
            let key = try await server.key(.read)
            #expect(try await server.get(Site.checkpoint, key).status == 404)
            let kinds = try await server.get(Site.templates, key).json["items"]?.array ?? []
            #expect(kinds.count == 15)
            let kind = try await server.get("/v1/templates/dismissal", key).json
            #expect(kind["approvals"]?.integer == 2)
            #expect(kind["fields"]?.array?.contains { $0["name"]?.string == "ground" } == true)
            #expect(try await server.get("/v1/templates/dismissal?version=9", key).status == 404)
            _ = try await server.gateway.issue(server.gateway.riskAlert())
            try await server.gateway.sequence()
            let note = try await server.get(Site.checkpoint, key)
            let checkpoint = try Checkpoint(verifying: note.body, keys: [server.gateway.keys.log.key])
            #expect(checkpoint.size > 0)
        }
    }

    @Test func `what people saw on paper is recorded once, with what belongs to it`() async throws {
        try await TestServer.with { server in
            try await server.gateway.person()
            let notice = try await server.gateway.approvedDismissal()
            try await server.gateway.settle()
            try await server.gateway.settle(after: .seconds(49 * 3600))
            let ems = try #require(
                try await server.gateway.store.deliveries(of: notice).first { $0.address.channel == .ems })
            let key = try await server.key(.record)
            let path = "/v1/deliveries/\(ems.id)/postal"
            let body: JSONValue = [
                "observation": "handedOver", "waybill": "EA123456789CN", "contentName": "解除劳动合同通知书",
                "happenedAt": .string(server.gateway.clock.now.rfc3339),
                "scans": [.string(String(repeating: "d", count: 64))],
            ]
            let first = try await server.post(path, key, body)
            #expect(first.status == 201 && first.json["state"]?.string == "accepted", "\(first.text)")
            let again = try await server.post(path, key, body)
            #expect(again.status == 200 && again.json["duplicate"]?.bool == true)
            let bad = try await server.post(
                path, key, ["observation": "leftOnSite", "happenedAt": "today", "scans": ["x"], "waybill": "E"])
            #expect(Set(bad.faultyFields) == ["witnesses", "happenedAt", "scans[0]", "waybill"])
        }
    }

    @Test func `an account is linked to one identity by an administrator, and unlinked with its sessions`() async throws
    {
        try await TestServer.with { server in
            let key = try await server.key(.administer)
            let wang = try await Browser.signedIn(server, "wang", .issue)
            _ = try await Browser.signedIn(server, "li@acme", .issue)
            let issuer = JSONValue.string("https://sso.example.com/realms/hr")
            let path = "/v1/accounts/wang/identity"
            let linked = try await server.post(path, key, ["subject": "s-1", "issuer": issuer], method: "PUT")
            #expect(linked.status == 200, "\(linked.text)")
            #expect(linked.json["identities"]?[0]?["subject"] == "s-1")
            #expect(!linked.text.contains("argon2") && !linked.text.contains("authenticator"))
            let listed = try await server.get(Site.accounts, key).json["items"]?.array ?? []
            #expect(listed.first { $0["login"] == "wang" }?["identities"]?[0]?["issuer"] == issuer)
            let li = listed.first { $0["login"] == "li@acme" }?["id"]?.string ?? ""
            let taken = try await server.post(
                "/v1/accounts/\(li)/identity", key, ["subject": "s-1", "issuer": issuer], method: "PUT")
            #expect(taken.status == 409)
            #expect(
                try await server.post(path, key, ["subject": "s-9", "issuer": issuer], method: "PUT").status == 409)
            for (subject, issuer) in [
                ("\u{1}", "https://sso.example.com"), ("王", "https://sso.example.com"),
                ("s", "http://sso.example.com"), ("s", "sso.example.com"), ("s", "https://a@b"), ("s", "https://"),
                ("s", "https://a?b"), ("s", "http://127.0.0.1.example.com"),
            ] {
                let refused = try await server.post(
                    "/v1/accounts/\(li)/identity", key, ["subject": .string(subject), "issuer": .string(issuer)],
                    method: "PUT")
                #expect(refused.status == 422, "\(subject) \(issuer): \(refused.status)")
            }
            let unnamed = try await server.post("/v1/accounts/\(li)/identity", key, ["subject": "s"], method: "PUT")
            #expect(unnamed.status == 422 && unnamed.faultyFields == ["issuer"])
            #expect(
                try await server.post(
                    "/v1/accounts/nobody/identity", key, ["subject": "s", "issuer": issuer], method: "PUT"
                ).status == 404)
            #expect(try await server.post(path, key, nil, method: "DELETE").status == 204)
            #expect(try await server.post(path, key, nil, method: "DELETE").status == 404)
            #expect(try await wang.get(Site.home).status == 200, "a session by password has nothing to do with it")
            let events = try await server.gateway.eventsOfTheHouse()
            #expect(events.contains("IdentityLinked") && events.contains("IdentityUnlinked"))
        }
    }
}
