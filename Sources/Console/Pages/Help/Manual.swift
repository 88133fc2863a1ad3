import Evidence
import Foundation
import Notices

/// The manual of one role, from `templates/console/help/*.json`; every sentence in both languages, or the start is refused.
struct Manual: Sendable {
    /// The name in the address.
    let id: String
    /// What it is called.
    let title: BilingualText
    /// In reading order.
    let sections: [Section]

    /// One question, with its answer and the steps to take.
    struct Section: Sendable {
        let title: BilingualText
        let paragraphs: [BilingualText]
        let steps: [BilingualText]
    }

    /// Reads every manual of a directory, in the order of the file names.
    static func all(in directory: String) throws -> [Manual] {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        return try files.filter { $0.hasSuffix(".json") }.sorted().map { name in
            let file = "\(directory)/\(name)"
            guard let data = FileManager.default.contents(atPath: file), let json = try? JSONValue(parsing: Array(data))
            else { throw PageTemplates.Fault(description: "\(file) is not JSON") }
            // `1-hr.json`: the digit orders, the rest is the name.
            let id = name.dropLast(5).split(separator: "-", maxSplits: 1).last.map { String($0) } ?? ""
            return Manual(
                id: id, title: try text(json["title"], file),
                sections: try (json["sections"]?.array ?? []).map { section in
                    Section(
                        title: try text(section["title"], file),
                        paragraphs: try (section["paragraphs"]?.array ?? []).map { try text($0, file) },
                        steps: try (section["steps"]?.array ?? []).map { try text($0, file) })
                })
        }
    }

    private static func text(_ value: JSONValue?, _ file: String) throws -> BilingualText {
        guard let pair = value?.array?.map(\.string), pair.count == 2, let zh = pair[0], let en = pair[1],
            !zh.isEmpty, !en.isEmpty
        else { throw PageTemplates.Fault(description: "\(file): a text needs two languages, Chinese and English") }
        return BilingualText(zh: zh, en: en)
    }
}
