import Evidence
import Hummingbird
import Notices
import People

/// Risk alerts in the browser: find them, see on what they rest, take one, record what was done, close it.
///
/// An alert is a hint drawn from records. The page shows every record, the rule with its version and the limit, so that
/// whoever deals with it judges for themselves.
struct RiskPages: Sendable {
    let services: ConsoleServices
    let templates: PageTemplates

    private var desk: RiskDesk { services.people.risk }

    var endpoints: [Endpoint] {
        [
            Endpoint(.get, Site.riskList, .peoplePages, bodyLimit: 0, style: .page, answer: list),
            Endpoint(.get, Site.riskPage, .peoplePages, bodyLimit: 0, style: .page, answer: show),
            Endpoint(.post, Site.riskAssignment, .peoplePages, bodyLimit: 4096, style: .page, answer: assign),
            Endpoint(.post, Site.riskMeasures, .peoplePages, bodyLimit: 128 << 10, style: .page, answer: intervene),
            Endpoint(.post, Site.riskClosure, .peoplePages, bodyLimit: 32 << 10, style: .page, answer: close),
        ]
    }

    struct ListPage: Sendable {
        let frame: Frame
        let w: [String: String]
        let action: String
        let rules: String
        /// Where alerts about clients stand, for those who may see them.
        let watch: String?
        let states: [NoticePages.Choice]
        let rows: [Row]
        let isEmpty: Bool
        let next: String?
    }

    /// One alert in a list.
    struct Row: Sendable {
        let href: String
        let person: String
        let topic: String
        let text: String
        let level: String
        let levelClass: String
        let state: String
        let openedAt: String
        let answerDue: String?

        init(_ alert: Alert, names: Names, _ make: PageMaker) {
            href = Site.page(Site.riskPage, alert: alert.id)
            person = names[alert.person]
            topic = make.topic(alert.topic)
            text = alert.text.map { make.text($0) } ?? make.word("erased")
            level = make.word("risk_level\(alert.level)")
            levelClass = alert.level > 1 && (alert.state == .open || alert.state == .assigned) ? "negative" : ""
            state = make.word("riskState_\(alert.state.rawValue)")
            openedAt = make.time(alert.openedAt)
            answerDue = alert.state == .open ? alert.answerDue.map { make.time($0) } : nil
        }
    }

    private func list(_ call: Call) async throws -> Reply {
        let query = try call.query(["lang", "state", "cursor"])
        let actor = try await services.signedInActor(call)
        let make = PageMaker(call, templates)
        // What needs somebody comes without being asked for; what is over only on request.
        let state = try call.choice("state", in: query, Alert.State.self)
        let wanted: Set<Alert.State> = state.map { [$0] } ?? [.open, .assigned]
        let limit = 30
        let found = try await desk.alerts(
            states: wanted, before: try call.cursor(in: query).map { AlertID($0) }, limit: limit + 1, by: actor)
        let names = try await services.names(found.map(\.person))
        let frame = make.frame(make.word("risk"))
        return make.reply(
            "risk",
            ListPage(
                frame: frame, w: frame.w, action: Site.riskList, rules: Site.riskRulesPage,
                watch: actor.roles.contains(.hr) ? Site.alertList : nil,
                states: [.init(value: "", label: make.word("risk_pending"), isSelected: state == nil)]
                    + Alert.State.allCases.map {
                        .init(value: $0.rawValue, label: make.word("riskState_\($0.rawValue)"), isSelected: $0 == state)
                    }, rows: found.prefix(limit).map { Row($0, names: names, make) }, isEmpty: found.isEmpty,
                next: PageMaker.next(
                    Site.riskList, query, cursor: found.count > limit ? found[limit - 1].id.rawValue : nil)))
    }

    // MARK: One alert

    private func id(_ call: Call) throws -> AlertID { AlertID(try call.parameter("alert")) }

    private func show(_ call: Call) async throws -> Reply {
        _ = try call.query(["lang"])
        return try await show(call, refused: nil)
    }

    private func show(_ call: Call, refused: RiskPage.Refused?, status: Int = 200) async throws -> Reply {
        let (id, actor) = (try id(call), try await services.signedInActor(call))
        let make = PageMaker(call, templates)
        let alert = try await desk.alert(id, by: actor)
        let measures = try await desk.interventions(for: id, by: actor)
        // Whoever sees the alert but not the roster gets no link to the file.
        let number = (try? await services.people.roster.employee(alert.person.rawValue, by: actor))?.number
        let mayHandle = AccessPolicy.reach(of: actor, for: .handleAlerts) != nil
        // Somebody on the roster, an account or a key.
        let recorders = Set(measures.map(\.recordedBy))
        let people = [alert.person] + assignees(alert) + recorders.map { PersonID($0) }
        return make.reply(
            "risk-alert",
            RiskPage(
                alert, measures, number: number, names: try await services.names(people),
                recorders: try await services.reader.names(of: recorders), mayHandle: mayHandle,
                today: CivilDate(inChina: services.clock.now), refused: refused, make
            ), status: status)
    }

    /// Whoever deals with it, where that is a person and no account.
    private func assignees(_ alert: Alert) -> [PersonID] { alert.assignee.map { [PersonID($0)] } ?? [] }

    /// Does something and shows the alert again; what was refused is said on the page, beside what was typed.
    private func act(
        _ call: Call, _ form: RiskPage.Form, _ work: (AlertID, Actor, PageMaker) async throws -> Void
    ) async throws -> Reply {
        let (id, actor) = (try id(call), try await services.signedInActor(call))
        do {
            try await work(id, actor, PageMaker(call, templates))
            return .seeOther(Site.page(Site.riskPage, alert: id))
        } catch let refusal as PeopleError where refusal.code == .invalid || refusal.code == .conflict {
            let sentence = PageMaker(call, templates).phrases.refusal(refusal)
            let refused = RiskPage.Refused(form: form, typed: call.form, sentence: sentence)
            return try await show(call, refused: refused, status: Problem(refusal).status)
        }
    }

    private func assign(_ call: Call) async throws -> Reply {
        try await act(call, .assignment) { id, actor, _ in
            var to: PersonID?
            if let number = call.typed("assignee") {
                do { to = try await services.people.roster.person(number) } catch let refusal as PeopleError
                    where refusal.code == .notFound
                { throw PeopleError(.invalid, .said(refusal.reason), words: refusal.words) }
            }
            _ = try await desk.assign(id, to: to, by: actor)
        }
    }

    private func intervene(_ call: Call) async throws -> Reply {
        try await act(call, .measure) { id, actor, make in
            guard let kind = Intervention.Kind(rawValue: call.form["kind"] ?? ""),
                let day = CivilDate(call.form["on"] ?? "")
            else { throw PeopleError(.invalid, .said(make.word("risk_measureMissing"))) }
            _ = try await desk.intervene(
                id, kind: kind, on: day, record: call.form["record"] ?? "", result: call.typed("result"), by: actor)
        }
    }

    private func close(_ call: Call) async throws -> Reply {
        try await act(call, .closure) { id, actor, make in
            guard let outcome = Alert.Outcome(rawValue: call.form["outcome"] ?? "") else {
                throw PeopleError(.invalid, .said(make.word("risk_outcomeMissing")))
            }
            _ = try await desk.close(id, outcome: outcome, reason: call.form["reason"] ?? "", by: actor)
        }
    }
}

extension PageMaker {
    /// What a topic of alerts is called; topics are data, so one without a word keeps its own name.
    func topic(_ topic: String) -> String {
        let name = "topic_\(topic)"
        let word = word(name)
        return word == name ? topic : word
    }
}
