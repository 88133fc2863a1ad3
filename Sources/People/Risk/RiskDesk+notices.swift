import Evidence
import Notices

extension RiskDesk {
    /// Asks the absent, tells HR of new levels, and tells others when nobody has confirmed (S-11, S-57).
    ///
    /// A notice that cannot be issued is said in the report and tried again at the next run; its occasion keeps it single.
    func tell(_ rules: RiskRules, _ report: inout RunReport) async throws {
        for question in try await store.unasked(limit: Self.batch) {
            await attempt("\(question.person) was not asked about \(question.day)", &report) {
                let notice = try await sender.send(
                    .init(
                        kind: "attendance-question", recipients: [question.person],
                        fields: ["day": .string(question.day.description)],
                        subjects: [.employee(question.person), Subject(.alert, question.alert)],
                        occasion: "attendance-question \(question.person) \(question.day)"), by: .songda)
                try await store.recordQuestion(question, notice: notice)
            }
        }
        for alert in try await store.unnotified(limit: Self.batch) {
            await attempt("HR was not told of alert \(alert.id)", &report) {
                let people = try await store.holders(of: .hr)
                try await tell(people, of: alert, occasion: "level \(alert.level)") { notice in
                    try await store.recordNotice(
                        notice, for: alert.id, level: alert.level,
                        answerDue: clock.now.adding(.seconds(3_600 * rules.notice.acknowledgeWithinHours)))
                }
            }
        }
        for alert in try await store.unacknowledged(at: clock.now, limit: Self.batch) {
            let isTold = await attempt("alert \(alert.id) was not escalated", &report) {
                try await escalate(alert, rules)
            }
            if isTold { report.escalated += 1 }
        }
    }

    @discardableResult
    private func attempt(
        _ what: String, _ report: inout RunReport, _ body: () async throws -> Void
    ) async -> Bool {
        do {
            try await body()
            report.notices += 1
            return true
        } catch {
            report.warn("\(what): \(error)")
            return false
        }
    }

    private func tell(
        _ people: [PersonID], of alert: Alert, occasion: String, then record: (NoticeID) async throws -> Void
    ) async throws {
        // Nobody reads from us what rules say of themselves.
        let employees = try await store.employees(people.filter { $0 != alert.person })
        let recipients = people.filter { employees[$0].map { $0.state != .left } ?? false }
        guard let first = recipients.first else {
            throw PeopleError(
                .invalid, "nobody on the roster holds the role hr or heads the unit; give the role, then it is told")
        }
        guard let employee = try await store.employee(alert.person), let text = alert.text,
            let raise = alert.raises.max(by: { ($0.level, $0.raisedAt) < ($1.level, $1.raisedAt) })
        else { throw PeopleError(.notFound, "the person was erased") }
        let reader = try await sender.directory.recipients([first])[first]
        let language = NoticeLanguage(rawValue: reader?.language ?? "") ?? .chinese
        var fields: [String: JSONValue] = [
            "employee": .string(employee.name), "pattern": "stated", "statement": .string(text.text(language)),
            "signals": .array(alert.raises.flatMap(\.content.signals).unique.map { .string($0.text(language)) }),
            "rule": .string("\(raise.rule), v\(raise.ruleVersion)"),
        ]
        fields["suggestion"] = raise.content.suggestion.map { .string($0.text(language)) }
        let notice = try await sender.send(
            .init(
                kind: "risk-alert", recipients: recipients, fields: .object(fields),
                subjects: [.employee(alert.person), Subject(.alert, alert.id)],
                occasion: "risk-alert \(alert.id) \(occasion)"), by: .songda)
        try await record(notice)
    }

    private func escalate(_ alert: Alert, _ rules: RiskRules) async throws {
        var people: [PersonID] = []
        for number in rules.notice.escalateTo {
            if let one = try await store.employee(number: number) { people.append(one.id) }
        }
        if let employee = try await store.employee(alert.person) {
            let units = Dictionary(
                try await store.units().map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
            var unit = units[employee.unit]
            // A head who is the person is passed over; the one above hears of it.
            while let one = unit {
                if let head = one.manager, head != alert.person { people.append(head) }
                unit = one.parent.flatMap { units[$0] }
            }
        }
        let told = people.unique
        try await tell(told, of: alert, occasion: "level \(alert.level) unconfirmed") { notice in
            let act = try acts.act(
                .alertEscalated, by: .songda, about: [.employee(alert.person), Subject(.alert, alert.id)],
                [
                    "level": .integer(Int64(alert.level)), "notice": .string(notice.rawValue),
                    "told": .array(told.map { .string($0.rawValue) }),
                ])
            _ = try await store.recordEscalation(of: alert.id, at: clock.now, acts: [act])
        }
    }
}
