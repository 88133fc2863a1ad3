import Evidence
import Hummingbird
import Notices
import People

/// Pay: the rules, trials of rules, and sheets.
struct PayAPI: Sendable {
    let services: ConsoleServices

    var endpoints: [Endpoint] {
        [
            Endpoint(.get, Site.payRules, .people, answer: rules),
            Endpoint(.post, Site.payTrials, .people, answer: attempt),
            Endpoint(.get, Site.paySheets, .people, answer: list),
            Endpoint(.post, Site.paySheets, .people, answer: draft),
            Endpoint(.get, Site.paySheet, .people, answer: show),
            Endpoint(.post, Site.paySheetForce, .people, answer: finalise),
            Endpoint(.post, Site.paySheetWithdrawal, .people, answer: withdraw),
        ]
    }

    private var desk: PayDesk { services.people.pay }
    private func sheet(_ call: Call) throws -> PaySheetID { PaySheetID(try call.parameter("sheet")) }

    private func rules(_ call: Call) async throws -> Reply {
        _ = try call.query([])
        _ = try AccessPolicy.require(anyReach: .viewPay, try await services.actor(call))
        let rules = desk.rules
        return .json(
            .object([
                "id": .string(rules.id), "version": .integer(Int64(rules.version)), "hash": .string(rules.hash.hex),
                "effectiveFrom": .string(rules.effectiveFrom.description), "text": .string(rules.text),
            ]))
    }

    private static func fact(_ reader: inout ObjectReader) -> PayFact? {
        let name = reader.line("name")
        let value = reader.converted("value", "an exact number like 5000.00") { ExactNumber($0) }
        let (source, reference) = (reader.line("source"), reader.line("reference"))
        let currency = reader.optionalLine("currency", maximum: 3)
        guard let name, let value, let source, let reference else { return nil }
        return PayFact(name: name, value: value, source: source, reference: reference, currency: currency)
    }

    private func attempt(_ call: Call) async throws -> Reply {
        var reader = ObjectReader(body: try call.json())
        let yaml = reader.value("rules") == nil ? nil : reader.text("rules", maximum: 256 * 1024)
        let month = reader.converted("month", "a month like 2026-11") { PayMonth($0) }
        let (region, currency) = (reader.line("region"), reader.line("currency", maximum: 3))
        let facts = reader.nestedList("facts", maximum: 200, isRequired: true, Self.fact)
        try reader.finish()
        guard let month, let region, let currency else { throw reader.refusal }
        let trial = try desk.attempt(
            yaml: yaml, .init(month: month, region: region, currency: currency, facts: facts),
            by: try await services.actor(call))
        return .json(
            .object([
                "rules": .string(trial.rules.id), "rulesVersion": .integer(Int64(trial.rules.version)),
                "rulesHash": .string(trial.rules.hash.hex), "result": try trial.result.json(),
                "needs": .array(
                    trial.demands.map {
                        .object(["need": .string($0.need.description), "because": .string($0.reason)])
                    }),
            ]))
    }

    private func draft(_ call: Call) async throws -> Reply {
        var reader = ObjectReader(body: try call.json())
        let person = reader.line("person")
        let month = reader.converted("month", "a month like 2026-11") { PayMonth($0) }
        let region = reader.line("region")
        let facts = reader.nestedList("facts", maximum: 200, isRequired: true, Self.fact)
        try reader.finish()
        guard let person, let month, let region else { throw reader.refusal }
        let sheet = try await desk.draft(
            try await services.person(person), month: month, region: region, facts: facts,
            by: try await services.actor(call))
        return .json(try sheet.json(), status: 201)
    }

    private func list(_ call: Call) async throws -> Reply {
        let query = try call.query(["person"])
        let person = try await services.person(try call.required("person", in: query)) as PersonID
        let sheets = try await desk.sheets(of: person, by: try await services.actor(call))
        return .json(.object(["items": .array(try sheets.map { try $0.json() })]))
    }

    private func show(_ call: Call) async throws -> Reply {
        _ = try call.query([])
        return .json(try await desk.sheet(try sheet(call), by: try await services.actor(call)).json())
    }

    private func finalise(_ call: Call) async throws -> Reply {
        var reader = ObjectReader(body: try call.json())
        try reader.finish()
        let actor = try await services.actor(call)
        try await desk.finalise(try sheet(call), by: actor)
        return .json(try await desk.sheet(try sheet(call), by: actor).json())
    }

    private func withdraw(_ call: Call) async throws -> Reply {
        var reader = ObjectReader(body: try call.json())
        let reason = reader.text("reason", maximum: 2000)
        try reader.finish()
        guard let reason else { throw reader.refusal }
        try await desk.withdraw(try sheet(call), reason: reason, by: try await services.actor(call))
        return .done
    }
}

extension PayResult {
    /// The lines with every term; amounts are texts with two decimals.
    func json() throws -> JSONValue {
        .object([
            "lines": .array(
                try lines.map { line in
                    .object([
                        "id": .string(line.id), "group": .string(line.group.rawValue), "zh": .string(line.zh),
                        "en": .string(line.en), "formula": .string(line.formula),
                        "terms": try JSONValue(coding: line.terms), "amount": .string(line.amount.text(places: 2)),
                        "currency": .string(line.currency), "proofs": .array(line.proofs.map { .string($0) }),
                    ])
                }),
            "due": .string(due.text(places: 2)), "net": .string(net.text(places: 2)), "currency": .string(currency),
            "warnings": .array(warnings.map { ["zh-CN": .string($0.zh), "en": .string($0.en)] }),
        ])
    }
}

extension PaySheet {
    /// The sheet as the API shows it.
    func json() throws -> JSONValue {
        .object([
            "id": .string(id.rawValue), "person": .string(person.rawValue), "month": .string(month.description),
            "state": .string(state.rawValue), "createdAt": .string(createdAt.rfc3339),
            "region": .string(content.region), "rules": .string(content.rules),
            "rulesVersion": .integer(Int64(content.rulesVersion)), "rulesHash": .string(content.rulesHash.hex),
            "facts": try JSONValue(coding: content.facts), "result": try content.result.json(),
        ])
    }
}
