import Foundation
import Testing

@testable import Typeset

/// The fonts under test: `SONGDA_FONTS`, or `var/fonts` of this repository.
func testFonts() throws -> FontSet {
    if let directory = ProcessInfo.processInfo.environment["SONGDA_FONTS"] {
        return try FontSet.locate(directory: directory)
    }
    return try FontSet.locate(directory: try repositoryRoot().path + "/var/fonts")
}

/// The directory that holds `config/setup-fonts.sh`, upwards from this file.
func repositoryRoot() throws -> URL {
    var folder = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
    while !FileManager.default.fileExists(atPath: folder.path + "/config/setup-fonts.sh") {
        try #require(folder.path != "/", "config/setup-fonts.sh is nowhere above \(#filePath)")
        folder.deleteLastPathComponent()
    }
    return folder
}

let exampleHash = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

extension PageDocument {
    /// A dismissal notice of one page; every test changes what it is about.
    static func example(
        _ body: String = "张三先生：\n\n依据《中华人民共和国劳动合同法》**第三十九条**，本公司决定解除与您的劳动合同。"
    ) -> PageDocument {
        PageDocument(
            markdown: "# 解除劳动合同通知书\n\n" + body, title: "解除劳动合同通知书",
            footerLines: ["通知书编号 SD-2026-000123", "SHA-256 " + exampleHash],
            qrText: "https://verify.example.com/n/SD-2026-000123", createdAt: 1_795_257_125,
            author: "上海送达科技有限公司", sealLines: ["上海送达科技有限公司", "2026 年 11 月 21 日"])
    }
}

/// Runs a command on a PDF in a temporary file; the path takes the place of `{}`.
func run(_ command: [String], on pdf: [UInt8]) throws -> (status: Int32, output: [UInt8]) {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("typeset-\(UUID().uuidString).pdf")
    try Data(pdf).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }  // a temporary file left behind harms nobody
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = command.map { $0 == "{}" ? file.path : $0 }
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, [UInt8](output))
}

/// What a reader who copies the text out of the file gets.
func text(of pdf: [UInt8]) throws -> String {
    let result = try run(["pdftotext", "-enc", "UTF-8", "{}", "-"], on: pdf)
    #expect(result.status == 0)
    return String(decoding: result.output, as: UTF8.self)
}

func pageCount(of pdf: [UInt8]) throws -> Int {
    let result = try run(["qpdf", "--show-npages", "{}"], on: pdf)
    return try #require(
        Int(String(decoding: result.output, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)))
}

extension String {
    /// Line ends of the page removed, to look for sentences that run over lines.
    var unwrapped: String { filter { !$0.isWhitespace } }
}

/// Matches the code of a refusal and, where it matters, words of its sentence.
func expectRefusal(
    _ code: TypesetError.Code, naming words: String..., from body: () async throws -> Void,
    at location: SourceLocation = #_sourceLocation
) async {
    do {
        try await body()
        Issue.record("nothing was refused, expected \(code)", sourceLocation: location)
    } catch let error as TypesetError {
        #expect(error.code == code, "\(error)", sourceLocation: location)
        for word in words { #expect(error.reason.contains(word), "\(error)", sourceLocation: location) }
    } catch {
        Issue.record("\(error)", sourceLocation: location)
    }
}
