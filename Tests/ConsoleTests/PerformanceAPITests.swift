import Evidence
import Notices
import People
import TestSupport
import Testing

@testable import Console

/// Goals and reviews over HTTP, each step by whoever it belongs to.
@Suite struct PerformanceAPITests {
    /// A member of staff, the head of their unit, HR, and the project system.
    private struct Office {
        let employee: TestServer.Key
        let head: TestServer.Key
        let hr: TestServer.Key
        let program: TestServer.Key

        init(_ server: TestServer) async throws {
            let person = try await server.gateway.employee("王五", id: "p-wangwu")
            let manager = try await server.gateway.employee("李经理", id: "p-head")
            try await server.gateway.unit("sales", manager: manager)
            employee = try await server.key(.staff, person: person)
            head = try await server.key(.staff, person: manager)
            hr = try await server.key(.hr)
            program = try await server.key(.integrate)
        }
    }

    private static func goal(_ title: String = "季度完成3个项目交付") -> JSONValue {
        [
            "employee": "N-p-wangwu", "period": "2026-Q4", "title": .string(title), "weight": 100,
            "startsOn": "2026-10-01", "dueOn": "2026-12-21",
        ]
    }

    private static func lines(_ deduction: String, _ reason: JSONValue = "因项目延期扣减") -> JSONValue {
        [["dimension": "项目交付", "weight": 100, "deduction": .string(deduction), "reason": reason]]
    }

    @Test(arguments: Backend.allCases)
    func `S-98 to S-104 a goal is signed by both, and a score goes its whole way, through the API`(
        _ backend: Backend
    ) async throws {
        try await TestServer.with(backend) { server in
            let office = try await Office(server)
            var walk = Walk(server)
            try await goals(&walk, office, at: server.gateway.clock.now)
            try await figures(&walk, office)
            try await reviews(&walk, office)
            walk.expectWhole("performance")
        }
    }

    private func goals(_ walk: inout Walk, _ office: Office, at now: Timestamp) async throws {
        try await walk.go(
            office.head, "PUT /v1/goals/q4", Self.goal(), says: ["state": "draft", "managerSignedAt": .null],
            keep: ["hash": "contentHash"])
        let other = String(repeating: "0", count: 64)
        try await walk.go(
            office.employee, "POST /v1/goals/q4/signatures", ["contentHash": .string(other)], status: 409)
        try await walk.go(
            office.head, "POST /v1/goals/q4/signatures", ["contentHash": "{hash}"],
            says: ["state": "draft", "employeeSignedAt": .null])
        let signed = try await walk.go(
            office.employee, "POST /v1/goals/q4/signatures", ["contentHash": "{hash}"], says: ["state": "active"])
        #expect(signed["managerSignedAt"]?.string != nil && signed["employeeSignedAt"]?.string != nil)
        try await walk.go(office.head, "PUT /v1/goals/q4", Self.goal("更高的目标"), status: 409)
        let progress: JSONValue = [
            "progress": [["goal": "q4", "percent": "60", "source": "jira", "at": .string(now.rfc3339)]]
        ]
        try await walk.go(office.program, "POST /v1/performance:progress", progress, says: ["added": 1, "repeated": 0])
        try await walk.go(office.program, "POST /v1/performance:progress", progress, says: ["added": 0, "repeated": 1])
        try await walk.go(
            office.employee, "GET /v1/performance/p-wangwu/goals?period=2026-Q4",
            says: [
                "items.0.progress.percent": "60", "items.0.progress.source": "jira", "progress.rate": "60",
                "progress.remainder": "40", "progress.sentence.zh-CN": "王五目标完成率60%,剩余40%需在1个月内完成",
            ])
        try await walk.go(
            office.hr, "GET /v1/goals/q4",
            says: ["title": "季度完成3个项目交付", "contentHash": .string(walk.known["hash"] ?? "")])
        try await walk.go(office.head, "PUT /v1/goals/q5", Self.goal("另一个目标"))
        try await walk.go(
            office.head, "POST /v1/goals/q5/withdrawal", ["reason": "合并到其他目标"], says: ["state": "withdrawn"])
        try await walk.go(office.head, "POST /v1/goals/q5/withdrawal", ["reason": "再次"], status: 409)
    }

    private func figures(_ walk: inout Walk, _ office: Office) async throws {
        try await walk.go(
            office.program, "POST /v1/performance:completions",
            ["source": "jira", "completions": [["employee": "N-p-wangwu", "month": "2026-10", "percent": "69"]]],
            says: ["recorded": 1])
        try await walk.go(
            office.head, "GET /v1/performance:below-target?unit=sales&month=2026-10",
            says: [
                "items.0.name": "王五", "items.0.completion": "69", "items.1": .null,
                "sentence.zh-CN": "部门 sales有1名员工绩效完成率低于70%",
            ])
        try await walk.go(
            office.employee, "GET /v1/performance:below-target?unit=sales&month=2026-10", status: 403)
    }

