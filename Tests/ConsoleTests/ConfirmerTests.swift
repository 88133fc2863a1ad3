import Evidence
import Notices
import TestSupport
import Testing

@testable import Console

/// Who is to stand behind an override is somebody who can, and a notice says whom it still waits for.
@Suite struct ConfirmerTests {
    private static func dismissal(_ server: TestServer, confirmedBy name: String) -> JSONValue {
        guard case .object(var members) = server.dismissal() else { return .null }
        members["overrides"] = [["finding": "address", "reason": "另行安排 EMS 送达", "confirmedBy": .string(name)]]
        return .object(members)
    }

    @Test(arguments: Backend.allCases)
    func `an override that names nobody who may approve is refused, and says who may`(_ backend: Backend) async throws {
        try await TestServer.with(backend) { server in
            try await server.gateway.person(isConfirmed: false)
            let author = try await server.key(.issue)
            let approver = try await server.key(.approve)
            let reader = try await server.key(.read)
            let gone = try await server.key(.approve)
            try await server.revoke(gone)
            let names = ["nobody", "王芳", "key-\(SecureRandom.uuid())", reader.id, gone.id, "key-\(gone.id)"]
            for (index, name) in names.enumerated() {
                let answer = try await server.post(
                    Site.notices, author, Self.dismissal(server, confirmedBy: name), idempotency: "n-\(index)")
                #expect(answer.status == 422 && answer.problem == "preflight", "\(name): \(answer.text)")
                let fault = answer.json["errors"]?[0]
                #expect(fault?["field"]?.string == "overrides[0].confirmedBy")
                let message = fault?["message"]?.string ?? ""
                #expect(message.contains(approver.id) && message.contains(Principal.approverA.id), "\(message)")
                #expect(!message.contains(author.id))
            }
            #expect(try await server.gateway.store.notices(NoticeFilter(), before: nil, limit: 5).isEmpty)
        }
    }

    @Test(arguments: Backend.allCases)
    func `a notice names whom it waits for, by name, until they have approved`(_ backend: Backend) async throws {
        try await TestServer.with(backend) { server in
            try await server.gateway.person(isConfirmed: false)
            let author = try await server.key(.issue, .read)
            let (legal, manager) = (try await server.key(.approve), try await server.key(.approve))
            // The form in which the documentation of earlier versions wrote the id of a key.
            let issued = try await server.post(
                Site.notices, author, Self.dismissal(server, confirmedBy: "key-\(legal.id)"), idempotency: "n-1")
            let id = try #require(issued.json["id"]?.string, "\(issued.text)")
            let waiting = try await server.get("/v1/notices/\(id)", author).json
            #expect(waiting["awaits"]?["approvals"] == 2)
            #expect(
                waiting["awaits"]?["confirmers"]
                    == [["id": .string(legal.id), "name": "test"]])
            let body: JSONValue = ["contentHash": issued.json["contentHash"] ?? .null]
            let path = "/v1/notices/\(id)/approvals"
            // Two others are enough in number, and the one who was named is still missing.
            let second = try await server.key(.approve)
            for key in [manager, second] {
                let answer = try await server.post(path, key, body)
                #expect(answer.status == 200 && answer.json["state"] == "awaiting_approval")
                #expect(answer.json["awaits"]?["confirmers"]?[0]?["id"]?.string == legal.id)
            }
            let hr = try await Browser.signedIn(server, "hr", .issue, .read)
            let page = try await hr.get("/notices/\(id)?lang=en")
            #expect(page.text.contains("1 more approval. Among them must be: test."), "\(page.text)")
            #expect(page.text.contains("It has not been sent") || page.text.contains("it has not been sent"))
            let done = try await server.post(path, legal, body)
            #expect(done.json["state"] == "approved" && done.json["awaits"]?["approvals"] == 0)
            #expect(done.json["approvals"]?.array?.allSatisfy { $0["name"] == "test" } == true)
        }
    }

    @Test func `a confirmer who may not approve any more is told, so that the notice is withdrawn`() async throws {
        try await TestServer.with { server in
            try await server.gateway.person(isConfirmed: false)
            let author = try await server.key(.issue, .read)
            let legal = try await server.key(.approve)
            let issued = try await server.post(
                Site.notices, author, Self.dismissal(server, confirmedBy: legal.id), idempotency: "n-1")
            let id = try #require(issued.json["id"]?.string)
            try await server.revoke(legal)
            let shown = try await server.get("/v1/notices/\(id)", author).json
            #expect(shown["awaits"]?["confirmers"] == [["id": .string(legal.id), "name": .null]])
            let hr = try await Browser.signedIn(server, "hr", .issue, .read)
            #expect(try await hr.get("/notices/\(id)?lang=en").text.contains("may not approve any more"))
            #expect(try await hr.get("/notices?state=foo").status == 400)
            #expect(try await hr.get("/notices?state=").status == 200)
        }
    }

    @Test func `a mistyped address is a page to people and JSON to programs`() async throws {
        try await TestServer.with { server in
            let program = try await server.get("/nowhere")
            #expect(program.status == 404 && program.problem == "not_found")
            let person = try await server.get("/nowhere", fields: [("Accept", "text/html,application/xhtml+xml")])
            #expect(person.status == 404 && person.text.contains("没有找到") && person.text.contains("<html"))
        }
    }

    @Test func `a batch with one override by nobody known issues nothing`() async throws {
        try await TestServer.with { server in
            try await server.gateway.person(isConfirmed: false)
            let author = try await server.key(.issue)
            let meant: JSONValue = [
                "issuer": .string(TestGateway.issuer.rawValue), "kind": "client-contact-change",
                "recipients": ["p-zhangsan"],
                "fields": [
                    "newContact": "李经理", "newPhone": "010-88886666", "newEmail": "liming@example.com",
                    "effectiveDate": "2026-12-01",
                ],
            ]
            let answer = try await server.post(
                Site.batches, author,
                ["notices": [meant, Self.dismissal(server, confirmedBy: "nobody")]], idempotency: "b")
            #expect(answer.status == 422, "\(answer.text)")
            #expect(answer.faultyFields == ["notices[1].overrides[0].confirmedBy"])
            #expect(try await server.gateway.store.notices(NoticeFilter(), before: nil, limit: 1).isEmpty)
        }
    }
}
