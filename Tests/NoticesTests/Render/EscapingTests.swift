import Evidence
import Testing

@testable import Notices

@Suite struct EscapingTests {
    static let hostile = [
        "**bold**", "_it_", "<script>alert(1)</script>", "a|b|c", "[x](javascript:alert(1))", "![i](http://x/y)",
        "# heading", "> quote", "- item", "1. item", "`code`", "~~gone~~", "&lt;b&gt;", "&#60;b&#62;", "\\*x\\*",
        "\"\u{301} onclick=alert(1)", "<\u{301}b>", "'\u{20DD}", "{{title}}", "{{{title}}}", "http://example.com/a_b",
        "=== ", "--- ", "***", "+ x", "    four", "\u{200D}*x*", "$x$", "a\u{A0}b",
    ]

    /// Reads what a Markdown reader would take as plain words: unescapes, and fails on any live punctuation.
    private func plainWords(of markdown: String) -> String? {
        var result = ""
        var scalars = Array(markdown.unicodeScalars)[...]
        while let scalar = scalars.popFirst() {
            if scalar == "\\" {
                guard let next = scalars.popFirst(), next.isASCII, next.properties.generalCategory != .control else {
                    return nil
                }
                result.unicodeScalars.append(next)
            } else if (0x21...0x7E).contains(scalar.value), !scalar.properties.isAlphabetic,
                scalar.properties.numericType == nil
            {
                return nil
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    @Test(arguments: hostile)
    func `a hostile value is plain words in Markdown`(value: String) throws {
        let notice = try SmallKind.render(["title": .string(value)], notice: "{{title}}", sms: "x\n")
        #expect(plainWords(of: notice.markdown) == value.trimmed)
    }

    @Test func `lines of a multi-line value break, and nothing in them opens a block`() throws {
        let notice = try SmallKind.render(
            ["body": .string("一\r\n- 二\n\n\n    # 三\n===\n|四|\n")], notice: "{{body}}\n\nend\n")
        #expect(notice.markdown == "一\\\n\\- 二\n\n\\# 三\\\n\\=\\=\\=\\\n\\|四\\|\n\nend\n")
    }

    @Test func `a text message and a subject stay one line, and no value poses as a signature`() throws {
        let notice = try SmallKind.render(["title": .string("【银行】*验证码*")])
        #expect(notice.smsText == "[银行]*验证码*")
    }

    @Test func `sections print what belongs to the case and leave no blank lines behind`() throws {
        let text =
            "A\n{{#mode.quick}}\nfee {{#mode.fast}}{{fee}}{{/mode.fast}}\n{{/mode.quick}}\n{{^mode.slow}}\nnot slow\n{{/mode.slow}}\n{{#items}}\n- {{.}}\n{{/items}}\nZ\n"
        let fast = try SmallKind.render(
            ["mode": .string("fast"), "fee": .string("1234.5"), "items": .array([.string("p*"), .string("q")])],
            notice: text)
        #expect(fast.markdown == "A\nfee 1\\,234\\.50\nnot slow\n- p\\*\n- q\nZ\n")
        let slow = try SmallKind.render(["mode": .string("slow")], notice: text)
        #expect(slow.markdown == "A\nZ\n")
        let none = try SmallKind.render([:], notice: text)
        #expect(none.markdown == "A\nnot slow\nZ\n")
    }

    static let lengths = [
        (70, 1), (71, 2), (134, 2), (135, 3), (201, 3), (202, 4),
    ]

    @Test(arguments: lengths)
    func `Chinese messages are cut into parts of 70 or 67, the signature counted`(units: Int, parts: Int) {
        let text = String(repeating: "字", count: units - 4)
        #expect(SMSLength(text: text, signature: "公司").parts == parts)
    }

    @Test func `plain letters count in septets, extended ones twice, pairs are not split`() {
        #expect(SMSLength(text: String(repeating: "a", count: 160), signature: "").parts == 1)
        #expect(SMSLength(text: String(repeating: "a", count: 161), signature: "").parts == 2)
        #expect(SMSLength(text: String(repeating: "{", count: 81), signature: "").parts == 2)
        // 66 units, then pairs: the pair that would begin at unit 67 moves to the next part.
        #expect(
            SMSLength(text: String(repeating: "字", count: 66) + String(repeating: "𠮷", count: 34), signature: "").parts
                == 3)
    }
}