    private func reviews(_ walk: inout Walk, _ office: Office) async throws {
        try await walk.go(
            office.head, "POST /v1/reviews",
            ["employee": "N-p-wangwu", "month": "2026-10", "lines": Self.lines("30"), "payFactor": "0.5"], status: 201,
            says: ["state": "scored", "total": "70", "version": 1, "payFactor": "0.5", "signature": .null],
            keep: ["review": "id"])
        try await walk.go(
            office.employee, "GET /v1/reviews/{review}",
            says: ["lines.0.deduction": "30", "lines.0.reason": "因项目延期扣减", "lines.0.points": "70"])
        try await walk.go(
            office.employee, "POST /v1/reviews/{review}/appeal", ["version": 1, "reason": "因客户需求变更,申请调整评分"],
            says: ["state": "appealed", "appeals.0.state": "open", "appeals.0.decision": .null])
        try await walk.go(office.employee, "POST /v1/reviews/{review}/confirmation", ["version": 1], status: 409)
        try await walk.go(
            office.head, "POST /v1/reviews/{review}/decision", ["decision": "维持", "upheld": false], status: 403)
        try await walk.go(
            office.hr, "POST /v1/reviews/{review}/decision",
            ["decision": "需求变更属实", "upheld": true, "lines": Self.lines("10")],
            says: [
                "state": "scored", "version": 2, "total": "90", "payFactor": .null, "appeals.0.state": "upheld",
                "appeals.0.decision": "需求变更属实",
            ])
        try await walk.go(office.hr, "POST /v1/reviews/{review}/approval", ["version": 2], status: 409)
        try await walk.go(
            office.employee, "POST /v1/reviews/{review}/confirmation", ["version": 2], says: ["state": "confirmed"])
        try await walk.go(
            office.hr, "POST /v1/reviews/{review}/approval", ["version": 2], says: ["state": "approved"],
            keep: ["versionHash": "versionHash"])
        try await walk.go(
            office.employee, "POST /v1/reviews/{review}/signature",
            ["version": 2, "versionHash": "{versionHash}", "statement": "确认当月绩效"],
            says: [
                "state": "signed", "signature.version": 2, "signature.statement": "确认当月绩效",
                "signature.hash": .string(walk.known["versionHash"] ?? ""),
            ])
        try await walk.go(
            office.hr, "GET /v1/performance/N-p-wangwu/reviews", says: ["items.0.state": "signed", "items.1": .null])
    }

    @Test func `what cannot be a goal, a score or a figure is refused by its place`() async throws {
        try await TestServer.with { server in
            let office = try await Office(server)
            let goal = try await server.post(
                "/v1/goals/q4", office.head,
                [
                    "employee": "p-wangwu", "period": "2026-Q4", "title": "x", "weight": 101,
                    "startsOn": "2026-10-01", "dueOn": "2026-09-30",
                ], method: "PUT")
            #expect(goal.status == 422 && goal.faultyFields == ["weight", "dueOn"])
            let dates = try await server.post(
                "/v1/goals/q4", office.head,
                [
                    "employee": "p-wangwu", "period": "2026-Q4", "title": "x", "weight": 1,
                    "startsOn": "2026-02-30", "dueOn": "soon",
                ], method: "PUT")
            #expect(dates.status == 422 && dates.faultyFields == ["startsOn", "dueOn"])
            let bare = try await server.post(
                "/v1/reviews", office.head,
                ["employee": "p-wangwu", "month": "2027-01", "lines": Self.lines("30", .null), "payFactor": "11"])
            #expect(bare.status == 422 && Set(bare.faultyFields) == ["payFactor", "lines[0].reason", "month"])
            let number = try await server.post(
                "/v1/reviews", office.head,
                [
                    "employee": "p-wangwu", "month": "2026-10",
                    "lines": [["dimension": "a", "weight": 100, "deduction": 30]],
                ])
            #expect(number.status == 422 && number.faultyFields == ["lines[0].deduction"])
            let mine = try await server.post(
                "/v1/reviews", office.employee, ["employee": "p-wangwu", "month": "2026-10", "lines": Self.lines("0")])
            #expect(mine.status == 403)
            let twice = try await server.post(
                "/v1/performance:completions", office.program,
                [
                    "source": "jira",
                    "completions": [
                        ["employee": "p-nobody", "month": "2026-10", "percent": "69"],
                        ["employee": "p-wangwu", "month": "2026-10", "percent": "-1"],
                    ],
                ])
            #expect(twice.status == 422, "\(twice.text)")
            let none = try await server.get("/v1/performance:below-target?unit=sales&month=2026-10", office.hr)
            #expect(none.json["items"]?.array?.isEmpty == true, "nothing half-recorded")
            #expect(try await server.get("/v1/performance/p-wangwu/reviews", office.hr).json["items"] == [])
        }
    }
}
