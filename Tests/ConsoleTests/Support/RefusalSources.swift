import Foundation
import TestSupport

/// Reads out of the sources what desks and pages refuse, as patterns: `order {0} is {1}`.
///
/// It knows the calls that take a `Sentence` and the functions that return one. What bears words of its own (`words:`) or is a
/// text of another origin (`.said`) is left out.
struct RefusalSources {
    /// A pattern and where it stands.
    struct Found: Hashable {
        let pattern: String
        let file: String
        let line: Int
    }

    /// Everything in the modules whose refusals pages show.
    static func all() throws -> [Found] {
        let sources = TestResources.root + "/Sources"
        guard let walk = FileManager.default.enumerator(atPath: sources) else {
            throw TestSupportError("there is no \(sources)")
        }
        var found: [Found] = []
        while let path = walk.nextObject() as? String {
            guard path.hasSuffix(".swift"), let module = path.split(separator: "/").first,
                ["Notices", "People", "Store", "Console"].contains(module),
                let data = FileManager.default.contents(atPath: "\(sources)/\(path)")
            else { continue }
            var file = RefusalSources(file: path, bytes: Array(data))
            file.read()
            found += file.found
        }
        return found
    }

    private let file: String
    private let bytes: [UInt8]
    private var found: [Found] = []

    private init(file: String, bytes: [UInt8]) {
        (self.file, self.bytes) = (file, bytes)
    }

    private mutating func read() {
        var (lineStart, line) = (0, 1)
        for index in bytes.indices {
            switch bytes[index] {
            case UInt8(ascii: "\n"): (lineStart, line) = (index + 1, line + 1)
            case UInt8(ascii: "("): call(String(decoding: bytes[lineStart..<index], as: UTF8.self), at: index, line)
            case UInt8(ascii: "{") where text(max(lineStart, index - 14)..<index).hasReturn:
                take(literals(in: index + 1..<end(of: index) - 1), line)
            case UInt8(ascii: "=") where text(max(lineStart, index - 12)..<index).hasDeclaration:
                take(literals(in: index + 1..<endOfStatement(from: index, lineStart)), line)
            default: break
            }
        }
    }

    // MARK: Calls

    /// Calls whose last argument is a sentence, and those that have it in second place.
    private static let last = ["Problem.forbidden", "Problem.tooMany", "Problem.notFound", "Problem.malformed"]
    private static let second = ["PeopleError", "NoticeError", "PeopleError.check", "Self.checked", "Self.refuse"]
    private static let local = ["note", "fault", "check"]

    private mutating func call(_ before: String, at open: Int, _ line: Int) {
        guard !before.contains("//"), !before.contains("func ") else { return }
        let name = String(before.reversed().prefix { $0.isLetter || $0.isNumber || $0 == "." || $0 == "_" }.reversed())
        let isThrown = before.hasSuffix("throw \(name)") && Self.last.contains("Problem\(name)")
        let isFault = name.hasSuffix(".init") || name.hasSuffix("Fault")
        let isLocal = Self.local.contains(name.hasPrefix("checks.") ? String(name.dropFirst(7)) : name)
        guard isThrown || isFault || isLocal || Self.last.contains(name) || Self.second.contains(name) else { return }
        let given = arguments(of: open).map { (text($0), $0) }
        guard let first = given.first, !given.contains(where: { $0.0.hasPrefix("words:") }),
            first.0 != ".unavailable", !isFault || first.0.hasPrefix("field:"),
            !isLocal || name != "fault" || given.count < 3
        else { return }
        let isLast = isThrown || name == "check" || Self.last.contains(name)
        guard let (said, range) = isLast ? given.last : given.dropFirst().first else { return }
        let isLabelled = said.drop(while: { $0.isLetter }).first == ":" && !said.hasPrefix("message:")
        guard !said.contains(".said("), !isLabelled else { return }
        take(literals(in: range), line)
    }

    private mutating func take(_ patterns: [String], _ line: Int) {
        found += patterns.filter(\.isEnglish).map { Found(pattern: $0, file: file, line: line) }
    }

    // MARK: Swift, as far as it matters here

