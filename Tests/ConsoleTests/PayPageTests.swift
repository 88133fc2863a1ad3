import Evidence
import Foundation
import Notices
import People
import TestSupport
import Testing

@testable import Console

/// Pay, goals and scores entered in the browser, on the server's side.
@Suite struct PayPageTests {
    private static let form: [(String, String)] = [
        ("month", "2026-11"), ("region", "shanghai"), ("v.baseWage", "5000"), ("s.baseWage", "contract"),
        ("r.baseWage", "C-2022-031"),
    ]

    @Test(arguments: Backend.allCases)
    func `S-112 HR works a month out with its sources, and the person sees it once it is in force`(
        _ backend: Backend
    ) async throws {
        try await TestServer.with(backend) { server in
            let person = try await server.gateway.employee("张三<b>", id: "p-zhang")
            try await server.gateway.employee("李四", id: "p-li")
            let hr = try await Browser.signedIn(server, "hr", .hr)
            let staff = try await Browser.signedIn(server, "zhang", .staff, person: person)
            let page = "/pay/N-p-zhang"
            #expect(try await hr.get("/pay").text.contains("现行规则"))
            #expect(try await hr.get("/pay?q=N-p-zhang")["location"] == page)
            #expect(try await hr.get("/pay?q=N-nobody").status == 422)
            #expect(try await staff.get("/pay")["location"] == page)
            // The language that was asked for is kept on the way.
            #expect(try await staff.get("/pay?lang=en")["set-cookie"]?.hasPrefix("songda-lang=en;") == true)
            #expect(try await staff.get("/pay/N-p-li").status == 403)
            #expect(try await !staff.get(page).text.contains("name=\"v.baseWage\""))

            _ = try await hr.get(page)
            let made = try await hr.post(page, Self.form)
            #expect(made.status == 303, "\(made.text.suffix(900))")
            let sheet = try #require(made["location"])
            let draft = try await hr.get(sheet)
            for words in ["5000.00 CNY", "（baseWage） &#61; 5000", "劳动合同 C-2022-031", "草稿，未生效", "pay 第 2 版"] {
                #expect(draft.text.contains(words), "\(words)")
            }
            // A draft is nobody's business but HR's; the own sheet shows once it is in force.
            #expect(try await staff.get(sheet).status == 404)
            #expect(try await staff.post(sheet, [("act", "finalise")]).status == 404)
            #expect(try await hr.post(sheet, [("act", "finalise")]).status == 303)
            let own = try await staff.get(sheet + "?lang=en")
            #expect(own.status == 200 && own.text.contains("in force") && own.text.contains("5000.00 CNY"))
            #expect(!own.text.contains("value=\"withdraw\""))
            #expect(try await staff.get("/pay/N-p-li/" + sheet.dropFirst(page.count + 1)).status == 404)
            _ = try await hr.get(sheet)
            let twice = try await hr.post(sheet, [("act", "finalise")])
            #expect(twice.status == 409 && twice.text.contains("薪酬单的状态已经改变"))
            let silent = try await hr.post(sheet, [("act", "withdraw"), ("reason", " ")])
            #expect(silent.status == 422 && silent.text.contains("请写明理由"))
            #expect(try await hr.post(sheet, [("act", "withdraw"), ("reason", "基数有误")]).status == 303)
            #expect(try await hr.get(sheet).text.contains("已撤回"))
        }
    }

    @Test func `a minimum wage that nobody confirmed is said, in both languages`() async throws {
        try await TestServer.with { server in
            try await server.gateway.employee("张三", id: "p-zhang")
            let hr = try await Browser.signedIn(server, "hr", .hr)
            _ = try await hr.get("/pay/N-p-zhang")
            let made = try await hr.post("/pay/N-p-zhang", Self.form)
            #expect(made.status == 303, "\(made.text.suffix(900))")
            let sheet = try #require(made["location"])
            let chinese = try await hr.get(sheet)
            #expect(chinese.text.contains("含未经核对的数字") && chinese.text.contains("未与官方公布核对"))
            let english = try await hr.get(sheet + "?lang=en")
            #expect(english.text.contains("was not compared with the official publication"))
            #expect(try await hr.get("/pay/N-p-zhang?lang=en").text.contains("holds a figure nobody has confirmed"))
        }
    }

