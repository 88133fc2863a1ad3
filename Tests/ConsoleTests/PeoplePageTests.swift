import Evidence
import Notices
import People
import TestSupport
import Testing

@testable import Console

/// The HR core in the browser, on the server's side.
@Suite struct PeoplePageTests {
    @Test func `S-118 HR finds somebody by number, reads their file, and the reading is on record`() async throws {
        try await TestServer.with { server in
            let person = try await server.gateway.employee("张三<b>", id: "p-zhangsan")
            let hr = try await Browser.signedIn(server, "hr", .hr, .issue)
            let list = try await hr.get("/people?lang=en")
            #expect(list.status == 200 && list.text.contains("张三&#60;b&#62;") && list.text.contains("at work"))
            #expect(try await hr.get("/people?q=N-p-zhangsan")["location"] == "/people/N-p-zhangsan")
            #expect(try await hr.get("/people?q=E-404").text.contains("花名册中没有这个工号"))
            let page = try await hr.get("/people/N-p-zhangsan")
            #expect(page.text.contains("&#47;issue&#47;dismissal?person&#61;N-p-zhangsan"))
            let acts = try await server.gateway.people.acts.acts(about: .employee(person))
            #expect(acts.contains { $0.entry.event == .fileRead })
            #expect(try await hr.get("/people?state=left").text.contains("暂无"))
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-35 the same page shows a seller their own clients and HR all of them`(_ backend: Backend) async throws {
        try await TestServer.with(backend) { server in
            let seller = try await server.gateway.employee("张三", id: "p-zhang")
            let other = try await server.gateway.employee("李经理", id: "p-li")
            let crm = try await server.key(.integrate)
            for (number, owner) in [("C-1", "N-p-zhang"), ("C-2", "N-p-li")] {
                let made = try await server.post(
                    Site.clientSync, crm,
                    [
                        "externalID": .string(number), "source": "crm", "changedAt": "2026-01-05T08:00:00Z",
                        "owner": .string(owner), "fields": ["name": .string("示例\(number)贸易")],
                        "contacts": [
                            [
                                "externalID": .string("\(number)-k"), "name": "王采购", "position": "采购",
                                "addresses": [
                                    ["channel": "email", "value": .string("\(number.lowercased())@client.example")]
                                ],
                            ]
                        ],
                    ])
                #expect(made.status == 201)
            }
            let staff = try await Browser.signedIn(server, "zhang", .staff, person: seller)
            let colleague = try await Browser.signedIn(server, "li", .staff, person: other)
            let hr = try await Browser.signedIn(server, "hr", .hr)
            let (own, all) = (try await staff.get("/clients").text, try await hr.get("/clients").text)
            #expect(own.contains("示例C-1") && !own.contains("示例C-2"))
            #expect(all.contains("示例C-1") && all.contains("示例C-2"))
            #expect(try await staff.get("/clients?q=C-2").text.contains("暂无"))
            #expect(try await staff.get("/clients?q=c-1%40client.example").text.contains("示例C-1"))
            let client = try #require(Self.path("/clients/", in: own))
            #expect(try await staff.get(client).text.contains("王采购"))
            let refused = try await colleague.get(client)
            #expect(refused.status == 403 && refused.text.contains("不在您可以查看的范围内"))

            _ = try await staff.get(client)
            let empty = try await staff.post(client + "/follow-ups", [("text", ""), ("dueOn", "2026-12-01")])
            #expect(empty.status == 422 && empty.text.contains("value=\"2026-12-01\""))
            #expect(try await staff.post(client + "/follow-ups", [("text", "答应周五报价")]).status == 303)
            #expect(try await staff.get(client).text.contains("答应周五报价"))
        }
    }

    @Test func `S-61 a departure is recorded in the form and its handover goes on step by step`() async throws {
        try await TestServer.with { server in
            try await server.gateway.employee("王女士", id: "p-wang")
            try await server.gateway.employee("陈人事", id: "p-chen", unit: "admin", roles: [.hr])
            try await server.gateway.employee("李经理", id: "p-li")
            let hr = try await Browser.signedIn(server, "hr", .hr)
            let page = "/people/N-p-wang"
            _ = try await hr.get(page)
            let wrong = try await hr.post(
                page + "/departure", [("kind", "resignation"), ("noticeOn", ""), ("reason", "个人原因")])
            #expect(wrong.status == 422 && wrong.text.contains("role=\"alert\"") && wrong.text.contains("个人原因"))
            let nobody = try await hr.post(
                page + "/departure",
                [("kind", "resignation"), ("noticeOn", "2026-11-21"), ("reason", "个人原因"), ("successor", "E-404")])
            #expect(nobody.status == 404 && nobody.text.contains("E-404"))
            let made = try await hr.post(
                page + "/departure",
                [
                    ("kind", "resignation"), ("noticeOn", "2026-11-21"), ("reason", "个人原因"),
                    ("successor", "N-p-li"),
                ])
            let handover = try #require(made["location"])
            #expect(handover.hasPrefix("/handovers/"))
            let board = try await hr.get("/handovers").text
            #expect(board.contains("王女士") && board.contains("任务分配"))
            let first = try await hr.get(handover).text
            #expect(first.contains("2026-12-21") && first.contains("李经理"))
            #expect(try await hr.post(handover + "/moves", [("stage", "review")]).status == 409)
            #expect(try await hr.post(handover + "/moves", [("stage", "assignment")]).status == 303)
            #expect(try await hr.post(handover + "/moves").status == 400)

            let leaver = try await Browser.signedIn(server, "wang", .staff, person: PersonID("p-wang"))
            let mine = try await leaver.get(handover)
            #expect(mine.status == 200 && !mine.text.contains("value=\"accept\""))
            let stranger = try await server.gateway.employee("赵六", id: "p-zhao")
            let other = try await Browser.signedIn(server, "zhao", .staff, person: stranger)
            #expect(try await other.get(handover).status == 403)
        }
    }

    @Test func `S-86 whoever has left sees no page of the HR core, and is told why`() async throws {
        try await TestServer.with { server in
            let person = try await server.gateway.employee(roles: [.hr])
            let browser = try await Browser.signedIn(server, "zhang", .hr, .staff, person: person)
            #expect(try await browser.get("/people").status == 200)
            let hr = try await server.key(.hr)
            let today = "\(CivilDate(inChina: server.gateway.clock.now))"
            _ = try await server.post(
                "/v1/employees/N-p-zhangsan/moves", hr,
                ["state": "left", "effectiveOn": .string(today), "reason": "离职", "lastDay": .string(today)])
            var tried = 0
            for endpoint in server.server.endpoints where endpoint.access == .peoplePages && endpoint.method == .get {
                let path = endpoint.path.split(separator: "/", omittingEmptySubsequences: false)
                    .map { $0.hasPrefix("{") ? "nothing" : String($0) }.joined(separator: "/")
                let answer = try await browser.get(path)
                #expect(answer.status == 403 && answer.text.contains("劳动关系已经结束"), "\(path)")
                tried += 1
            }
            #expect(tried >= 7)
        }
    }

    @Test func `every state, kind and part of the HR core has its word in both languages`() throws {
        let words = try PageTemplates(directory: TestResources.root + "/templates/console").words
        let names =
            EmploymentState.allCases.map { "employment_\($0.rawValue)" }
            + DepartureKind.allCases.map { "departure_\($0.rawValue)" }
            + HandoverStage.allCases.map { "stage_\($0.rawValue)" }
            + HandoverStep.allCases.map { "step_\($0.rawValue)" }
            + HandoverItem.Kind.allCases.flatMap { ["item_\($0.rawValue)", "part_\($0.part)"] }
            + HandoverItem.State.allCases.map { "itemState_\($0.rawValue)" }
            + ItemConfirmation.Party.allCases.map { "party_\($0.rawValue)" }
            + Clearance.State.allCases.map { "clearance_\($0.rawValue)" }
            + OrderState.allCases.map { "order_\($0.rawValue)" }
            + ClientEvent.Kind.allCases.map { "clientEvent_\($0.rawValue)" }
            + ClientAlert.Kind.allCases.map { "alert_\($0.rawValue)" }
            + Agreement.State.allCases.map { "agreement_\($0.rawValue)" }
        for name in names {
            for language in PageLanguage.allCases { #expect(words.word(name, language) != name, "\(name) \(language)") }
        }
    }

    private static func path(_ prefix: String, in page: String) -> String? {
        let text = page.replacing("&#47;", with: "/")
        return text.ranges(of: "href=\"\(prefix)").lazy
            .map { prefix + text[$0.upperBound...].prefix { $0 != "\"" } }.first
    }
}
