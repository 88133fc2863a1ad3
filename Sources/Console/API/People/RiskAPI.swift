import Evidence
import Hummingbird
import Notices
import People

/// Alerts and what is done about them; profiles, cases, rules and reports.
struct RiskAPI: Sendable {
    let services: ConsoleServices
    private var desk: RiskDesk { services.people.risk }

    var endpoints: [Endpoint] {
        [
            Endpoint(.get, Site.alerts, .people, answer: list),
            Endpoint(.get, Site.alert, .people, answer: show),
            Endpoint(.post, Site.alertAssignment, .people, answer: assign),
            Endpoint(.post, Site.interventions, .people, answer: intervene),
            Endpoint(.post, Site.alertClosure, .people, answer: close),
            Endpoint(.post, Site.alertShadow, .people, answer: shadow),
            Endpoint(.get, Site.snippets, .people, answer: snippets),
            Endpoint(.get, Site.profile, .people, answer: profile),
            Endpoint(.get, Site.riskCase, .people, answer: caseView),
            Endpoint(.get, Site.riskRules, .people, answer: rules),
            Endpoint(.put, Site.riskRules, .people, answer: applyRules),
            Endpoint(.post, Site.backtests, .people, answer: backtest),
            Endpoint(.get, Site.ruleQuality, .people, answer: quality),
            Endpoint(.post, Site.riskRuns, .people, answer: run),
        ]
    }

    // MARK: Alerts

    private func alertID(_ call: Call) throws -> AlertID { AlertID(try call.parameter("alert")) }

    private func list(_ call: Call) async throws -> Reply {
        let query = try call.query(["state", "person", "cursor", "limit"])
        let page = try Page(query)
        var states: Set<Alert.State>?
        if let text = query["state"] {
            guard let state = Alert.State(rawValue: text) else {
                let known = Alert.State.allCases.map(\.rawValue).joined(separator: ", ")
                throw Problem.malformed("state \"\(shortened(text))\" is none of \(known)")
            }
            states = [state]
        }
        let found = try await desk.alerts(
            states: states, person: try await services.person(query["person"]), before: page.cursor.map { AlertID($0) },
            limit: page.limit + 1, by: try await services.actor(call))
        return page.reply(found, id: { $0.id.rawValue }, json: { $0.json })
    }

    private func show(_ call: Call) async throws -> Reply {
        let (id, actor) = (try alertID(call), try await services.actor(call))
        guard case .object(var members) = try await desk.alert(id, by: actor).json else { return .done }
        members["interventions"] = .array(try await desk.interventions(for: id, by: actor).map(\.json))
        return .json(.object(members))
    }

    private func assign(_ call: Call) async throws -> Reply {
        var reader = ObjectReader(body: try call.json())
        let to = reader.optionalLine("assignee")
        try reader.finish()
        let actor = try await services.actor(call)
        return .json(try await desk.assign(try alertID(call), to: try await services.person(to), by: actor).json)
    }

    private func intervene(_ call: Call) async throws -> Reply {
        var reader = ObjectReader(body: try call.json())
        let kind = reader.choice("kind", Intervention.Kind.self)
        let day = reader.calendarDay("on")
        let record = reader.text("record", maximum: 10_000)
        let result = reader.optionalLine("result", maximum: 10_000)
        try reader.finish()
        guard let kind, let day, let record else { throw reader.refusal }
        let actor = try await services.actor(call)
        let done = try await desk.intervene(
            try alertID(call), kind: kind, on: day, record: record, result: result, by: actor)
        return .json(done.json, status: 201)
    }

    private func close(_ call: Call) async throws -> Reply {
        var reader = ObjectReader(body: try call.json())
        let outcome = reader.choice("outcome", Alert.Outcome.self)
        let reason = reader.text("reason", maximum: 2_000)
        try reader.finish()
        guard let outcome, let reason else { throw reader.refusal }
        let actor = try await services.actor(call)
        return .json(try await desk.close(try alertID(call), outcome: outcome, reason: reason, by: actor).json)
    }

