import Evidence
import TestSupport
import Testing

@testable import Notices

/// The mark comes from the renderer: no template can leave it out, and it refuses nothing that would pass for real.
@Suite struct RehearsalMarkTests {
    @Test func `every text of every shipped kind is marked, and nothing else is changed`() throws {
        let library = try ShippedTemplates.library()
        for kind in library.kinds {
            let template = try #require(library.template(kind: kind))
            for language in NoticeLanguage.allCases {
                let values = template.exampleValues(language)
                var context = RenderContext.example()
                let renderer = Renderer(library: library)
                let meant = try renderer.render(kind: kind, language: language, values: values, context: context)
                context.isRehearsal = true
                let marked = try renderer.render(kind: kind, language: language, values: values, context: context)
                #expect(marked.subject == RehearsalMark.prefix + meant.subject)
                #expect(marked.inboxTitle == RehearsalMark.prefix + meant.inboxTitle)
                #expect(marked.smsText == RehearsalMark.smsPrefix(language) + meant.smsText)
                for (one, other) in [(marked.markdown, meant.markdown), (marked.emailText, meant.emailText)] {
                    #expect(one.contains("**\(RehearsalMark.line)**"))
                    let mark = "**\(RehearsalMark.line)**"
                    #expect(one.replacing("\n\n\(mark)", with: "").replacing("\(mark)\n\n", with: "") == other)
                }
                #expect(marked.contentHash != meant.contentHash)
                #expect(try JSONValue(parsing: meant.content)["rehearsal"] == nil)
            }
        }
    }

    @Test func `a text message that the mark makes longer passes, and the author is told what it costs`() throws {
        // 60 characters and the signature: one part alone, two with the mark in front.
        let sms = String(repeating: "a", count: 60) + "\n"
        let renderer = try SmallKind.renderer(sms: sms)
        var context = RenderContext.example()
        context.smsSignature = "AB"
        let values: [String: JSONValue] = ["title": "T", "body": "B", "mode": "slow"]
        let meant = try renderer.render(kind: "memo", version: 1, language: .english, values: values, context: context)
        context.isRehearsal = true
        let marked = try renderer.render(kind: "memo", version: 1, language: .english, values: values, context: context)
        #expect(!meant.warnings.contains { $0.field == "sms" })
        let parts = SMSLength(text: meant.smsText, signature: "AB").parts
        let warning = try #require(marked.warnings.first { $0.field == "sms" })
        #expect(warning.message.en.contains("issued for real it takes \(parts)"))
        #expect(SMSLength(text: marked.smsText, signature: "AB").parts == parts + 1)
    }

    @Test func `a text message that is too long for real is refused in a rehearsal as well`() throws {
        let renderer = try SmallKind.renderer(sms: String(repeating: "长", count: 140) + "\n")
        var context = RenderContext.example()
        context.isRehearsal = true
        #expect(throws: RenderFailure.self) {
            try renderer.render(
                kind: "memo", version: 1, language: .english, values: ["title": "T", "body": "B", "mode": "slow"],
                context: context)
        }
    }
}
