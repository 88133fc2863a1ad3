import Evidence
import Foundation
import Notices
import People
import TestSupport
import Testing

@testable import Console

/// A clerk who reads Chinese is told in Chinese what is wrong, with which value, and the cure.
@Suite struct RefusalPageTests {
    /// Sends a form, or asks for a page where there is none, and expects the sentence and no English one.
    private func expect(
        _ browser: Browser, _ path: String, _ form: [(String, String)]? = nil, status: Int, says: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let answer = if let form { try await browser.post(path, form) } else { try await browser.get(path) }
        #expect(answer.status == status, "\(path)", sourceLocation: sourceLocation)
        // Where a form says it, the rest of its page is not looked at: peers answer in their own words there.
        let start = answer.text.range(of: "role=\"alert\"")?.upperBound
        let alert = start.map { answer.text[$0...].components(separatedBy: "</p>")[0] } ?? answer.text
        let page = alert.replacing(/<[^>]*>/, with: " ").replacing("&#47;", with: "/")
        #expect(page.contains(says), "\(path) says \(page.suffix(600))", sourceLocation: sourceLocation)
        // Three English words in a row are a sentence; names of commands and links are not.
        let english = page.matches(of: /[a-z']{2,}(?: [a-z']{2,}){2,}/).map { String($0.output) }
        #expect(english == [], "\(path)", sourceLocation: sourceLocation)
    }

    @Test func `S-126 refusals of people, clients and handovers are Chinese on Chinese pages`() async throws {
        try await TestServer.with { server in
            let gateway = server.gateway
            try await gateway.employee("王女士", id: "p-wang")
            try await gateway.employee("陈人事", id: "p-chen", unit: "admin", roles: [.hr])
            let seller = try await gateway.employee("李经理", id: "p-li")
            let hr = try await Browser.signedIn(server, "hr", .hr)
            let staff = try await Browser.signedIn(server, "li", .staff, person: seller)
            hr.languages = "zh-CN,zh;q=0.9,en;q=0.5"
            staff.languages = "zh-CN"
            let departure = "/people/N-p-wang/departure"
            let given = [("kind", "resignation"), ("noticeOn", "2026-11-21")]
            _ = try await hr.get("/people/N-p-wang")
            try await expect(
                hr, departure, given + [("reason", "")], status: 422,
                says: "N-p-wang 的离职没有登记：理由：不能为空；请写明理由")
            try await expect(
                hr, departure, given + [("reason", "个人原因"), ("successor", "E-404")], status: 404,
                says: "没有员工“E-404”；请按工号查找")
            try await expect(
                hr, departure, given + [("reason", "个人原因"), ("successor", "N-p-wang")], status: 422,
                says: "接手人：“p-wang”就是离职人；请指定其他人")
            let made = try await hr.post(departure, given + [("reason", "个人原因"), ("successor", "N-p-li")])
            let handover = try #require(made["location"])
            _ = try await hr.get(handover)
            try await expect(
                hr, handover + "/moves", [("stage", "review")], status: 409,
                says: "“审核确认”阶段尚未开始；请先结束“任务分配”阶段")
            try await expect(hr, handover + "/moves", [], status: 400, says: "表单没有写明阶段或步骤；请重新打开页面后再提交")
            try await expect(hr, "/handovers/none", status: 404, says: "没有编号为“none”的交接；请从列表进入")
            try await expect(hr, "/clients/C-404", status: 404, says: "没有客户“C-404”；请先登记该客户")
            try await expect(hr, "/risk/none", status: 404, says: "没有编号为“none”的预警；请从列表进入")
            _ = try await staff.get("/attendance")
            try await expect(staff, "/attendance/N-p-wang", status: 403, says: "您只能对自己的事项“查看考勤”；请联系人力资源部")
            try await expect(staff, "/people/N-p-wang", status: 403, says: "您只能对自己的事项“查看档案”；请联系人力资源部")
            try await expect(staff, "/training/none", status: 404, says: "“none”")
            try await expect(staff, "/agreements/none", status: 404, says: "您没有编号为“none”的协议；请从列表进入")
            try await expect(
                staff, departure, given + [("reason", "x")], status: 403,
                says: "您的角色（员工）不能“办理离职”；请联系人力资源部，或由有权限的人办理")
        }
    }

    @Test func `S-126 refusals of notices, batches and operation are Chinese on Chinese pages`() async throws {
        try await TestServer.with { server in
            let gateway = server.gateway
            let person = try await gateway.person()
            let author = try await Browser.signedIn(server, "hr", .issue, .read, .approve)
            let notice = try await gateway.issue(gateway.riskAlert())
            try await gateway.settle()
            let page = "/notices/" + (try #require(try await gateway.store.notice(notice)).number)
            _ = try await author.get(page)
            try await expect(
                author, page + "/cancel", [("reason", "")], status: 422, says: "请写明撤回通知的理由，不超过 2000 字节")
            try await expect(
                author, page + "/approve", [("contentHash", String(repeating: "0", count: 64))], status: 409,
                says: "只有等待审批的通知才能审批")
            try await expect(author, "/issue/no-such-kind", status: 404, says: "没有“no-such-kind”这种通知类型；请从列表中选择")
            try await expect(author, "/batches/none", status: 404, says: "没有包含通知“none”的批次；请核对编号")
            let reader = try await Browser.signedIn(server, "zhangsan", .inbox, person: person)
            try await expect(reader, "/inbox/none", status: 404, says: "您的信箱中没有“none”；请从信箱列表进入")
            try await expect(reader, "/notices", status: 403, says: "您的账号没有所需的权限（")

            let keeper = try await Browser.signedIn(server, "zhou", .administer)
            _ = try await keeper.get(Site.operation)
            try await expect(
                keeper, "/operation/routes/none", [("act", "pause"), ("reason", "x")], status: 404,
                says: "没有线路“none”；请从列表中选择")
            let route = try #require(gateway.routes[.email]?.routes.first?.channel.route)
            try await expect(
                keeper, "/operation/routes/\(route)", [("act", "pause"), ("reason", "")], status: 422,
                says: "请写明暂停线路的理由，不超过 2000 字节")
            try await expect(
                keeper, "/operation/webhooks/none", status: 404, says: "没有编号为“none”的网络钩子；请从列表进入")
            let account = try #require(reader.account?.id)
            _ = try await keeper.get(Site.accountList)
            try await expect(
                keeper, "/accounts/\(account)/identity", [("subject", "x")], status: 409,
                says: "没有配置统一登录；请管理员在 songda.yaml 中填写 oidc")
        }
    }

    @Test func `an English page tells the same refusal in English`() async throws {
        try await TestServer.with { server in
            let hr = try await Browser.signedIn(server, "hr", .hr)
            hr.languages = "en-GB"
            let page = try await hr.get("/handovers/none").text
            #expect(page.contains("there is no handover") && !page.contains("没有编号"))
        }
    }
}
