import Mustache

/// One value as templates see it.
///
/// It answers only the names the lint knows and hides its own properties: the library would otherwise find them by
/// reflection, so that a field called `text` inside a section read the wrong thing.
struct FieldView: MustacheParent, MustacheCustomRenderable, Sendable {
    let renderText: String
    var parts: [String: FieldView] = [:]
    var truths: Set<String> = []

    var isNull: Bool { false }

    init(_ text: String) { renderText = text }

    func child(named name: String) -> Any? {
        if let part = parts[name] { return part }
        // Never false: the search for another field would end here and print it. nil reads as "no" and goes on outwards.
        return truths.contains(name) ? true : nil
    }
}

extension FieldValue {
    /// The value in the form of a language.
    func view(_ language: NoticeLanguage) -> Any {
        switch self {
        case .text(let text): return FieldView(text)
        case .paragraphs(let paragraphs):
            // The two separators are refused in input; the Markdown escaper turns them into line and paragraph breaks.
            return FieldView(paragraphs.map { $0.joined(separator: "\u{2028}") }.joined(separator: "\u{2029}"))
        case .date(let date): return FieldView(date.formatted(language))
        case .amount(let amount):
            var view = FieldView(amount.grouped)
            view.parts = ["capitals": FieldView(amount.chineseCapitals)]
            return view
        case .integer(let integer): return FieldView(String(integer))
        case .choice(let option):
            var view = FieldView(option.label.text(language))
            view.truths = Set([option.id, option.group].compactMap { $0 })
            return view
        case .list(let items): return items.map { FieldView($0) }
        }
    }
}
