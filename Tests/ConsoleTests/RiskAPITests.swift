import Evidence
import Foundation
import Notices
import People
import TestSupport
import Testing

@testable import Console

/// Alerts, consents and rules over HTTP.
@Suite struct RiskAPITests {
    /// 张三 and 王五 do not come, the others do; Monday, noon in China.
    private struct Office {
        let program: TestServer.Key
        let hr: TestServer.Key
        let officer: TestServer.Key
        let head: TestServer.Key
        let employee: TestServer.Key

        init(_ server: TestServer) async throws {
            let gateway = server.gateway
            let manager = try await gateway.employee("李经理", id: "p-head", unit: "hq")
            try await gateway.unit("hq", manager: manager)
            try await gateway.unit("sales", parent: "hq")
            for (name, id) in [("张三", "p-zhangsan"), ("王五", "p-wangwu"), ("李四", "p-lisi")] {
                try await gateway.employee(name, id: id)
            }
            let hrPerson = try await gateway.employee("王女士", id: "p-hr", unit: "hr", roles: [.hr])
            try server.pass(to: "2026-11-23T04:00:00Z")
            program = try await server.key(.integrate)
            hr = try await server.key(.hr)
            officer = try await server.key(.inbox, person: hrPerson)
            head = try await server.key(.staff, person: manager)
            employee = try await server.key(.staff, person: PersonID("p-zhangsan"))
        }

