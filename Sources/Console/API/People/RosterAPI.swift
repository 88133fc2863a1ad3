import Evidence
import Hummingbird
import Notices
import People

/// Units, members of staff, and how their employments move.
struct RosterAPI: Sendable {
    let services: ConsoleServices

    private var desk: RosterDesk { services.people.roster }

    var endpoints: [Endpoint] {
        [
            Endpoint(.get, Site.units, .people, answer: units),
            Endpoint(.put, Site.unit, .people, answer: saveUnit),
            Endpoint(.get, Site.employees, .people, answer: list),
            Endpoint(.post, Site.employees, .people, answer: add),
            Endpoint(.get, Site.employee, .people, answer: show),
            Endpoint(.put, Site.employee, .people, answer: upsert),
            Endpoint(.post, Site.employmentMoves, .people, answer: move),
            Endpoint(.post, Site.resignation, .people, answer: resign),
            Endpoint(.post, Site.lastDay, .people, answer: lastDay),
            Endpoint(.post, Site.transfer, .people, answer: transfer),
            Endpoint(.post, Site.freeze, .people, answer: freeze),
            Endpoint(.post, Site.roles, .people, answer: setRole),
            Endpoint(.get, Site.contractLimbos, .people, answer: limbos),
        ]
    }

    // MARK: Units

    private func units(_ call: Call) async throws -> Reply {
        let actor = try await services.actor(call)
        _ = try call.query([])
        return .json(.object(["items": .array(try await desk.units(by: actor).map(\.json))]))
    }

    private func saveUnit(_ call: Call) async throws -> Reply {
        let actor = try await services.actor(call)
        var reader = ObjectReader(body: try call.json())
        let parent = reader.optionalLine("parent").map { UnitID($0) }
        let name = reader.line("name")
        let manager = reader.optionalLine("manager")
        let currency = reader.optionalLine("currency")
        let issuer = reader.optionalLine("issuer").map { IssuerID($0) }
        try reader.finish()
        guard let name else { throw reader.refusal }
        let unit = OrgUnit(
            id: UnitID(try call.parameter("unit")), parent: parent, name: name,
            manager: try await services.person(manager),
            currency: currency ?? "CNY", issuer: issuer)
        try await desk.save(unit, by: actor)
        return .json(unit.json)
    }

    // MARK: Employees

    private func list(_ call: Call) async throws -> Reply {
        let actor = try await services.actor(call)
        let query = try call.query(["cursor", "limit", "unit", "state"])
        let page = try Page(query)
        let state = try query["state"].map { text in
            guard let state = EmploymentState(rawValue: text) else {
                throw Problem.malformed("state \"\(shortened(text))\" is not a state of employment")
            }
            return state
        }
        let found = try await desk.employees(
            in: query["unit"].map { [UnitID($0)] }, states: state.map { [$0] }, after: page.cursor,
            limit: page.limit + 1, by: actor)
        return page.reply(found, id: { $0.number }, json: { $0.json })
    }

    private func show(_ call: Call) async throws -> Reply {
        let actor = try await services.actor(call)
        return .json(try await desk.employee(try call.parameter("employee"), by: actor).json)
    }

    private func add(_ call: Call) async throws -> Reply {
        let actor = try await services.actor(call)
        let employee = try await desk.add(try draft(try call.json(), number: nil), by: actor)
        return .json(employee.json, status: 201)
    }

    private func upsert(_ call: Call) async throws -> Reply {
        let actor = try await services.actor(call)
        let outcome = try await desk.upsert(
            try draft(try call.json(), number: try call.parameter("employee")), by: actor)
        guard case .object(var members) = outcome.employee.json else { return .json(outcome.employee.json) }
        members["outcome"] = .string(outcome.kind.rawValue)
        return .json(.object(members), status: outcome.kind == .added ? 201 : 200)
    }

    private func draft(_ body: JSONValue, number: String?) throws -> EmployeeDraft {
        var reader = ObjectReader(body: body)
        let number = number ?? reader.line("number")
        let (name, unit, position) = (reader.line("name"), reader.line("unit"), reader.line("position"))
        let hiredOn = reader.day("hiredOn")
        let state = reader.optionalChoice("state", EmploymentState.self)
        let days = (
            reader.optionalDay("lastDay"), reader.optionalDay("probationUntil"), reader.optionalDay("contractUntil")
        )
        let language = reader.optionalLine("language")
        var addresses: [ChannelKind: String] = [:]
        for channel in [ChannelKind.email, .sms, .ems] {
            addresses[channel] = reader.optionalLine(channel.columnName, maximum: 400)
        }
        try reader.finish()
        guard let number, let name, let unit, let position, let hiredOn else { throw reader.refusal }
        return EmployeeDraft(
            number: number, name: name, unit: UnitID(unit), position: position, hiredOn: hiredOn, state: state,
            lastDay: days.0, probationUntil: days.1, contractUntil: days.2, language: language ?? "zh-CN",
            addresses: addresses)
    }

