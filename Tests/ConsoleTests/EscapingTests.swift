import Evidence
import Foundation
import Notices
import TestSupport
import Testing

@testable import Console

/// Values that try to become markup.
@Suite struct EscapingTests {
    static let attacks = [
        "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "\"\u{301} onmouseover=alert(1) x=\"",
        "<\u{338}script\u{301}>alert(1)</script>", "'\u{200D}><svg/onload=alert(1)>", "`onload=alert(1)`",
        "</textarea><script>alert(1)</script>", "{{{html}}}", "{{%CONTENT_TYPE:TEXT}}", "]]><!--",
        "javascript:alert(1)",
    ]

    @Test(arguments: attacks)
    func `a value is text wherever it stands`(_ attack: String) {
        let escaped = HTMLText().escapeText(attack)
        for scalar in escaped.unicodeScalars {
            #expect(!["<", ">", "\"", "'", "`", "="].contains(scalar), "\(escaped)")
        }
    }

    @Test func `values that try to break out are inert on the page that shows them`() async throws {
        try await TestServer.with { server in
            let gateway = server.gateway
            try await gateway.person()
            for attack in Self.attacks {
                let id: NoticeID
                do {
                    id = try await gateway.issue(
                        IssueRequest(
                            issuer: TestGateway.issuer, kind: "risk-alert", recipients: [PersonID("p-zhangsan")],
                            fields: [
                                "employee": .string(String(attack.prefix(30))), "pattern": "absence", "count": 2,
                                "signals": [.string(attack)], "rule": .string(attack),
                            ]))
                } catch let error as NoticeError where error.code == .invalid { continue }
                try await gateway.settle()
                let mail = try #require(
                    try await gateway.store.deliveries(of: id).first { $0.address.channel == .email })
                let token = LinkTokens(key: gateway.keys.link, baseURL: nil).token(for: mail.id)
                let page = try await server.form("/n/\(token)", [])
                #expect(page.status == 200)
                // Inside srcdoc everything is escaped once more; what the frame sees is one unescaping away.
                let frame = try Self.frame(page.text)
                for markup in ["<script", "<svg", "<img", "onerror=alert", "onload=alert"] {
                    #expect(!page.text.lowercased().contains(markup), "\(attack)")
                    if markup.hasPrefix("<") { #expect(!frame.lowercased().contains(markup), "\(attack)") }
                }
                #expect(frame.contains("<body class=\"document\">"))
            }
        }
    }

    /// What the browser makes of the value of `srcdoc`.
    private static func frame(_ page: String) throws -> String {
        let start = try #require(page.range(of: "srcdoc=\"")?.upperBound)
        var text = String(page[start...].prefix { $0 != "\"" })
        for (code, character) in [
            ("&#34;", "\""), ("&#39;", "'"), ("&#47;", "/"), ("&#60;", "<"), ("&#61;", "="), ("&#62;", ">"),
            ("&#96;", "`"), ("&#38;", "&"),
        ] { text = text.replacingOccurrences(of: code, with: character) }
        return text
    }

    @Test(arguments: [
        ("{{title}}", "names no content type"), ("PRAGMA{{{title}}}", "writes as it is"),
        ("PRAGMA{{&title}}", "writes as it is"), ("PRAGMA{{=<% %>=}}", "changes delimiters"),
        ("PRAGMA{{% CONTENT_TYPE:TEXT}}", "switches the escaper off"), ("PRAGMA{{#open}}", "does not parse"),
    ])
    func `a page template that could let a value out refuses the start`(_ text: String, _ why: String) throws {
        let directory = try TemporaryDirectory.make("songda-pages")
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let shipped = TestResources.root + "/templates/console"
        for name in ["head", "foot", "landing", "shown", "frame", "answered", "refusal"] {
            let source = try String(contentsOfFile: "\(shipped)/\(name).mustache", encoding: .utf8)
            try source.write(toFile: "\(directory)/\(name).mustache", atomically: true, encoding: .utf8)
        }
        for name in ["words.json", "refusals.json"] {
            try FileManager.default.copyItem(atPath: "\(shipped)/\(name)", toPath: "\(directory)/\(name)")
        }
        try FileManager.default.createDirectory(
            atPath: directory + "/assets", withIntermediateDirectories: false)
        try "<svg/>".write(toFile: directory + "/assets/icon.svg", atomically: true, encoding: .utf8)
        try "body {}".write(toFile: directory + "/assets/console.css", atomically: true, encoding: .utf8)
        try "{}".write(toFile: directory + "/assets/course.js", atomically: true, encoding: .utf8)
        _ = try PageTemplates(directory: directory)
        let bent = text.replacingOccurrences(of: "PRAGMA", with: "{{% CONTENT_TYPE:SONGDA-HTML}}\n")
        try bent.write(toFile: directory + "/landing.mustache", atomically: true, encoding: .utf8)
        #expect(throws: PageTemplates.Fault.self, "\(why)") { try PageTemplates(directory: directory) }
    }
}
