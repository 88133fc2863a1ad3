import Evidence
import Notices
import TestSupport
import Testing

@testable import Console

/// Tables of notices as people paste and upload them.
@Suite struct BatchSheetTests {
    private static let head = "recipients,newContact,newPhone,newEmail,effectiveDate"

    private static func sheet(
        _ text: String, in language: PageLanguage = .english, key: String = "k"
    ) throws -> BatchSheet {
        let template = try #require(try TestResources.templates().template(kind: "client-contact-change"))
        let words = try ConsoleWords(directory: TestResources.root + "/templates/console")
        return try BatchSheet(
            Array(text.utf8), of: template, issuer: "acme", key: key,
            saying: BatchWords(words: words, language: language))
    }

    @Test(arguments: ["\n", "\r\n"])
    func `lines keep their numbers through every step, past empty lines and line breaks inside cells`(
        _ end: String
    ) throws {
        let text = [
            "", Self.head, "", "k-0,\"李\(end)经理\",010-1,a@b.example,2026-12-01", "", "",
            "k-1,李经理,010-1,a@b.example,2026-12-01",
            "\"k-2\",\"李 \"\"小\"\" 经理\",\"010\(end)\(end)1\",a@b.example,2026-12-01", "k-3",
        ].joined(separator: end)
        var read = try Self.sheet("\u{FEFF}" + text)
        for _ in 0..<3 {
            #expect(read.rows.map(\.line) == [4, 8, 9, 12])
            #expect(read.rows.map(\.typed.recipients) == ["k-0", "k-1", "k-2", "k-3"])
            #expect(read.rows[0].typed.values["newContact"] == "李\(end)经理")
            #expect(read.rows[2].typed.values["newContact"] == "李 \"小\" 经理")
            read = try Self.sheet(read.text)
        }
    }

    @Test func `a line is known by what it says, wherever it stands, and by the form it belongs to`() throws {
        let lines = (0..<3).map { "k-\($0),李经理,010-1,a@b.example,2026-12-01" }
        let all = try Self.sheet(([Self.head] + lines).joined(separator: "\n")).rows.map(\.typed.key)
        #expect(Set(all).count == 3)
        let rest = try Self.sheet("\n" + [Self.head, lines[2], lines[1]].joined(separator: "\n")).rows
        #expect(rest.map(\.typed.key) == [all[2], all[1]])
        let other = try Self.sheet([Self.head, lines[2]].joined(separator: "\n"), key: "other").rows
        #expect(other.map(\.typed.key) != [all[2]])
    }

    private static let line = "k-0,李经理,010-1,a@b.example,2026-12-01"

    @Test(arguments: [
        "", "a,b\n1,2", head, "newContact\n李", "recipients,recipients\n1,2",
        ([head] + (0...BatchSheet.maximumRows).map { "k-\($0)" }).joined(separator: "\n"),
    ])
    func `what is wrong with a table is said in the reader's language`(_ text: String) throws {
        for (language, isChinese) in [(PageLanguage.chinese, true), (.english, false)] {
            let refusal = try #require(throws: NoticeError.self) { try Self.sheet(text, in: language) }
            for sentence in [refusal.reason] + refusal.faults.map(\.message) {
                Self.expect(sentence, isChinese: isChinese)
            }
        }
    }

    @Test(arguments: ["k-0,\"李经理", line + ",x", "k-0,\u{1}", line + "\n" + line])
    func `what is wrong with a line is said in the reader's language`(_ text: String) throws {
        // One byte that is text in no encoding.
        let bytes = Array((Self.head + "\n" + text).utf8).map { $0 == 1 ? 0xFF : $0 }
        let template = try #require(try TestResources.templates().template(kind: "client-contact-change"))
        let words = try ConsoleWords(directory: TestResources.root + "/templates/console")
        for (language, isChinese) in [(PageLanguage.chinese, true), (.english, false)] {
            let sheet = try BatchSheet(
                bytes, of: template, issuer: "acme", key: "k", saying: BatchWords(words: words, language: language))
            let faults = sheet.rows.flatMap(\.faults)
            #expect(!faults.isEmpty)
            for fault in faults { Self.expect(fault.message, isChinese: isChinese) }
        }
    }

    @Test func `what became of a batch is answered as a fault of ours where one is among the refusals`() throws {
        let ours = BatchIssue.Result.refused(Problem(NoticeError(.unavailable, "the seal cannot be used")))
        let theirs = BatchIssue.Result.refused(Problem(NoticeError(.conflict, "it was cancelled")))
        let words = try ConsoleWords(directory: TestResources.root + "/templates/console")
        for (results, status, retries, part) in [
            ([theirs, theirs], 422, [], "correct the rest"), ([theirs, ours], 503, ["5"], "a fault of ours"),
            ([ours], 503, ["5"], "a fault of ours"),
        ] as [([BatchIssue.Result], Int, [String], String)] {
            let outcome = BatchOutcome(results)
            #expect(outcome.refusalStatus == status && outcome.refusalHeaders.map(\.value) == retries)
            #expect(outcome.issued == 0 && outcome.refused == results.count)
            let (word, values) = outcome.refusalWord
            let said = BatchWords(words: words, language: .english)(word, values)
            #expect(said.hasPrefix("0 of \(results.count) were issued") && said.contains(part))
            Self.expect(BatchWords(words: words, language: .chinese)(word, values), isChinese: true)
        }
    }

    private static func expect(_ sentence: String, isChinese: Bool) {
        #expect(sentence.unicodeScalars.contains { $0.properties.isIdeographic } == isChinese, "\(sentence)")
        #expect(!sentence.contains("{") && !sentence.hasPrefix("batch_"), "\(sentence)")
    }
}
