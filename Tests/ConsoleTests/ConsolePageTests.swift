import Evidence
import Foundation
import Notices
import People
import TestSupport
import Testing

@testable import Console

/// The way of a notice through the browser, on the server's side.
@Suite struct ConsolePageTests {
    @Test func `a dismissal is written, approved by two, read by the employee and proved, all in pages`() async throws {
        try await TestServer.with { server in
            let gateway = server.gateway
            let person = try await gateway.person()
            let author = try await Browser.signedIn(server, "hr", .issue, .read)
            let form = try await author.get("/issue/dismissal")
            #expect(form.status == 200 && form.text.contains("name=\"f.finalDate\""))
            let request = gateway.dismissalRequest()
            var values = Self.typed(request.fields)
            values += [("key", "k-1"), ("issuer", TestGateway.issuer.rawValue), ("recipients", "ext-p-zhangsan")]

            // Something is wrong: it is said at its place, and what was typed is still there.
            let wrong = try await author.post(
                "/issue/dismissal/preview", values.filter { $0.0 != "f.finalDate" } + [("f.finalDate", "someday")])
            #expect(wrong.status == 422 && wrong.text.contains("aria-invalid"))
            #expect(wrong.text.contains("value=\"ext-p-zhangsan\""))

            // Somebody unknown does not hide what else is wrong, and nobody is answered in another language.
            let unknown = try await author.post(
                "/issue/dismissal/preview",
                values.filter { $0.0 != "f.finalDate" && $0.0 != "recipients" }
                    + [("f.finalDate", "someday"), ("recipients", "E-9999")])
            #expect(unknown.status == 422 && unknown.text.contains("没有编号或标识为“E-9999”的人员"))
            #expect(unknown.text.contains("不是有效日期") && !unknown.text.contains("need correction"))
            // Which cases a field is for stands at the field.
            #expect(form.text.contains("以下情形必填，其他情形不填——解除依据 39-6。"))

            let preview = try await author.post("/issue/dismissal/preview", values)
            #expect(preview.status == 200)
            // The escapes of Markdown are for its reader alone.
            #expect(!preview.text.contains("\\-") && preview.text.contains("SD-00000000-XXXX-XXXX"))
            let version = try #require(Self.value("version", in: preview.text))
            var overrides: [(String, String)] = []
            for finding in ["union", "protected", "evidence", "address"]
            where preview.text.contains("override.\(finding)") {
                overrides += [("override.\(finding)", "已线下核实"), ("confirm.\(finding)", "u-none")]
            }
            let approver = try await Browser.signedIn(server, "wang", .approve)
            let second = try await Browser.signedIn(server, "zhao", .approve, .read)
            let confirmer = try #require(approver.account?.id.rawValue)
            let issued = try await author.post(
                "/issue/dismissal",
                values + [("version", version)]
                    + overrides.map { ($0.0, $0.0.hasPrefix("confirm.") ? confirmer : $0.1) })
            #expect(issued.status == 303, "\(issued.text.suffix(600))")
            let page = try #require(issued["location"])
            // Whoever begins another for the same person is told of this one before anything is issued.
            #expect(try await author.post("/issue/dismissal/preview", values).text.contains("已有一份“解除劳动合同通知书”"))

            // The author sees no button; two others approve.
            let waiting = try await author.get(page)
            #expect(waiting.status == 200 && !waiting.text.contains(page + "/approve"))
            for one in [approver, second] {
                let look = try await one.get(page)
                let seen = try #require(Self.value("contentHash", in: look.text))
                #expect(try await one.post(page + "/approve", [("contentHash", seen)]).status == 303)
            }
            try await gateway.settle()

            let employee = try await Browser.signedIn(server, "zhangsan", .inbox, person: person)
            let inbox = try await employee.get(Site.myInbox)
            #expect(inbox.text.contains("class=\"unread\""))
            let item = try #require(Self.path("/inbox/", in: inbox.text))
            _ = try await employee.get(item)
            #expect(try await gateway.deliveries(of: Self.notice(page), .inbox).map(\.state) == [.available])
            let opened = try await employee.post(item)
            #expect(opened.status == 200 && opened.text.contains("sandbox"))
            let shown = try #require(Self.value("documentHash", in: opened.text))
            // The seal is handed out beside the document, which does not carry it.
            let seal = try await employee.post(item + "/document", [("part", "seal")])
            #expect(seal.status == 200 && seal["content-type"] == "application/pkcs7-signature")
            #expect(seal["content-disposition"]?.contains(".pdf.p7s") == true)
            let answered = try await employee.post(
                item + "/answer", [("answer", "acknowledge"), ("documentHash", shown)])
            #expect(answered.status == 200)
            #expect(try await gateway.deliveries(of: Self.notice(page), .inbox).map(\.state) == [.acknowledged])

            let end = try await second.get(page)
            #expect(end.text.contains("4/5") || end.text.contains("5/5"))
            let proof = try await second.post(page + "/proof")
            #expect(proof.status == 200 && proof["content-type"] == "application/vnd.etsi.asic-e+zip")
        }
    }

