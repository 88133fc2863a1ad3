import Evidence
import Foundation

/// The words of the console's pages, each in both languages.
///
/// They lie in `templates/console/words.json`, so that a lawyer can correct a word without a compiler. A word that a template
/// uses and the file lacks, or that lacks a language, refuses the start.
struct ConsoleWords: Sendable {
    private let chinese: [String: String]
    private let english: [String: String]

    /// Reads `{"name": ["中文", "English"], …}`.
    init(file: String) throws {
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
        (self.chinese, self.english) = (chinese, english)
    }

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