    @Test func `S-114 bad figures are answered at their fields in the reader's language, and everything typed stays`()
        async throws
    {
        try await TestServer.with { server in
            try await server.gateway.employee("张三", id: "p-zhang")
            let hr = try await Browser.signedIn(server, "hr", .hr)
            _ = try await hr.get("/pay/N-p-zhang")
            func change(_ name: String, _ value: String) -> [(String, String)] {
                Self.form.filter { $0.0 != name } + [(name, value)]
            }
            for (typed, words) in [
                (change("v.baseWage", "five"), "“five”不是数字"), (change("v.baseWage", "1.005"), "超过两位小数"),
                (change("v.baseWage", ""), "基本工资必须填写"), (change("r.baseWage", ""), "没有载明来源记录"),
                (change("month", "soon"), "“soon”不是月份"), (change("s.baseWage", "hearsay"), "该数字只能取自：contract"),
                (Self.form + [("v.loss", "800"), ("s.loss", "case"), ("r.loss", "x")], "需要本人签署的条款（loss-deduction）"),
                (Self.form + [("v.lateCount", "2.5"), ("s.lateCount", "attendance"), ("r.lateCount", "x")], "不是整数"),
            ] {
                let answer = try await hr.post("/pay/N-p-zhang", typed)
                #expect((409...422).contains(answer.status) || answer.status == 423, "\(words): \(answer.status)")
                #expect(answer.text.contains(words), "\(words): \(answer.text.suffix(2500))")
                #expect(answer.text.contains("value=\"C-2022-031\"") || words.contains("载明"), "\(words)")
                #expect(!answer.text.contains("decimals;") && !answer.text.contains("names no record"), "\(words)")
            }
            #expect(try await server.gateway.people.pay.sheets(of: PersonID("p-zhang"), by: .hr).isEmpty)
        }
    }

