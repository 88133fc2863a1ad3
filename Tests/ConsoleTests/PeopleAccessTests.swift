import Evidence
import Notices
import People
import TestSupport
import Testing

@testable import Console

/// What the state of employment opens and closes, through the API.
@Suite struct PeopleAccessTests {
    private static let employee: JSONValue = [
        "number": "E1", "name": "张三", "unit": "sales", "position": "销售经理", "hiredOn": "2020-01-02", "state": "active",
        "email": "zhangsan@example.com",
    ]

    @Test func `S-86 the key of somebody who has left is refused at every address, with the reason`() async throws {
        try await TestServer.with { server in
            let person = try await server.gateway.employee(roles: [.hr, .administrator])
            let key = try await server.key(.staff, person: person)
            #expect(try await server.get("/v1/employees", key).status == 200)
            let hr = try await server.key(.hr)
            let today = "\(CivilDate(inChina: server.gateway.clock.now))"
            let moved = try await server.post(
                "/v1/employees/N-p-zhangsan/moves", hr,
                ["state": "left", "effectiveOn": .string(today), "reason": "交接完毕", "lastDay": .string(today)])
            #expect(moved.status == 200)
            var tried = 0
            for endpoint in server.server.endpoints where endpoint.access == .people {
                tried += 1
                let path = endpoint.path.split(separator: "/", omittingEmptySubsequences: false)
                    .map { $0.hasPrefix("{") ? "nothing" : String($0) }.joined(separator: "/")
                let answer = try await server.post(path, key, .object([:]), method: endpoint.method.rawValue)
                #expect(answer.status == 403, "\(endpoint.method) \(path): \(answer.status)")
                #expect(answer.json["detail"]?.string?.contains("employment has ended") == true)
            }
            #expect(tried >= 22)
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-73 a freeze takes effect at once, says why, and is lifted with a reason`(_ backend: Backend) async throws {
        try await TestServer.with(backend) { server in
            let person = try await server.gateway.employee()
            let (key, hr) = (try await server.key(.staff, person: person), try await server.key(.hr))
            #expect(try await server.get("/v1/employees/N-p-zhangsan", key).status == 200)
            let path = "/v1/employees/N-p-zhangsan/freeze"
            #expect(try await server.post(path, hr, ["frozen": true, "reason": ""]).status == 422)
            #expect(try await server.post(path, key, ["frozen": true, "reason": "自行冻结"]).status == 403)
            #expect(try await server.post(path, hr, ["frozen": true, "reason": "客户资料未交接"]).status == 200)
            let refused = try await server.get("/v1/employees/N-p-zhangsan", key)
            #expect(refused.status == 403 && refused.json["detail"]?.string?.contains("客户资料未交接") == true)
            #expect(try await server.post(path, hr, ["frozen": false, "reason": "已补交"]).status == 200)
            #expect(try await server.get("/v1/employees/N-p-zhangsan", key).status == 200)
            let acts = try await server.gateway.people.acts.acts(about: .employee(person))
            #expect(acts.map(\.entry.event) == [.accessFrozen, .accessThawed])
            let facts = try EntryBody(parsing: try #require(acts.first?.entry.body)).facts
            #expect(facts["reason"]?.string == "客户资料未交接" && facts["seconds"] != nil)
        }
    }

    @Test func `S-82 a change of state alone changes what a key may do`() async throws {
        try await TestServer.with { server in
            let person = try await server.gateway.employee(roles: [.hr, .exporter])
            let (key, hr) = (try await server.key(.staff, person: person), try await server.key(.hr))
            #expect(try await server.get("/v1/roster-export", key).status == 200)
            let today = "\(CivilDate(inChina: server.gateway.clock.now))"
            let answer = try await server.post(
                "/v1/employees/N-p-zhangsan/resignation", hr, ["noticeOn": .string(today), "reason": "个人原因"])
            #expect(answer.status == 200 && answer.json["warning"]?.isNull == true)
            let refused = try await server.get("/v1/roster-export", key)
            #expect(refused.status == 403 && refused.json["detail"]?.string?.contains("防止客户资源流失") == true)
            // What is theirs stays open.
            #expect(try await server.get("/v1/employees/N-p-zhangsan/file", key).status == 200)
        }
    }

    @Test func `a number sent twice is one employee, and what is wrong is told by field`() async throws {
        try await TestServer.with { server in
            let hr = try await server.key(.hr)
            #expect(try await server.post("/v1/units/sales", hr, ["name": "销售部"], method: "PUT").status == 200)
            guard case .object(var body) = Self.employee else { return }
            body["number"] = nil
            let first = try await server.post("/v1/employees/E1", hr, .object(body), method: "PUT")
            #expect(first.status == 201 && first.json["outcome"]?.string == "added")
            let again = try await server.post("/v1/employees/E1", hr, .object(body), method: "PUT")
            #expect(again.status == 200 && again.json["outcome"]?.string == "unchanged")
            #expect(again.json["id"] == first.json["id"])
            body["unit"] = "nowhere"
            body["lastDay"] = "2019-01-01"
            let wrong = try await server.post("/v1/employees/E1", hr, .object(body), method: "PUT")
            #expect(wrong.status == 422 && Set(wrong.faultyFields) == ["unit", "lastDay"])
            #expect(try await server.get("/v1/employees/E1", hr).json["unit"]?.string == "sales")
            #expect(try await server.post("/v1/employees", hr, Self.employee).status == 409)
        }
    }

    @Test func `S-131 a CSV file in one request is checked by default, and its faults are listed`() async throws {
        try await TestServer.with { server in
            let hr = try await server.key(.hr)
            try await server.gateway.unit("sales")
            let csv = Array("number,name,unit,position,hiredOn\nE1,张三,sales,销售,2020-01-02\nE2,李四,,销售,x\n".utf8)
            let checked = try await server.post("/v1/roster-imports?name=a.csv", hr, bytes: csv, type: "text/csv")
            #expect(checked.status == 422 && checked.json["state"]?.string == "refused")
            let faults = try await server.get("/v1/roster-imports/\(checked.json["id"]?.string ?? "")/faults", hr)
            let found = (faults.json["items"]?.array ?? []).map {
                "\($0["line"]?.integer ?? 0) \($0["column"]?.string ?? "")"
            }
            #expect(Set(found) == ["3 unit", "3 hiredOn"])
            let taken = try await server.post(
                "/v1/roster-imports?mode=each-row", hr, bytes: csv, type: "text/csv")
            #expect(taken.status == 201 && taken.json["added"]?.integer == 1)
            let undone = try await server.post(
                "/v1/roster-imports/\(taken.json["id"]?.string ?? "")/undo", hr, ["reason": "试导"])
            #expect(undone.json["state"]?.string == "undone")
            #expect(try await server.get("/v1/employees/E1", hr).status == 404)
        }
    }

    @Test func `S-24 punches come as a part of a CSV file, counted from the line that the query names`() async throws {
        try await TestServer.with { server in
            let feed = try await server.key(.integrate)
            try await server.gateway.employee(id: "p-zhang")
            let part = Array("N-p-zhang,2026-11-20T08:58:00+08:00,card\nN-p-zhang,yesterday,card\n".utf8)
            let path = "/v1/attendance/punches"
            let taken = try await server.post("\(path)?line=40", feed, bytes: part, type: "text/csv")
            #expect(taken.status == 200 && taken.json["added"]?.integer == 1)
            #expect(taken.json["refused"]?.array?.map { $0["field"]?.string } == ["line 41, at"])
            // The first part of a file begins with the names of its columns.
            #expect(try await server.post(path, feed, bytes: part, type: "text/csv").status == 422)
            #expect(try await server.post("\(path)?line=0", feed, bytes: part, type: "text/csv").status == 400)
            let none = try await server.key(.staff, person: PersonID("p-zhang"))
            #expect(try await server.post("\(path)?line=2", none, bytes: part, type: "text/csv").status == 403)
        }
    }
}
