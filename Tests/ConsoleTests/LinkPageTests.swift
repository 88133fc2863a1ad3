import Evidence
import Foundation
import Notices
import TestSupport
import Testing

@testable import Console

/// The pages behind the links in mails.
@Suite struct LinkPageTests {
    /// A server with one notice delivered by mail, and the token of its link.
    private static func with(
        personal: Bool = false, _ body: (TestServer, _ token: String, _ notice: NoticeID) async throws -> Void
    ) async throws {
        try await TestServer.with { server in
            let gateway = server.gateway
            try await gateway.person()
            let id =
                personal
                ? try await gateway.approvedDismissal() : try await gateway.issue(gateway.clientContactChange())
            try await gateway.settle()
            let mail = try #require(
                try await gateway.store.deliveries(of: id).first { $0.address.channel == .email })
            let token = LinkTokens(key: gateway.keys.link, baseURL: nil).token(for: mail.id)
            try await body(server, token, id)
        }
    }

    /// The six digits of the newest text message.
    private static func code(_ server: TestServer) throws -> String {
        let text = try #require(server.gateway.sms.parcels.last?.content.smsText)
        let digits = text.split { !$0.isNumber }.first { $0.count == 6 }
        return String(try #require(digits))
    }

    /// The value of a hidden field on a page.
    private static func hidden(_ name: String, _ page: String) throws -> String {
        let start = try #require(page.range(of: "name=\"\(name)\" value=\""))
        let value = page[start.upperBound...].prefix { $0 != "\"" }
        return value.replacingOccurrences(of: "&#61;", with: "=").replacingOccurrences(of: "&#47;", with: "/")
    }

    @Test func `looking at a link opens nothing, however often a scanner comes`() async throws {
        try await Self.with { server, token, notice in
            for _ in 0..<5 {
                let page = try await server.get("/n/\(token)")
                #expect(page.status == 200)
                #expect(page.text.contains(TestGateway.issuerName) && page.text.contains(TestGateway.creditCode))
                #expect(
                    !page.text.contains("李经理") && !page.text.contains("010-88886666"), "no content before it is opened")
            }
            #expect(try await server.http.send("HEAD", "/n/\(token)").status == 200)
            #expect(try await !server.gateway.events(of: notice).contains(.linkOpened))
            let english = try await server.get("/n/\(token)?lang=en")
            #expect(english.text.contains("<html lang=\"en\">") && english.text.contains("Read the notice"))
        }
    }

    @Test func `pressing the button opens once, and the reader can answer`() async throws {
        try await Self.with { server, token, notice in
            let page = try await server.form("/n/\(token)", [])
            #expect(page.status == 200 && page.text.contains("李经理"))
            let document = try #require(try await server.gateway.store.document(of: notice))
            #expect(page.text.contains(document.hash.hex))
            #expect(try await server.gateway.events(of: notice).filter { $0 == .linkOpened }.count == 1)

            let second = try await server.form("/n/\(token)", [])
            #expect(second.status == 410 && !second.text.contains("李经理"))
            #expect(try await server.get("/n/\(token)").status == 410)

            let ticket = try Self.hidden("ticket", page.text)
            let file = try await server.form(
                "/n/\(token)/document", [("pass", try Self.hidden("pass", page.text))])
            #expect(file.body == document.bytes)
            #expect(try await server.form("/n/\(token)/document", [("pass", ticket)]).status == 410)

            let wrong = try await server.form(
                "/n/\(token)/answer",
                [
                    ("ticket", ticket), ("answer", "acknowledge"),
                    ("documentHash", String(repeating: "0", count: 64)),
                ])
            #expect(wrong.status == 409)
            let answer = try await server.form(
                "/n/\(token)/answer",
                [("ticket", ticket), ("answer", "acknowledge"), ("documentHash", document.hash.hex), ("lang", "en")])
            #expect(answer.status == 200 && answer.text.contains("Recorded: receipt was confirmed through this link"))
            let objection = try await server.form(
                "/n/\(token)/answer", [("ticket", ticket), ("answer", "object"), ("words", "我不同意\r\n<b>第二条</b>")])
            #expect(objection.status == 200 && objection.text.contains("&#60;b&#62;第二条"))
            let events = try await server.gateway.events(of: notice)
            #expect(events.contains(.linkAcknowledged) && events.contains(.objectionReceived))
            // A link proves no person: whoever pressed, the delivery is not acknowledged by its recipient.
            #expect(!events.contains(.acknowledged))
            let mail = try await server.gateway.deliveries(of: notice, .email)
            #expect(mail.map(\.state) == [.accepted])

            server.gateway.pass(.seconds(1801))
            let late = try await server.form(
                "/n/\(token)/answer", [("ticket", ticket), ("answer", "object"), ("words", "x")])
            #expect(late.status == 410)
        }
    }

    @Test func `two who press at once open once`() async throws {
        try await Self.with { server, token, _ in
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<10 { group.addTask { try await server.form("/n/\(token)", []).status } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.filter { $0 == 200 }.count == 1)
        }
    }

    @Test func `a personal notice needs the code that goes to the phone on record`() async throws {
        try await Self.with(personal: true) { server, token, notice in
            let landing = try await server.get("/n/\(token)")
            #expect(landing.text.contains("****5678") && !landing.text.contains("13800005678"))
            #expect(try await server.form("/n/\(token)", []).status == 422)
            #expect(try await server.form("/n/\(token)", [("code", "123456")]).status == 403)
            #expect(try await server.form("/n/\(token)/code", []).status == 200)
            let page = try await server.form("/n/\(token)", [("code", try Self.code(server))])
            #expect(page.status == 200 && page.text.contains("考勤管理制度"))
            #expect(try await server.gateway.events(of: notice).contains(.contentOpened))
            let file = try await server.form(
                "/n/\(token)/document", [("pass", try Self.hidden("pass", page.text))])
            #expect(file["content-type"] == "application/pdf" && file.body.starts(with: Array("%PDF".utf8)))
        }
    }

    @Test func `a code that was guessed five times is over, also for its owner`() async throws {
        try await Self.with(personal: true) { server, token, _ in
            _ = try await server.form("/n/\(token)/code", [])
            let right = try Self.code(server)
            let wrong = right == "000000" ? "000001" : "000000"
            for _ in 0..<5 { #expect(try await server.form("/n/\(token)", [("code", wrong)]).status == 403) }
            #expect(try await server.form("/n/\(token)", [("code", right)]).status == 429)
            server.gateway.pass(.seconds(1))
            _ = try await server.form("/n/\(token)/code", [])
            #expect(try await server.form("/n/\(token)", [("code", try Self.code(server))]).status == 200)
        }
    }

    @Test func `codes and links come to an end`() async throws {
        try await Self.with(personal: true) { server, token, _ in
            _ = try await server.form("/n/\(token)/code", [])
            server.gateway.pass(.seconds(601))
            #expect(try await server.form("/n/\(token)", [("code", try Self.code(server))]).status == 403)
            for _ in 0..<4 { #expect(try await server.form("/n/\(token)/code", []).status == 200) }
            #expect(try await server.form("/n/\(token)/code", []).status == 429, "five codes an hour")
            server.gateway.pass(.seconds(72 * 3600))
            #expect(try await server.get("/n/\(token)").status == 410)
            #expect(try await server.form("/n/\(token)/code", []).status == 410)
        }
    }

    @Test func `wrong links are slowed down`() async throws {
        try await TestServer.with { server in
            var statuses: Set<Int> = []
            for _ in 0..<32 { statuses.insert(try await server.get("/n/\(String(repeating: "0", count: 64))").status) }
            #expect(statuses == [404, 429])
        }
    }

    @Test(arguments: [
        [("Sec-Fetch-Site", "cross-site")], [("Sec-Fetch-Site", "same-site"), ("Origin", "null")],
        [("Origin", "https://evil.example")], [("Origin", "https://hr.example.com.evil.example")],
    ])
    func `a form that another site sends is refused`(_ fields: [(String, String)]) async throws {
        try await Self.with { server, token, _ in
            let foreign = try await server.form("/n/\(token)", [], fields: fields)
            #expect(foreign.status == 403)
            let own = [("Origin", "https://hr.example.com"), ("Sec-Fetch-Site", "same-origin")]
            #expect(try await server.form("/n/\(token)", [], fields: own).status == 200)
        }
    }

    @Test func `the style sheet may be kept for ever and has no other name`() async throws {
        try await Self.with { server, token, _ in
            let page = try await server.get("/n/\(token)").text
            let start = try #require(page.range(of: "href=\"")?.upperBound)
            let path = page[start...].prefix { $0 != "\"" }.replacingOccurrences(of: "&#47;", with: "/")
            let style = try await server.get(path)
            #expect(style.status == 200 && style["content-type"]?.hasPrefix("text/css") == true)
            #expect(style["cache-control"]?.contains("immutable") == true)
            #expect(try await server.get("/assets/console.css").status == 404)
        }
    }
}
