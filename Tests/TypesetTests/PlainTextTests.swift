import Testing

@testable import Typeset

@Suite struct `Markdown as plain text` {
    private func text(_ markdown: String) throws -> String { try MarkdownDocument(markdown).plainText }

    @Test func `no line is wider than 72 columns, and none is lost`() throws {
        let sentence = "本公司依据《中华人民共和国劳动合同法》第三十九条第二项之规定，决定自即日起与您解除劳动合同（编号：LD-2021-0318）。"
        let result = try text(String(repeating: sentence, count: 6))
        let lines = result.split(separator: "\n")
        #expect(lines.count > 3)
        for line in lines { #expect(CharacterRules.columns(line) <= 72) }
        #expect(result.unwrapped == String(repeating: sentence, count: 6).unwrapped)
    }

    @Test func `a closing mark never begins a line and an opening one never ends it`() throws {
        for shift in 0..<4 {
            let result = try text(String(repeating: "一", count: shift) + String(repeating: "甲乙丙，（丁）", count: 40))
            for line in result.split(separator: "\n") {
                #expect(!line.hasPrefix("，") && !line.hasPrefix("）"))
                #expect(!line.hasSuffix("（"))
            }
        }
    }

    @Test func `a long link is not broken, for a broken link does not open`() throws {
        let link = "https://verify.example.com/n/" + String(repeating: "a1b2", count: 30)
        #expect(try text("请打开 [核验页面](\(link)) 核对。").contains("<\(link)>"))
    }

    @Test func `a link whose text is its address is written once`() throws {
        #expect(try text("<https://example.com/>") == "https://example.com/\n")
        #expect(try text("<hr@example.com>") == "hr@example.com\n")
    }

    @Test func `headings are underlined as wide as they look`() throws {
        #expect(try text("# 返岗通知\n\n## Facts\n\n正文") == "返岗通知\n========\n\nFacts\n-----\n\n正文\n")
    }

    @Test func `lists are numbered from their start and wrap under their text`() throws {
        let long = String(repeating: "考勤记录", count: 20)
        let lines = try text("9. \(long)\n10. 乙\n    - 丙").split(separator: "\n").map(String.init)
        #expect(lines[0].hasPrefix("9. 考勤"))
        #expect(lines[1].hasPrefix("   记录考勤"))
        #expect(lines.contains("10. 乙"))
        #expect(lines.last == "    - 丙")
    }

    @Test func `a small table is aligned by columns, a wide one becomes one line a cell`() throws {
        let small = try text("| 项目 | 金额 |\n|:--|--:|\n| 工资 | 12,600.00 |\n| 补偿 | 5.00 |\n")
        #expect(small == "项目       金额\n----  ---------\n工资  12,600.00\n补偿       5.00\n")
        let wide = try text("| 项目 | 说明 |\n|--|--|\n| 工资 | \(String(repeating: "说明", count: 40)) |\n")
        #expect(wide.hasPrefix("项目: 工资\n说明: 说明"))
    }

    @Test func `quotations and code are set off, markup is not shown`() throws {
        #expect(try text("> **引用**\n\n```\na  b\n```") == "> 引用\n\n    a  b\n")
    }

    @Test func `an empty text is empty`() throws { #expect(try text("") == "") }
}
