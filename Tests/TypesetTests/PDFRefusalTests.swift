import Foundation
import Testing

@testable import Typeset

@Suite struct `What the typesetter refuses` {
    private let typesetter: PDFTypesetter

    init() throws { typesetter = try PDFTypesetter(fonts: try testFonts()) }

    @Test func `rare characters of names are taken from the full font`() async throws {
        let pdf = try await typesetter.pdf(.example("𠮷田**䶮**先生：\n\n请知悉。"))
        #expect(try text(of: pdf).contains("𠮷田䶮先生："))
        let fonts = String(decoding: try run(["pdffonts", "{}"], on: pdf).output, as: UTF8.self)
        #expect(fonts.contains("NotoSerifCJKsc-Regular"))
        #expect(try await typesetter.pdf(.example("𠮷田**䶮**先生：\n\n请知悉。")) == pdf)
    }

    @Test func `a document after a rare one is the same as before it`() async throws {
        let before = try await typesetter.pdf(.example())
        _ = try await typesetter.pdf(.example("𠮷"))
        #expect(try await typesetter.pdf(.example()) == before)
    }

    @Test func `characters no font has are all listed by code point, wherever they stand`() async throws {
        await expectRefusal(.missingGlyphs, naming: "𬎆 (U+2C386)") {
            _ = try await typesetter.pdf(.example("王𬎆先生："))
        }
        var document = PageDocument.example("王\u{2C386}，\u{1F600}")
        document.sealLines = ["\u{E000}公司"]
        do {
            _ = try await typesetter.pdf(document)
            Issue.record("was printed")
        } catch let error as TypesetError {
            #expect(error.characters.map(\.value) == [0xE000, 0x1F600, 0x2C386])
        }
    }

    @Test func `text that reorders itself is refused in every field`() async throws {
        for change in [
            { $0.title += "\u{202E}" }, { $0.author += "\u{202E}" }, { $0.footerLines.append("\u{202E}") },
            { $0.sealLines = ["\u{202E}"] }, { $0.markdown += "\u{202E}" },
        ] as [(inout PageDocument) -> Void] {
            var document = PageDocument.example()
            change(&document)
            await expectRefusal(.forbiddenCharacter, naming: "U+202E") { _ = try await typesetter.pdf(document) }
        }
    }

    @Test func `a foot that leaves no room for the notice is refused`() async {
        var document = PageDocument.example()
        document.footerLines = (1...60).map { "第\($0)行" }
        await expectRefusal(.footTooTall, naming: "60") { _ = try await typesetter.pdf(document) }
    }

    @Test func `missing fonts are refused with the command that makes them`() async {
        await expectRefusal(.fontsMissing, naming: "config/setup-fonts.sh /nowhere") {
            _ = try FontSet.locate(directory: "/nowhere")
        }
    }

    @Test func `a file that is no font is refused by name`() async throws {
        var fonts = try testFonts()
        fonts.primary = #filePath
        await expectRefusal(.fontUnusable, naming: "PDFRefusalTests.swift") { _ = try PDFTypesetter(fonts: fonts) }
    }

    @Test func `after shutdown what was begun is finished and what is new is refused`() async throws {
        let own = try PDFTypesetter(fonts: try testFonts())
        async let begun = own.pdf(.example())
        _ = try await begun
        await own.shutdown()
        await own.shutdown()
        await expectRefusal(.closed) { _ = try await own.pdf(.example()) }
    }
}

@Suite struct `The date in the file` {
    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00Z"), (951_782_400, "2000-02-29T00:00:00Z"), (951_868_800, "2000-03-01T00:00:00Z"),
            (1_795_257_125, "2026-11-21T10:32:05Z"), (4_107_542_399, "2100-02-28T23:59:59Z"),
            (-1, "1969-12-31T23:59:59Z"),
            (1_704_067_199, "2023-12-31T23:59:59Z"),
        ] as [(Int64, String)])
    func `seconds become the right calendar date`(_ seconds: Int64, _ date: String) {
        #expect(CivilTime(epochSeconds: seconds).iso8601 == date)
    }
}
