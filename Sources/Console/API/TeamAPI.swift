import Evidence
import Notices

/// The list of addresses to which team keys may send.
struct TeamAPI: Sendable {
    let services: ConsoleServices

    var endpoints: [Endpoint] {
        let administer = Endpoint.Access.scope(.administer)
        return [
            Endpoint(.post, Site.teamAddresses, administer, answer: add),
            Endpoint(.get, Site.teamAddresses, administer, answer: list),
            Endpoint(.delete, Site.teamAddress, administer, answer: remove),
        ]
    }

    private func add(_ call: Call) async throws -> Reply {
        var reader = ObjectReader(body: try call.json())
        let channel = reader.choice("channel", ChannelKind.self)
        let value = reader.line("value")
        try reader.finish()
        guard let channel, let value else { throw reader.refusal }
        return .json(try await services.team.add(value, on: channel, by: call.principal).json, status: 201)
    }

    private func list(_ call: Call) async throws -> Reply {
        _ = try call.query([])
        return .json(.object(["items": .array(try await services.team.addresses().map(\.json))]))
    }

    private func remove(_ call: Call) async throws -> Reply {
        try await services.team.remove(try call.parameter("address"), by: call.principal)
        return .done
    }
}

extension TeamAddress {
    fileprivate var json: JSONValue {
        .object([
            "id": .string(id), "channel": .string(address.channel.rawValue), "value": .string(address.value),
            "addedAt": .string(addedAt.rfc3339),
        ])
    }
}
