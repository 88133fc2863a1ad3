/// One `{{…}}` of a template.
struct TemplateTag: Sendable, Hashable {
    enum Kind: Sendable, Hashable {
        case value, section, inverted, close, comment
    }
    let kind: Kind
    /// The dotted name; `.` is the current list item.
    let name: String
    let line: Int
    let column: Int
    /// Whether it is alone on its line.
    let standsAlone: Bool
}

/// Finds the tags of a template and refuses everything but plain values, sections and comments.
///
/// It reads scalars, and so sees every opening that the Mustache parser sees (which reads grapheme clusters), and more.
/// What a tag may name is the business of ``TemplateLint``.
struct TemplateScanner {
    let file: String
    private let scalars: [Unicode.Scalar]
    private var position = 0
    private var line = 1
    private var column = 1
    private var lineStart = 0
    private(set) var tags: [TemplateTag] = []
    private(set) var faults: [SourceFault] = []

    /// The most tags a template may have; the longest formal notice has about a hundred.
    static let tagLimit = 400
    /// The largest template.
    static let sizeLimit = 64 * 1024

    init(_ text: String, file: String) {
        self.file = file
        scalars = Array(text.unicodeScalars)
    }

    mutating func scan() {
        guard scalars.count <= Self.sizeLimit else {
            report("has \(scalars.count) characters; the limit is \(Self.sizeLimit), shorten it")
            return
        }
        while position < scalars.count {
            if at("{{") {
                readTag()
                guard tags.count <= Self.tagLimit else {
                    report("has more than \(Self.tagLimit) tags; simplify it")
                    return
                }
            } else if at("}}") {
                report("closes a tag that was never opened; remove }}")
                advance(2)
            } else {
                checkCharacter()
                advance(1)
            }
        }
    }

    private mutating func readTag() {
        let start = (line: line, column: column, position: position)
        let alone = scalars[lineStart..<position].allSatisfy { $0 == " " || $0 == "\t" }
        advance(2)
        if let refusal = refusedSigil() {
            report(refusal, line: start.line, column: start.column)
            skipTag()
            return
        }
        let kind: TemplateTag.Kind
        switch position < scalars.count ? scalars[position] : " " {
        case "#": kind = .section
        case "^": kind = .inverted
        case "/": kind = .close
        case "!": kind = .comment
        default: kind = .value
        }
        if kind != .value { advance(1) }
        var name = ""
        while position < scalars.count, !at("}}"), scalars[position] != "\n" {
            name.unicodeScalars.append(scalars[position])
            advance(1)
        }
        guard at("}}") else {
            report("opens a tag that does not end on its line; add }}", line: start.line, column: start.column)
            return
        }
        advance(2)
        guard kind == .comment || Self.isPath(name) else {
            report(
                "\(name.shortened) cannot stand in a tag; write the name of a field, without spaces, calls or operators",
                line: start.line, column: start.column)
            return
        }
        let endsLine = position == scalars.count || scalars[position] == "\n"
        tags.append(
            TemplateTag(
                kind: kind, name: name, line: start.line, column: start.column, standsAlone: alone && endsLine))
    }

    /// What is wrong with the sign after `{{`, if it is one that takes power away from the checks.
    private func refusedSigil() -> String? {
        guard position < scalars.count else { return nil }
        switch scalars[position] {
        case "{": return "{{{ }}} prints a value without escaping; write {{name}}"
        case "&": return "{{& }} prints a value without escaping; write {{name}}"
        case ">": return "{{> }} includes another template; write its text here"
        case "<", "$": return "{{\(scalars[position]) }} inherits from another template; write its text here"
        case "=": return "{{= =}} changes the delimiters; keep {{ and }}"
        case "%": return "{{% }} changes how values are escaped; remove it"
        default: return nil
        }
    }

    private mutating func skipTag() {
        while position < scalars.count, !at("}}"), scalars[position] != "\n" { advance(1) }
        while position < scalars.count, scalars[position] == "}" { advance(1) }
    }

    private mutating func checkCharacter() {
        let scalar = scalars[position]
        if scalar == "\n" { return }
        if scalar.isUnprintable {
            report("contains the control character U+\(String(scalar.value, radix: 16, uppercase: true)); remove it")
        }
    }

    private func at(_ text: String) -> Bool {
        var index = position
        for scalar in text.unicodeScalars {
            guard index < scalars.count, scalars[index] == scalar else { return false }
            index += 1
        }
        return true
    }

    private mutating func advance(_ count: Int) {
        for _ in 0..<count where position < scalars.count {
            if scalars[position] == "\n" {
                line += 1
                column = 1
                lineStart = position + 1
            } else {
                column += 1
            }
            position += 1
        }
    }

    private mutating func report(_ reason: String, line: Int? = nil, column: Int? = nil) {
        faults.append(SourceFault(file: file, line: line ?? self.line, column: column ?? self.column, reason: reason))
    }

    /// `.`, or names of letters, digits and hyphens joined by dots.
    private static func isPath(_ text: String) -> Bool {
        if text == "." { return true }
        let parts = text.utf8.split(separator: 0x2E, omittingEmptySubsequences: false)
        return parts.count <= 2
            && parts.allSatisfy { part in
                !part.isEmpty
                    && part.allSatisfy {
                        (0x61...0x7A).contains($0) || (0x41...0x5A).contains($0) || (0x30...0x39).contains($0)
                            || $0 == 0x2D
                    }
            }
    }
}
