import Evidence
import Notices
import People

/// One alert with everything it rests on and what was done about it.
struct RiskPage: Sendable {
    let frame: Frame
    let w: [String: String]
    let person: String
    let personPage: String?
    let text: String
    let level: String
    let levelClass: String
    let state: String
    let facts: [Fact]
    let notice: String?
    let raises: [Raise]
    let measures: [Measure]
    let hasMeasures: Bool
    let mayAct: Bool
    let mayClose: Bool
    let kinds: [NoticePages.Choice]
    let outcomes: [NoticePages.Choice]
    let today: String
    let typedAssignee: String
    let typedRecord: String
    let typedResult: String
    let typedReason: String
    let assignAction: String
    let measureAction: String
    let closeAction: String
    let isMeasureOpen: Bool
    let isClosureOpen: Bool
    let error: String?

    /// The forms of the page.
    enum Form: Sendable {
        case assignment, measure, closure
    }

    /// A form that was sent and refused; it alone is filled again.
    struct Refused: Sendable {
        let form: Form
        let typed: [String: String]
        let sentence: String
    }

    /// Why a level was reached.
    struct Raise: Sendable {
        let level: String
        let text: String
        let rule: String
        let version: Int
        let window: String
        let threshold: String
        let signals: [String]
        let suggestion: String?
        let raisedAt: String
        let question: String?
    }

    /// One thing that was done.
    struct Measure: Sendable {
        let kind: String
        let on: String
        let record: String
        let result: String?
        let by: String
    }

    init(
        _ alert: Alert, _ done: [Intervention], number: String?, names: Names, recorders: [String: String],
        mayHandle: Bool, today: CivilDate,
        refused: Refused?, _ make: PageMaker
    ) {
        func typed(_ form: Form, _ name: String) -> String? { refused?.form == form ? refused?.typed[name] : nil }
        person = names[alert.person]
        personPage = number.map { Site.page(person: $0) }
        frame = make.frame(make.topic(alert.topic) + make.word("colon") + person)
        w = frame.w
        text = alert.text.map { make.text($0) } ?? make.word("erased")
        level = make.word("risk_level\(alert.level)")
        levelClass = alert.level > 1 ? "negative" : ""
        state = make.word("riskState_\(alert.state.rawValue)")
        let lines: [(String, String?)] = [
            ("risk_openedAt", make.time(alert.openedAt)),
            ("risk_assignee", alert.assignee.map { names[PersonID($0)] }),
            ("risk_answerDue", alert.answerDue.map { make.time($0) }),
            ("risk_escalatedAt", alert.escalatedAt.map { make.time($0) }),
            ("risk_outcome", alert.outcome.map { make.word("outcome_\($0.rawValue)") }),
            ("risk_closedReason", alert.closedReason),
        ]
        facts = lines.compactMap { label, value in value.map { Fact(label: make.word(label), value: $0) } }
        notice = alert.notice.map { Site.page(Site.noticePage, $0) }
        raises = alert.raises.sorted { ($1.level, $1.raisedAt) < ($0.level, $0.raisedAt) }.map { raise in
            Raise(
                level: make.word("risk_level\(raise.level)"), text: make.text(raise.content.text), rule: raise.rule,
                version: raise.ruleVersion, window: "\(raise.window.lowerBound) – \(raise.window.upperBound)",
                threshold: make.phrases.limit(raise.threshold), signals: raise.content.signals.map { make.text($0) },
                suggestion: raise.content.suggestion.map { make.text($0) }, raisedAt: make.time(raise.raisedAt),
                question: raise.question.map { Site.page(Site.noticePage, $0) })
        }
        measures = done.map {
            Measure(
                kind: make.word("measure_\($0.kind.rawValue)"), on: "\($0.on)", record: $0.record, result: $0.result,
                by: recorders[$0.recordedBy] ?? names[PersonID($0.recordedBy)])
        }
        hasMeasures = !done.isEmpty
        let isOver = alert.state == .closed || alert.state == .retracted
        mayAct = mayHandle && !isOver
        mayClose = mayHandle && alert.state == .assigned
        kinds = Intervention.Kind.allCases.map {
            .init(
                value: $0.rawValue, label: make.word("measure_\($0.rawValue)"),
                isSelected: $0.rawValue == typed(.measure, "kind"))
        }
        outcomes = Alert.Outcome.allCases.map {
            .init(
                value: $0.rawValue, label: make.word("outcome_\($0.rawValue)"),
                isSelected: $0.rawValue == typed(.closure, "outcome"))
        }
        self.today = typed(.measure, "on") ?? "\(today)"
        typedAssignee = typed(.assignment, "assignee") ?? ""
        typedRecord = typed(.measure, "record") ?? ""
        typedResult = typed(.measure, "result") ?? ""
        typedReason = typed(.closure, "reason") ?? ""
        assignAction = Site.page(Site.riskAssignment, alert: alert.id)
        measureAction = Site.page(Site.riskMeasures, alert: alert.id)
        closeAction = Site.page(Site.riskClosure, alert: alert.id)
        isMeasureOpen = refused?.form == .measure
        isClosureOpen = refused?.form == .closure
        error = refused?.sentence
    }
}
