import Evidence
import Testing
import Typeset

@testable import Notices

/// Values and templates as the reader of the document and of the mail sees them: through the real typesetter.
@Suite struct InertnessTests {
    private func html(of text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "&": result += "&amp;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    @Test(arguments: EscapingTests.hostile)
    func `a hostile value reaches the reader letter by letter`(value: String) throws {
        let notice = try SmallKind.render(["title": .string(value)], notice: "{{title}}\n", sms: "x\n")
        let page = try MarkdownDocument(notice.markdown).html
        // Quotation marks may be written either way in text; nothing else may differ.
        let written = page.replacing("&#39;", with: "'").replacing("&quot;", with: "\"")
        let expected = "<p>\(html(of: value.trimmed))</p>".replacing("&#39;", with: "'").replacing("&quot;", with: "\"")
        #expect(Array(written.trimmed.unicodeScalars) == Array(expected.unicodeScalars))
    }

    @Test func `a hostile value in a table cell stays in its cell`() throws {
        let notice = try SmallKind.render(
            ["title": .string("a|b\"\u{301}</td><script>")], notice: "| x | y |\n|---|---|\n| {{title}} | end |\n",
            sms: "x\n")
        let page = try MarkdownDocument(notice.markdown).html
        #expect(page.split(separator: "<td").count == 3)
        #expect(!page.contains("<script"))
    }

    @Test func `every shipped kind reads as words, without signs of markup`() throws {
        let library = try ShippedTemplates.library()
        for kind in library.kinds {
            let template = try #require(library.template(kind: kind))
            for language in NoticeLanguage.allCases {
                let notice = try Renderer(library: library).render(
                    kind: kind, language: language, values: template.exampleValues(language), context: .example())
                for markdown in [notice.markdown, notice.emailText] {
                    let document = try MarkdownDocument(markdown)
                    for sign in ["\\", "**", "{{", "`"] {
                        #expect(!document.plainText.contains(sign), "\(kind) \(language.rawValue): \(sign)")
                        #expect(!document.html.contains(sign), "\(kind) \(language.rawValue): \(sign)")
                    }
                }
            }
        }
    }
}
