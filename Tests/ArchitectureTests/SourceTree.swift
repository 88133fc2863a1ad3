import Foundation
import Testing

/// The sources as they lie in the repository.
struct SourceTree {
    /// One Swift file.
    struct File {
        /// Its path below `Sources`.
        let path: String
        /// Its lines as written.
        let lines: [String]

        /// The target it belongs to.
        var target: String { String(path.prefix { $0 != "/" }) }

        /// Whether a pattern is found anywhere, comments included.
        func matches(_ pattern: NSRegularExpression) -> Bool {
            let text = lines.joined(separator: "\n")
            return pattern.firstMatch(in: text, range: NSRange(text.startIndex..., in: text)) != nil
        }

        /// The lines with comments cut off, each with its number.
        var code: [(number: Int, text: String)] {
            lines.enumerated().compactMap { index, line in
                let text = line.range(of: "//").map { String(line[..<$0.lowerBound]) } ?? line
                return text.allSatisfy(\.isWhitespace) ? nil : (index + 1, text)
            }
        }

        /// The modules it imports.
        var imports: [String] {
            // Indented, it would stand in a text of another language.
            code.compactMap { _, text in
                guard text.first?.isWhitespace == false else { return nil }
                let words = text.split(separator: " ")
                guard let place = words.firstIndex(of: "import"),
                    words[..<place].allSatisfy({ $0.hasPrefix("@") || ["public", "internal", "package"].contains($0) })
                else { return nil }
                let kinds: Set<Substring> = ["struct", "func", "class", "enum", "protocol", "let", "var", "typealias"]
                let name = words.dropFirst(place + 1).drop { kinds.contains($0) }.first
                return name.map { String($0.prefix { $0 != "." }) }
            }
        }
    }

    /// The root of the repository: `SONGDA_ROOT`, or upwards from this file.
    static let root: String = {
        if let named = ProcessInfo.processInfo.environment["SONGDA_ROOT"] { return named }
        var folder = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
        while folder.path != "/", !FileManager.default.fileExists(atPath: folder.path + "/config/rules") {
            folder.deleteLastPathComponent()
        }
        return folder.path
    }()

    /// All Swift files below `Sources`.
    static func swiftFiles() throws -> [File] {
        let sources = root + "/Sources"
        let walk = try #require(FileManager.default.enumerator(atPath: sources), "there is no \(sources)")
        var files: [File] = []
        for case let path as String in walk where path.hasSuffix(".swift") {
            let text = try String(contentsOfFile: "\(sources)/\(path)", encoding: .utf8)
            files.append(
                File(path: path, lines: text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)))
        }
        try #require(files.count > 100, "only \(files.count) files were found below \(sources)")
        return files
    }

    /// Every file that git tracks.
    static func trackedFiles() throws -> [String] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["git", "-c", "safe.directory=*", "-C", root, "ls-files", "-z"]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "git ls-files failed; the tests run in a clone")
        return String(decoding: output, as: UTF8.self).split(separator: "\0").map(String.init)
    }
}
