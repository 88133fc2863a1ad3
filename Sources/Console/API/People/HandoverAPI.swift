import Evidence
import Hummingbird
import Notices
import People

/// Departures and handovers: from the notice to the internal clearance.
struct HandoverAPI: Sendable {
    let services: ConsoleServices

    var endpoints: [Endpoint] {
        [
            Endpoint(.post, Site.departures, .people, answer: record),
            Endpoint(.get, Site.handovers, .people, answer: list),
            Endpoint(.get, Site.handover, .people, answer: show),
            Endpoint(.put, Site.handoverAssignment, .people, answer: assign),
            Endpoint(.post, Site.handoverStage, .people, answer: close),
            Endpoint(.post, Site.handoverStep, .people, answer: pass),
            Endpoint(.get, Site.handoverClearance, .people, answer: clearance),
            Endpoint(.get, Site.handoverMessages, .people, answer: messages),
        ]
    }

    private var desk: HandoverDesk { services.people.handover }

    private func id(_ call: Call) throws -> HandoverID { HandoverID(try call.parameter("handover")) }

    private func record(_ call: Call) async throws -> Reply {
        var reader = ObjectReader(body: try call.json())
        let person = reader.line("person")
        let kind = reader.choice("kind", DepartureKind.self)
        let noticeOn = reader.converted("noticeOn", "a day like 2026-11-21") { CivilDate($0) }
        let lastDay = reader.optionalConverted("lastDay", "a day like 2026-12-21") { CivilDate($0) }
        let reason = reader.text("reason", maximum: 2000)
        let officer = reader.optionalLine("officer")
        let successor = reader.optionalLine("successor")
        let issuer = reader.optionalLine("issuer")
        try reader.finish()
        guard let person, let kind, let noticeOn, let reason else { throw reader.refusal }
        let record = try await desk.record(
            Departure(
                person: try await services.person(person), kind: kind, noticeOn: noticeOn, lastDay: lastDay,
                reason: reason,
                officer: try await services.person(officer), successor: try await services.person(successor),
                issuer: issuer.map { IssuerID($0) }),
            by: try await services.actor(call))
        return .json(record.json, status: 201, headers: [("Location", "\(Site.handovers)/\(record.handover.id)")])
    }

    private func list(_ call: Call) async throws -> Reply {
        let query = try call.query(["cursor", "limit", "open"])
        let page = try Page(query)
        let isOpen = query["open"]
        guard isOpen == nil || isOpen == "true" || isOpen == "false" else {
            throw Problem.malformed("open is true or false, not \"\(shortened(isOpen ?? ""))\"")
        }
        let found = try await desk.handovers(
            onlyOpen: isOpen == "true", before: page.cursor.map { HandoverID($0) }, limit: page.limit + 1,
            by: try await services.actor(call))
        return page.reply(found, id: { $0.id.rawValue }, json: { .object($0.members) })
    }

    private func show(_ call: Call) async throws -> Reply {
        .json(try await desk.handover(try id(call), by: try await services.actor(call)).json)
    }

    private func assign(_ call: Call) async throws -> Reply {
        var reader = ObjectReader(body: try call.json())
        let (successor, reviewer, officer) = (
            reader.optionalLine("successor"), reader.optionalLine("reviewer"), reader.optionalLine("officer")
        )
        var new = HandoverAssignment()
        new.due =
            reader.optionalNested("due") { due in
                var days: [HandoverStage: CivilDate] = [:]
                for stage in HandoverStage.allCases {
                    days[stage] = due.optionalConverted(stage.rawValue, "a day like 2026-12-21") { CivilDate($0) }
                }
                return days
            } ?? [:]
        try reader.finish()
        new.successor = try await services.person(successor)
        new.reviewer = try await services.person(reviewer)
        new.officer = try await services.person(officer)
        return .json(try await desk.assign(try id(call), new, by: try await services.actor(call)).json)
    }

    private func close(_ call: Call) async throws -> Reply {
        let stage: HandoverStage = try call.word("stage")
        return .json(try await desk.close(stage, of: try id(call), by: try await services.actor(call)).json)
    }

    private func pass(_ call: Call) async throws -> Reply {
        let step: HandoverStep = try call.word("step")
        return .json(try await desk.pass(step, of: try id(call), by: try await services.actor(call)).json)
    }

    private func clearance(_ call: Call) async throws -> Reply {
        .json(try await desk.clearance(of: try id(call), by: try await services.actor(call)).json)
    }

    private func messages(_ call: Call) async throws -> Reply {
        let found = try await desk.messages(of: try id(call), by: try await services.actor(call))
        return .json(.object(["items": .array(found.map(\.json))]))
    }
}

extension Call {
    /// A segment of the path that is one of a set of words.
    func word<T: RawRepresentable & CaseIterable>(_ name: String) throws -> T where T.RawValue == String {
        let text = try parameter(name)
        guard let value = T(rawValue: text) else {
            let known = T.allCases.map(\.rawValue).joined(separator: ", ")
            throw Problem.notFound("there is no \(name) \"\(shortened(text))\"; there are \(known)")
        }
        return value
    }
}