    private func shadow(_ call: Call) async throws -> Reply {
        var reader = ObjectReader(body: try call.json())
        let successor = reader.line("successor")
        let from = reader.calendarDay("from")
        let last = reader.calendarDay("plannedLastDay")
        try reader.finish()
        guard let successor, let from, let last else { throw reader.refusal }
        let actor = try await services.actor(call)
        let shadow = try await desk.openShadow(
            try alertID(call), successor: try await services.person(successor), from: from, plannedLastDay: last,
            by: actor)
        return .json(shadow.json, status: 201)
    }

    private func snippets(_ call: Call) async throws -> Reply {
        _ = try call.query([])
        let found = try await desk.snippets(for: try alertID(call), by: try await services.actor(call))
        return .json([
            "items": .array(
                found.map {
                    [
                        "day": .string($0.day.description), "keyword": .string($0.keyword),
                        "message": .string($0.message), "text": .string($0.text),
                    ]
                })
        ])
    }

    // MARK: People

    private func profile(_ call: Call) async throws -> Reply {
        _ = try call.query([])
        let profile = try await desk.profile(
            of: try await services.person(try call.parameter("person")), by: try await services.actor(call))
        return .json([
            "employee": .string(profile.employee.id.rawValue), "name": .string(profile.employee.name),
            "series": .array(profile.series.map(\.json)),
        ])
    }

    private func caseView(_ call: Call) async throws -> Reply {
        _ = try call.query([])
        let view = try await desk.caseView(
            of: try await services.person(try call.parameter("person")), by: try await services.actor(call))
        return .json(view.json)
    }

    // MARK: Rules

    private func rules(_ call: Call) async throws -> Reply {
        _ = try call.query([])
        _ = try await services.actor(call)
        let rules = try await desk.book.rules()
        return .json(Self.json(rules, rejection: await desk.book.rejection()))
    }

    private func applyRules(_ call: Call) async throws -> Reply {
        var reader = ObjectReader(body: try call.json())
        let text = reader.text("text", maximum: 256 * 1024)
        try reader.finish()
        guard let text else { throw reader.refusal }
        let rules = try await desk.book.apply(text, by: try await services.actor(call))
        return .json(Self.json(rules, rejection: await desk.book.rejection()))
    }

    private static func json(_ rules: RiskRules, rejection: String?) -> JSONValue {
        [
            "version": .integer(Int64(rules.version)), "hash": .string(rules.hash.hex), "text": .string(rules.text),
            "rejection": rejection.map { .string($0) } ?? .null,
            "rules": .array(
                rules.rules.map {
                    [
                        "id": .string($0.id), "topic": .string($0.topic), "level": .integer(Int64($0.level)),
                        "enabled": .bool($0.isEnabled),
                    ]
                }),
            "consents": .array(
                ConsentKind.allCases.compactMap { kind in
                    guard let words = rules.consents[kind], let hash = rules.consentHash(kind) else { return nil }
                    return ["kind": .string(kind.rawValue), "words": words.json, "hash": .string(hash.hex)]
                }),
        ]
    }

    private func backtest(_ call: Call) async throws -> Reply {
        var reader = ObjectReader(body: try call.json())
        let rule = reader.line("rule", maximum: 60)
        let from = reader.calendarDay("from")
        let to = reader.calendarDay("to")
        let unit = reader.optionalLine("unit")
        let text = reader.value("text") == nil ? nil : reader.text("text", maximum: 256 * 1024)
        try reader.finish()
        guard let rule, let from, let to else { throw reader.refusal }
        let quality = try await desk.backtest(
            rule, in: text, units: unit.map { [UnitID($0)] }, from: from, to: to, by: try await services.actor(call))
        return .json(quality.json)
    }

    private func quality(_ call: Call) async throws -> Reply {
        let query = try call.query(["from", "to"])
        let found = try await desk.quality(
            from: try call.requiredDay("from", in: query), to: try call.requiredDay("to", in: query),
            by: try await services.actor(call))
        return .json(["items": .array(found.map(\.json))])
    }

    private func run(_ call: Call) async throws -> Reply {
        try AccessPolicy.require(.handleAlerts, try await services.actor(call))
        return .json(try await desk.run().json)
    }
}
