import Evidence
import Notices

/// The form of one kind, with what was typed and what is wrong with it.
struct IssueFormPage: Sendable {
    let frame: Frame
    let w: [String: String]
    let kind: String
    let action: String
    let key: String
    let issuers: [NoticePages.Choice]
    let hasNoIssuer: Bool
    let languages: [NoticePages.Choice]
    let recipients: String
    let recipientFaults: [String]
    let fields: [Field]
    let reason: String?
    let otherFaults: [String]

    /// One input.
    struct Field: Sendable {
        let name: String
        let label: String
        let help: String
        /// For which cases it is, where it is not for all.
        let cases: String?
        let example: String
        let value: String
        let isRequired: Bool
        let line: String?
        let isMultiline: Bool
        let options: [NoticePages.Choice]
        let isChoice: Bool
        let faults: [String]
        let isWrong: Bool
    }

    init(
        _ template: NoticeTemplate, _ typed: TypedNotice, issuers: [Issuer], faults: [NoticeError.Fault],
        reason: String?, _ make: PageMaker
    ) {
        kind = make.text(template.settings.name)
        frame = make.frame(kind)
        w = frame.w
        action = Site.page(Site.issuePreview, kind: template.reference.kind)
        key = typed.key
        self.issuers = issuers.map {
            .init(value: $0.id.rawValue, label: $0.fullName, isSelected: $0.id.rawValue == typed.issuer)
        }
        hasNoIssuer = issuers.isEmpty
        languages = [("", "language_recipient"), ("zh-CN", "language_zh"), ("en", "language_en")].map {
            .init(value: $0.0, label: make.word($0.1), isSelected: $0.0 == typed.language)
        }
        recipients = typed.recipients
        self.reason = reason
        var taken: Set<String> = ["recipients"]
        func messages(_ field: String) -> [String] {
            taken.insert(field)
            return faults.filter { $0.field == field || $0.field == "fields.\(field)" }.map(\.message)
        }
        recipientFaults = messages("recipients")
        fields = template.fields.map {
            Field($0, among: template.fields, value: typed.values[$0.name] ?? "", messages($0.name), make)
        }
        otherFaults = faults.filter {
            !taken.contains($0.field) && !taken.contains(String($0.field.dropFirst("fields.".count)))
        }.map { make.phrases.sentence($0, in: template) }
    }
}

extension IssueFormPage.Field {
    init(
        _ field: FieldDefinition, among fields: [FieldDefinition], value: String, _ faults: [String], _ make: PageMaker
    ) {
        let language = make.language.ofNotices
        let shown = field.example[language] ?? field.example[.chinese]
        self.init(
            name: "f.\(field.name)", label: make.text(field.label), help: make.text(field.help),
            cases: make.cases(of: field, among: fields),
            // Of what can be chosen, everything is seen.
            example: field.type == .choice ? "" : Self.text(shown), value: value, isRequired: field.isRequired,
            line: Self.inputType(field.type), isMultiline: field.type == .multiline || field.type == .list,
            options: field.type == .choice
                ? [.init(value: "", label: "—", isSelected: value.isEmpty)]
                    + field.options.map {
                        .init(value: $0.id, label: make.option($0), isSelected: $0.id == value)
                    } : [],
            isChoice: field.type == .choice, faults: faults, isWrong: !faults.isEmpty)
    }

    /// The type of an input of one line; nil for what has lines or options.
    private static func inputType(_ type: FieldType) -> String? {
        switch type {
        case .multiline, .list, .choice: nil
        case .date: "date"
        case .phone: "tel"
        case .email: "email"
        case .text, .amount, .integer, .personName: "text"
        }
    }

    /// An example as it would be typed.
    static func text(_ value: JSONValue?) -> String {
        switch value {
        case .string(let text)?: text
        case .integer(let number)?: String(number)
        case .array(let items)?: items.compactMap(\.string).joined(separator: " / ")
        default: ""
        }
    }
}

extension PageMaker {
    /// What can be chosen; an article of law by its number too, because people cite it so.
    func option(_ option: ChoiceOption) -> String {
        isCited(option) ? "\(option.id)  \(text(option.label))" : text(option.label)
    }

    private func isCited(_ option: ChoiceOption) -> Bool { option.id.first?.isNumber == true }

    /// When a field is demanded and when it may be given at all, in words; nothing for what is always one or the other.
    func cases(of field: FieldDefinition, among fields: [FieldDefinition]) -> String? {
        func words(_ conditions: [FieldCondition]) -> String {
            conditions.map { condition in
                condition.values.sorted { $0.key < $1.key }.map { name, accepted in
                    let field = fields.first { $0.name == name }
                    let options = accepted.sorted().map { id in
                        field?.options.first { $0.id == id }.map { isCited($0) ? id : text($0.label) } ?? id
                    }
                    return "\(field.map { text($0.label) } ?? name) \(options.joined(separator: " / "))"
                }.joined(separator: " + ")
            }.joined(separator: word("report_semicolon"))
        }
        let (only, required) = (words(field.onlyWhen), words(field.requiredWhen))
        switch (only.isEmpty, required.isEmpty) {
        case (true, true): return nil
        case (false, _) where only == required: return word("cases_both").replacing("{cases}", with: only)
        case (false, true): return word("cases_only").replacing("{cases}", with: only)
        case (true, false): return word("cases_required").replacing("{cases}", with: required)
        case (false, false):
            return word("cases_only").replacing("{cases}", with: only) + " "
                + word("cases_required").replacing("{cases}", with: required)
        }
    }
}
