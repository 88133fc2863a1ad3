import Evidence
import Foundation
import Notices
import People
import TestSupport
import Testing

@testable import Console

/// Replies in one tap: behind a link, in the inbox, and where they are shown.
@Suite struct ReplyPageTests {
    /// A server with a notice to a contact of a client, and the token of the link in its mail.
    private static func with(
        _ backend: Backend = .sqlite, personal: Bool = false,
        _ body: (TestServer, _ token: String, _ notice: NoticeID) async throws -> Void
    ) async throws {
        try await TestServer.with(backend) { server in
            let gateway = server.gateway
            try await gateway.person()
            let id =
                personal
                ? try await gateway.approvedDismissal()
                : try await gateway.issue(gateway.clientContactChange(batch: "十二月"))
            try await gateway.settle()
            let mail = try #require(try await gateway.deliveries(of: id, .email).first)
            try await body(server, LinkTokens(key: gateway.keys.link, baseURL: nil).token(for: mail.id), id)
        }
    }

    private static let statements: [EvidenceEvent] = [
        .statedNewContactKnown, .statedOldContactCalls, .statedOpenMatter,
    ]

    @Test(arguments: Backend.allCases)
    func `S-47 a client says in one tap that the old contact still calls, and everybody who follows sees it`(
        _ backend: Backend
    ) async throws {
        try await Self.with(backend) { server, token, notice in
            // A scanner that looks presses nothing, and a reply does not use the link up.
            let landing = try await server.get("/n/\(token)?lang=en")
            #expect(landing.text.contains("The former contact still gets in touch with me"))
            #expect(landing.text.contains("checked nobody&#39;s identity") || landing.text.contains("identity"))
            #expect(try await server.get("/n/\(token)/reply").status == 405)
            #expect(try await server.gateway.events(of: notice).allSatisfy { !Self.statements.contains($0) })
            let told = try await server.form(
                "/n/\(token)/reply",
                [("lang", "zh-CN"), ("reply", "old-contact-calls"), ("words", "昨天又来电<b>要求打款</b>")])
            #expect(told.status == 200 && told.text.contains("已记录：您的回复"), "\(told.text.suffix(500))")
            #expect(told.text.contains("昨天又来电&#60;b&#62;"))
            #expect(try await server.form("/n/\(token)", []).status == 200)

            let fact = try #require(try await server.gateway.facts(.statedOldContactCalls, of: notice).first)
            #expect(fact.facts["identification"] == "link" && fact.facts["reply"] == "old-contact-calls")
            #expect(fact.facts["words"] == "昨天又来电<b>要求打款</b>")
            let hash = try #require(try await server.gateway.store.notice(notice)).contentHash.hex
            #expect(fact.facts["contentHash"]?.string == hash)
            // A statement moves no delivery: it is neither opened nor acknowledged by it.
            #expect(try await server.gateway.deliveries(of: notice, .email).map(\.state) == [.accepted])

            let hr = try await Browser.signedIn(server, "hr", .read)
            let page = try await hr.get(Site.page(Site.noticePage, notice))
            #expect(page.text.contains("收到的回复") && page.text.contains("昨天又来电&#60;b&#62;"))
            #expect(page.text.contains("仅持有链接，未核验身份"))
            let matrix = try await hr.get("/batches/\(notice)")
            #expect(matrix.text.contains("回复：原对接人仍在联系"))
        }
    }

