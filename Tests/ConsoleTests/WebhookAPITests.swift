import Evidence
import Notices
import TestSupport
import Testing

@testable import Console

/// Web hooks and trial keys over the API and in the browser.
@Suite struct WebhookAPITests {
    private func registered(_ server: TestServer, _ key: TestServer.Key) async throws -> (id: String, secret: String) {
        let made = try await server.post(
            Site.webhooks, key,
            ["url": "https://crm.example.com/hook", "name": "CRM", "events": ["notices", "AttemptAccepted"]])
        #expect(made.status == 201)
        return (try #require(made.json["id"]?.string), try #require(made.json["secret"]?.string))
    }

    @Test func `S-125 a web hook is registered, told, looked at, rotated, disabled and enabled`() async throws {
        try await TestServer.with { server in
            let admin = try await server.key(.administer)
            let (id, secret) = try await registered(server, admin)
            #expect(WebhookSecret(text: secret) != nil)
            let path = "/v1/webhooks/\(id)"
            let shown = try await server.get(path, admin)
            #expect(shown.status == 200 && !shown.text.contains(secret) && shown.json["state"] == "active")
            #expect(try await server.get(Site.webhooks, admin).json["items"]?.array?.count == 1)
            let subjects = try await server.get(Site.webhookEvents, admin).json["items"]?.array ?? []
            let names = Set(subjects.compactMap { $0["subject"]?.string })
            #expect(names.isSuperset(of: ["notices", "clients", "alerts"]))

            let trial = try await server.post(path + "/test", admin)
            #expect(trial.status == 202 && trial.json["state"] == "pending")
            let message = try #require(trial.json["id"]?.string)
            let receiver = ScriptedReceiver()
            receiver.answers(500)
            let sender = server.gateway.webhookSender(to: receiver)
            try await sender.runOnce()
            let attempts = try await server.get(path + "/messages/\(message)/attempts", admin).json["items"]?.array
            #expect(attempts?.first?["status"] == 500 && attempts?.first?["words"] == "status 500")
            #expect(try await server.post(path + "/messages/\(message)/resend", admin).status == 409)
            receiver.answers(200)
            server.gateway.pass(.seconds(10))
            try await sender.runOnce()
            let delivered = try await server.get(path + "/messages?state=delivered", admin).json
            #expect(delivered["items"]?[0]?["id"]?.string == message && delivered["next"]?.isNull == true)
            #expect(try await server.post(path + "/messages/\(message)/resend", admin).status == 202)
            #expect(try await server.get(path + "/messages?state=gone", admin).status == 400)

            let rotated = try await server.post(path + "/rotate", admin, ["overlapHours": 1])
            #expect(rotated.status == 200 && rotated.json["previousSecretUntil"]?.string != nil)
            #expect(rotated.json["secret"]?.string != secret)
            #expect(try await server.post(path + "/rotate", admin, ["overlapHours": 169]).status == 422)
            let disabled = try await server.post(path + "/disable", admin, ["reason": "maintenance"])
            #expect(disabled.json["state"] == "disabled" && disabled.json["disabledReason"] == "maintenance")
            #expect(try await server.post(path + "/disable", admin, ["reason": "again"]).status == 409)
            let enabled = try await server.post(path + "/enable", admin, ["reason": "over", "missed": true])
            #expect(enabled.json["state"] == "active")
            #expect(try await server.get("/v1/webhooks/none", admin).status == 404)
        }
    }

    @Test func `a bad registration names every fault`() async throws {
        try await TestServer.with { server in
            let admin = try await server.key(.administer)
            let bad = try await server.post(
                Site.webhooks, admin, ["url": "https://bad.example.com", "name": "x", "events": ["nothing"]])
            #expect(bad.status == 422 && bad.faultyFields == ["url", "events"])
            #expect(try await server.post(Site.webhooks, admin, ["url": "x", "name": "y", "events": []]).status == 422)
            #expect(try await server.get(Site.webhooks, admin).json["items"] == [])
        }
    }

    @Test func `the pages show what was given up and why, and send it again`() async throws {
        try await TestServer.with { server in
            let key = try await server.key(.administer)
            let (id, _) = try await registered(server, key)
            _ = try await server.post("/v1/webhooks/\(id)/test", key)
            let receiver = ScriptedReceiver()
            receiver.answers { _ in .answered(status: 503, words: "<b>busy</b>", retryAfter: nil) }
            let sender = server.gateway.webhookSender(to: receiver)
            for _ in 0..<80 {
                try await sender.runOnce()
                server.gateway.pass(.seconds(3600))
            }
            // Three days later: a session would be over.
            let browser = try await Browser.signedIn(server, "zhou", .administer)
            let list = try await browser.get(Site.webhookList + "?lang=en")
            #expect(list.status == 200 && list.text.contains("given up 1"))
            let page = try await browser.get("\(Site.webhookList)/\(id)?state=dead&lang=en")
            let link = try #require(page.text.firstMatch(of: /messages(?:\/|&#47;)(msg_[0-9a-f-]+)/))
            let path = "\(Site.webhookList)/\(id)/messages/\(link.1)"
            let shown = try await browser.get(path + "?lang=en")
            #expect(shown.text.contains("503") && shown.text.contains("&#60;b&#62;busy"))
            #expect(!shown.text.contains("<b>busy"))
            #expect(try await browser.post(path, []).status == 303)
            #expect(try await browser.post(path, []).status == 409)
            receiver.answers(200)
            try await sender.runOnce()
            #expect(try await browser.get(path + "?lang=en").text.contains("taken by the receiver"))
            let hook = "\(Site.webhookList)/\(id)"
            #expect(try await browser.post(hook, [("act", "disable"), ("reason", "moved")]).status == 303)
            #expect(try await browser.get(hook + "?lang=en").text.contains("moved"))
            #expect(try await browser.post(hook, [("act", "test")]).status == 409)
            #expect(try await browser.post(hook, [("act", "enable"), ("reason", "back")]).status == 303)
            #expect(try await browser.post(hook, [("act", "nothing")]).status == 400)
        }
    }

    @Test func `a test key reaches what test keys have issued, and no other address`() async throws {
        try await TestServer.with { server in
            try await server.gateway.person()
            let trial = try await server.key(.issue, .approve, .read, .record, kind: .test)
            let live = try await server.key(.issue, .read)
            let mine = try await server.post(Site.notices, trial, TestServer.alert(), idempotency: "one")
            let theirs = try await server.post(Site.notices, live, TestServer.alert(), idempotency: "one")
            #expect(mine.status == 202 && mine.json["rehearsal"] == true)
            #expect(theirs.status == 202 && theirs.json["rehearsal"] == false)
            let (own, other) = (try #require(mine.json["id"]?.string), try #require(theirs.json["id"]?.string))
            #expect(try await server.get("/v1/notices/\(own)", trial).json["author"]?["keyKind"] == "test")
            #expect(try await server.get("/v1/notices/\(own)/timeline", trial).status == 200)
            #expect(try await server.get("/v1/notices/\(other)", trial).status == 403)
            #expect(try await server.get("/v1/notices/none", trial).status == 404)
            #expect(try await server.get("/v1/notices/\(own)", live).status == 200)
            var refused = 0
            for endpoint in server.server.endpoints where !endpoint.path.contains("{") {
                guard case .key(let scopes) = endpoint.access, !scopes.allSatisfy({ $0 == .inbox }),
                    !APIKey.scopesOfTrials.isDisjoint(with: scopes),
                    ![Site.notices, Site.preview, Site.batches, Site.templates, Site.checkpoint].contains(endpoint.path)
                        || endpoint.path == Site.notices && endpoint.method == .get
                else { continue }
                let answer = try await server.post(
                    endpoint.path, trial, endpoint.method == .get ? nil : .object([:]), method: endpoint.method.rawValue
                )
                #expect(answer.status == 403, "\(endpoint.method) \(endpoint.path): \(answer.status)")
                refused += 1
            }
            #expect(refused >= 5)
        }
    }

    @Test func `keys of each kind are made and listed, and a team key is told which address is not listed`()
        async throws
    {
        try await TestServer.with { server in
            try await server.gateway.person()
            let admin = try await server.key(.administer)
            let made = try await server.post(Site.keys, admin, ["name": "CI", "kind": "team", "scopes": ["issue"]])
            #expect(made.status == 201 && made.json["kind"] == "team")
            let secret = try #require(made.json["secret"]?.string)
            #expect(secret.hasPrefix("sd_team_"))
            #expect(
                try await server.post(Site.keys, admin, ["name": "x", "kind": "toy", "scopes": ["issue"]]).status == 422
            )
            #expect(
                try await server.post(Site.keys, admin, ["name": "x", "kind": "test", "scopes": ["hr"]]).status == 422)
            let team = TestServer.Key(id: try #require(made.json["id"]?.string), secret: secret)
            let refused = try await server.post(Site.notices, team, TestServer.alert(), idempotency: "a")
            #expect(refused.status == 403 && refused.text.contains("zhangsan@example.com is not listed"))
            let wrong = try await server.post(Site.teamAddresses, admin, ["channel": "sms", "value": "0"])
            #expect(wrong.status == 422 && wrong.faultyFields == ["value"])
            var listed: [String] = []
            for (channel, value) in [("email", "zhangsan@example.com"), ("sms", "+8613800005678")] {
                let added = try await server.post(
                    Site.teamAddresses, admin, ["channel": .string(channel), "value": .string(value)])
                #expect(added.status == 201)
                listed.append(try #require(added.json["id"]?.string))
            }
            #expect(try await server.post(Site.notices, team, TestServer.alert(), idempotency: "b").status == 202)
            #expect(try await server.get(Site.teamAddresses, admin).json["items"]?.array?.count == 2)
            let removed = try await server.post(
                Site.teamAddresses + "/\(listed[0])", admin, nil, method: "DELETE")
            #expect(removed.status == 204)
            #expect(try await server.post(Site.notices, team, TestServer.alert(), idempotency: "c").status == 403)
        }
    }
}
