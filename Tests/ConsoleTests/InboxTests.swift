import Evidence
import Notices
import TestSupport
import Testing

@testable import Console

/// The inbox of one person.
@Suite struct InboxTests {
    private static func with(
        _ body: (TestServer, _ key: TestServer.Key, _ item: String, _ notice: NoticeID) async throws -> Void
    ) async throws {
        try await TestServer.with { server in
            let person = try await server.gateway.person()
            let notice = try await server.gateway.approvedDismissal()
            try await server.gateway.settle()
            let key = try await server.key(.inbox, person: person)
            let items = try await server.get(Site.inbox, key).json["items"]
            try await body(server, key, try #require(items?[0]?["delivery"]?.string), notice)
        }
    }

    @Test func `a person opens what is theirs and confirms the bytes they were shown`() async throws {
        try await Self.with { server, key, item, notice in
            let list = try await server.get(Site.inbox, key)
            #expect(!list.text.contains("考勤管理制度"), "the list shows no content")
            let opened = try await server.post("/v1/inbox/\(item)/open", key)
            #expect(opened.status == 200)
            let document = opened.json["document"]
            let bytes = try #require(document?["bytes"]?.string.flatMap { Base64.decode($0) })
            let hash = try #require(document?["hash"]?.string)
            #expect(SHA256.hash(bytes).hex == hash)

            let other = try await server.post(
                "/v1/inbox/\(item)/acknowledge", key, ["documentHash": .string(String(repeating: "a", count: 64))])
            #expect(other.status == 409)
            let done = try await server.post(
                "/v1/inbox/\(item)/acknowledge", key, ["documentHash": .string(hash)])
            #expect(done.status == 200 && done.json["state"]?.string == "acknowledged")
            let objection = try await server.post("/v1/inbox/\(item)/objection", key, ["words": "事实不符"])
            #expect(objection.json["state"]?.string == "acknowledged", "an objection takes nothing back")
            let events = try await server.gateway.events(of: notice)
            #expect(events.contains(.contentOpened) && events.contains(.objectionReceived))
        }
    }

    @Test func `what was done with a key that others made is not told as the person's own act`() async throws {
        try await Self.with { server, key, item, notice in
            let opened = try await server.post("/v1/inbox/\(item)/open", key)
            let hash = try #require(opened.json["document"]?["hash"]?.string)
            _ = try await server.post("/v1/inbox/\(item)/acknowledge", key, ["documentHash": .string(hash)])
            let act = try #require(try await server.gateway.facts(.acknowledged, of: notice).first)
            #expect(act.facts["identification"] == "api-key")
            let standing = try await server.gateway.pipeline.prove.standing(of: notice)
            #expect(standing.strength.level < 4)
            #expect(standing.timeline.doubts.contains { $0.en.contains("does not show who acted") })
        }
    }

    @Test func `somebody else's item is not there`() async throws {
        try await Self.with { server, _, item, notice in
            let stranger = try await server.gateway.person(
                "李四", id: "p-lisi", email: "lisi@example.com", phone: "+8613900001234")
            let key = try await server.key(.inbox, person: stranger)
            #expect(try await server.get(Site.inbox, key).json["items"]?.array?.isEmpty == true)
            let bodies: [(String, JSONValue?)] = [
                ("open", nil), ("acknowledge", ["documentHash": .string(String(repeating: "a", count: 64))]),
                ("objection", ["words": "x"]), ("refusal", ["words": "x"]),
            ]
            for (act, body) in bodies {
                let theirs = try await server.post("/v1/inbox/\(item)/\(act)", key, body)
                let nothing = try await server.post("/v1/inbox/00000000/\(act)", key, body)
                #expect(theirs.status == 404 && nothing.status == 404, "\(act)")
            }
            #expect(try await !server.gateway.events(of: notice).contains(.contentOpened))
        }
    }

    @Test func `a delivery by mail is not in the inbox`() async throws {
        try await Self.with { server, key, _, notice in
            let mail = try #require(
                try await server.gateway.store.deliveries(of: notice).first { $0.address.channel == .email })
            #expect(try await server.post("/v1/inbox/\(mail.id)/open", key).status == 404)
        }
    }

    @Test func `a person may refuse, in their own words`() async throws {
        try await Self.with { server, key, item, notice in
            let wordless = try await server.post("/v1/inbox/\(item)/refusal", key, ["words": ""])
            #expect(wordless.status == 422)
            #expect(try await server.post("/v1/inbox/\(item)/refusal", key, ["words": "拒收"]).status == 200)
            #expect(try await server.gateway.events(of: notice).contains(.refusedByRecipient))
        }
    }

    @Test func `the list goes on where the last page ended, and a made-up place is refused`() async throws {
        try await TestServer.with { server in
            let gateway = server.gateway
            let person = try await gateway.person()
            let key = try await server.key(.inbox, person: person)
            for _ in 0..<3 {
                _ = try await gateway.issue(gateway.clientContactChange())
                try await gateway.settle()
                gateway.pass(.seconds(1))
            }
            let first = try await server.get("/v1/inbox?limit=2", key).json
            #expect(first["items"]?.array?.count == 2)
            let cursor = try #require(first["next"]?.string)
            let second = try await server.get("/v1/inbox?limit=2&cursor=\(cursor)", key).json
            #expect(second["items"]?.array?.count == 1 && second["next"] == .null)
            let pages = [first, second].flatMap { $0["items"]?.array ?? [] }
            let shown = pages.compactMap { $0["delivery"]?.string }
            #expect(Set(shown).count == 3)
            #expect(try await server.get("/v1/inbox?cursor=made-up", key).status == 400)
        }
    }
}
