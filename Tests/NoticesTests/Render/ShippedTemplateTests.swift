import Evidence
import Testing

@testable import Notices

@Suite struct ShippedTemplateTests {
    private let library: TemplateLibrary
    private let renderer: Renderer

    init() throws {
        library = try ShippedTemplates.library()
        renderer = Renderer(library: library)
    }

    private func render(
        _ kind: String, _ language: NoticeLanguage = .chinese, choosing: [String: String] = [:],
        changing: [String: JSONValue] = [:], context: RenderContext = .example()
    ) throws -> RenderedNotice {
        let template = try #require(library.template(kind: kind))
        var values = template.exampleValues(language, choosing: choosing)
        for (name, value) in changing { values[name] = value }
        return try renderer.render(kind: kind, language: language, values: values, context: context)
    }

    @Test func `these kinds are shipped and published`() {
        #expect(
            library.kinds == [
                "absence-recall", "address-confirmation", "agreement-to-sign", "attendance-question", "client-alert",
                "client-contact-change", "client-handover-confirmation", "dismissal", "handover-reminder",
                "handover-submitted",
                "non-compete-reminder", "performance-result", "resignation-accepted", "risk-alert",
                "termination-certificate",
            ])
        for kind in library.kinds { #expect(library.template(kind: kind)?.isPublished == true) }
    }

