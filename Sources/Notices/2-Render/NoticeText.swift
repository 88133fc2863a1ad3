import Mustache

/// One text of a template, ready to be filled.
///
/// Most texts are words with values between them and nothing else. Those are put together here: the library looks every value
/// up by casts and reflection, which costs more than all other work on a notice.
struct NoticeText: Sendable {
    private enum Part: Sendable {
        case words(String)
        case value(String)
    }

    private let template: MustacheTemplate
    private let content: any MustacheContentType
    /// Nil when the text has sections, comments or parts of values, which are the library's business.
    private let parts: [Part]?

    /// Takes a template that passed the lint, and the text it was made from.
    init(_ template: MustacheTemplate, source: String, content: any MustacheContentType) {
        self.template = template
        self.content = content
        parts = Self.parts(of: source)
    }

    /// The text with the values in place, escaped.
    func filled(with view: [String: Any]) -> String {
        guard let parts else { return template.render(view) }
        var text = ""
        for part in parts {
            switch part {
            case .words(let words): text += words
            case .value(let name):
                guard let value = view[name] else { continue }
                guard let field = value as? FieldView else { return template.render(view) }
                text += content.escapeText(field.renderText)
            }
        }
        return text
    }

    /// The lint has seen to it that every `{{` opens a tag that ends on its line.
    private static func parts(of source: String) -> [Part]? {
        var parts: [Part] = []
        var rest = source[...]
        while let opening = rest.firstRange(of: "{{") {
            guard let closing = rest[opening.upperBound...].firstRange(of: "}}") else { return nil }
            let name = rest[opening.upperBound..<closing.lowerBound]
            guard name.utf8.allSatisfy(isPlain) else { return nil }
            parts.append(.words(String(rest[..<opening.lowerBound])))
            parts.append(.value(String(name)))
            rest = rest[closing.upperBound...]
        }
        parts.append(.words(String(rest)))
        return parts
    }

    /// A letter or digit: no sign that makes a tag more than a value, no dot that names a part of one.
    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: false
        }
    }
}
