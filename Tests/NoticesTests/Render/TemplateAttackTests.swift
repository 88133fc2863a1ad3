import Evidence
import Testing

@testable import Notices

/// Templates that try to get out of the checks, and the place each refusal names.
@Suite struct TemplateAttackTests {
    struct Attack: CustomTestStringConvertible, Sendable {
        let text: String
        let line: Int
        let column: Int
        let words: String
        var testDescription: String { text.count > 60 ? String(text.prefix(60)) + "…" : text }
        init(_ text: String, _ line: Int, _ column: Int, _ words: String) {
            self.text = text
            self.line = line
            self.column = column
            self.words = words
        }
    }

    static let documents = [
        Attack("a {{{title}}}", 1, 3, "without escaping"),
        Attack("a\nbc {{&title}}", 2, 4, "without escaping"),
        Attack("{{& title}}", 1, 1, "without escaping"),
        Attack("{{> other}}", 1, 1, "includes another template"),
        Attack("{{>*title}}", 1, 1, "includes another template"),
        Attack("{{< base}}{{/base}}", 1, 1, "inherits"),
        Attack("{{$ block}}{{/block}}", 1, 1, "inherits"),
        Attack("{{=<% %>=}}<%& title %>", 1, 1, "changes the delimiters"),
        Attack("中文 {{% CONTENT_TYPE:TEXT}}{{title}}", 1, 4, "changes how values are escaped"),
        Attack("{{uppercased(title)}}", 1, 1, "cannot stand in a tag"),
        Attack("{{#reversed(items)}}{{.}}{{/reversed(items)}}", 1, 1, "cannot stand in a tag"),
        Attack("{{ title }}", 1, 1, "cannot stand in a tag"),
        Attack("{{title\n}}", 1, 1, "does not end on its line"),
        Attack("{{title", 1, 1, "does not end on its line"),
        Attack("title}}", 1, 6, "never opened"),
        Attack("{{}}", 1, 1, "cannot stand in a tag"),
        Attack("{{a.b.c}}", 1, 1, "cannot stand in a tag"),
        Attack("{\u{301}{title}}", 1, 9, "never opened"),
        Attack("{{\u{301}title}}", 1, 1, "cannot stand in a tag"),
        Attack("{{title}}\u{0}", 1, 10, "control character"),
        Attack("{{title}}\r\n", 1, 10, "control character"),
        Attack("{{title}}\u{202E}", 1, 10, "control character"),
        Attack("{{titel}}", 1, 1, "there is no field “titel”"),
        Attack("{{signature}}", 1, 1, "there is no field"),
        Attack("x {{#reason}}{{title}}", 1, 3, "never closed"),
        Attack("{{#reason}}{{/items}}", 1, 12, "{{/reason}} is due"),
        Attack("{{/reason}}", 1, 1, "no section is open"),
        Attack("{{reason}}", 1, 1, "would print as nothing"),
        Attack("{{#mode.slow}}{{fee}}{{/mode.slow}}", 1, 15, "would print as nothing"),
        Attack("{{#mode}}x{{/mode}}", 1, 1, "is a choice"),
        Attack("{{#mode.medium}}x{{/mode.medium}}", 1, 1, "is a choice"),
        Attack("{{#number}}x{{/number}}", 1, 1, "cannot open a section"),
        Attack("{{items}}", 1, 1, "is a list"),
        Attack("{{.}}", 1, 1, "only inside the section of a list"),
        Attack("{{#items}}{{#items}}{{.}}{{/items}}{{/items}}", 1, 11, "multiplies"),
        Attack("{{#reason}}{{#reason}}{{#reason}}{{#reason}}{{#reason}}x", 1, 45, "nested deeper than 4"),
        Attack("see: {{body}}", 1, 6, "alone on a line"),
        Attack("{{title.length}}", 1, 1, "has no part"),
        Attack("`{{title}}`", 1, 1, "code"),
        Attack("~~~\n{{title}}\n~~~", 1, 1, "~~"),
        Attack("a\n\n    {{title}}", 3, 1, "four spaces"),
        Attack("[x]({{title}})", 1, 3, "links"),
        Attack("![x][{{title}}]", 1, 4, "links"),
        Attack("[x]: {{title}}", 1, 3, "links"),
        Attack("<a title=\"{{title}}\">", 1, 1, "HTML"),
        Attack("\\{{title}}", 1, 1, "backslash"),
    ]

