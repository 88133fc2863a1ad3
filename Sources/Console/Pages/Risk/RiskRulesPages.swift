import Evidence
import Hummingbird
import Notices
import People

/// The rules of risk alerts: those in force, how they have done, a try on history, and a change.
///
/// A change is a whole text with a higher version; a fault is shown with its line and nothing changes.
struct RiskRulesPages: Sendable {
    let services: ConsoleServices
    let templates: PageTemplates

    private var desk: RiskDesk { services.people.risk }

    var endpoints: [Endpoint] {
        [
            Endpoint(.get, Site.riskRulesPage, .peoplePages, bodyLimit: 0, style: .page, answer: show),
            // The text is escaped in the form: three bytes for one.
            Endpoint(.post, Site.riskRulesPage, .peoplePages, bodyLimit: 800 << 10, style: .page, answer: change),
        ]
    }

    struct RulesPage: Sendable {
        let frame: Frame
        let w: [String: String]
        let action: String
        let alerts: String
        let version: Int
        let hash: String
        let rejection: String?
        let rules: [Row]
        let quality: [RuleScore]
        let choices: [NoticePages.Choice]
        let from: String
        let to: String
        let text: String
        let mayChange: Bool
        let trial: RuleScore?
        let error: String?
    }

    /// One rule in force.
    struct Row: Sendable {
        let id: String
        let topic: String
        let level: String
        let state: String
        let stateClass: String
        let threshold: String
        let text: String
        let consent: String?
    }

    private func show(_ call: Call) async throws -> Reply {
        _ = try call.query(["lang"])
        return try await show(call, trial: nil, error: nil)
    }

    private func show(
        _ call: Call, trial: RuleQuality?, error: String?, status: Int = 200
    ) async throws -> Reply {
        let actor = try await services.signedInActor(call)
        try AccessPolicy.require(anyReach: .viewAlerts, actor)
        let make = PageMaker(call, templates)
        let rules = try await desk.book.rules()
        let today = CivilDate(inChina: services.clock.now)
        let reachesAll = AccessPolicy.reach(of: actor, for: .viewAlerts) == .all
        let quality = reachesAll ? try await desk.quality(from: today.adding(days: -365), to: today, by: actor) : []
        let mayChange = AccessPolicy.reach(of: actor, for: .configureRules) != nil
        let chosen = call.form["rule"]
        let frame = make.frame(make.word("rules"))
        return make.reply(
            "risk-rules",
            RulesPage(
                frame: frame, w: frame.w, action: Site.riskRulesPage, alerts: Site.riskList, version: rules.version,
                hash: rules.hash.hex, rejection: await desk.book.rejection(), rules: rules.rules.map { row($0, make) },
                quality: quality.map { RuleScore($0, make) },
                choices: rules.rules.map { .init(value: $0.id, label: $0.id, isSelected: $0.id == chosen) },
                from: call.form["from"] ?? "\(today.adding(days: -180))", to: call.form["to"] ?? "\(today)",
                text: (call.form["text"] ?? rules.text).replacing("\r\n", with: "\n"), mayChange: mayChange,
                trial: trial.map { RuleScore($0, make) }, error: error), status: status)
    }

    private func row(_ rule: RiskRule, _ make: PageMaker) -> Row {
        Row(
            id: rule.id, topic: make.topic(rule.topic), level: make.word("risk_level\(rule.level)"),
            state: make.word(rule.isEnabled ? "rules_on" : "rules_off"), stateClass: rule.isEnabled ? "opened" : "",
            threshold: make.phrases.limit(rule.measure.threshold), text: make.text(rule.text),
            consent: rule.measure.consent.map { make.word("consent_\($0.rawValue)") })
    }

    /// Tries one rule of the text on history, or puts the text in force.
    private func change(_ call: Call) async throws -> Reply {
        let actor = try await services.signedInActor(call)
        let text = (call.form["text"] ?? "").replacing("\r\n", with: "\n")
        do {
            if call.form["act"] == "apply" {
                _ = try await desk.book.apply(text, by: actor)
                return .seeOther(Site.riskRulesPage)
            }
            guard let from = CivilDate(call.form["from"] ?? ""), let to = CivilDate(call.form["to"] ?? "") else {
                throw PeopleError(.invalid, .said(PageMaker(call, templates).word("rules_daysMissing")))
            }
            let quality = try await desk.backtest(call.form["rule"] ?? "", in: text, from: from, to: to, by: actor)
            return try await show(call, trial: quality, error: nil)
        } catch let refusal as PeopleError where refusal.code != .forbidden {
            return try await show(
                call, trial: nil, error: PageMaker(call, templates).phrases.refusal(refusal),
                status: Problem(refusal).status)
        }
    }
}
