import Evidence
import Notices
import People
import TestSupport
import Testing

@testable import Console

/// Risk alerts in the browser, on the server's side.
@Suite struct RiskPageTests {
    /// Two scheduled days on which one of four people did not punch.
    private static func absence(_ gateway: TestGateway) async throws -> PersonID {
        let absent = try await gateway.employee("张三<b>", id: "p-zhang")
        // Were most of them missing, the feed would be to blame.
        let others = ["p-li", "p-wang", "p-zhao"]
        for other in others { try await gateway.employee("同事", id: other) }
        try await gateway.employee("王静", id: "p-hr", roles: [.hr])
        gateway.pass(.seconds(2 * 86_400))  // it is Monday then
        for day in ["2026-11-20", "2026-11-23"] {
            let at = try #require(Timestamp(rfc3339: "\(day)T00:50:00Z"))
            _ = try await gateway.people.attendance.record(
                (others + ["p-hr"]).map { PunchLine(number: "N-\($0)", at: at, source: .card) }, by: .integration)
        }
        _ = try await gateway.people.risk.run()
        return absent
    }

    @Test(arguments: Backend.allCases)
    func `S-6 an alert is taken, a talk recorded and the alert closed, all in pages`(_ backend: Backend) async throws {
        try await TestServer.with(backend) { server in
            let person = try await Self.absence(server.gateway)
            let hr = try await Browser.signedIn(server, "hr", .hr)
            let list = try await hr.get("/risk?lang=en")
            #expect(list.status == 200 && list.text.contains("张三&#60;b&#62;"), "\(list.text.suffix(900))")
            let alert = try #require(try await server.gateway.people.risk.alerts(by: .hr).first)
            let page = "/risk/\(alert.id.rawValue)"
            let shown = try await hr.get(page)
            #expect(shown.text.contains("absence-two-days") && shown.text.contains("2026-11-20"))
            #expect(!shown.text.contains("&#47;closure\""), "nobody closes what nobody has taken")
            let nobody = try await hr.post(page + "/assignment", [("assignee", "E-404")])
            #expect(nobody.status == 422 && nobody.text.contains("value=\"E-404\""))
            #expect(try await hr.post(page + "/assignment", [("assignee", "")]).status == 303)
            let empty = try await hr.post(
                page + "/measures", [("kind", "talk"), ("on", "2026-11-21"), ("record", ""), ("result", "下周再谈")])
            #expect(empty.status == 422 && empty.text.contains("value=\"下周再谈\""))
            #expect(empty.text.components(separatedBy: "<details open>").count == 2, "the form that was sent is open")
            let unfit = try await hr.post(
                page + "/closure", [("outcome", "bound"), ("reason", "了结"), ("record", "当面谈过"), ("on", "2026-11-20")])
            #expect(unfit.status == 422 && unfit.text.contains(">了结</textarea>"))
            #expect(!unfit.text.contains("当面谈过") && !unfit.text.contains("value=\"2026-11-20\""))
            #expect(unfit.text.components(separatedBy: "<details open>").count == 2)
            #expect(
                try await hr.post(
                    page + "/measures", [("kind", "talk"), ("on", "2026-11-21"), ("record", "本人表示身体不适")]
                ).status == 303)
            #expect(try await hr.get(page).text.contains("本人表示身体不适"))
            #expect(
                try await hr.post(page + "/closure", [("outcome", "stayed"), ("reason", "已复工")]).status == 303)
            #expect(try await hr.get(page).text.contains("已关闭"))
            #expect(try await hr.get("/risk").text.contains("暂无"))
            #expect(try await hr.get("/risk?state=closed").text.contains("张三"))
            #expect(try await hr.get("/risk?state=gone").status == 400)
            #expect(try await hr.get("/risk?state=").status == 200, "nothing chosen is what needs somebody")
            let subject = try await Browser.signedIn(server, "zhang", .staff, person: person)
            #expect(try await subject.get(page).status == 403)
        }
    }

    @Test func `S-22 rules are tried on history and put in force in the browser; a fault changes nothing`() async throws
    {
        try await TestServer.with { server in
            _ = try await Self.absence(server.gateway)
            let hr = try await Browser.signedIn(server, "hr", .hr)
            let page = try await hr.get("/risk-rules?lang=en")
            #expect(page.status == 200 && page.text.contains("absence-three-days"))
            let rules = try await server.gateway.people.risk.book.rules()
            let tried = try await hr.post(
                "/risk-rules",
                [
                    ("act", "try"), ("rule", "absence-two-days"), ("from", "2026-11-16"), ("to", "2026-11-20"),
                    ("text", rules.text),
                ])
            #expect(tried.status == 200 && tried.text.contains("role=\"status\""), "\(tried.text.suffix(900))")
            let bad = try await hr.post("/risk-rules", [("act", "apply"), ("text", rules.text + "\ncolour: red\n")])
            #expect(bad.status == 422 && bad.text.contains("colour"))
            #expect(try await server.gateway.people.risk.book.rules().version == rules.version)
            let higher = rules.text.replacing(
                "\nversion: \(rules.version)\n", with: "\nversion: \(rules.version + 1)\n")
            #expect(try await hr.post("/risk-rules", [("act", "apply"), ("text", higher)]).status == 303)
            #expect(try await server.gateway.people.risk.book.rules().version == rules.version + 1)
        }
    }
}