    /// Each date that cannot be, with what is said of it; the day of the notice is 2026-11-21.
    @Test(arguments: [
        ("36", "finalDate", "2026-11-17", "不能早于协议日期"), ("36", "contractStart", "0001-01-01", "早于七十年前"),
        ("36", "contractStart", "2026-12-31", "不能晚于通知日"), ("39-2", "finalDate", "2026-11-20", "不能溯及既往"),
    ])
    func `a dismissal with a date that cannot be is refused`(
        ground: String, field: String, day: String, reason: String
    ) throws {
        let error = #expect(throws: RenderFailure.self) {
            try render("dismissal", choosing: ["ground": ground], changing: [field: .string(day)])
        }
        #expect(
            error?.faults.contains { $0.field == field && $0.message.zh.contains(reason) } == true, "\(error as Any)")
    }

    @Test func `what is lawful but unusual is warned of and not refused`() throws {
        func warnings(_ changes: [String: JSONValue]) throws -> [String] {
            try render("dismissal", choosing: ["ground": "36"], changing: changes).warnings.map(\.field)
        }
        #expect(try warnings([:]).isEmpty)
        // The parties may agree on a day that has passed when the notice is written, and then hand over after it.
        #expect(try warnings(["finalDate": "2026-11-19"]) == ["finalDate", "handoverDate"])
        #expect(try warnings(["finalDate": "2028-11-30"]) == ["finalDate"])
        // The clearance never moves the last day.
        #expect(try warnings(["finalDate": "2026-11-30", "handoverDate": "2027-11-01"]) == ["handoverDate"])
    }

    @Test func `notices of the first version of dismissal can still be written as they were`() throws {
        let template = try #require(library.template(kind: "dismissal", version: 1))
        var values = template.exampleValues(.chinese, choosing: ["ground": "36"])
        values["finalDate"] = "2026-11-01"
        let old = try renderer.render(
            kind: "dismissal", version: 1, language: .chinese, values: values, context: .example())
        #expect(old.template.version == 1)
        #expect(library.template(kind: "dismissal")?.reference.version == 2)
    }

    @Test(arguments: NoticeLanguage.allCases)
    func `every kind renders its examples completely`(language: NoticeLanguage) throws {
        for kind in library.kinds {
            let template = try #require(library.template(kind: kind))
            // Every field, required or not, as far as the examples fit together.
            var values = template.exampleValues(language)
            for field in template.fields where field.onlyWhen.isEmpty && field.requiredWhen.isEmpty {
                values[field.name] = field.example[language]
            }
            let notice = try renderer.render(kind: kind, language: language, values: values, context: .example())
            for text in [notice.markdown, notice.emailText, notice.smsText, notice.subject, notice.inboxTitle] {
                #expect(!text.contains("{{") && !text.contains("}}"), "\(kind): \(text)")
                #expect(!text.trimmed.isEmpty, "\(kind)")
            }
            #expect(notice.markdown.hasPrefix("# "), "\(kind)")
            #expect(notice.markdown.contains("SD\\-2026\\-000123"), "\(kind)")
            #expect(!notice.markdown.contains("\n\n\n\n"), "\(kind) leaves a hole")
            for name in values.keys {
                let field = try #require(template.fields.first { $0.name == name })
                guard field.appearsIn.contains(.document), field.type != .choice else { continue }
                let checked = try FieldValues(
                    checking: values, fields: template.fields, issueDate: RenderContext.example().issueDate)
                let shown = try #require(checked.values[name])
                for words in shown.printed(language) {
                    let escaped = MarkdownContent().escapeText(words)
                    #expect(notice.markdown.contains(escaped), "\(kind) does not show \(name)")
                }
            }
        }
    }

    @Test(arguments: [
        "36", "39-1", "39-2", "39-3", "39-4", "39-5", "39-6", "40-1", "40-2", "40-3", "41",
    ])
    func `each dismissal ground renders what it demands and keeps it out of subject, inbox line and SMS`(
        ground: String
    ) throws {
        let template = try #require(library.template(kind: "dismissal"))
        for language in NoticeLanguage.allCases {
            let notice = try render("dismissal", language, choosing: ["ground": ground])
            let field = try #require(template.fields.first { $0.name == "ground" })
            let option = try #require(field.options.first { $0.id == ground })
            #expect(notice.markdown.contains(MarkdownContent().escapeText(option.label.text(language))))
            let exposed = [notice.subject, notice.inboxTitle, notice.smsText, notice.emailText].joined(separator: "\n")
            for word in ["解除", "辞退", "违反", "dismiss", "terminat", "39", "40", "41", "36", "旷工"] {
                // The number and the date contain digits of their own; they are taken out before looking.
                let plain = exposed.replacing("SD-2026-000123", with: "").replacing("SD\\-2026\\-000123", with: "")
                #expect(!plain.contains(word), "\(ground) shows \(word) in \(plain)")
            }
            #expect(!notice.smsText.contains("张三"))
        }
    }

    @Test func `a dismissal stores the articles it relies on (S-122)`() throws {
        let notice = try render("dismissal", choosing: ["ground": "40-2", "noticeMode": "extra-month"])
        #expect(
            notice.legalBasis == [
                LegalBasis(law: "劳动合同法", article: "40(2)"), LegalBasis(law: "劳动合同法", article: "42"),
                LegalBasis(law: "劳动合同法", article: "43"), LegalBasis(law: "劳动合同法实施条例", article: "20"),
                LegalBasis(law: "劳动合同法", article: "46"), LegalBasis(law: "劳动合同法", article: "50"),
            ])
        #expect(notice.markdown.contains("壹万伍仟捌佰元整"))
        #expect(notice.markdown.contains("15\\,800\\.00"))
    }

    @Test func `a dismissal cannot be rendered without its mandatory fields, and all of them are named (S-54)`() throws
    {
        let failure = #expect(throws: RenderFailure.self) {
            try renderer.render(
                kind: "dismissal", language: .chinese, values: ["ground": .string("39-3")], context: .example())
        }
        #expect(
            failure?.faults.map(\.field) == [
                "position", "contractStart", "facts", "ruleClause", "damage", "evidence", "unionNoticeDate",
                "finalDate",
                "handoverDate",
            ])
        let sentences = failure?.faults.map(\.message.zh) ?? []
        #expect(sentences.allSatisfy { $0.hasPrefix("缺少必填项") })
    }

    @Test(arguments: [("2026-12-20", false), ("2026-12-21", true)])
    func `thirty days of notice are counted from the day of the notice`(finalDate: String, isAccepted: Bool) throws {
        let attempt = Result {
            try render(
                "dismissal", choosing: ["ground": "40-1"], changing: ["finalDate": .string(finalDate)])
        }
        switch attempt {
        case .success: #expect(isAccepted)
        case .failure(let error):
            #expect(!isAccepted)
            #expect((error as? RenderFailure)?.faults.map(\.field) == ["finalDate"])
            #expect("\(error)".contains("2026-12-21"))
        }
    }

    @Test func `a union notified after the dismissal is refused (article 43)`() throws {
        #expect(throws: RenderFailure.self) {
            try render("dismissal", changing: ["unionNoticeDate": .string("2026-11-22")])
        }
    }

    @Test func `a certificate states exactly the four facts of the law`() throws {
        let template = try #require(library.template(kind: "termination-certificate"))
        #expect(template.fields.map(\.name) == ["contractTerm", "terminationDate", "position", "yearsOfService"])
        #expect(throws: RenderFailure.self) {
            try render("termination-certificate", changing: ["reason": .string("严重违纪")])
        }
    }

    @Test func `a client reads on both channels who is in charge now, and nothing about who was (S-46)`() throws {
        let notice = try render("client-contact-change", context: .example(recipient: "赵总"))
        for text in [notice.markdown, notice.emailText, notice.smsText] {
            #expect(text.contains("后续由李经理负责对接"))
            #expect(!text.contains("离职") && !text.contains("解除"))
        }
        #expect(notice.smsText == "北京某某科技有限公司通知：自2026年12月1日起，贵方业务后续由李经理负责对接，电话010-88886666。原有约定不变。")
        #expect(SMSLength(text: notice.smsText, signature: "某某科技").parts <= 2)
        let template = try #require(library.template(kind: "client-contact-change"))
        #expect(template.settings.document == .message)
        #expect(template.settings.plan.rungs[0].channels.contains(.email))
        #expect(template.settings.plan.rungs[0].channels.contains(.sms))
    }

    @Test func `a risk alert speaks the sentence with the real numbers (S-10, S-20)`() throws {
        let absence = try render("risk-alert")
        #expect(absence.markdown.contains("张三连续2天未打卡，请及时联系。"))
        let target = try render(
            "risk-alert", choosing: ["pattern": "below-target"], changing: ["employee": .string("赵六")])
        // The example of count is 2, of threshold 70.
        #expect(target.markdown.contains("赵六连续2个月绩效完成率低于70%，可能存在离职倾向，请及时沟通。"))
        #expect(!(target.subject + target.smsText + target.inboxTitle).contains("赵六"))
        let english = try render("risk-alert", .english, choosing: ["pattern": "score-drop"])
        #expect(english.markdown.contains("fell from 90 to 71"))
    }

    @Test(arguments: [
        ("no", "2026-12-20", 0), ("no", "2026-12-19", 1), ("yes", "2026-11-23", 0), ("yes", "2026-11-22", 1),
    ])
    func `an earlier last day than article 37 allows warns and does not block (S-123)`(
        probation: String, lastDay: String, warnings: Int
    ) throws {
        let notice = try render(
            "resignation-accepted", choosing: ["probation": probation],
            changing: ["lastDay": .string(lastDay), "receivedDate": .string("2026-11-20")])
        #expect(notice.warnings.count == warnings)
        #expect(notice.legalBasis.first == LegalBasis(law: "劳动合同法", article: "37"))
    }

    @Test func `the file transfer falls due fifteen days after the end of the contract (article 50)`() throws {
        let notice = try render("dismissal")
        #expect(notice.deadlines.map(\.id) == ["certificate", "file-transfer"])
        #expect(notice.deadlines.last?.due == CivilDate("2027-01-15"))
    }

    @Test func `formal kinds are sealed as PDF, a dismissal needs two approvals and never waits`() throws {
        let dismissal = try #require(library.template(kind: "dismissal")).settings
        #expect(dismissal.document == .pdf && dismissal.approvals == 2 && dismissal.priority == .urgent)
        #expect(dismissal.needsAcknowledgement && !dismissal.keepsQuietHours && dismissal.consignment == .signed)
        #expect(dismissal.plan.rungs.map(\.afterSeconds) == [0, 86_400, 172_800, 864_000])
        #expect(dismissal.plan.rungs[1] == Rung(afterSeconds: 86_400, condition: .notOpened, channels: [.sms]))
    }

    @Test func `the same input gives the same bytes, and any change gives another hash`() throws {
        let first = try render("dismissal")
        #expect(try render("dismissal") == first)
        #expect(try render("dismissal", .english).contentHash != first.contentHash)
        #expect(try render("dismissal", context: .example(recipient: "李四")).contentHash != first.contentHash)
        #expect(try render("dismissal", changing: ["position": .string("客服")]).contentHash != first.contentHash)
    }
}

extension FieldValue {
    /// The words a document shows for the value, before escaping.
    fileprivate func printed(_ language: NoticeLanguage) -> [String] {
        switch self {
        case .text(let text): [text]
        case .paragraphs(let paragraphs): paragraphs.flatMap { $0 }
        case .date(let date): [date.formatted(language)]
        case .amount(let amount): [amount.grouped]
        case .integer(let integer): [String(integer)]
        case .choice(let option): [option.label.text(language)]
        case .list(let items): items
        }
    }
}