    @Test func `a reply pressed twice is one, replies have an end, and another site sends none`() async throws {
        try await Self.with { server, token, notice in
            let path = "/n/\(token)/reply"
            for _ in 0..<3 {
                #expect(try await server.form(path, [("reply", "new-contact-known")]).status == 200)
            }
            #expect(try await server.gateway.facts(.statedNewContactKnown, of: notice).count == 1)
            for number in 1..<NoticeReply.maximumCount {
                #expect(
                    try await server.form(path, [("reply", "open-matter"), ("words", "订单 \(number)")]).status == 200)
            }
            let more = try await server.form(path, [("reply", "open-matter"), ("words", "再来一条")])
            #expect(more.status == 429)
            #expect(try await server.gateway.facts(.statedOpenMatter, of: notice).count == NoticeReply.maximumCount - 1)
            let foreign = try await server.form(
                path, [("reply", "old-contact-calls")], fields: [("Sec-Fetch-Site", "cross-site")])
            #expect(foreign.status == 403)
            for bad in [[("reply", "dismissed")], [], [("reply", "open-matter"), ("more", "x")]] {
                #expect(try await server.form(path, bad).status == 400)
            }
            // From one address only so many presses, whatever they say.
            var statuses: Set<Int> = []
            for _ in 0..<30 { statuses.insert(try await server.form(path, [("reply", "new-contact-known")]).status) }
            #expect(statuses.contains(429) && !statuses.contains(500))
        }
    }

    @Test func `words that are too long are refused in place and kept`() async throws {
        try await Self.with { server, token, notice in
            let long = String(repeating: "说明", count: 500)
            let refused = try await server.form("/n/\(token)/reply", [("reply", "open-matter"), ("words", long)])
            #expect(refused.status == 422 && refused.text.contains("补充说明过长") && refused.text.contains(long))
            #expect(refused.text.contains("aria-invalid"))
            #expect(try await server.gateway.facts(.statedOpenMatter, of: notice).isEmpty)
        }
    }

    @Test func `after opening the reply goes with the ticket, and a used or old link takes none without it`()
        async throws
    {
        try await Self.with { server, token, notice in
            let page = try await server.form("/n/\(token)", [("lang", "en")])
            #expect(page.text.contains("Reply in one tap"))
            let start = try #require(page.text.range(of: "name=\"ticket\" value=\""))
            let ticket = String(page.text[start.upperBound...].prefix { $0 != "\"" })
                .replacingOccurrences(of: "&#61;", with: "=").replacingOccurrences(of: "&#47;", with: "/")
            let path = "/n/\(token)/reply"
            #expect(try await server.form(path, [("reply", "open-matter")]).status == 410, "the link was used up")
            let done = try await server.form(path, [("lang", "en"), ("ticket", ticket), ("reply", "open-matter")])
            #expect(done.status == 200 && done.text.contains("Recorded: your reply"))
            #expect(try await server.form(path, [("ticket", "0" + ticket), ("reply", "open-matter")]).status == 410)
            server.gateway.pass(.seconds(1801))
            #expect(try await server.form(path, [("ticket", ticket), ("reply", "new-contact-known")]).status == 410)
            #expect(try await server.gateway.facts(.statedOpenMatter, of: notice).count == 1)
        }
    }

    @Test func `a kind that asks for no reply takes none, and a personal notice none before its code`() async throws {
        try await Self.with(personal: true) { server, token, notice in
            #expect(try await !server.get("/n/\(token)").text.contains("name=\"reply\""))
            let answer = try await server.form("/n/\(token)/reply", [("reply", "old-contact-calls")])
            #expect(answer.status == 410)
            #expect(try await server.gateway.events(of: notice).allSatisfy { !Self.statements.contains($0) })
            let inbox = try #require(try await server.gateway.deliveries(of: notice, .inbox).first)
            await #expect(throws: NoticeError(.invalid, "")) {
                try await server.gateway.pipeline.read.answer(
                    .reply(.openMatter, nil), to: inbox.id, person: inbox.person, by: .account, source: .inbox)
            }
        }
    }

    @Test func `somebody who has signed in replies from the inbox, and is named as identified`() async throws {
        try await Self.with { server, _, notice in
            let inbox = try #require(try await server.gateway.deliveries(of: notice, .inbox).first)
            let browser = try await Browser.signedIn(server, "zhang", .inbox, person: PersonID("p-zhangsan"))
            _ = try await browser.get(Site.page(Site.myNotice, inbox.id))
            let opened = try await browser.post(Site.page(Site.myNotice, inbox.id))
            #expect(opened.text.contains("name=\"reply\""))
            let path = Site.page(Site.myReply, inbox.id)
            let long = try await browser.post(
                path, [("reply", "open-matter"), ("words", String(repeating: "长", count: 1000))])
            #expect(long.status == 422 && long.text.contains("补充说明过长"))
            let done = try await browser.post(path, [("reply", "open-matter"), ("words", "订单 88 未发货")])
            #expect(done.status == 200 && done.text.contains("已记录：您的回复"))
            #expect(try await browser.post(path, [("reply", "open-matter")], csrf: "x").status == 403)
            let fact = try #require(try await server.gateway.facts(.statedOpenMatter, of: notice).first)
            #expect(fact.facts["identification"] == "account" && fact.facts["words"] == "订单 88 未发货")
            let key = try await server.key(.inbox, person: PersonID("p-zhangsan"))
            let api = try await server.post(
                "/v1/inbox/\(inbox.id)/reply", key, ["reply": "new-contact-known"])
            #expect(api.status == 200, "\(api.text)")
            let none = try await server.post("/v1/inbox/\(inbox.id)/reply", key, ["reply": "all-well"])
            #expect(none.status == 422 || none.status == 400)
        }
    }
}
