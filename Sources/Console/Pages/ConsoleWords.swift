import Evidence
import Foundation

/// The words of the console's pages, each in both languages.
///
/// They lie in `templates/console/words.json`, so that a lawyer can correct a word without a compiler. A word that a template
/// uses and the file lacks, or that lacks a language, refuses the start. What desks refuse lies beside it in `refusals.json`,
/// in Chinese under the English that callers of the API read.
struct ConsoleWords: Sendable {
    private let chinese: [String: String]
    private let english: [String: String]
    /// What desks refuse, in Chinese under the English pattern.
    private let refusals: [String: String]

    /// Reads `words.json` and `refusals.json` of the directory.
    init(directory: String) throws {
        try self.init(words: "\(directory)/words.json", refusals: Self.refusals(in: "\(directory)/refusals.json"))
    }

    /// Reads `{"name": ["中文", "English"], …}`.
    private init(words file: String, refusals: [String: String]) throws {
        guard let data = FileManager.default.contents(atPath: file),
            case .object(let members)? = try? JSONValue(parsing: Array(data))
        else { throw PageTemplates.Fault(description: "\(file) is missing or is not a JSON object") }
        var (chinese, english) = ([String: String](), [String: String]())
        for (name, value) in members {
            guard let pair = value.array?.map(\.string), pair.count == 2, let zh = pair[0], let en = pair[1],
                !zh.isEmpty, !en.isEmpty
            else { throw PageTemplates.Fault(description: "\(file): \(name) needs two texts, Chinese and English") }
            (chinese[name], english[name]) = (zh, en)
        }
        (self.chinese, self.english, self.refusals) = (chinese, english, refusals)
    }

    /// Reads `{"there is no order {0}": "没有订单 {0}", …}`, and refuses a text that loses a value or has one too many.
    private static func refusals(in file: String) throws -> [String: String] {
        guard let data = FileManager.default.contents(atPath: file),
            case .object(let members)? = try? JSONValue(parsing: Array(data))
        else { throw PageTemplates.Fault(description: "\(file) is missing or is not a JSON object") }
        var refusals: [String: String] = [:]
        for (pattern, value) in members {
            guard let text = value.string, places(in: text) == places(in: pattern) else {
                throw PageTemplates.Fault(
                    description: "\(file): \"\(pattern)\" needs a text with the same places in it")
            }
            refusals[pattern] = text
        }
        return refusals
    }

    /// The numbers in braces, each without the family of words that its value belongs to: `0` of `{0|role_}`.
    private static func places(in text: String) -> Set<Substring> {
        let pieces = text.split(separator: "{", omittingEmptySubsequences: false).dropFirst()
        return Set(pieces.map { piece in piece.prefix(while: \.isNumber) }.filter { !$0.isEmpty })
    }

    /// How a refusal is said in Chinese, by its English pattern; nil where the file lacks it, which a test refuses.
    func refusal(_ pattern: String) -> String? { refusals[pattern] }

    /// All words of one language, for templates: `{{w.name}}`.
    func all(_ language: PageLanguage) -> [String: String] { language == .english ? english : chinese }

    /// One word; its own name where the file lacks it, which a test refuses.
    func word(_ name: String, _ language: PageLanguage) -> String { all(language)[name] ?? name }

    /// Refuses templates of the console that use a word the file lacks.
    func check(_ templates: [String: String]) throws {
        for (file, text) in templates where text.contains("{{> top}}") || file.hasSuffix("/top.mustache") {
            for part in text.components(separatedBy: "{{w.").dropFirst() {
                let name = String(part.prefix { $0 != "}" })
                guard chinese[name] != nil else {
                    throw PageTemplates.Fault(description: "\(file) uses the word \(name), which words.json lacks")
                }
            }
        }
    }
}
