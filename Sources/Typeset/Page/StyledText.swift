/// A text and what is special about stretches of it, by UTF-8 offset.
struct StyledText {
    enum Kind { case bold, underlined, mono }

    struct Span {
        var range: Range<Int>
        var kind: Kind
    }

    private(set) var string = ""
    private(set) var spans: [Span] = []

    init(_ string: String) { self.string = string }

    /// Emphasis becomes an underline (Han has no italics); a link is followed by its address, for paper.
    init(_ inlines: [Inline]) { append(inlines) }

    private mutating func append(_ inlines: [Inline]) {
        for inline in inlines {
            switch inline {
            case .text(let text): string += text
            case .lineBreak: string += "\u{2028}"
            case .code(let text): mark(.mono) { $0.string += text }
            case .strong(let children): mark(.bold) { $0.append(children) }
            case .emphasis(let children): mark(.underlined) { $0.append(children) }
            case .link(let children, let destination):
                append(children)
                let address = LinkRules.shown(destination)
                guard children.words != address, children.words != destination else { continue }
                string += " ("
                mark(.mono) { $0.string += address }
                string += ")"
            }
        }
    }

    private mutating func mark(_ kind: Kind, _ content: (inout StyledText) -> Void) {
        let start = string.utf8.count
        content(&self)
        spans.append(Span(range: start..<string.utf8.count, kind: kind))
    }
}
