import Foundation
import Testing

@testable import Typeset

@Suite struct `Notices as PDF` {
    private let typesetter: PDFTypesetter

    init() throws { typesetter = try PDFTypesetter(fonts: try testFonts()) }

    @Test func `the text can be copied out: title, body, closing block, number, hash`() async throws {
        let pdf = try await typesetter.pdf(.example())
        let text = try text(of: pdf).unwrapped
        for part in ["解除劳动合同通知书", "张三先生：", "第三十九条", "上海送达科技有限公司", "2026年11月21日", "SD-2026-000123", exampleHash] {
            #expect(text.contains(part), "\(part)")
        }
        #expect(try pageCount(of: pdf) == 1)
    }

    @Test func `the file is sound, A4, embeds subsets of our fonts only, and carries its properties`() async throws {
        let pdf = try await typesetter.pdf(.example())
        #expect(try run(["qpdf", "--check", "{}"], on: pdf).status == 0)
        let info = String(decoding: try run(["pdfinfo", "-isodates", "{}"], on: pdf).output, as: UTF8.self)
        #expect(info.contains("595.276 x 841.89 pts (A4)"))
        #expect(info.contains("2026-11-21T10:32:05Z"))
        #expect(info.contains("上海送达科技有限公司"))
        let fonts = String(decoding: try run(["pdffonts", "{}"], on: pdf).output, as: UTF8.self)
        let rows = fonts.split(separator: "\n").dropFirst(2)
        // Cairo embeds what of a TrueType font is Latin by itself.
        let names = Set(rows.compactMap { $0.split(separator: " ").first?.split(separator: "+").last })
        #expect(names == ["SongdaSong-Regular", "SongdaSong-Bold", "SongdaMono-Regular"])
        for row in rows { #expect(row.contains("+Songda") && row.contains("yes yes yes"), "\(row)") }
        #expect(pdf.count < 60_000)
    }

    @Test func `the same document gives the same bytes, from another typesetter too`() async throws {
        let first = try await typesetter.pdf(.example())
        #expect(try await typesetter.pdf(.example()) == first)
        #expect(try await PDFTypesetter(fonts: try testFonts()).pdf(.example()) == first)
        var later = PageDocument.example()
        later.createdAt += 1
        #expect(try await typesetter.pdf(later) != first)
    }

    @Test func `another process in another locale and time zone gives the same bytes`() async throws {
        let result = await #expect(
            processExitsWith: .success, observing: [\.standardOutputContent]
        ) {
            setenv("LANG", "ja_JP.UTF-8", 1)
            setenv("LC_ALL", "ja_JP.UTF-8", 1)
            setenv("TZ", "Asia/Tokyo", 1)
            let pdf = try await PDFTypesetter(fonts: try testFonts()).pdf(.example())
            FileHandle.standardOutput.write(Data("<<\(Data(pdf).base64EncodedString())>>".utf8))
        }
        let output = String(decoding: try #require(result).standardOutputContent, as: UTF8.self)
        let ours = Data(try await typesetter.pdf(.example())).base64EncodedString()
        #expect(output.contains("<<\(ours)>>"))
    }

    @Test func `every page says which it is, of how many, and carries number and hash`() async throws {
        let sentence = "本公司提醒您，依法应当办理的各项手续请按期完成，逾期产生的后果由责任方承担。"
        let pdf = try await typesetter.pdf(
            .example((1...7).map { _ in String(repeating: sentence, count: 8) }.joined(separator: "\n\n")))
        #expect(try pageCount(of: pdf) == 3)
        for page in 1...3 {
            let result = try run(["pdftotext", "-f", "\(page)", "-l", "\(page)", "{}", "-"], on: pdf)
            let text = String(decoding: result.output, as: UTF8.self)
            #expect(text.contains("第 \(page) 页 共 3 页 / Page \(page) of 3"))
            #expect(text.contains("SD-2026-000123") && text.contains(exampleHash))
        }
    }

    @Test func `an English notice has English page numbers`() async throws {
        var document = PageDocument.example()
        document.language = "en"
        document.markdown = "# Notice\n\nDear Mr. Zhang San:\n\nYour contract ends on 21 November 2026."
        let text = try text(of: try await typesetter.pdf(document))
        #expect(text.contains("Page 1 of 1") && !text.contains("第 1 页"))
    }

    @Test func `five thousand characters arrive complete and in order`() async throws {
        let body = (0..<500).map { "第\($0)句，依法送达。" }.joined()
        let pdf = try await typesetter.pdf(.example(body))
        let foot = ["通知书编号", "SHA-256", "Page "]
        let lines = try text(of: pdf).split(whereSeparator: \.isNewline)
        let text = lines.filter { line in !foot.contains { line.contains($0) } }.joined().unwrapped
        #expect(text.contains(body))
    }

    @Test func `a table keeps its cells, and its head returns on the next page`() async throws {
        let rows = (1...60).map { "| 第\($0)项 | 说明\($0) | \($0).00 |" }.joined(separator: "\n")
        let pdf = try await typesetter.pdf(.example("| 项目 | 说明 | 金额（元） |\n|:--|:--|--:|\n\(rows)\n"))
        let pages = try pageCount(of: pdf)
        #expect(pages >= 2)
        let text = try text(of: pdf)
        for row in [1, 30, 60] { #expect(text.contains("第\(row)项") && text.contains("\(row).00")) }
        #expect(text.components(separatedBy: "金额（元）").count - 1 == pages)
    }

    @Test func `a table cell longer than a page goes on overleaf`() async throws {
        let long = String(repeating: "连续说明", count: 800)
        let pdf = try await typesetter.pdf(.example("| 甲 | 乙 |\n|--|--|\n| 一 | \(long) |\n"))
        #expect(try text(of: pdf).unwrapped.components(separatedBy: "说明").count > 700)
        #expect(try pageCount(of: pdf) >= 3)
    }

    @Test func `the code on the printed page reads back`() async throws {
        let pdf = try await typesetter.pdf(.example())
        let side = try QRCode("https://verify.example.com/n/SD-2026-000123").size
        let image = try #require(try PortableBitmap(rendering: pdf))
        #expect(image.codeAtFoot(modules: side)?.text() == "https://verify.example.com/n/SD-2026-000123")
    }

    @Test func `eight documents at once each come out as they would alone`() async throws {
        let alone = try await (0..<8).asyncMap { try await typesetter.pdf(.example("第\($0)号通知。")) }
        let together = try await withThrowingTaskGroup(of: (Int, [UInt8]).self) { group in
            for number in 0..<8 {
                group.addTask { (number, try await typesetter.pdf(.example("第\(number)号通知。"))) }
            }
            return try await group.reduce(into: [Int: [UInt8]]()) { $0[$1.0] = $1.1 }
        }
        #expect(Set(alone).count == 8)
        for (number, pdf) in alone.enumerated() { #expect(together[number] == pdf) }
    }

    @Test func `markup of Pango in a text is printed, not obeyed`() async throws {
        let pdf = try await typesetter.pdf(.example("甲 \\<span size=\"99999\"> &amp;lt; `<b>乙</b>`"))
        let text = try text(of: pdf)
        #expect(text.contains("<span size=\"99999\">") && text.contains("<b>乙</b>") && text.contains("&lt;"))
    }

    @Test func `an address that is broken over lines gets no hyphen that nobody wrote`() async throws {
        let address = "zhang.wei.of.the.purchasing.department.of.shanghai@purchasing.example-company.com"
        let table = "| 地址 | 说明 |\n|---|---|\n| \(address) | \(String(repeating: "说明文字", count: 30)) |\n"
        let copied = try text(of: try await typesetter.pdf(.example(table)))
        // One in the address, two in the notice's number, one in the name of the hash.
        #expect(copied.filter { $0 == "-" || $0 == "\u{2010}" }.count == 4, "\(copied)")
    }
}

extension Sequence {
    fileprivate func asyncMap<T>(_ transform: (Element) async throws -> T) async rethrows -> [T] {
        var result: [T] = []
        for element in self { result.append(try await transform(element)) }
        return result
    }
}
