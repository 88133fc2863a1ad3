import Evidence
import Notices
import People
import TestSupport
import Testing

@testable import Console

/// Attendance over HTTP, as clocks, HR and staff use it.
@Suite struct AttendanceAPITests {
    /// Monday, 23 November 2026, noon in China: 李四 came late, 张三 not at all.
    private static func monday(_ server: TestServer) async throws -> (program: TestServer.Key, hr: TestServer.Key) {
        try await server.gateway.employee()
        try await server.gateway.employee("李四", id: "p-lisi")
        try server.pass(to: "2026-11-23T04:00:00Z")
        return (try await server.key(.integrate), try await server.key(.hr))
    }

    private static func punches(_ employees: String..., at: String = "2026-11-23T09:10:00+08:00") -> JSONValue {
        ["punches": .array(employees.map { ["employee": .string($0), "at": .string(at), "source": "face"] })]
    }

    @Test(arguments: Backend.allCases)
    func `S-24 S-25 S-26 S-29 punches, the board, the trend and plans through the API`(_ backend: Backend) async throws
    {
        try await TestServer.with(backend) { server in
            let (program, hr) = try await Self.monday(server)
            let own = try await server.key(.staff, person: PersonID("p-lisi"))
            var walk = Walk(server)
            try await walk.go(
                program, "POST /v1/attendance/punches", Self.punches("N-p-lisi", "N-9"),
                says: ["added": 1, "repeated": 0, "refused.0.field": "punches[1].employee"])
            try await walk.go(
                program, "POST /v1/attendance/punches", Self.punches("N-p-lisi"), says: ["added": 0, "repeated": 1])
            try await walk.go(
                hr, "GET /v1/attendance/board",
                says: [
                    "items.0.number": "N-p-lisi", "items.0.state": "late",
                    "items.0.first": "2026-11-23T01:10:00.000000Z", "items.1.state": "absent", "items.1.first": .null,
                ])
            // Whoever is no head sees their own line.
            try await walk.go(own, "GET /v1/attendance/board", says: ["items.0.number": "N-p-lisi", "items.1": .null])
            try await walk.go(
                program, "POST /v1/attendance/leaves",
                [
                    "leaves": [
                        [
                            "id": "L-1", "employee": "N-p-zhangsan", "from": "2026-11-23", "to": "2026-11-23",
                            "requestedOn": "2026-11-22", "state": "approved", "kind": "事假", "source": "oa",
                        ]
                    ]
                ], says: ["recorded": 1])
            try await walk.go(
                hr, "GET /v1/attendance/board?day=2026-11-23&unit=sales", says: ["items.1.state": "on-leave"])
            try await walk.go(
                own, "GET /v1/attendance/trends/N-p-lisi?month=2026-11&months=2",
                says: [
                    "months.0.month": "2026-10", "months.0.late": 0, "months.1.late": 1,
                    "late.zh-CN": "李四本月迟到1次,上月没有,不计环比",
                    "early.en": "李四 left early 0 times this month, as in the month before",
                ])
            try await plans(&walk, hr)
            walk.expectWhole("attendance")
        }
    }

    private func plans(_ walk: inout Walk, _ hr: TestServer.Key) async throws {
        for (id, hours, fen) in [("w48", 10, 30_000), ("w48-short", 8, 24_000)] {
            try await walk.go(
                hr, "PUT /v1/attendance/plans/\(id)",
                [
                    "name": "第48周", "unit": "sales", "from": "2026-11-23", "to": "2026-11-29",
                    "shifts": [
                        [
                            "employee": "N-p-lisi", "day": "2026-11-28", "startMinute": 540,
                            "endMinute": .integer(Int64(540 + hours * 60)), "hourlyFen": 3_000,
                        ]
                    ],
                ], says: ["state": "draft", "cost.fen": .integer(Int64(fen)), "shifts.0.ratePercent": 100])
        }
        try await walk.go(
            hr, "GET /v1/attendance/plans/w48/comparison?with=w48-short",
            says: ["present.fen": 30_000, "proposed.fen": 24_000, "changePermille": -200])
        try await walk.go(hr, "POST /v1/attendance/plans/w48/state", ["state": "in_force"], says: ["state": "in_force"])
        // One person has one shift a day, whatever plan it stands in.
        let refused = try await walk.go(
            hr, "POST /v1/attendance/plans/w48-short/state", ["state": "in_force"], status: 409)
        #expect(refused["detail"]?.string?.contains("2026-11-28") == true, "\(refused)")
        try await walk.go(
            hr, "POST /v1/attendance/plans/w48/state", ["state": "withdrawn"], says: ["state": "withdrawn"])
        try await walk.go(hr, "GET /v1/attendance/plans/w48", says: ["state": "withdrawn", "cost.minutes": 600])
    }

    @Test func `what clocks and plans cannot say is refused by its place, and nothing is kept`() async throws {
        try await TestServer.with { server in
            let (program, hr) = try await Self.monday(server)
            let wrong = try await server.post(
                "/v1/attendance/punches", program,
                ["punches": [["employee": "N-p-lisi", "at": "yesterday", "source": "nose"], ["employee": ""]]])
            #expect(wrong.status == 422)
            #expect(
                wrong.faultyFields == [
                    "punches[0].at", "punches[0].source", "punches[1].employee", "punches[1].at", "punches[1].source",
                ])
            let leave = try await server.post(
                "/v1/attendance/leaves", program,
                [
                    "leaves": [
                        [
                            "id": "L-1", "employee": "p-nobody", "from": "2026-11-23", "to": "2026-11-20",
                            "requestedOn": "2026-11-22", "state": "approved", "kind": "事假", "source": "oa",
                        ]
                    ]
                ])
            #expect(leave.status == 422 && leave.faultyFields == ["leaves[0].employee", "leaves[0].to"])
            let plan = try await server.post(
                "/v1/attendance/plans/w", hr,
                [
                    "name": "w", "unit": "nowhere", "from": "2026-11-23", "to": "2026-11-20",
                    "shifts": [
                        [
                            "employee": "p-lisi", "day": "2026-12-30", "startMinute": 540, "endMinute": 500,
                            "hourlyFen": 0,
                        ]
                    ],
                ], method: "PUT")
            #expect(plan.status == 422)
            #expect(plan.faultyFields == ["to", "unit", "shifts[0].day", "shifts[0].end"])
            #expect(try await server.get("/v1/attendance/plans/w", hr).status == 404)
            for (query, status) in [("?day=2026-02-30", 400), ("?limit=0", 400), ("?dya=2026-11-23", 400)] {
                #expect(try await server.get("/v1/attendance/board\(query)", hr).status == status, "\(query)")
            }
            let own = try await server.key(.staff, person: PersonID("p-lisi"))
            let forbidden = try await server.post("/v1/attendance/punches", own, Self.punches("N-p-lisi"))
            #expect(forbidden.status == 403 && forbidden.json["detail"]?.string?.contains("recordAttendance") == true)
        }
    }
}
