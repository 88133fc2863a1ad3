import Evidence
import Notices
import TestSupport
import Testing

@testable import Console

/// Issuing, approving and looking, over the wire.
@Suite struct IssueTests {
    @Test(arguments: Backend.allCases)
    func `a hundred requests with one key make one notice, and another body is refused (F48)`(
        _ backend: Backend
    ) async throws {
        try await TestServer.with(backend) { server in
            try await server.gateway.person()
            let key = try await server.key(.issue, .read)
            let answers = try await withThrowingTaskGroup(of: RawAnswer.self) { group in
                for _ in 0..<100 {
                    group.addTask {
                        try await server.post(Site.notices, key, TestServer.alert(), idempotency: "the-same-key")
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.allSatisfy { $0.status == 202 })
            #expect(Set(answers.map(\.body)).count == 1, "replays give the same body")
            #expect(answers.filter { $0["idempotency-replayed"] == "true" }.count == 99)
            #expect(try await server.gateway.store.notices(NoticeFilter(), before: nil, limit: 10).count == 1)

            let other = try await server.post(
                Site.notices, key, TestServer.alert(employee: "赵六"), idempotency: "the-same-key")
            #expect(other.status == 422 && other.problem == "idempotency_mismatch")
            let stranger = try await server.key(.issue)
            let theirs = try await server.post(
                Site.notices, stranger, TestServer.alert(employee: "赵六"), idempotency: "the-same-key")
            #expect(theirs.status == 202, "keys of different callers never meet")
        }
    }

    @Test func `a replay is told what was accepted, whatever happened to the notice since`() async throws {
        try await TestServer.with { server in
            try await server.gateway.person()
            let author = try await server.key(.issue)
            let first = try await server.post(Site.notices, author, server.dismissal(), idempotency: "d-1")
            #expect(first.status == 202 && first.json["state"]?.string == "awaiting_approval", "\(first.text)")
            let id = try #require(first.json["id"]?.string)
            #expect(first["location"] == "/v1/notices/\(id)")
            var fields = try #require(server.dismissal()["fields"]?.object)
            fields["facts"] = "2026年9月7日至9月11日，您未请假且未到岗。"
            let edited = try await server.post(
                "/v1/notices/\(id)/fields", author, ["fields": .object(fields)], method: "PUT")
            #expect(edited.status == 200 && edited.json["contentHash"] != first.json["contentHash"], "\(edited.text)")
            let again = try await server.post(Site.notices, author, server.dismissal(), idempotency: "d-1")
            #expect(again.body == first.body)
        }
    }

    @Test func `while the database is away a caller is told to come again, and then has one notice`() async throws {
        let faulty = Box<FaultyDatabase?>(nil)
        try await TestServer.with(database: { base in
            let wrapped = FaultyDatabase(base)
            faulty.store(wrapped)
            return wrapped
        }) { server in
            try await server.gateway.person()
            let key = try await server.key(.issue, .read)
            try #require(faulty.load()).fail(.notPersisted, writing: "INSERT INTO notices")
            let away = try await server.post(Site.notices, key, TestServer.alert(), idempotency: "a-1")
            #expect(away.status == 503 && away.problem == "database_away", "\(away.text)")
            #expect(away["retry-after"] == "5")
            #expect(server.logged.all.contains { $0.contains("told to fail before the commit") })
            let again = try await server.post(Site.notices, key, TestServer.alert(), idempotency: "a-1")
            #expect(again.status == 202)
            #expect(try await server.gateway.store.notices(NoticeFilter(), before: nil, limit: 10).count == 1)
        }
    }

    @Test func `a request to issue without a usable idempotency key is refused`() async throws {
        try await TestServer.with { server in
            try await server.gateway.person()
            let key = try await server.key(.issue)
            for bad in [nil, "", "with space", String(repeating: "k", count: 201)] {
                let answer = try await server.post(Site.notices, key, TestServer.alert(), idempotency: bad)
                #expect(answer.status == 400 && answer.problem == "malformed", "\(bad ?? "none")")
            }
        }
    }

    @Test(arguments: Backend.allCases)
    func `two approvers at once make one transition, and neither author nor the same hand twice counts (F49)`(
        _ backend: Backend
    ) async throws {
        try await TestServer.with(backend) { server in
            try await server.gateway.person()
            let author = try await server.key(.issue, .approve, .read)
            let issued = try await server.post(Site.notices, author, server.dismissal(), idempotency: "d-1")
            let id = try #require(issued.json["id"]?.string)
            let path = "/v1/notices/\(id)/approvals"
            let body: JSONValue = ["contentHash": issued.json["contentHash"] ?? .null]

            let own = try await server.post(path, author, body)
            #expect(own.status == 403 && own.problem == "forbidden")
            let (a, b) = (try await server.key(.approve), try await server.key(.approve))
            let stale = try await server.post(path, a, ["contentHash": .string(String(repeating: "0", count: 64))])
            #expect(stale.status == 409)

            async let first = server.post(path, a, body)
            async let second = server.post(path, b, body)
            let answers = try await [first, second]
            #expect(answers.map(\.status) == [200, 200])
            // Each answer is the state after its own approval; whichever came last saw both.
            #expect(answers.contains { $0.json["state"]?.string == "approved" })
            let given = try await server.gateway.store.approvals(of: NoticeID(id))
            #expect(Set(given.map(\.approver.id)) == [a.id, b.id])

            let late = try await server.post(path, try await server.key(.approve), body)
            #expect(late.status == 409, "only a notice that awaits approval can be approved")
        }
    }

    @Test func `an approver who lost the key between view and click approves nothing (F49)`() async throws {
        try await TestServer.with { server in
            try await server.gateway.person()
            let author = try await server.key(.issue)
            let approver = try await server.key(.approve, .read)
            let issued = try await server.post(Site.notices, author, server.dismissal(), idempotency: "d-1")
            let id = try #require(issued.json["id"]?.string)
            let seen = try await server.get("/v1/notices/\(id)", approver)
            try await server.revoke(approver)
            let answer = try await server.post(
                "/v1/notices/\(id)/approvals", approver, ["contentHash": seen.json["contentHash"] ?? .null])
            #expect(answer.status == 401)
            #expect(try await server.gateway.store.approvals(of: NoticeID(id)).isEmpty)
        }
    }

    @Test func `a notice is found by id and number, listed by pages, and told with its time line, bytes and proof`()
        async throws
    {
        try await TestServer.with { server in
            try await server.gateway.person()
            let key = try await server.key(.issue, .read)
            var ids: [String] = []
            for index in 0..<3 {
                let issued = try await server.post(Site.notices, key, TestServer.alert(), idempotency: "n-\(index)")
                ids.append(try #require(issued.json["id"]?.string))
                server.gateway.pass(.milliseconds(5))
            }
            try await server.gateway.settle()

            let first = try await server.get(Site.notices + "?limit=2&kind=risk-alert", key).json
            #expect(first["items"]?.array?.map { $0["id"]?.string } == [ids[2], ids[1]])
            let cursor = try #require(first["next"]?.string)
            let second = try await server.get(Site.notices + "?limit=2&cursor=\(cursor)", key).json
            #expect(second["items"]?.array?.map { $0["id"]?.string } == [ids[0]])
            #expect(second["next"]?.isNull == true)
            #expect(try await server.get(Site.notices + "?limit=201", key).status == 400)
            #expect(try await server.get(Site.notices + "?sort=up", key).status == 400)

            let number = try #require(first["items"]?[0]?["number"]?.string)
            let shown = try await server.get("/v1/notices/\(number)", key).json
            #expect(shown["id"]?.string == ids[2] && shown["state"]?.string == "dispatching")
            let timeline = try await server.get("/v1/notices/\(ids[2])/timeline", key).json
            #expect(timeline["timeline"]?["items"]?[0]?["event"]?.string == "NoticeIssued")
            #expect(timeline["strength"]?["level"]?.integer != nil)
            let deliveries = try await server.get("/v1/notices/\(ids[2])/deliveries", key).json
            #expect(deliveries["items"]?.array?.count == 3)

            let document = try await server.get("/v1/notices/\(ids[2])/document", key)
            #expect(document.status == 200)
            #expect(SHA256.hash(document.body).hex == shown["documentHash"]?.string)
            let proof = try await server.get("/v1/notices/\(ids[2])/proof", key)
            #expect(proof.status == 200 && proof["content-disposition"]?.contains("\(number).asice") == true)
            let report = BundleVerifier(
                trust: .init(
                    roots: [server.gateway.keys.issuer.certificate], logKeys: [server.gateway.keys.log.key]),
                now: server.gateway.clock.now
            ).verify(proof.body)
            #expect(report.isSound, "\(report.text(.english))")
        }
    }

    @Test(arguments: Backend.allCases)
    func `a second dismissal of the same person is issued with a warning that names the first`(_ backend: Backend)
        async throws
    {
        try await TestServer.with(backend) { server in
            try await server.gateway.person()
            try await server.gateway.person("李四", id: "p-lisi")
            let author = try await server.key(.issue, .read)
            let request = server.dismissal()
            let first = try await server.post(Site.notices, author, request, idempotency: "d-1")
            #expect(first.status == 202 && first.json["warnings"] == [], "\(first.text)")
            let number = try #require(first.json["number"]?.string)
            let preview = try await server.post(Site.preview, author, request)
            #expect(preview.json["warnings"]?[0]?["text"]?["en"]?.string?.contains(number) == true, "\(preview.text)")
            server.gateway.pass(.seconds(1))
            let second = try await server.post(Site.notices, author, request, idempotency: "d-2")
            #expect(second.status == 202)
            let warning = second.json["warnings"]?[0]
            #expect(warning?["field"] == "recipients")
            for language in ["zh-CN", "en"] {
                let text = warning?["text"]?[language]?.string ?? ""
                #expect(text.contains(number) && text.contains("张三"), "\(second.text)")
            }
            // The same words however often the request is repeated, and none for the first.
            let again = try await server.post(Site.notices, author, request, idempotency: "d-2")
            #expect(again.json == second.json)
            #expect(
                try await server.post(Site.notices, author, request, idempotency: "d-1").json == first.json)
            // Somebody else's, and one that was withdrawn, are none of it.
            var other = request.object ?? [:]
            other["recipients"] = ["p-lisi"]
            let unlike = try await server.post(Site.notices, author, .object(other), idempotency: "d-3")
            #expect(unlike.status == 202 && unlike.json["warnings"] == [], "\(unlike.text)")
            for issued in [first, second] {
                _ = try await server.post(
                    "/v1/notices/\(issued.json["id"]?.string ?? "")/cancel", author, ["reason": "issued twice"])
            }
            let later = try await server.post(Site.notices, author, request, idempotency: "d-4")
            #expect(later.json["warnings"] == [], "\(later.text)")
        }
    }

    @Test func `a preview says what would be said and what stands against it, and stores nothing`() async throws {
        try await TestServer.with { server in
            try await server.gateway.person(isConfirmed: false)
            let key = try await server.key(.issue, .read)
            let preview = try await server.post(Site.preview, key, server.dismissal())
            #expect(preview.status == 200)
            #expect(preview.json["findings"]?.array?.contains { $0["id"]?.string == "address" } == true)
            #expect(preview.json["document"]?.string?.contains("解除") == true)
            #expect(try await server.get(Site.notices, key).json["items"]?.array?.isEmpty == true)
            let issued = try await server.post(Site.notices, key, server.dismissal(), idempotency: "d")
            #expect(issued.status == 422 && issued.problem == "preflight" && issued.faultyFields == ["address"])
        }
    }

    @Test func `a notice is withdrawn with a reason while nothing has left`() async throws {
        try await TestServer.with { server in
            try await server.gateway.person()
            let key = try await server.key(.issue, .read)
            let issued = try await server.post(Site.notices, key, server.dismissal(), idempotency: "d")
            let path = "/v1/notices/\(issued.json["id"]?.string ?? "")/cancel"
            #expect(try await server.post(path, key, ["reason": ""]).status == 422)
            let cancelled = try await server.post(path, key, ["reason": "数据有误"])
            #expect(cancelled.status == 200 && cancelled.json["state"]?.string == "cancelled")
            #expect(try await server.post(path, key, ["reason": "数据有误"]).status == 409)
        }
    }
}
