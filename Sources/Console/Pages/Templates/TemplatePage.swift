import Notices

/// One version of a kind: its fields, and how it looks with example values.
struct TemplatePage: Sendable {
    let frame: Frame
    let w: [String: String]
    let action: String
    let facts: [Fact]
    let fields: [Field]
    let versions: [NoticePages.Choice]
    let languages: [NoticePages.Choice]
    let choices: [Choice]
    let trial: Trial?
    let fault: String?

    /// One field.
    struct Field: Sendable {
        let name: String
        let label: String
        let help: String
        let type: String
        let need: String
        let personal: String
        let places: String
    }

    /// A field whose option changes the words.
    struct Choice: Sendable {
        let id: String
        let label: String
        let options: [NoticePages.Choice]
    }

    /// What every channel would carry.
    struct Trial: Sendable {
        let document: String
        let letter: Letter
        let sms: String
        let smsLength: Int
        let inboxTitle: String
        let basis: String?
        let pdf: String?

        init(_ trial: IssueDesk.Trial, document: String, letter: Letter, pdf: String?, _ phrases: Phrasebook) {
            self.document = document
            self.letter = letter
            sms = trial.rendered.smsText
            smsLength = trial.rendered.smsText.utf16.count
            inboxTitle = trial.rendered.inboxTitle
            basis =
                trial.rendered.legalBasis.isEmpty
                ? nil : phrases.articles(trial.rendered.legalBasis.map { "\($0.law) \($0.article)" })
            self.pdf = pdf
        }
    }

    init(
        _ template: NoticeTemplate, versions: [Int], language: NoticeLanguage, chosen: [String: String],
        trial: Trial?, fault: String?, _ make: PageMaker
    ) {
        frame = make.frame(make.text(template.settings.name))
        w = frame.w
        action = Site.page(Site.templatePage, kind: template.reference.kind)
        facts = [
            ("kind", template.reference.kind), ("template_version", String(template.reference.version)),
            ("template_hash", template.reference.hash.hex),
            ("template_document", make.word("template_\(template.settings.document.rawValue)")),
            ("template_approvals", String(template.settings.approvals)),
            (
                "template_acknowledgement",
                make.word(template.settings.needsAcknowledgement ? "template_yes" : "template_no")
            ),
        ].map { Fact(label: make.word($0.0), value: $0.1) }
        fields = template.fields.map { field in
            Field(
                name: field.name, label: make.text(field.label), help: make.text(field.help),
                type: make.word("field_\(field.type.rawValue)"),
                need: make.word(
                    field.isRequired
                        ? "required" : field.requiredWhen.isEmpty ? "template_optional" : "template_depends"),
                personal: make.word("personal_\(field.personalData.rawValue)"),
                places: TemplateSurface.allCases.filter(field.appearsIn.contains)
                    .map { make.word("surface_\($0.rawValue)") }.joined(separator: make.word("enumeration")))
        }
        self.versions = versions.map {
            .init(value: String($0), label: String($0), isSelected: $0 == template.reference.version)
        }
        languages = [("zh-CN", "language_zh", NoticeLanguage.chinese), ("en", "language_en", .english)].map {
            .init(value: $0.0, label: make.word($0.1), isSelected: $0.2 == language)
        }
        choices = template.fields.filter { $0.type == .choice }.map { field in
            Choice(
                id: "c.\(field.name)", label: make.text(field.label),
                options: [.init(value: "", label: make.word("template_example"), isSelected: chosen[field.name] == nil)]
                    + field.options.map {
                        .init(
                            value: $0.id, label: "\($0.id)  \(make.text($0.label))",
                            isSelected: chosen[field.name] == $0.id)
                    })
        }
        self.trial = trial
        self.fault = fault
    }
}