    // MARK: Employments

    private func move(_ call: Call) async throws -> Reply {
        let actor = try await services.actor(call)
        var reader = ObjectReader(body: try call.json())
        let state = reader.choice("state", EmploymentState.self)
        let day = reader.day("effectiveOn")
        let reason = reader.text("reason", maximum: 2000)
        let last = reader.optionalDay("lastDay")
        try reader.finish()
        guard let state, let day, let reason else { throw reader.refusal }
        return Self.reply(
            try await desk.move(
                try call.parameter("employee"), EmploymentMove(to: state, on: day, reason: reason, lastDay: last),
                by: actor))
    }

    private func resign(_ call: Call) async throws -> Reply {
        let actor = try await services.actor(call)
        var reader = ObjectReader(body: try call.json())
        let day = reader.day("noticeOn")
        let last = reader.optionalDay("lastDay")
        let reason = reader.text("reason", maximum: 2000)
        try reader.finish()
        guard let day, let reason else { throw reader.refusal }
        return Self.reply(
            try await desk.resign(
                try call.parameter("employee"), noticeOn: day, lastDay: last, reason: reason, by: actor))
    }

    private static func reply(_ outcome: MoveOutcome) -> Reply {
        .json(
            .object([
                "employee": outcome.employee.json, "warning": outcome.warning?.json ?? .null,
                "earliestLastDay": outcome.earliestLastDay.json,
            ]))
    }

    private func lastDay(_ call: Call) async throws -> Reply {
        let actor = try await services.actor(call)
        var reader = ObjectReader(body: try call.json())
        let (day, reason) = (reader.day("lastDay"), reader.text("reason", maximum: 2000))
        try reader.finish()
        guard let day, let reason else { throw reader.refusal }
        return .json(
            try await desk.agreeLastDay(try call.parameter("employee"), day, reason: reason, by: actor).json)
    }

    private func transfer(_ call: Call) async throws -> Reply {
        let actor = try await services.actor(call)
        var reader = ObjectReader(body: try call.json())
        let (unit, position) = (reader.line("unit"), reader.line("position"))
        let (day, reason) = (reader.day("effectiveOn"), reader.text("reason", maximum: 2000))
        try reader.finish()
        guard let unit, let position, let day, let reason else { throw reader.refusal }
        return .json(
            try await desk.transfer(
                try call.parameter("employee"), to: UnitID(unit), position: position, on: day, reason: reason,
                by: actor
            ).json)
    }

    private func limbos(_ call: Call) async throws -> Reply {
        let actor = try await services.actor(call)
        _ = try call.query([])
        return .json(.object(["items": .array(try await desk.limbos(by: actor).map(\.json))]))
    }

    // MARK: Access

    private func freeze(_ call: Call) async throws -> Reply {
        let actor = try await services.actor(call)
        var reader = ObjectReader(body: try call.json())
        let (frozen, reason) = (reader.bool("frozen"), reader.text("reason", maximum: 500))
        let trigger = reader.optionalConverted("trigger", "an instant like 2026-11-21T10:32:05Z") {
            Timestamp(rfc3339: $0)
        }
        try reader.finish()
        guard let frozen, let reason else { throw reader.refusal }
        let person = try await services.people.roster.person(try call.parameter("employee"))
        try await services.people.access.setFreeze(person, frozen: frozen, reason: reason, trigger: trigger, by: actor)
        return .json(.object(["employee": .string(person.rawValue), "frozen": .bool(frozen)]))
    }

    private func setRole(_ call: Call) async throws -> Reply {
        let actor = try await services.actor(call)
        var reader = ObjectReader(body: try call.json())
        let role = reader.choice("role", Role.self)
        let (granted, reason) = (reader.bool("granted"), reader.text("reason", maximum: 500))
        try reader.finish()
        guard let role, let granted, let reason else { throw reader.refusal }
        let person = try await services.people.roster.person(try call.parameter("employee"))
        try await services.people.access.setRole(role, of: person, granted: granted, reason: reason, by: actor)
        return .json(
            .object(["employee": .string(person.rawValue), "role": .string(role.rawValue), "granted": .bool(granted)]))
    }
}
