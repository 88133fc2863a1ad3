import Evidence
import Notices
import SQL
import TestSupport
import Testing

@testable import Console

/// What the operator sees and decides, and the manuals.
@Suite struct OperatorPageTests {
    @Test func `a route is paused and used again with a reason, and the page says who decided`() async throws {
        let report = HealthReport(checks: [
            .init(name: "database", isOK: true, code: "durable", reason: .init(zh: "可写", en: "writes are durable")),
            .init(name: "disk", isOK: false, code: "low", reason: .init(zh: "仅剩 3 MiB", en: "3 MiB are left")),
        ])
        try await TestServer.with(health: report) { server in
            let table = try #require(server.gateway.routes[.email])
            let route = try #require(table.routes.first?.channel.route)
            let browser = try await Browser.signedIn(server, "zhou", .administer)
            let page = try await browser.get(Site.operation + "?lang=en")
            #expect(page.status == 200 && page.text.contains("3 MiB are left") && page.text.contains("not ready"))
            #expect(try await browser.get(Site.operation + "?lang=zh-CN").text.contains("仅剩 3 MiB"))
            let path = "/operation/routes/\(route)"
            let empty = try await browser.post(path, [("act", "pause"), ("reason", "")])
            #expect(empty.status == 422 && empty.text.contains("role=\"alert\""))
            #expect(!table.status[0].isPaused)
            #expect(try await browser.post(path, [("act", "pause"), ("reason", "供应商维护")]).status == 303)
            #expect(table.status[0].isPaused)
            #expect(try await browser.get(Site.operation).text.contains("供应商维护"))
            #expect(try await browser.post(path, [("act", "resume"), ("reason", "维护结束")]).status == 303)
            #expect(!table.status[0].isPaused)
            #expect(
                try await browser.post("/operation/routes/none", [("act", "pause"), ("reason", "x")]).status == 404)
        }
    }

    @Test func `what stops no work is told, and the service is ready all the same`() async throws {
        let report = HealthReport(checks: [
            .init(name: "database", isOK: true, code: "durable", reason: .init(zh: "可写", en: "writes are durable")),
            .init(
                name: "backup", isOK: false, code: "unreachable",
                reason: .init(zh: "无法备份：磁盘未挂载", en: "no copy can be taken: the disk is not mounted"),
                stopsWork: false),
        ])
        try await TestServer.with(health: report) { server in
            let ready = try await server.get(Site.ready)
            #expect(ready.status == 200 && ready.json["ready"] == true)
            #expect(ready.json["checks"]?[1]?["ok"] == false && ready.text.contains("the disk is not mounted"))
            let browser = try await Browser.signedIn(server, "zhou", .administer)
            #expect(try await browser.get(Site.operation + "?lang=en").text.contains("the disk is not mounted"))
            #expect(try await browser.get("/?lang=zh-CN").text.contains("磁盘未挂载"))
        }
    }

    @Test func `F8 what was set aside is listed and released in the browser`() async throws {
        try await TestServer.with { server in
            try await server.gateway.person()
            let browser = try await Browser.signedIn(server, "zhou", .administer)
            let notice = try await server.gateway.issue(server.gateway.riskAlert())
            try await server.gateway.database.write { tx in try tx.execute("UPDATE notices SET claims = 3") }
            try await server.gateway.settle()
            let number = try #require(try await server.gateway.store.notice(notice)).number
            let page = try await browser.get(Site.operation)
            #expect(page.text.contains(number) && page.text.contains("次都没有结果"))
            let path = "/operation/notices/\(notice)/release"
            #expect(try await browser.post(path, [("reason", "")]).status == 422)
            #expect(try await browser.post(path, [("reason", "排版组件已修复")]).status == 303)
            #expect(try await browser.post(path, [("reason", "再来一次")]).status == 409)
            try await server.gateway.settle()
            #expect(try await !browser.get(Site.operation).text.contains(number))
        }
    }

    @Test func `outside a rehearsal the sandbox shows nothing`() async throws {
        try await TestServer.with { server in
            let browser = try await Browser.signedIn(server, "zhou", .administer)
            let page = try await browser.get(Site.sandbox + "?lang=en")
            #expect(page.status == 200 && page.text.contains("This is no rehearsal"))
        }
    }

    @Test func `S-132 there are manuals for HR, client and legal in both languages, open to all`() async throws {
        try await TestServer.with { server in
            for topic in ["hr", "client", "legal"] {
                let chinese = try await server.get("/help/\(topic)?lang=zh-CN")
                let english = try await server.get("/help/\(topic)?lang=en")
                #expect(chinese.status == 200 && english.status == 200)
                let sections = chinese.text.components(separatedBy: "<h2").count
                #expect(sections >= 4 && english.text.components(separatedBy: "<h2").count == sections)
                #expect(chinese.text != english.text && !english.text.contains("{{"))
            }
            #expect(try await server.get("/help").status == 200)
            #expect(try await server.get("/help/nothing").status == 404)
        }
    }
}
