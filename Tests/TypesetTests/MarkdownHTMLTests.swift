import Testing

@testable import Typeset

@Suite struct `Markdown as HTML` {
    private func html(_ markdown: String) throws -> String { try MarkdownDocument(markdown).html }

    @Test func `the five significant characters are escaped everywhere`() throws {
        #expect(try html("a < b & c > d \"e\" 'f'") == "<p>a &lt; b &amp; c &gt; d &quot;e&quot; &#39;f&#39;</p>\n")
        #expect(try html("`<b>`") == "<p><code>&lt;b&gt;</code></p>\n")
    }

    @Test func `a quotation mark under a combining accent is still escaped`() throws {
        #expect(try html("x \"\u{301} onclick=1").contains("&quot;\u{301} onclick=1"))
    }

    @Test func `raw HTML is dropped, inside and outside paragraphs`() throws {
        let result = try html("<script>alert(1)</script>\n\na <img src=x onerror=alert(1)> b\n\n<!-- c -->\n")
        #expect(!result.contains("<script"))
        #expect(!result.contains("<img"))
        #expect(!result.contains("<!--"))
        #expect(result.contains("a  b"))
    }

    @Test(arguments: [
        "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd",
        "//evil.example", "/relative", "java&#x09;script:alert(1)", "&#1;javascript:alert(1)",
    ])
    func `a link that is not https, http, mailto or tel leaves only its words`(_ address: String) throws {
        #expect(try html("[words](<\(address)>)") == "<p>words</p>\n")
    }

    @Test func `an ordinary link stays, its address escaped and its page unreferred`() throws {
        let link = try html("[官网](https://example.com/?a=1&b=\"2\")")
        #expect(link.contains("href=\"https://example.com/?a=1&amp;b="))
        #expect(link.contains("rel=\"noopener noreferrer\">官网</a>"))
    }

    @Test func `a picture becomes its description, so that opening a notice loads nothing`() throws {
        #expect(try html("![公章](https://evil.example/track.png)") == "<p>公章</p>\n")
    }

    @Test func `tables are on, with the alignment of their columns`() throws {
        let result = try html("| 项目 | 金额 |\n|:---|---:|\n| 工资 | 1,000 |\n")
        #expect(result.contains("<th>项目</th><th align=\"right\">金额</th>"))
        #expect(result.contains("<td>工资</td><td align=\"right\">1,000</td>"))
    }

    @Test func `a line end inside a Chinese sentence disappears, inside an English one it is a space`() throws {
        #expect(try html("本公司决定\n解除合同") == "<p>本公司决定解除合同</p>\n")
        #expect(try html("the company\nhas decided") == "<p>the company has decided</p>\n")
    }

    @Test func `headings, lists, quotations, code and rules keep their structure`() throws {
        let result = try html("## 二\n\n3. 甲\n4. 乙\n   - 丙\n\n> 引\n\n```\n<x>\n```\n\n---\n")
        #expect(result.contains("<h2>二</h2>"))
        #expect(result.contains("<ol start=\"3\">\n<li>甲</li>"))
        #expect(result.contains("<ul>\n<li>丙</li>\n</ul>"))
        #expect(result.contains("<blockquote>\n<p>引</p>\n</blockquote>"))
        #expect(result.contains("<pre><code>&lt;x&gt;\n</code></pre>"))
        #expect(result.contains("<hr>"))
    }

    @Test(arguments: ["\u{202E}", "\u{2066}", "\u{0}", "\u{1B}", "\u{85}", "\u{FEFF}"])
    func `characters that hide or reorder text are refused by code point`(_ character: String) async throws {
        let point = String(try #require(character.unicodeScalars.first).value, radix: 16, uppercase: true)
        await expectRefusal(.forbiddenCharacter, naming: point) { _ = try MarkdownDocument("甲\(character)乙") }
    }

    @Test func `nesting without end is refused, not followed`() async {
        await expectRefusal(.nestingTooDeep) {
            _ = try MarkdownDocument(String(repeating: ">", count: 5_000) + " x")
        }
        await expectRefusal(.nestingTooDeep) {
            _ = try MarkdownDocument(
                String(repeating: "**a *b ", count: 200) + "x" + String(repeating: " c* d**", count: 200))
        }
    }

    @Test func `a text beyond the limit is refused with both sizes`() async {
        await expectRefusal(.textTooLong, naming: "1048577", "1048576") {
            _ = try MarkdownDocument(String(repeating: "a", count: 1_048_577))
        }
    }
}