    @Test(arguments: documents)
    func `a document template that breaks out is refused with its place`(attack: Attack) throws {
        let error = #expect(throws: TemplateError.self) {
            try TemplateLibrary(files: SmallKind.files(["en/notice.md": attack.text]))
        }
        let fault = try #require(
            error?.faults.first { $0.reason.contains(attack.words) }, "\(String(describing: error))")
        #expect(fault.file == "memo/1/en/notice.md")
        #expect(fault.line == attack.line && fault.column == attack.column, "\(fault)")
    }

    static let messages = [
        Attack("{{reason}}", 1, 1, "must not appear in sms"),
        Attack("{{#reason}}x{{/reason}}", 1, 1, "must not appear in sms"),
        Attack("{{^reason}}x{{/reason}}", 1, 1, "must not appear in sms"),
        Attack("{{recipient}}", 1, 1, "must not appear in sms"),
        Attack("{{body}}", 1, 1, "must not appear in sms"),
        Attack("【他人】{{title}}", 1, 1, "signature"),
        Attack("a\nb", 2, 1, "single line"),
    ]

    @Test(arguments: messages)
    func `a text message that shows what it may not is refused`(attack: Attack) throws {
        let error = #expect(throws: TemplateError.self) {
            try TemplateLibrary(files: SmallKind.files(["en/sms.txt": attack.text]))
        }
        let fault = try #require(
            error?.faults.first { $0.reason.contains(attack.words) }, "\(String(describing: error))")
        #expect(fault.line == attack.line && fault.column == attack.column)
    }

    @Test(arguments: ["subject", "inbox"])
    func `a reason in a subject or an inbox line is refused`(place: String) throws {
        let fields = SmallKind.fields.replacing("en: \"Memo {{number}}\"}", with: "en: \"Memo {{reason}}\"}")
        let error = #expect(throws: TemplateError.self) { try TemplateLibrary(files: SmallKind.files(fields: fields)) }
        #expect(error?.faults.contains { $0.reason.contains("must not appear in \(place)") } == true)
        #expect(error?.faults.allSatisfy { $0.file == "memo/1/fields.yaml" && $0.line > 1 } == true)
    }

    @Test(arguments: ["sms", "subject", "inbox"])
    func `a sensitive field cannot even be declared for a place that others see`(place: String) throws {
        let fields = SmallKind.fields.replacing(
            "personal-data: sensitive, appears-in: [document]", with: "personal-data: sensitive, appears-in: [\(place)]"
        )
        let error = #expect(throws: TemplateError.self) { try TemplateLibrary(files: SmallKind.files(fields: fields)) }
        #expect(error?.faults.first?.reason.contains("must not appear in \(place)") == true)
    }

    @Test func `bombs are refused by size and by number of tags`() throws {
        for text in [
            String(repeating: "字", count: TemplateScanner.sizeLimit + 1),
            String(repeating: "{{title}}", count: TemplateScanner.tagLimit + 1),
        ] {
            let error = #expect(throws: TemplateError.self) {
                try TemplateLibrary(files: SmallKind.files(["en/notice.md": text]))
            }
            #expect(error?.faults.isEmpty == false)
        }
    }

    @Test func `what a template makes of its values is bounded`() throws {
        let block = String(repeating: "{{title}} ", count: 300)
        let long = JSONValue.string(String(repeating: "长", count: 190))
        let items = JSONValue.array((0..<100).map { .string("项\($0)") })
        let failure = #expect(throws: RenderFailure.self) {
            try SmallKind.render(
                ["title": long, "items": items], notice: "{{#items}}\(block){{.}}\n{{/items}}", sms: "x\n")
        }
        #expect(failure?.faults.contains { $0.message.en.contains("bytes, more than") } == true)
    }

    static let settings = [
        ("document: message", "document: paper", "is not one of: pdf, message"),
        ("approvals: 0", "approvals: 3", "must be 0, 1 or 2"),
        ("approvals: 0", "aprovals: 0", "unknown key"),
        ("version: 1", "version: 2", "must be those of the folder"),
        ("quiet-hours: true", "quiet-hours: yes", "neither true nor false"),
        ("priority: normal", "priority: urgent", "never held back"),
        ("after: 0h", "after: 5h", "starts at 0h"),
        ("after: 0h", "after: soon", "is not a wait"),
        ("channels: [inbox]", "channels: [fax]", "is not one of"),
        ("required-when: {mode: [fast]}", "required-when: {mode: [quick]}", "is not an option"),
        ("required-when: {mode: [fast]}", "required-when: {title: [x]}", "is not a choice field"),
        ("  title: {type: text", "  issuer: {type: text", "given by the system"),
        ("  title: {type: text", "  Title: {type: text", "lower-case letter"),
        ("type: phone", "type: fax", "is not one of"),
        ("minimum: \"0.01\"", "minimum: \"x\"", "is not a bound"),
        ("en: Title}", "fr: Titre}", "unknown key"),
        ("group: quick", "group: slow", "names both an option and a group"),
        ("kind: memo", "kind: &a memo", "anchors"),
        ("approvals: 0", "approvals: 0\napprovals: 0", "stands twice"),
        ("kind: memo", "kind: [", "is not YAML"),
    ]

    @Test(arguments: settings)
    func `a definition that means nothing is refused`(original: String, replaced: String, words: String) throws {
        let fields = SmallKind.fields.replacing(original, with: replaced)
        #expect(fields != SmallKind.fields)
        let error = #expect(throws: TemplateError.self) { try TemplateLibrary(files: SmallKind.files(fields: fields)) }
        #expect(error?.description.contains(words) == true, "\(String(describing: error))")
    }

    @Test func `files that belong to no template, and languages that are missing, are refused`() throws {
        for change in [["memo/1/de/notice.md": "x"], ["memo/one/fields.yaml": "x"], ["notes.txt": "x"]] {
            let error = #expect(throws: TemplateError.self) {
                try TemplateLibrary(files: SmallKind.files().merging(change) { $1 })
            }
            #expect(error?.description.contains("does not belong here") == true)
        }
        var files = SmallKind.files()
        files["memo/1/en/sms.txt"] = nil
        let error = #expect(throws: TemplateError.self) { try TemplateLibrary(files: files) }
        #expect(
            error?.faults == [
                SourceFault(
                    file: "memo/1/en/sms.txt", line: 1, column: 1,
                    reason: "is missing; every kind speaks both languages")
            ])
    }
}
