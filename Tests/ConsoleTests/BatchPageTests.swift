import Evidence
import Notices
import People
import TestSupport
import Testing

@testable import Console

/// Batches in the browser, on the server's side.
@Suite struct BatchPageTests {
    private static let head = "recipients,newContact,newPhone,newEmail,effectiveDate"

    private static func line(_ who: String, day: String = "2026-12-01") -> String {
        "\(who),李经理,010-88886666,liming@example.com,\(day)"
    }

    private static func form(_ table: String, name: String = "十二月 交接") -> [(String, String)] {
        [
            ("key", "k-1"), ("kind", "client-contact-change"), ("issuer", TestGateway.issuer.rawValue), ("name", name),
            ("table", table),
        ]
    }

    @Test(arguments: Backend.allCases)
    func `S-46 a table is checked line by line, issued as a whole, and shown as a matrix`(_ backend: Backend)
        async throws
    {
        try await TestServer.with(backend) { server in
            for index in 0..<2 {
                try await server.gateway.person(
                    "联系人\(index)<b>", id: "k-\(index)", email: "k\(index)@client.example",
                    phone: "+861380000567\(index)")
            }
            let hr = try await Browser.signedIn(server, "hr", .issue, .read)
            let page = try await hr.get("/batches/new?lang=en")
            #expect(page.status == 200 && page.text.contains("Table (CSV, a notice a line)"))
            #expect(!page.text.contains("value=\"dismissal\""), "what needs approval is not issued in batches")

            let wrong = try await hr.post(
                "/batches/new",
                Self.form(
                    [Self.head, Self.line("ext-k-0"), Self.line("nobody"), "ext-k-1,李经理"].joined(separator: "\r\n")))
            #expect(wrong.status == 422 && wrong.text.contains("没有编号或标识为“nobody”的人员"))
            #expect(wrong.text.contains("newPhone") && wrong.text.contains("ext-k-1,李经理"), "what was typed is kept")
            #expect(!wrong.text.contains("action=\"&#47;batches&#47;issue\""))

            let table = [Self.head, Self.line("ext-k-0"), Self.line("ext-k-1")].joined(separator: "\n")
            let bad = try await hr.post(
                "/batches/issue", Self.form([Self.head, Self.line("nobody")].joined(separator: "\n")))
            #expect(bad.status == 422)
            #expect(try await server.gateway.store.notices(NoticeFilter(), before: nil, limit: 1).isEmpty)

            let checked = try await hr.post("/batches/new", Self.form(table))
            #expect(checked.status == 200 && checked.text.contains("action=\"&#47;batches&#47;issue\""))
            #expect(checked.text.contains("<blockquote>") && checked.text.contains("李经理"), "the sample is shown")
            // The escapes of Markdown are for its reader alone.
            #expect(checked.text.contains("class=\"document letter\"") && !checked.text.contains("\\-"))
            let issued = try await hr.post("/batches/issue", Self.form(table))
            #expect(issued.status == 303, "\(issued.text.suffix(400))")
            #expect(try await hr.post("/batches/issue", Self.form(table))["location"] == issued["location"])
            #expect(try await server.gateway.store.batches(before: nil, limit: 5).map(\.count) == [2])
            try await server.gateway.settle()

            let matrix = try await hr.get(try #require(issued["location"]) + "?lang=en")
            #expect(matrix.status == 200 && matrix.text.contains("联系人0&#60;b&#62;"))
            #expect(matrix.text.contains("handed to the peer&#39;s server (not arrival at the person)"))
            #expect(matrix.text.contains("not acknowledged by the person"))
            let none = try await hr.get(try #require(issued["location"]) + "?part=troubled&lang=en")
            #expect(none.text.contains("None.") && !none.text.contains("联系人0"))
            #expect(try await hr.get(try #require(issued["location"]) + "?part=some").status == 400)
            #expect(try await hr.get("/batches").text.contains("十二月 交接"))
            let notice = try #require(issued["location"]).replacing("/batches/", with: "/notices/")
            #expect(try await hr.get(notice).text.contains("&#47;batches&#47;"))
        }
    }

    @Test(arguments: Backend.allCases)
    func `a line taken out, moved or added and the rest sent again issues nothing twice`(_ backend: Backend)
        async throws
    {
        try await TestServer.with(backend) { server in
            for index in 0..<4 {
                try await server.gateway.person(
                    "联系人\(index)", id: "k-\(index)", email: "k\(index)@client.example", phone: nil)
            }
            let hr = try await Browser.signedIn(server, "hr", .issue, .read)
            _ = try await hr.get("/batches/new")
            for (people, issued) in [([0, 1, 2], 3), ([0, 2], 3), ([2, 1], 3), ([3, 2, 0, 1], 4)] {
                let table = [Self.head] + people.map { Self.line("ext-k-\($0)") }
                let answer = try await hr.post("/batches/issue", Self.form(table.joined(separator: "\n")))
                #expect(answer.status == 303, "\(people): \(answer.text.suffix(400))")
                let notices = try await server.gateway.store.notices(NoticeFilter(), before: nil, limit: 10)
                #expect(notices.count == issued, "\(people)")
            }
        }
    }

    @Test func `a file of a Chinese spreadsheet is read, and a table without a head that fits is refused`() async throws
    {
        try await TestServer.with { server in
            try await server.gateway.person("王采购", id: "k-0")
            let hr = try await Browser.signedIn(server, "hr", .issue, .read)
            _ = try await hr.get("/batches/new")
            // 受送达人,新对接人 … in GB 18030, as a spreadsheet in China saves it.
            let names: [UInt8] = [
                0xCA, 0xDC, 0xCB, 0xCD, 0xB4, 0xEF, 0xC8, 0xCB, 0x2C, 0xD0, 0xC2, 0xB6, 0xD4, 0xBD, 0xD3, 0xC8, 0xCB,
            ]
            let rest = Array(",newPhone,newEmail,effectiveDate\r\next-k-0,".utf8)
            let name: [UInt8] = [0xC0, 0xEE, 0xBE, 0xAD, 0xC0, 0xED]
            let file = names + rest + name + Array(",010-88886666,liming@example.com,2026-12-01\r\n".utf8)
            let read = try await hr.upload("/batches/new", Self.form(""), file: file)
            #expect(read.status == 200 && read.text.contains("李经理"), "\(read.text.suffix(800))")
            let forged = try await hr.upload("/batches/new", Self.form(""), file: file, csrf: "other")
            #expect(forged.status == 403)
            for table in ["", "a,b\n1,2", Self.head, "newContact\n李", "recipients,recipients\n1,2"] {
                let refused = try await hr.post("/batches/new", Self.form(table))
                #expect(refused.status == 422 && refused.text.contains("role=\"alert\""), "\(table)")
                #expect(refused.text.contains("表格") || refused.text.contains("表头"), "in the reader's language")
            }
            let long = try await hr.post("/batches/new", Self.form(Self.head, name: String(repeating: "长", count: 40)))
            #expect(long.status == 422)
        }
    }

    @Test func `S-46 the contacts of a leaver's clients are ticked and become the table`() async throws {
        try await TestServer.with { server in
            let leaver = try await server.gateway.employee("王女士", id: "p-wang")
            try await server.gateway.employee("李经理", id: "p-li")
            for number in ["C-1", "C-2"] {
                try await server.gateway.client("示例\(number)公司", number: number, owner: leaver)
            }
            // A contact of two clients is one row, and one notice.
            try await server.gateway.client(
                "兼任公司", number: "C-3", owner: leaver,
                contacts: [
                    ContactUpdate(
                        externalID: "k-C-1", name: "王采购", position: "顾问",
                        addresses: [(.email, "c-1@client.example")])
                ])
            let hr = try await Browser.signedIn(server, "hr", .issue, .read, .hr)
            let page = try await hr.get("/batches/clients?leaver=N-p-wang&successor=N-p-li")
            #expect(page.text.contains("示例C-1公司、兼任公司") && page.text.contains("采购经理、顾问"))
            let fields = page.text.components(separatedBy: "name=\"tell.").dropFirst().map { $0.prefix { $0 != "\"" } }
            #expect(fields.count == 2 && Set(fields).count == 2, "\(fields)")
            #expect(page.status == 200 && page.text.contains("示例C-1公司") && page.text.contains("value=\"李经理\""))
            let checked = try await hr.post(
                "/batches/new",
                Self.form("").filter { $0.0 != "table" } + [
                    ("choose", "1"), ("newContact", "李经理"), ("newPhone", "010-88886666"),
                    ("newEmail", "p-li@example.com"), ("effectiveDate", "2026-12-01"),
                ] + fields.map { ("tell.\($0)", "yes") })
            #expect(checked.status == 200, "\(checked.text.suffix(800))")
            for field in fields { #expect(checked.text.contains(field)) }
            #expect(try await hr.get("/batches/clients?leaver=E-404").status == 422)
            let writer = try await Browser.signedIn(server, "writer", .issue)
            #expect(try await writer.get("/batches/clients?leaver=N-p-wang").status == 403)
        }
    }
}
