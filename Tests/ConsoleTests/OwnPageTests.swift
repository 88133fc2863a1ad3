import Evidence
import Notices
import People
import TestSupport
import Testing

@testable import Console

/// What a member of staff does for themselves in the browser, on the server's side.
@Suite struct OwnPageTests {
    @Test func `S-106 a course is watched as our clock allows, the exam passed and the statement signed`() async throws
    {
        try await TestServer.with { server in
            let gateway = server.gateway
            let person = try await gateway.employee()
            try await gateway.publish("performance")
            let staff = try await Browser.signedIn(server, "zhang", .staff, person: person)
            let list = try await staff.get("/training")
            #expect(list.text.contains("绩效管理制度") && list.text.contains("未开始"))
            let page = "/training/performance"
            #expect(try await staff.get(page).text.contains("课程学完后方可考试"))
            #expect(try await staff.post(page + "/course").status == 303)
            let begun = try await staff.get(page)
            #expect(begun.text.contains("data-course=") && begun["content-security-policy"]?.contains("'self'") == true)
            let skipped = try await staff.post(page + "/heartbeats", [("position", "60")])
            #expect(skipped.status == 409 && skipped.text.contains("未计入"))
            #expect(try await staff.post(page + "/heartbeats", [("position", "x")]).status == 422)
            #expect(try await staff.post(page + "/exams").status == 409)
            for second in [20, 40, 60] {
                gateway.clock.advance(by: .seconds(20))
                #expect(try await staff.post(page + "/heartbeats", [("position", String(second))]).status == 303)
            }
            #expect(try await staff.get(page).text.contains("课程已学完"))
            let exam = try #require(try await staff.post(page + "/exams")["location"])
            let asked = try await staff.get(exam)
            #expect(asked.text.contains("低于多少分减半") && asked.text.contains("type=\"radio\""))
            let half = try await staff.post(exam, [("count", "2"), ("a.0", "1")])
            #expect(half.status == 422 && half.text.contains("尚未作答： 2") && half.text.contains(" checked"))
            let sitting = try #require(
                try await gateway.people.training.proof(of: person, in: PolicyID("performance"), by: .hr).versions
                    .first?
                    .exams.first)
            let answers = sitting.questions.enumerated().map { ("a.\($0.offset)", String($0.element.answer)) }
            #expect(try await staff.post(exam, [("count", "2")] + answers).status == 303)
            #expect(try await staff.get(exam).text.contains("我已阅读并理解《绩效管理制度》"))
            #expect(try await staff.post(exam + "/code", [("channel", "email")]).text.contains("验证码已发出"))
            #expect(try await staff.post(exam + "/statement", [("code", "12")]).status == 422)
            #expect(
                try await staff.post(exam + "/statement", [("code", try gateway.lastCode())]).status == 303)
            #expect(try await staff.get("/training").text.contains("已签署声明"))
            let other = try await gateway.employee("李四", id: "p-li")
            let stranger = try await Browser.signedIn(server, "li", .staff, person: other)
            #expect(try await stranger.get(exam).status == 404)
        }
    }

    @Test func `a course on another host may be played from there, and from nowhere else`() {
        #expect(TrainingPage.origin(of: "https://media.example:8443/a.mp4?x") == "https://media.example:8443")
        for wrong in ["/media/a.mp4", "ftp://a/b", "https://", "https://a;script-src *", "https://a b/c", "file:///x"] {
            #expect(TrainingPage.origin(of: wrong) == nil, "\(wrong)")
        }
    }

    @Test func `S-92 an agreement is read, and only then signed with a code`() async throws {
        try await TestServer.with { server in
            let gateway = server.gateway
            let person = try await gateway.employee()
            let offered = try await gateway.people.agreements.offer(
                "client-ownership", to: person, values: [:], isMandatory: true, signBy: nil, issuer: nil, by: .hr)
            let staff = try await Browser.signedIn(server, "zhang", .staff, person: person)
            #expect(try await staff.get("/agreements").text.contains(offered.number))
            let page = "/agreements/\(offered.id.rawValue)"
            let unread = try await staff.get(page)
            #expect(unread.text.contains("请先查阅文书") && !unread.text.contains("name=\"code\""))
            // Whoever posts the form without having seen it signs nothing.
            let blind = try await staff.post(
                page, [("documentHash", offered.documentHash.hex), ("intent", offered.intent), ("code", "123456")])
            #expect(blind.status == 409 && blind.text.contains("请先查阅文书"))
            let document = try await staff.post(page + "/document")
            #expect(document.status == 200 && SHA256.hash(document.body) == offered.documentHash)
            #expect(try await staff.get(page).text.contains("name=\"code\""))
            #expect(try await staff.post(page + "/code", [("channel", "email")]).text.contains("验证码已发出"))
            let code = try gateway.lastCode()
            let form = [("documentHash", offered.documentHash.hex), ("intent", offered.intent)]
            let wrong = try await staff.post(page, form + [("code", code == "000000" ? "000001" : "000000")])
            #expect(wrong.status >= 400 && wrong.text.contains("role=\"alert\""), "\(wrong.status)")
            #expect(try await staff.post(page, form + [("code", code)]).status == 303)
            #expect(try await staff.get(page).text.contains("已签署"))
            let other = try await gateway.employee("李四", id: "p-li")
            let stranger = try await Browser.signedIn(server, "li", .staff, person: other)
            #expect(try await stranger.get(page).status == 404)
        }
    }

    @Test(arguments: Backend.allCases)
    func `somebody takes a copy of what is held about them, and that is on record`(_ backend: Backend) async throws {
        try await TestServer.with(backend) { server in
            let gateway = server.gateway
            let person = try await gateway.employee("张三", id: "p-zhang")
            try await gateway.employee("李四", id: "p-li")
            _ = try await gateway.issue(gateway.clientContactChange(to: [person]))
            let staff = try await Browser.signedIn(server, "zhang", .staff, .inbox, person: person)
            #expect(try await staff.get("/own-data").text.contains("下载我的数据"))
            let copy = try await staff.post("/own-data")
            #expect(copy.status == 200 && copy["content-disposition"]?.contains("own-data.json") == true)
            let own = copy.json
            #expect(own["particulars"]?["name"]?.string == "张三")
            #expect(own["employment"]?["number"]?.string == "N-p-zhang")
            #expect(own["notices"]?.array?.count == 1)
            #expect(!copy.text.contains("李四"))
            let acts = try await gateway.people.acts.acts(about: .employee(person))
            #expect(acts.filter { $0.entry.event == .ownDataTaken }.count == 1)
            let account = try await Browser.signedIn(server, "reader", .read)
            #expect(try await account.get("/own-data").status == 403)
        }
    }
}