    private func text(_ range: Range<Int>) -> String {
        String(decoding: bytes[range], as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private func arguments(of open: Int) -> [Range<Int>] {
        let close = end(of: open) - 1
        var (ranges, start, index) = ([Range<Int>](), open + 1, open + 1)
        while index < close {
            switch bytes[index] {
            case UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "{"): index = end(of: index)
            case UInt8(ascii: "\""): index = endOfLiteral(index)
            case UInt8(ascii: "/") where bytes[index + 1] == UInt8(ascii: "/"): index = endOfLine(index)
            case UInt8(ascii: ","):
                ranges.append(start..<index)
                (start, index) = (index + 1, index + 1)
            default: index += 1
            }
        }
        return ranges + (text(start..<close).isEmpty ? [] : [start..<close])
    }

    /// Behind the bracket that closes the one here.
    private func end(of open: Int) -> Int {
        var (depth, index) = (0, open)
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
            case UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"):
                depth -= 1
                if depth == 0 { return index + 1 }
            case UInt8(ascii: "\""):
                index = endOfLiteral(index)
                continue
            case UInt8(ascii: "/") where bytes[index + 1] == UInt8(ascii: "/"): index = endOfLine(index)
            default: break
            }
            index += 1
        }
        return index
    }

    private func endOfLine(_ start: Int) -> Int {
        bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
    }

    private func endOfLiteral(_ start: Int) -> Int {
        let quote = UInt8(ascii: "\"")
        if bytes[start...].starts(with: [quote, quote, quote]) {
            var index = start + 3
            while !bytes[index...].starts(with: [quote, quote, quote]) { index += 1 }
            return index + 3
        }
        var index = start + 1
        while bytes[index] != quote {
            guard bytes[index] == UInt8(ascii: "\\") else {
                index += 1
                continue
            }
            index = bytes[index + 1] == UInt8(ascii: "(") ? end(of: index + 1) : index + 2
        }
        return index + 1
    }

    /// A declaration ends before the next line that is not indented further.
    private func endOfStatement(from index: Int, _ lineStart: Int) -> Int {
        let depth = bytes[lineStart...].prefix { $0 == UInt8(ascii: " ") }.count
        var end = index
        for line in bytes[index...].split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            if line.startIndex > index, !line.isEmpty, line.prefix(while: { $0 == UInt8(ascii: " ") }).count <= depth {
                break
            }
            end = line.endIndex
        }
        return end
    }

    /// The literals of an expression, those joined by + as one.
    private func literals(in range: Range<Int>) -> [String] {
        var (patterns, isJoined, index) = ([[UInt8]](), false, range.lowerBound)
        while index < range.upperBound {
            switch bytes[index] {
            case UInt8(ascii: "\""):
                let end = endOfLiteral(index)
                if !isJoined { patterns.append([]) }
                patterns[patterns.count - 1] += bytes[index + 1..<max(end - 1, index + 1)]
                isJoined = false
                index = end
                continue
            case UInt8(ascii: "+"): isJoined = !patterns.isEmpty
            case UInt8(ascii: "/") where bytes[index + 1] == UInt8(ascii: "/"): index = endOfLine(index)
            case UInt8(ascii: " "), UInt8(ascii: "\n"): break
            default: isJoined = false
            }
            index += 1
        }
        return patterns.map { RefusalSources(file: file, bytes: $0 + [0, 0, 0]).pattern }
    }

    /// What stands between quotes, with numbers in the place of values.
    private var pattern: String {
        var (result, values, index) = ([UInt8](), 0, 0)
        while index < bytes.count - 3 {
            guard bytes[index] == UInt8(ascii: "\\") else {
                result.append(bytes[index])
                index += 1
                continue
            }
            if bytes[index + 1] == UInt8(ascii: "(") {
                result += Array("{\(values)}".utf8)
                values += 1
                index = end(of: index + 1)
            } else {
                result.append(bytes[index + 1])
                index += 2
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}

extension String {
    fileprivate var hasReturn: Bool { hasSuffix("-> Sentence") || hasSuffix("-> Sentence?") }
    fileprivate var hasDeclaration: Bool { hasSuffix(": Sentence") || hasSuffix(": Sentence?") }

    /// Whether there are English words in a pattern: two letters in a row, or four beside Chinese.
    var isEnglish: Bool {
        let isChinese = unicodeScalars.contains { $0.properties.isIdeographic }
        let runs = unicodeScalars.split {
            !(isChinese ? (97...122).contains($0.value) : $0.isASCII && $0.properties.isAlphabetic)
        }
        return runs.contains { $0.count >= (isChinese ? 4 : 2) }
    }
}
