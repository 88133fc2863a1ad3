import Evidence
import Notices
import People

/// Who is in charge of clients, and what is reported and watched.
struct ClientOwnershipAPI: Sendable {
    let services: ConsoleServices
    var desk: ClientDesk { services.people.clients }

    var endpoints: [Endpoint] {
        [
            Endpoint(.post, Site.clientAssignments, .people, answer: assign),
            Endpoint(.post, Site.clientTransfer, .people, answer: transfer),
            Endpoint(.get, Site.heldClients, .people, answer: held),
            Endpoint(.post, Site.succession, .people, answer: succession),
            Endpoint(.post, Site.shadows, .people, answer: shadow),
            Endpoint(.get, Site.clientLoss, .people, answer: loss),
            Endpoint(.post, Site.clientLoss, .people, answer: recordLoss),
            Endpoint(.get, Site.clientReport, .people, answer: report),
            Endpoint(.get, Site.concentration, .people, answer: concentration),
            Endpoint(.get, Site.clientOperations, .people, answer: clientOperations),
            Endpoint(.get, Site.operations, .people, answer: operations),
            Endpoint(.get, Site.clientAlerts, .people, answer: alerts),
            Endpoint(.get, Site.clientRules, .people, answer: rules),
        ]
    }

    private func assign(_ call: Call) async throws -> Reply {
        var reader = ObjectReader(body: try call.json())
        let (employee, reason) = (reader.line("employee"), reader.text("reason", maximum: 500))
        let from = reader.optionalConverted("from", "an instant like 2026-11-21T10:32:05Z") { Timestamp(rfc3339: $0) }
        let until = reader.optionalConverted("until", "an instant like 2026-11-21T10:32:05Z") { Timestamp(rfc3339: $0) }
        try reader.finish()
        guard let employee, let reason else { throw reader.refusal }
        try await desk.assign(
            ClientID(try call.parameter("client")), to: try await services.person(employee), from: from, until: until,
            reason: reason,
            by: try await services.actor(call))
        return .done
    }

    private func transfer(_ call: Call) async throws -> Reply {
        var reader = ObjectReader(body: try call.json())
        let (successor, reason) = (reader.line("successor"), reader.text("reason", maximum: 500))
        try reader.finish()
        guard let successor, let reason else { throw reader.refusal }
        return .json(
            try await desk.transfer(
                ClientID(try call.parameter("client")), to: try await services.person(successor), reason: reason,
                by: try await services.actor(call)
            ).json)
    }

    private func person(_ call: Call) async throws -> PersonID {
        try await services.person(try call.parameter("employee"))
    }

    private func held(_ call: Call) async throws -> Reply {
        let query = try call.query(["cursor", "limit", "ever"])
        let page = try Page(query)
        guard ["true", "false", nil].contains(query["ever"]) else {
            throw Problem.malformed("ever \"\(shortened(query["ever"] ?? ""))\" is neither true nor false")
        }
        let found = try await desk.clients(
            heldBy: try await person(call), ever: query["ever"] == "true", after: page.cursor.map { ClientID($0) },
            limit: page.limit, by: try await services.actor(call))
        return page.reply(found, id: { $0.client.id.rawValue }, json: { $0.json })
    }

    private func succession(_ call: Call) async throws -> Reply {
        var reader = ObjectReader(body: try call.json())
        let (successor, reason) = (reader.line("successor"), reader.text("reason", maximum: 500))
        let exceptions = reader.nestedList("exceptions", maximum: 10_000) { one -> (ClientID, PersonID)? in
            let (client, taker) = (one.line("client"), one.line("successor"))
            guard let client, let taker else { return nil }
            return (ClientID(client), PersonID(taker))
        }
        try reader.finish()
        guard let successor, let reason else { throw reader.refusal }
        let takers = try await services.people(in: exceptions.map(\.1))
        let plan = SuccessionPlan(
            successor: try await services.person(successor),
            exceptions: Dictionary(
                exceptions.map { ($0.0, takers[$0.1] ?? $0.1) }, uniquingKeysWith: { _, last in last }))
        return .json(
            try await desk.transferAll(
                of: try await person(call), to: plan, reason: reason, by: try await services.actor(call)
            ).json)
    }

