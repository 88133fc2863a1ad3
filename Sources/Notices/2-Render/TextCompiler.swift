import Mustache

/// Lints and compiles the texts of one template version, gathering every fault.
struct TextCompiler {
    let folder: String
    let files: [String: String]
    let fields: [FieldDefinition]
    private(set) var faults: [SourceFault] = []

    init(folder: String, files: [String: String], fields: [FieldDefinition]) {
        self.folder = folder
        self.files = files
        self.fields = fields
    }

    /// The texts of one language, or nil when there was a fault.
    mutating func compile(
        _ language: NoticeLanguage, subject: YAMLNode?, inbox: YAMLNode?, root: YAMLNode
    ) -> NoticeTemplate.CompiledTexts? {
        let document = file("\(language.rawValue)/notice.md", .document)
        let email = file("\(language.rawValue)/email.md", .email)
        let sms = file("\(language.rawValue)/sms.txt", .sms)
        let subjectText = line("subject", subject, language, .subject, root)
        let inboxText = line("inbox", inbox, language, .inbox, root)
        guard let document, let email, let sms, let subjectText, let inboxText else { return nil }
        return NoticeTemplate.CompiledTexts(
            document: document, email: email, sms: sms, subject: subjectText, inbox: inboxText)
    }

    private mutating func file(_ path: String, _ surface: TemplateSurface) -> NoticeText? {
        let name = "\(folder)/\(path)"
        guard var text = files[path] else {
            faults.append(
                SourceFault(file: name, line: 1, column: 1, reason: "is missing; every kind speaks both languages"))
            return nil
        }
        if surface == .sms {
            if text.last == "\n" { text.removeLast() }
            checkLine(text, name)
        }
        return compile(text, name, surface)
    }

    private mutating func line(
        _ key: String, _ node: YAMLNode?, _ language: NoticeLanguage, _ surface: TemplateSurface, _ root: YAMLNode
    ) -> NoticeText? {
        do throws(SourceFault) {
            guard let node else { throw root.fault("\(key) is missing") }
            let text = try node.bilingual().text(language)
            let before = faults.count
            checkLine(text, root.file)
            let template = compile(text, root.file, surface)
            // The text stands inside the YAML file, so its own line and column would mislead.
            for index in before..<faults.count {
                faults[index] = node.fault("\(language.rawValue): \(faults[index].reason)")
            }
            return template
        } catch {
            faults.append(error)
            return nil
        }
    }

    private mutating func checkLine(_ text: String, _ file: String) {
        if text.unicodeScalars.contains("\n") {
            faults.append(SourceFault(file: file, line: 2, column: 1, reason: "must be a single line; join the lines"))
        }
        if text.unicodeScalars.contains("\u{3010}") {
            faults.append(
                SourceFault(
                    file: file, line: 1, column: 1, reason: "the 【signature】 is put in front by the channel; remove it")
            )
        }
    }

    private mutating func compile(_ text: String, _ file: String, _ surface: TemplateSurface) -> NoticeText? {
        var lint = TemplateLint(file: file, surface: surface, fields: fields)
        lint.check(text)
        guard lint.faults.isEmpty else {
            faults += lint.faults
            return nil
        }
        let isMarkdown = surface == .document || surface == .email
        do {
            // The lint refuses pragmas and partials, so this one holds for the whole text; it stands on a line of its own,
            // which the parser removes.
            let name = isMarkdown ? MarkdownContent.name : LineContent.name
            let template = try MustacheTemplate(string: "{{% CONTENT_TYPE:\(name)}}\n" + text)
            return NoticeText(template, source: text, content: isMarkdown ? MarkdownContent() : LineContent())
        } catch {
            faults.append(SourceFault(file: file, line: 1, column: 1, reason: "is not a template: \(error)"))
            return nil
        }
    }
}
