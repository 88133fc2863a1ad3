/// Checks what the tags of one template name, against the fields of its kind and the place where the text appears.
struct TemplateLint {
    let file: String
    let surface: TemplateSurface
    let fields: [String: FieldDefinition]
    private(set) var faults: [SourceFault] = []

    /// The deepest nesting of sections; deeper is unreadable, and the way to build a bomb.
    static let depthLimit = 4

    private struct Open {
        let tag: TemplateTag
        let field: FieldDefinition?
    }

    init(file: String, surface: TemplateSurface, fields: [FieldDefinition]) {
        self.file = file
        self.surface = surface
        self.fields = Dictionary(fields.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// All faults of a template.
    mutating func check(_ text: String) {
        var scanner = TemplateScanner(text, file: file)
        scanner.scan()
        faults = scanner.faults
        if surface == .document || surface == .email { checkMarkdown(text) }
        var open: [Open] = []
        for tag in scanner.tags {
            switch tag.kind {
            case .comment: break
            case .value: checkValue(tag, open)
            case .section, .inverted:
                if open.count == Self.depthLimit {
                    report(tag, "sections are nested deeper than \(Self.depthLimit); flatten them")
                }
                open.append(Open(tag: tag, field: checkSection(tag, open)))
            case .close:
                guard let last = open.last, last.tag.name == tag.name else {
                    let expected = open.last.map { "{{/\($0.tag.name)}}" } ?? "no section is open"
                    report(tag, "closes \(tag.name.shortened), but \(open.isEmpty ? expected : "\(expected) is due")")
                    continue
                }
                open.removeLast()
            }
        }
        for unclosed in open { report(unclosed.tag, "the section is never closed; add {{/\(unclosed.tag.name)}}") }
    }

    private mutating func checkValue(_ tag: TemplateTag, _ open: [Open]) {
        if tag.name == "." {
            if open.last?.field?.type != .list || open.last?.tag.kind != .section {
                report(tag, "{{.}} stands only inside the section of a list")
            }
            return
        }
        if let system = SystemField(rawValue: tag.name) {
            if !system.appearsIn.contains(surface) {
                report(tag, "\(tag.name.shortened) must not appear in \(surface.rawValue)")
            }
            return
        }
        let parts = tag.name.split(separator: ".").map(String.init)
        guard let field = visibleField(tag, parts[0]) else { return }
        if parts.count == 2, !(field.type == .amount && parts[1] == "capitals") {
            report(tag, "\(field.name) has no part \(parts[1].shortened); only amounts have one, capitals")
        }
        if field.type == .list {
            report(tag, "\(field.name) is a list; write {{#\(field.name)}}{{.}}{{/\(field.name)}}")
        }
        if field.type == .multiline {
            if surface != .document, surface != .email {
                report(tag, "a value of several lines cannot stand in one line")
            }
            if !tag.standsAlone || tag.column != 1 {
                report(tag, "\(field.name) has several lines; put its tag alone on a line, at the first column")
            }
        }
        if !isCertain(field, open) {
            report(
                tag,
                "\(field.name) can be missing here and would print as nothing; "
                    + "put it in {{#\(field.name)}} … {{/\(field.name)}}")
        }
    }

    private mutating func checkSection(_ tag: TemplateTag, _ open: [Open]) -> FieldDefinition? {
        let parts = tag.name.split(separator: ".").map(String.init)
        guard tag.name != ".", SystemField(rawValue: parts[0]) == nil else {
            report(tag, "\(tag.name.shortened) cannot open a section; only fields can")
            return nil
        }
        guard let field = visibleField(tag, parts[0]) else { return nil }
        if field.type == .choice {
            let known = Set(field.options.map(\.id) + field.options.compactMap(\.group))
            if parts.count != 2 || !known.contains(parts[1]) {
                report(
                    tag,
                    "\(field.name) is a choice; ask for one of \(known.sorted().map { "\(field.name).\($0)" }.joined(separator: ", "))"
                )
            }
        } else if parts.count != 1 {
            report(tag, "\(field.name) has no options; write {{#\(field.name)}}")
        }
        if field.type == .list, tag.kind == .section, open.contains(where: { $0.field?.type == .list }) {
            report(tag, "a list inside a list multiplies the text; write them one after the other")
        }
        return field
    }

    private mutating func visibleField(_ tag: TemplateTag, _ name: String) -> FieldDefinition? {
        guard let field = fields[name] else {
            let known = (fields.keys.sorted() + SystemField.allCases.map(\.rawValue)).joined(separator: ", ")
            report(tag, "there is no field \(name.shortened); the fields are \(known)")
            return nil
        }
        if !field.appearsIn.contains(surface) {
            report(tag, "\(field.name) must not appear in \(surface.rawValue) (appears-in of its definition)")
        }
        return field
    }

    /// Whether the field has a value wherever the open sections are printed.
    private func isCertain(_ field: FieldDefinition, _ open: [Open]) -> Bool {
        if field.isRequired { return true }
        var narrowed: [String: Set<String>] = [:]
        for section in open where section.tag.kind == .section {
            guard let guarding = section.field else { continue }
            if guarding.name == field.name { return true }
            guard guarding.type == .choice, let wanted = section.tag.name.split(separator: ".").last else { continue }
            let options = guarding.options.filter { $0.id == wanted || $0.group.map { $0 == wanted } ?? false }
            let ids = Set(options.map(\.id))
            narrowed[guarding.name] = narrowed[guarding.name]?.intersection(ids) ?? ids
        }
        return field.requiredWhen.contains { condition in
            condition.values.allSatisfy { name, accepted in narrowed[name]?.isSubset(of: accepted) ?? false }
        }
    }

    /// Refuses the Markdown in which a backslash does not protect a value, and raw HTML.
    private mutating func checkMarkdown(_ text: String) {
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let scalars = Array(line.unicodeScalars)
            func fault(_ column: Int, _ reason: String) {
                faults.append(SourceFault(file: file, line: index + 1, column: column + 1, reason: reason))
            }
            if line.hasPrefix("    ") || line.hasPrefix("\t") {
                fault(0, "four spaces begin a code block, where values are not escaped; indent by at most three")
            }
            for (column, scalar) in scalars.enumerated() {
                let next = column + 1 < scalars.count ? scalars[column + 1] : "\n"
                switch scalar {
                case "`": fault(column, "code cannot stand in a notice, values in it are not escaped; remove `")
                case "<": fault(column, "HTML cannot stand in a notice; remove < or write ＜")
                case "~" where next == "~": fault(column, "~~ begins code or struck-out text; remove it")
                case "]" where next == "(" || next == "[" || next == ":":
                    fault(column, "links and images cannot stand in a notice; write the address as words")
                case "\\" where column + 1 < scalars.count:
                    fault(column, "a backslash before a tag would undo its escaping; it may only end a line")
                default: break
                }
            }
        }
    }

    private mutating func report(_ tag: TemplateTag, _ reason: String) {
        faults.append(SourceFault(file: file, line: tag.line, column: tag.column, reason: reason))
    }
}