    @Test func `a form sent twice is one notice`() async throws {
        try await TestServer.with { server in
            try await server.gateway.person()
            let author = try await Browser.signedIn(server, "hr", .issue, .read)
            _ = try await author.get("/issue/risk-alert")
            let fields = try #require(TestServer.alert()["fields"])
            let values =
                Self.typed(fields) + [
                    ("key", "k-1"), ("issuer", TestGateway.issuer.rawValue), ("recipients", "ext-p-zhangsan"),
                ]
            let first = try await author.post("/issue/risk-alert", values)
            let second = try await author.post("/issue/risk-alert", values)
            #expect(first.status == 303 && first["location"] == second["location"])
            #expect(try await server.gateway.store.notices(NoticeFilter(), before: nil, limit: 10).count == 1)
        }
    }

    @Test func `nobody reads another's inbox, and the answer is that of nothing`() async throws {
        try await TestServer.with { server in
            let gateway = server.gateway
            try await gateway.person()
            let other = try await gateway.person("李四", id: "p-lisi", email: "lisi@example.com", phone: nil)
            let id = try await gateway.issue(gateway.clientContactChange(to: [PersonID("p-zhangsan")]))
            try await gateway.settle()
            let browser = try await Browser.signedIn(server, "lisi", .inbox, person: other)
            _ = try await browser.get(Site.myInbox)
            for delivery in try await gateway.store.deliveries(of: id) {
                let path = Site.page(Site.myNotice, delivery.id)
                #expect(try await browser.get(path).status == 404)
                #expect(try await browser.post(path).status == 404)
                #expect(try await browser.post(path + "/document").status == 404)
                #expect(try await browser.post(path + "/answer", [("answer", "object"), ("words", "x")]).status == 404)
            }
        }
    }

    @Test func `S-126 the pages speak both languages and every state and event has its word`() async throws {
        let templates = try PageTemplates(directory: TestResources.root + "/templates/console")
        let names =
            NoticeState.allCases.map { "notice_\($0.rawValue)" }
            + DeliveryState.allCases.map { "delivery_\($0.rawValue)" }
            + ChannelKind.allCases.map { "channel_\($0.rawValue)" }
            + ["always", "not_delivered", "not_opened", "not_acknowledged"].map { "plan_\($0)" }
        for name in names {
            for language in PageLanguage.allCases {
                #expect(templates.words.word(name, language) != name, "\(name) in \(language)")
            }
        }
        try await TestServer.with { server in
            let browser = try await Browser.signedIn(server, "hr", .issue, .read)
            let chinese = try await browser.get("/notices")
            let english = try await browser.get("/notices?lang=en")
            #expect(chinese.text.contains("<html lang=\"zh-CN\">") && english.text.contains("<html lang=\"en\">"))
            #expect(english["set-cookie"]?.hasPrefix("songda-lang=en;") == true)
            #expect(!english.text.contains("{{") && !chinese.text.contains("{{"))
        }
    }

    /// The values of a request as a form has them.
    private static func typed(_ fields: JSONValue) -> [(String, String)] {
        (fields.object ?? [:]).map { name, value in
            switch value {
            case .integer(let number): ("f.\(name)", String(number))
            case .array(let items): ("f.\(name)", items.compactMap(\.string).joined(separator: "\n"))
            default: ("f.\(name)", value.string ?? "")
            }
        }
    }

    private static func value(_ name: String, in page: String) -> String? {
        page.range(of: "name=\"\(name)\" value=\"").map { String(page[$0.upperBound...].prefix { $0 != "\"" }) }
    }

    /// The first address of a kind in a page; slashes are escaped there.
    private static func path(_ prefix: String, in page: String) -> String? {
        let text = page.replacingOccurrences(of: "&#47;", with: "/")
        return text.range(of: "href=\"\(prefix)").map { prefix + text[$0.upperBound...].prefix { $0 != "\"" } }
    }

    private static func notice(_ page: String) -> NoticeID { NoticeID(String(page.dropFirst("/notices/".count))) }
}