        /// Whoever works has punched on a day.
        func punch(_ walk: inout Walk, _ day: String) async throws {
            let lines = ["N-p-head", "N-p-lisi", "N-p-hr"].map { number -> JSONValue in
                ["employee": .string(number), "at": .string("\(day)T08:55:00+08:00"), "source": "dingtalk"]
            }
            try await walk.go(program, "POST /v1/attendance/punches", ["punches": .array(lines)], says: ["added": 3])
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-2 S-6 S-7 S-10 S-11 S-23 S-57 an alert from the absence over confirmation and escalation to its end`(
        _ backend: Backend
    ) async throws {
        try await TestServer.with(backend) { server in
            let office = try await Office(server)
            var walk = Walk(server)
            try await office.punch(&walk, "2026-11-23")
            let run = try await walk.go(office.hr, "POST /v1/risk/runs", says: ["raised": 2, "warnings": []])
            #expect(run["notices"]?.integer == 4, "two alerts to HR, two questions to whoever is absent: \(run)")
            try await server.gateway.settle()
            try await walk.go(
                office.hr, "GET /v1/risk/alerts?person=p-zhangsan",
                says: [
                    "items.0.topic": "absence", "items.0.level": 1, "items.0.state": "open",
                    "items.0.text.zh-CN": "张三今天未打卡,请及时联系", "items.0.raises.0.rule": "absence-first-day",
                    "items.0.raises.0.ruleVersion": 2, "items.0.raises.0.from": "2026-11-23",
                    "items.0.raises.0.threshold": "absence for 1 scheduled days in a row", "items.1": .null,
                ], keep: ["alert": "items.0.id", "question": "items.0.raises.0.question"])
            try await confirms(&walk, office, "p-wangwu")
            try server.pass(to: "2026-11-24T05:00:00Z")
            try await office.punch(&walk, "2026-11-24")
            try await walk.go(office.hr, "POST /v1/risk/runs", says: ["raised": 2, "escalated": 0])
            try await server.gateway.settle()
            try await confirms(&walk, office, "p-wangwu")
            // A day later: one was confirmed, the other is told to the head of the unit above.
            try server.pass(to: "2026-11-25T06:00:00Z")
            try await walk.go(office.hr, "POST /v1/risk/runs", says: ["escalated": 1])
            let told = try await walk.go(
                office.head, "GET /v1/risk/alerts/{alert}",
                says: ["level": 2, "text.zh-CN": "张三连续2天未打卡,请及时联系", "interventions": []])
            #expect(told["escalatedAt"]?.string != nil)
            try await handled(&walk, office)
        }
    }

    /// HR opens and confirms the notice about somebody in their own inbox.
    private func confirms(_ walk: inout Walk, _ office: Office, _ person: String) async throws {
        let alerts = try await walk.go(
            office.hr, "GET /v1/risk/alerts?person=\(person)", keep: ["confirmed": "items.0.notice"])
        #expect(alerts["items"]?.array?.count == 1, "one alert that rises, not two")
        let inbox = try await walk.go(office.officer, "GET /v1/inbox")
        let item = (inbox["items"]?.array ?? []).first { $0["notice"]?.string == walk.known["confirmed"] }
        let delivery = try #require(item?["delivery"]?.string, "\(inbox)")
        try await walk.go(
            office.officer, "POST /v1/inbox/\(delivery)/open", keep: ["documentHash": "document.hash"])
        try await walk.go(
            office.officer, "POST /v1/inbox/\(delivery)/acknowledge", ["documentHash": "{documentHash}"],
            says: ["state": "acknowledged"])
    }

    private func handled(_ walk: inout Walk, _ office: Office) async throws {
        try await walk.go(
            office.hr, "POST /v1/risk/alerts/{alert}/closure", ["outcome": "stayed", "reason": "已沟通"], status: 409)
        try await walk.go(
            office.hr, "POST /v1/risk/alerts/{alert}/assignment", ["assignee": "N-p-zhangsan"], status: 422)
        try await walk.go(
            office.head, "POST /v1/risk/alerts/{alert}/assignment", [:],
            says: ["state": "assigned", "assignee": "p-head"])
        try await walk.go(
            office.head, "POST /v1/risk/alerts/{alert}/interventions",
            ["kind": "talk", "on": "2026-11-25", "record": "谈及薪酬与发展", "result": "愿意留任"], status: 201,
            says: ["kind": "talk", "record": "谈及薪酬与发展", "result": "愿意留任"])
        let shadow: (String) -> JSONValue = {
            ["successor": "p-lisi", "from": "2026-11-25", "plannedLastDay": .string($0)]
        }
        try await walk.go(office.hr, "POST /v1/risk/alerts/{alert}/shadow", shadow("2026-12-24"), status: 422)
        try await walk.go(
            office.hr, "POST /v1/risk/alerts/{alert}/shadow", shadow("2026-12-25"), status: 201,
            says: ["employee": "p-zhangsan", "successor": "p-lisi", "plannedLastDay": "2026-12-25"])
        try await walk.go(
            office.hr, "POST /v1/risk/alerts/{alert}/closure", ["outcome": "stayed", "reason": "调薪后留任"],
            says: ["state": "closed", "outcome": "stayed", "closedReason": "调薪后留任"])
        try await walk.go(
            office.hr, "POST /v1/risk/alerts/{alert}/closure", ["outcome": "left", "reason": "又走了"], status: 409)
        let view = try await walk.go(
            office.hr, "GET /v1/risk/cases/p-zhangsan",
            says: [
                "employee": "p-zhangsan", "state": "active", "alerts.0.successor": "p-lisi",
                "alerts.0.interventions.0.kind": "talk",
            ])
        #expect(
            (view["acts"]?.array ?? []).contains {
                $0["event"]?.string == "AlertRaised" && $0["stage"]?.string == "before"
                    && $0["leafIndex"]?.integer != nil
            }, "\(view)")
        try await walk.go(
            office.hr, "GET /v1/risk/quality?from=2026-11-01&to=2026-11-30",
            says: ["items.0.rule": "all", "items.0.truePositives": 0, "items.0.falsePositives": 1])
        try await walk.go(office.employee, "GET /v1/risk/alerts", status: 403)
    }

    @Test(arguments: Backend.allCases)
    func `S-1 S-5 S-18 S-22 signals need consents, and rules are switched and tried, through the API`(
        _ backend: Backend
    ) async throws {
        try await TestServer.with(backend) { server in
            let office = try await Office(server)
            var walk = Walk(server)
            try await office.punch(&walk, "2026-11-23")
            try await signals(&walk, office)
            try await rules(&walk, office, server.gateway)
            try await walk.go(
                office.hr, "POST /v1/risk/runs", says: ["warnings": []])
            try await walk.go(
                office.hr, "GET /v1/risk/alerts?person=p-zhangsan&state=open", keep: ["alert": "items.0.id"])
            try await walk.go(office.hr, "GET /v1/risk/alerts/{alert}")
            try await walk.go(office.hr, "POST /v1/risk/alerts/{alert}/assignment", [:])
            try await handledBriefly(&walk, office)
            walk.expectWhole("risk")
        }
    }

    private func signals(_ walk: inout Walk, _ office: Office) async throws {
        let talk: (String, String) -> JSONValue = { id, text in
            ["id": .string(id), "employee": "N-p-zhangsan", "day": "2026-11-23", "text": .string(text)]
        }
        let talks: JSONValue = [
            "source": "wecom",
            "conversations": [
                talk("m1", "王总，我准备个人创业了"), talk("m2", "我离职后还找我"), talk("m3", "自己单干更自由"), talk("m4", "发货了"),
            ],
        ]
        let refused = try await walk.go(
            office.program, "POST /v1/risk/conversations", talks,
            says: ["added": 0, "refused.0.field": "conversations[0].employee"])
        #expect(refused["refused"]?[0]?["message"]?.string?.contains("has not agreed to conversations") == true)
        let words = try await walk.go(office.hr, "GET /v1/risk/rules", says: ["version": 2, "rejection": .null])
        let consent = try #require(words["consents"]?.array?.first { $0["kind"]?.string == "conversations" })
        try await walk.go(
            office.employee, "PUT /v1/risk/consent/conversations", ["hash": consent["hash"] ?? .null], status: 204)
        try await walk.go(
            office.employee, "GET /v1/risk/consents/p-zhangsan",
            says: ["conversations": true, "messages": false, "site-visits": false])
        try await walk.go(office.program, "POST /v1/risk/conversations", talks, says: ["added": 3, "refused": []])
        try await walk.go(office.hr, "POST /v1/risk/runs")
        let alerts = try await walk.go(office.hr, "GET /v1/risk/alerts?person=p-zhangsan")
        let found = try #require(alerts["items"]?.array?.first { $0["topic"]?.string == "conversations" })
        let path = "/v1/risk/alerts/\(found["id"]?.string ?? "")/snippets"
        let snippets = try await walk.go(office.hr, "GET \(path)")
        #expect(
            Set((snippets["items"]?.array ?? []).compactMap { $0["keyword"]?.string }) == ["个人创业", "我离职后", "自己单干"])
        try await walk.go(office.head, "GET \(path)", status: 403)
        try await walk.go(
            office.program, "POST /v1/risk/signals/projects",
            ["source": "jira", "points": [["employee": "N-p-zhangsan", "day": "2026-11-23", "value": 2]]],
            says: ["added": 1])
        try await walk.go(
            office.program, "POST /v1/risk/signals/telepathy", ["source": "x", "points": []], status: 404)
        try await walk.go(
            office.hr, "GET /v1/risk/profiles/N-p-zhangsan",
            says: [
                "series.0.name": "attendance", "series.3.name": "collaboration", "series.3.source": "jira",
                "series.3.points.0.value": "2", "series.2.note": "the person has not agreed to counting messages",
            ])
        try await walk.go(office.employee, "DELETE /v1/risk/consent/conversations", status: 204)
        try await walk.go(office.hr, "GET /v1/risk/alerts/\(found["id"]?.string ?? "")", says: ["state": "retracted"])
        try await walk.go(office.hr, "GET \(path)", says: ["items": []])
    }

    private func rules(_ walk: inout Walk, _ office: Office, _ gateway: TestGateway) async throws {
        let shipped = try String(contentsOfFile: TestResources.root + "/config/rules/risk.yaml", encoding: .utf8)
        let two = shipped.replacing("\nversion: 2\n", with: "\nversion: 3\n")
        let wrong = try await walk.go(
            office.hr, "PUT /v1/risk/rules",
            ["text": .string(two.replacing("lateness: {more-than: 5}", with: "lateness: {more-then: 5}"))],
            status: 422)
        #expect(wrong["detail"]?.string?.contains("more-then") == true, "\(wrong)")
        try await walk.go(office.hr, "GET /v1/risk/rules", says: ["version": 2])
        try await walk.go(office.head, "PUT /v1/risk/rules", ["text": .string(two)], status: 403)
        try await walk.go(
            office.hr, "PUT /v1/risk/rules",
            ["text": .string(two.replacing("lateness: {more-than: 5}", with: "lateness: {more-than: 4}"))],
            says: ["version": 3, "rejection": .null])
        try await walk.go(office.hr, "PUT /v1/risk/rules", ["text": .string(shipped)], status: 409)
        try await walk.go(
            office.hr, "POST /v1/risk/backtests", ["rule": "lateness", "from": "2026-11-01", "to": "2026-11-23"],
            says: ["rule": "lateness", "truePositives": 0, "falsePositives": 0, "trueNegatives": 5])
        try await walk.go(
            office.hr, "POST /v1/risk/backtests",
            [
                "rule": "lateness", "from": "2026-11-01", "to": "2026-11-23", "unit": "sales",
                "text": .string(two.replacing("grace-minutes: 0", with: "grace-minutes: -1")),
            ], status: 422)
        try await walk.go(
            office.hr, "POST /v1/risk/backtests", ["rule": "lateness", "from": "2026-11-23", "to": "2026-11-01"],
            status: 422)
        try await walk.go(
            office.hr, "POST /v1/risk/backtests", ["rule": "nonsense", "from": "2026-11-01", "to": "2026-11-23"],
            status: 404)
    }

    private func handledBriefly(_ walk: inout Walk, _ office: Office) async throws {
        try await walk.go(
            office.hr, "POST /v1/risk/alerts/{alert}/interventions",
            ["kind": "target-cut", "on": "2026-11-24", "record": "季度目标调整为80%"], status: 422)
        try await walk.go(
            office.hr, "POST /v1/risk/alerts/{alert}/interventions",
            ["kind": "target-cut", "on": "2026-11-23", "record": "季度目标调整为80%"], status: 201,
            says: ["result": .null])
        try await walk.go(
            office.hr, "POST /v1/risk/alerts/{alert}/shadow",
            ["successor": "p-lisi", "from": "2026-11-23", "plannedLastDay": "2026-12-23"], status: 201)
        try await walk.go(
            office.hr, "POST /v1/risk/alerts/{alert}/closure", ["outcome": "false-alarm", "reason": "出差未登记"],
            says: ["outcome": "false-alarm"])
        let view = try await walk.go(office.hr, "GET /v1/risk/cases/p-zhangsan")
        #expect(Set((view["alerts"]?.array ?? []).compactMap { $0["state"]?.string }) == ["retracted", "closed"])
        try await walk.go(office.hr, "GET /v1/risk/quality?from=2026-11-01&to=2026-11-30")
    }
}
