import Evidence
import Hummingbird
import Notices

/// Makes, lists and revokes API keys.
///
/// The secret is shown once, when the key is made; only its hash is kept.
struct KeyAPI: Sendable {
    let services: ConsoleServices

    var endpoints: [Endpoint] {
        let administer = Endpoint.Access.scope(.administer)
        return [
            Endpoint(.post, Site.keys, administer, answer: make),
            Endpoint(.get, Site.keys, administer, answer: list),
            Endpoint(.delete, Site.key, administer, answer: revoke),
        ]
    }

    private func make(_ call: Call) async throws -> Reply {
        var reader = ObjectReader(body: try call.json())
        let name = reader.line("name", maximum: 100)
        let kind =
            reader.optionalConverted("kind", "one of \(APIKey.Kind.allCases.map(\.rawValue).joined(separator: ", "))") {
                APIKey.Kind(rawValue: $0)
            } ?? .live
        let words = reader.lines("scopes", maximum: 20, isRequired: true)
        var scopes: Set<APIKey.Scope> = []
        for (index, word) in words.enumerated() {
            guard let scope = APIKey.Scope(rawValue: word) else {
                reader.fault(
                    "scopes[\(index)]",
                    "\"\(shortened(word))\" is not one of "
                        + APIKey.Scope.allCases.map(\.rawValue).joined(separator: ", "))
                continue
            }
            scopes.insert(scope)
        }
        let person = try await services.person(reader.optionalLine("person"))
        if scopes.isEmpty, reader.faults.isEmpty { reader.fault("scopes", "is empty; name what the key may do") }
        if reader.faults.isEmpty, let misfit = APIKey.misfit(scopes, person: person) { reader.fault("person", misfit) }
        if reader.faults.isEmpty, let misfit = APIKey.misfit(kind, scopes) { reader.fault("scopes", misfit) }
        try reader.finish()
        guard let name else { throw reader.refusal }
        if let person, try await services.recipients.recipients([person])[person] == nil {
            throw NoticeError(
                .invalid, "person: there is no person \"\(shortened(person.rawValue))\"; add them first",
                faults: [.init(field: "person", message: "is not on record")])
        }
        let (key, secret) = try await desk.make(
            name: name, kind: kind, scopes: scopes, person: person, by: call.principal)
        guard case .object(var members) = key.json else { return .json(key.json, status: 201) }
        members["secret"] = .string(secret)
        return .json(.object(members), status: 201)
    }

    private var desk: APIKeyDesk {
        APIKeyDesk(store: services.credentials, recorder: services.recorder, clock: services.clock)
    }

    private func list(_ call: Call) async throws -> Reply {
        _ = try call.query([])
        return .json(.object(["items": .array(try await services.credentials.apiKeys().map(\.json))]))
    }

    private func revoke(_ call: Call) async throws -> Reply {
        try await desk.revoke(try call.parameter("key"), by: call.principal)
        return .done
    }
}

extension APIKey {
    /// The key as the API shows it: neither secret nor hash.
    var json: JSONValue {
        .object([
            "id": .string(id), "name": .string(name), "kind": .string(kind.rawValue),
            "scopes": .array(scopes.map(\.rawValue).sorted().map { .string($0) }),
            "person": person.map { .string($0.rawValue) } ?? .null, "createdAt": .string(createdAt.rfc3339),
            "revokedAt": revokedAt.map { .string($0.rfc3339) } ?? .null,
        ])
    }
}
