import Evidence
import Hummingbird
import Notices
import People

/// Consents, and the signals that are taken in only with them.
struct RiskSignalAPI: Sendable {
    let services: ConsoleServices
    private var desk: RiskDesk { services.people.risk }

    var endpoints: [Endpoint] {
        [
            Endpoint(.post, Site.riskSignals, .people, answer: signals),
            Endpoint(.post, Site.conversations, .people, bodyLimit: 4 << 20, answer: conversations),
            Endpoint(.get, Site.consents, .people, answer: consents),
            Endpoint(.put, Site.consent, .people, answer: give),
            Endpoint(.delete, Site.consent, .people, answer: withdraw),
        ]
    }

    private func signals(_ call: Call) async throws -> Reply {
        guard let kind = SeriesKind(rawValue: try call.parameter("series")) else {
            let known = SeriesKind.allCases.map(\.rawValue).joined(separator: ", ")
            throw NoticeError(.notFound, "there is no such series; there are \(known)")
        }
        var reader = ObjectReader(body: try call.json())
        let source = reader.line("source", maximum: 60)
        let points = reader.nestedList("points", maximum: 5_000, isRequired: true) { line -> SeriesPoint? in
            let person = line.employee()
            let day = line.calendarDay("day")
            let value = line.wholeNumber("value")
            guard let person, let day, let value else { return nil }
            return SeriesPoint(person: person, day: day, value: value)
        }
        try reader.finish()
        guard let source else { throw reader.refusal }
        let known = try await services.people(in: points.map(\.person))
        let named = points.map { SeriesPoint(person: known[$0.person] ?? $0.person, day: $0.day, value: $0.value) }
        return .json(
            try await desk.record(kind, source: source, points: named, by: try await services.actor(call)).json)
    }

    private func conversations(_ call: Call) async throws -> Reply {
        var reader = ObjectReader(body: try call.json())
        let source = reader.line("source", maximum: 60)
        var lines = reader.nestedList("conversations", maximum: 5_000, isRequired: true) {
            line -> RiskDesk.Conversation? in
            let id = line.line("id")
            let person = line.employee()
            let day = line.calendarDay("day")
            let text = line.text("text")
            guard let id, let person, let day, let text else { return nil }
            return RiskDesk.Conversation(person: person, message: id, day: day, text: text)
        }
        try reader.finish()
        guard let source else { throw reader.refusal }
        let known = try await services.people(in: lines.map(\.person))
        for index in lines.indices { lines[index].person = known[lines[index].person] ?? lines[index].person }
        return .json(try await desk.record(lines, source: source, by: try await services.actor(call)).json)
    }

    private func consents(_ call: Call) async throws -> Reply {
        _ = try call.query([])
        let given = try await desk.consents(
            of: try await services.person(try call.parameter("person")), by: try await services.actor(call))
        return .json(.object(Dictionary(uniqueKeysWithValues: given.map { ($0.key.rawValue, .bool($0.value)) })))
    }

    private func kind(_ call: Call) throws -> ConsentKind {
        guard let kind = ConsentKind(rawValue: try call.parameter("kind")) else {
            let known = ConsentKind.allCases.map(\.rawValue).joined(separator: ", ")
            throw NoticeError(.notFound, "there is no such consent; there are \(known)")
        }
        return kind
    }

    private func give(_ call: Call) async throws -> Reply {
        let kind = try kind(call)
        var reader = ObjectReader(body: try call.json())
        let hash = reader.digest("hash")
        try reader.finish()
        guard let hash else { throw reader.refusal }
        try await desk.give(kind, hash: hash, by: try await services.actor(call))
        return .done
    }

    private func withdraw(_ call: Call) async throws -> Reply {
        try await desk.withdraw(try kind(call), by: try await services.actor(call))
        return .done
    }
}