    @Test func `nobody works out their own pay`() async throws {
        try await TestServer.with { server in
            let person = try await server.gateway.employee("人事", id: "p-hr", roles: [.hr])
            let hr = try await Browser.signedIn(server, "hr", .hr, .staff, person: person)
            #expect(try await !hr.get("/pay/N-p-hr").text.contains("name=\"v.baseWage\""))
            #expect(try await hr.post("/pay/N-p-hr", Self.form).status == 403)
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-98 a goal is set in the browser and counts once both have signed the same words`(
        _ backend: Backend
    ) async throws {
        try await TestServer.with(backend) { server in
            let person = try await server.gateway.employee("张三", id: "p-zhang")
            let hr = try await Browser.signedIn(server, "hr", .hr)
            let staff = try await Browser.signedIn(server, "zhang", .staff, person: person)
            let page = "/performance/N-p-zhang"
            let form = try await hr.get(page)
            #expect(form.text.contains("action=\"&#47;performance&#47;N-p-zhang&#47;goals\""))
            #expect(try await !staff.get(page).text.contains("name=\"startsOn\""))
            let goal: [(String, String)] = [
                ("key", "g-1"), ("title", "签约十家新客户"), ("period", "2026-Q4"), ("weight", "60"),
                ("startsOn", "2026-10-01"), ("dueOn", "2026-12-31"),
            ]
            func change(_ name: String, _ value: String) -> [(String, String)] {
                goal.filter { $0.0 != name } + [(name, value)]
            }
            for (typed, words) in [
                (change("weight", "all"), "“all”不是整数"), (change("weight", "101"), "101 不在 1 至 100 之间"),
                (change("dueOn", "2026-09-01"), "早于开始日期"), (change("startsOn", "later"), "不是有效日期"),
                (change("title", ""), "须填写"),
            ] {
                let refused = try await hr.post(page + "/goals", typed)
                #expect(refused.status == 422 && refused.text.contains(words), "\(words)")
                #expect(
                    refused.text.contains("value=\"2026-Q4\"") && refused.text.contains("<details open>"), "\(words)")
            }
            #expect(try await hr.post(page + "/goals", goal).status == 303)
            #expect(try await hr.post(page + "/goals", goal).status == 303, "pressed twice it is one goal")
            _ = try await staff.get(page)
            #expect(try await staff.post(page + "/goals", change("title", "签约一家")).status == 403)
            let set = try await server.gateway.people.performance.goals(of: person, period: nil, by: .hr).goals
            try #require(set.count == 1 && set[0].title == "签约十家新客户")
            for who in [hr, staff] {
                _ = try await who.get(page)
                #expect(
                    try await who.post(page + "/goals/g-1", [("contentHash", set[0].contentHash.hex)]).status == 303)
            }
            #expect(try await server.gateway.people.performance.goal(GoalID("g-1"), by: .hr).state == .active)
            _ = try await hr.get(page)
            let fixed = try await hr.post(page + "/goals", change("title", "签约一家"))
            #expect(fixed.status == 409 && fixed.text.contains("该目标已由双方签署"))
            #expect(try await hr.post(page + "/goals/g-1/withdrawal", [("reason", "")]).status == 422)
            #expect(try await hr.post(page + "/goals/g-1/withdrawal", [("reason", "业务调整")]).status == 303)
            #expect(try await server.gateway.people.performance.goal(GoalID("g-1"), by: .hr).state == .withdrawn)
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-100 scores are entered with a reason for every deduction, and what is wrong is said at its row`(
        _ backend: Backend
    ) async throws {
        try await TestServer.with(backend) { server in
            let person = try await server.gateway.employee("张三", id: "p-zhang")
            let hr = try await Browser.signedIn(server, "hr", .hr)
            let page = "/performance/N-p-zhang"
            _ = try await hr.get(page)
            let good: [(String, String)] = [
                ("month", "2026-10"), ("dimension.0", "项目交付"), ("weight.0", "60"), ("deduction.0", "12.5"),
                ("reason.0", "延期两周"), ("dimension.2", "态度"), ("weight.2", "40"), ("deduction.2", "0"),
            ]
            func change(_ name: String, _ value: String) -> [(String, String)] {
                good.filter { $0.0 != name } + [(name, value)]
            }
            for (typed, words) in [
                (change("weight.2", "30"), "权重合计为 90"), (change("reason.0", ""), "扣 12.5 分没有写明理由"),
                (change("deduction.0", "many"), "“many”不是数字"), (change("month", ""), "不是月份"),
                (change("month", "2027-10"), "2027-10 尚未开始"), (good + [("payFactor", "20")], "不在 0 至 10 之间"),
                (change("deduction.2", "101"), "101 不在 0 至 100 之间"),
            ] {
                let refused = try await hr.post(page + "/reviews", typed)
                #expect(refused.status == 422 && refused.text.contains(words), "\(words): \(refused.text.suffix(1500))")
                #expect(refused.text.contains("value=\"项目交付\""), "\(words)")
            }
            #expect(try await server.gateway.people.performance.reviews(of: person, by: .hr).isEmpty)
            #expect(try await hr.post(page + "/reviews", good).status == 303)
            let review = try #require(try await server.gateway.people.performance.reviews(of: person, by: .hr).first)
            #expect(review.state == .scored && review.current.total == Hundredths("92.5"))
            let again = try await hr.post(page + "/reviews", good)
            #expect(again.status == 409 && again.text.contains("2026-10 已经评分"))
            let manager = try await server.gateway.employee("王五", id: "p-wang", unit: "other")
            let stranger = try await Browser.signedIn(server, "wang", .staff, person: manager)
            #expect(try await stranger.post(page + "/reviews", good).status == 403)
        }
    }
}
