import Notices
import People

/// The pay sheets of one member of staff, and for HR the form of another month.
struct PayPage: Sendable {
    let frame: Frame
    let w: [String: String]
    let sheets: [Row]
    let isEmpty: Bool
    let form: PayForm?
    let action: String
    let isOpen: Bool
    let error: String?

    /// One month.
    struct Row: Sendable {
        let href: String
        let month: String
        let state: String
        let stateClass: String
        let net: String
        let due: String
        let isUnconfirmed: Bool
    }

    init(
        number: String, name: String, sheets: [PaySheet], form: PayForm?, isOpen: Bool, error: String?,
        _ make: PageMaker
    ) {
        frame = make.frame(make.phrases.title("pay", of: name))
        w = frame.w
        self.sheets = sheets.map { sheet in
            let result = sheet.content.result
            return Row(
                href: Site.page(pay: number, sheet.id), month: "\(sheet.month)",
                state: make.word("paySheet_\(sheet.state.rawValue)"), stateClass: Self.mark(sheet.state),
                net: "\(result.net.text(places: 2)) \(result.currency)",
                due: "\(result.due.text(places: 2)) \(result.currency)", isUnconfirmed: !result.warnings.isEmpty)
        }
        isEmpty = sheets.isEmpty
        self.form = form
        action = Site.page(pay: number)
        self.isOpen = isOpen
        self.error = error
    }

    static func mark(_ state: PaySheet.State) -> String {
        switch state {
        case .draft: ""
        case .final: "acknowledged"
        case .withdrawn: "negative"
        }
    }
}

/// One month with every line, every term that went into it, and what nobody has confirmed.
struct PaySheetPage: Sendable {
    let frame: Frame
    let w: [String: String]
    let state: String
    let stateClass: String
    let facts: [Fact]
    let warnings: [String]
    let lines: [Line]
    let inputs: [Input]
    let due: String
    let net: String
    let action: String
    let back: String
    let mayFinalise: Bool
    let mayWithdraw: Bool
    let reason: String
    let error: String?

    /// One line of the sheet.
    struct Line: Sendable {
        let label: String
        let group: String
        let formula: String
        let terms: [String]
        let proofs: [String]
        let amount: String
    }

    /// One figure that went in, with the record that states it.
    struct Input: Sendable {
        let label: String
        let value: String
        let source: String
    }

    init(
        _ sheet: PaySheet, number: String, name: String, rules: PayRules, mayManage: Bool, reason: String,
        error: String?,
        _ make: PageMaker
    ) {
        let (content, result) = (sheet.content, sheet.content.result)
        let isEnglish = make.language == .english
        frame = make.frame("\(make.word("pay")) \(sheet.month)\(make.word("colon"))\(name)")
        w = frame.w
        state = make.word("paySheet_\(sheet.state.rawValue)")
        stateClass = PayPage.mark(sheet.state)
        let region = rules.minimumWages.first { $0.region == content.region }.map { make.text($0.label) }
        facts = [
            Fact(label: make.word("people_number"), value: number),
            Fact(label: make.word("score_month"), value: "\(sheet.month)"),
            Fact(label: make.word("pay_region"), value: region ?? content.region),
            Fact(
                label: make.word("pay_rules"),
                value: make.phrases.word(
                    "pay_rulesVersion", ["id": content.rules, "version": "\(content.rulesVersion)"])),
            Fact(label: make.word("pay_rulesHash"), value: content.rulesHash.hex),
            Fact(label: make.word("pay_createdAt"), value: make.time(sheet.createdAt)),
        ]
        warnings = result.warnings.map { isEnglish ? $0.en : $0.zh }
        lines = result.lines.map { line in
            Line(
                label: isEnglish ? line.en : line.zh, group: make.word("payGroup_\(line.group.rawValue)"),
                formula: line.formula,
                terms: line.terms.map { term in
                    let record = make.phrases.word("bracketed", ["text": make.phrases.payRecord(term.source)])
                    return "\(make.phrases.payTerm(term.name, rules)) = \(term.value)\(record)"
                },
                proofs: line.proofs,
                amount: (!line.amount.isZero && (line.group == .deduction || line.group == .insurance) ? "− " : "")
                    + "\(line.amount.text(places: 2)) \(line.currency)")
        }
        inputs = content.facts.map { fact in
            Input(
                label: rules.facts.first { $0.name == fact.name }.map { make.text($0.label) } ?? fact.name,
                value: "\(fact.value)", source: make.phrases.payRecord("\(fact.source) \(fact.reference)"))
        }
        due = "\(result.due.text(places: 2)) \(result.currency)"
        net = "\(result.net.text(places: 2)) \(result.currency)"
        action = Site.page(pay: number, sheet.id)
        back = Site.page(pay: number)
        mayFinalise = mayManage && sheet.state == .draft
        mayWithdraw = mayManage && sheet.state != .withdrawn
        self.reason = reason
        self.error = error
    }
}
