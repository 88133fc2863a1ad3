import Evidence
import Notices
import People
import TestSupport
import Testing

@testable import Console

/// Departures and handovers over HTTP.
@Suite struct HandoverAPITests {
    private func open(_ server: TestServer) async throws -> (hr: TestServer.Key, leaver: TestServer.Key, id: String) {
        try await server.gateway.employee("王女士", id: "p-wang")
        try await server.gateway.employee("陈人事", id: "p-chen", unit: "admin", roles: [.hr])
        try await server.gateway.employee("李经理", id: "p-li")
        let hr = try await server.key(.hr)
        let leaver = try await server.key(.staff, person: PersonID("p-wang"))
        let recorded = try await server.post(
            Site.departures, hr,
            [
                "person": "p-wang", "kind": "resignation", "noticeOn": "2026-11-21", "reason": "个人原因",
                "successor": "p-li",
            ])
        #expect(recorded.status == 201)
        return (hr, leaver, try #require(recorded.json["id"]?.string))
    }

    @Test func `a departure is recorded, assigned, and shown with both dates`() async throws {
        try await TestServer.with { server in
            let (hr, leaver, id) = try await open(server)
            let path = "\(Site.handovers)/\(id)"
            #expect(try await server.get(path, leaver).json["statutoryLastDay"]?.string == "2026-12-21")
            let stranger = try await server.key(.staff, person: PersonID("p-chen"))
            #expect(try await server.get(path, stranger).status == 200)
            let closed = try await server.post("\(path)/stages/assignment", hr, [:])
            #expect(closed.json["stage"]?.string == "submission")
            #expect(try await server.post("\(path)/stages/review", hr, [:]).problem == "conflict")
            #expect(try await server.post("\(path)/stages/nothing", hr, [:]).status == 404)
            let clearance = try await server.get("\(path)/clearance", leaver)
            #expect(clearance.json["state"]?.string == "locked")
            #expect(clearance.json["statutoryLastDay"]?.string == "2026-12-21")
            #expect(try await server.get("\(Site.handovers)?open=true", hr).json["items"]?.array?.count == 1)
            #expect(try await server.get("\(Site.handovers)?open=perhaps", hr).status == 400)
        }
    }

    @Test func `an item goes from import over file and submission to its history`() async throws {
        try await TestServer.with { server in
            let (hr, leaver, id) = try await open(server)
            let path = "\(Site.handovers)/\(id)"
            let program = try await server.key(.integrate)
            let imported = try await server.post(
                "/v1/holdings/p-wang/projects", program,
                ["items": [["id": "P-1", "kind": "project", "title": "华东投标"]]], method: "PUT")
            #expect(imported.json["count"]?.integer == 1)
            #expect(try await server.get("/v1/holdings/p-wang/projects", program).status == 403)
            _ = try await server.post("\(path)/stages/assignment", hr, [:])
            let items = try await server.get(path, leaver).json["items"]?.array ?? []
            let item = try #require(items.first { $0["kind"]?.string == "project" }?["id"]?.string)
            let file = try await server.post(
                "\(path)/items/\(item)/files?name=plan.pdf", leaver, bytes: Array("%PDF-1.4 plan".utf8),
                type: "application/pdf")
            #expect(file.status == 201)
            let stored = try await server.get("\(path)/files/\(try #require(file.json["id"]?.string))", hr)
            #expect(stored.body == Array("%PDF-1.4 plan".utf8))
            let submitted = try await server.post("\(path)/items/\(item)/submission", leaver, ["note": "进度60%"])
            #expect(submitted.json["state"]?.string == "submitted")
            let successor = try await server.key(.staff, person: PersonID("p-li"))
            let taken = try await server.post(
                "\(path)/items/\(item)/taking", successor, ["contentHash": try #require(submitted.json["contentHash"])])
            #expect(taken.status == 200)
            let history = try await server.get("\(path)/items/\(item)/history", hr)
            #expect(history.json["isWhole"]?.bool == true)
            #expect(history.json["steps"]?.array?.count ?? 0 >= 4)
            let wrong = try await server.post("\(path)/items/\(item)/review", hr, ["decision": "perhaps"])
            #expect(wrong.status == 422)
        }
    }
}
