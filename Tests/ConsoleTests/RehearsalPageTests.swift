import Evidence
import Notices
import TestSupport
import Testing

@testable import Console

/// Every page of a server that rehearses says so, and so does every answer about a notice.
@Suite struct RehearsalPageTests {
    private static let mark = "<p class=\"rehearsal\">演练，无法律效力 &#47; REHEARSAL, NO LEGAL EFFECT</p>"

    @Test func `every page carries the mark, signed in or not, and a refusal as well`() async throws {
        try await TestServer.with(isRehearsal: true) { server in
            try await server.gateway.person()
            let notice = try await server.gateway.issue(server.gateway.clientContactChange())
            try await server.gateway.settle()
            let browser = try await Browser.signedIn(
                server, "wu", .read, .inbox, .administer, person: PersonID("p-zhangsan"))
            let inbox = try #require(try await server.gateway.deliveries(of: notice, .inbox).first)
            for path in [
                Site.home, Site.noticeList, Site.page(Site.noticePage, notice), Site.operation, Site.sandbox,
                Site.myInbox, Site.page(Site.myNotice, inbox.id), Site.search, Site.help,
            ] {
                let page = try await browser.get(path)
                #expect(page.status == 200 && page.text.contains(Self.mark), "\(path)")
            }
            #expect(try await browser.get(Site.noticeList).text.contains("[演练 REHEARSAL] "))
            #expect(try await browser.get(Site.page(Site.noticePage, notice)).text.contains("本通知在演练中发出"))
            for path in [Site.signIn, Site.verify, Site.check, Site.docs, "/n/none"] {
                #expect(try await server.get(path).text.contains(Self.mark), "\(path)")
            }
            let number = try #require(try await server.gateway.store.notice(notice)).number
            #expect(try await server.get("\(Site.check)?q=\(number)&lang=en").text.contains("Issued in a rehearsal"))
        }
    }

    @Test func `the API says of every notice whether it was rehearsed`() async throws {
        for isRehearsal in [true, false] {
            try await TestServer.with(isRehearsal: isRehearsal) { server in
                try await server.gateway.person()
                let key = try await server.key(.issue, .read)
                let issued = try await server.post("/v1/notices", key, TestServer.alert(), idempotency: "one")
                #expect(issued.json["rehearsal"] == .bool(isRehearsal))
                let id = try #require(issued.json["id"]?.string)
                #expect(try await server.get("/v1/notices/\(id)", key).json["rehearsal"] == .bool(isRehearsal))
                #expect(
                    try await server.get("/v1/notices/\(id)/timeline", key).json["notice"]?["rehearsal"]
                        == .bool(isRehearsal))
                #expect(try await server.get(Site.signIn).text.contains(Self.mark) == isRehearsal)
            }
        }
    }
}