    private func shadow(_ call: Call) async throws -> Reply {
        var reader = ObjectReader(body: try call.json())
        let (successor, occasion) = (reader.line("successor"), reader.line("occasion"))
        let from = reader.converted("from", "a day like 2026-11-21") { CivilDate($0) }
        let last = reader.converted("plannedLastDay", "a day like 2026-11-21") { CivilDate($0) }
        try reader.finish()
        guard let successor, let occasion, let from, let last else { throw reader.refusal }
        let shadow = try await desk.shadow(
            try await person(call), by: try await services.person(successor), from: from, plannedLastDay: last,
            occasion: occasion,
            actor: try await services.actor(call))
        return .json(shadow.json, status: 201)
    }

    // MARK: Reports

    private func loss(_ call: Call) async throws -> Reply {
        let query = try call.query(["days"])
        guard let days = Int(query["days"] ?? "90") else {
            throw Problem.malformed("days \"\(shortened(query["days"] ?? ""))\" is not a whole number")
        }
        return .json(
            try await desk.loss(of: try await person(call), windowDays: days, by: try await services.actor(call)).json)
    }

    private func recordLoss(_ call: Call) async throws -> Reply {
        var reader = ObjectReader(body: try call.json())
        let days = reader.optionalInteger("days")
        try reader.finish()
        let kept = try await desk.recordLoss(
            of: try await person(call), windowDays: days ?? 90, by: try await services.actor(call))
        return .json(
            .object([
                "id": .string(kept.id), "sha256": .string(kept.hash.hex), "report": try JSONValue(parsing: kept.body),
            ]), status: 201, headers: [("Location", "/v1/client-reports/\(kept.id)")])
    }

    /// The very bytes whose hash stands in the evidence.
    private func report(_ call: Call) async throws -> Reply {
        let id = try call.parameter("report")
        let body = try await desk.report(id, by: try await services.actor(call))
        return .file(body, type: "application/json", name: "client-loss-\(id).json")
    }

    private func concentration(_ call: Call) async throws -> Reply {
        let query = try call.query(["since"])
        let yearAgo = CivilDate(inChina: services.clock.now).adding(months: -12).startInChina
        guard let since = query["since"].map({ CivilDate($0)?.startInChina }) ?? yearAgo else {
            throw Problem.malformed("since \"\(shortened(query["since"] ?? ""))\" is not a day like 2026-11-21")
        }
        return .json(try await desk.concentration(since: since, by: try await services.actor(call)).json)
    }

    // MARK: Watching

    private func clientOperations(_ call: Call) async throws -> Reply {
        let page = try Page(try call.query(["cursor", "limit"]))
        return try await operations(call, page, client: ClientID(try call.parameter("client")), actor: nil)
    }

    private func operations(_ call: Call) async throws -> Reply {
        let query = try call.query(["cursor", "limit", "actor"])
        return try await operations(call, try Page(query), client: nil, actor: query["actor"])
    }

    private func operations(_ call: Call, _ page: Page, client: ClientID?, actor: String?) async throws -> Reply {
        let found = try await desk.operations(
            on: client, of: actor, before: page.cursor, limit: page.limit + 1, by: try await services.actor(call))
        return page.reply(found, id: { $0.id }, json: { $0.json })
    }

    private func alerts(_ call: Call) async throws -> Reply {
        let query = try call.query(["cursor", "limit", "kind"])
        let page = try Page(query)
        var kind: ClientAlert.Kind?
        if let text = query["kind"] {
            kind = ClientAlert.Kind(rawValue: text)
            guard kind != nil else {
                throw Problem.malformed("kind \"\(shortened(text))\" is not one of bulk-access, lost-client")
            }
        }
        let found = try await desk.alerts(
            kind: kind, before: page.cursor, limit: page.limit + 1, by: try await services.actor(call))
        return page.reply(found, id: { $0.id }, json: { $0.json })
    }

    private func rules(_ call: Call) async throws -> Reply {
        _ = try call.query([])
        let state = try desk.accessRules(by: try await services.actor(call))
        return .json(
            .object([
                "version": .integer(Int64(state.rules.version)),
                "pageLimit": .integer(Int64(state.rules.pageLimit)),
                "bulkAccess": [
                    "records": .integer(Int64(state.rules.bulkRecords)),
                    "minutes": .integer(Int64(state.rules.bulkMinutes)),
                ], "lostClientMonths": .integer(Int64(state.rules.lostMonths)),
                "notices": .bool(state.rules.notifies), "fault": state.fault.map { .string($0) } ?? .null,
            ]))
    }
}
