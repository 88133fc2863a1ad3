import Foundation
import Testing

@testable import Typeset

@Suite struct `Making the fonts` {
    /// Runs the set-up script with an extra environment; returns its exit status and what it said.
    private func setUp(_ arguments: [String], _ environment: [String: String] = [:]) throws -> (Int32, String) {
        let script = try repositoryRoot().appendingPathComponent("config/setup-fonts.sh").path
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = [script] + arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let pipe = Pipe()
        process.standardError = pipe
        try process.run()
        let words = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: words, as: UTF8.self))
    }

    @Test func `a second run changes nothing and says nothing`() throws {
        let directory = URL(fileURLWithPath: try testFonts().primary).deletingLastPathComponent().path
        let before = try FileManager.default.attributesOfItem(atPath: testFonts().primary)[.modificationDate] as? Date
        let (status, words) = try setUp([directory])
        #expect(status == 0 && words.isEmpty, "\(words)")
        let after = try FileManager.default.attributesOfItem(atPath: testFonts().primary)[.modificationDate] as? Date
        #expect(before != nil && before == after)
    }

    @Test func `without the Debian fonts it names the package to install`() throws {
        let out = FileManager.default.temporaryDirectory.appendingPathComponent("fonts-\(UUID().uuidString)").path
        let (status, words) = try setUp([out], ["SONGDA_NOTO": "/nowhere"])
        #expect(status == 1)
        #expect(words.contains("apt-get install fonts-noto-cjk"))
        #expect(!FileManager.default.fileExists(atPath: out))
    }

    @Test func `a gap between the cut characters still counts as missing, not as blank`() async throws {
        // 丂 (U+4E02) lies in the Han block but not in GB 2312: the cut font has an empty glyph in its place.
        let typesetter = try PDFTypesetter(fonts: try testFonts())
        let pdf = try await typesetter.pdf(.example("甲丂乙。"))
        #expect(try text(of: pdf).contains("甲丂乙"))
        let fonts = String(decoding: try run(["pdffonts", "{}"], on: pdf).output, as: UTF8.self)
        #expect(fonts.contains("NotoSerifCJKsc-Regular"))
    }
}
