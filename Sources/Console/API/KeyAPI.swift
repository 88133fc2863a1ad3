import Evidence
import Hummingbird
import Notices

extension EvidenceEvent {
    /// An API key was made; who made it and what it may do.
    static let apiKeyIssued = EvidenceEvent(rawValue: "APIKeyIssued")
    /// An API key was revoked.
    static let apiKeyRevoked = EvidenceEvent(rawValue: "APIKeyRevoked")
}

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
        let person = reader.optionalLine("person").map { PersonID($0) }
        if scopes.isEmpty, reader.faults.isEmpty { reader.fault("scopes", "is empty; name what the key may do") }
        if reader.faults.isEmpty, let misfit = APIKey.misfit(scopes, person: person) { reader.fault("person", misfit) }
        try reader.finish()
        guard let name else { throw reader.refusal }
        if let person, try await services.recipients.recipients([person])[person] == nil {
            throw NoticeError(
                .invalid, "person: there is no person \"\(shortened(person.rawValue))\"; add them first",
                faults: [.init(field: "person", message: "is not on record")])
        }
        return try await make(name: name, scopes: scopes, person: person, by: call.principal)
    }

    private func make(
        name: String, scopes: Set<APIKey.Scope>, person: PersonID?, by principal: Principal
    ) async throws -> Reply {
        let now = services.clock.now
        let secret = Self.secret()
        let key = APIKey(
            id: SecureRandom.uuid(at: now), name: name, hash: SHA256.hash(Array(secret.utf8)), scopes: scopes,
            person: person, createdAt: now, revokedAt: nil)
        // The entry comes first: a crash in between leaves an entry without a key, never a key without an entry.
        try await services.log.stage([
            try services.recorder.entry(
                .apiKeyIssued, person: person, at: now,
                [
                    "by": principal.facts, "key": .string(key.id), "name": .string(name),
                    "scopes": .array(scopes.map(\.rawValue).sorted().map { .string($0) }),
                ])
        ])
        try await services.credentials.save(key)
        guard case .object(var members) = key.json else { return .json(key.json, status: 201) }
        members["secret"] = .string(secret)
        return .json(.object(members), status: 201)
    }

    /// A new secret: 256 random bits behind a prefix that secret scanners recognise.
    static func secret() -> String { "sk_" + Base64.encodeURL(SecureRandom.bytes(32)) }

    private func list(_ call: Call) async throws -> Reply {
        _ = try call.query([])
        return .json(.object(["items": .array(try await services.credentials.apiKeys().map(\.json))]))
    }

    private func revoke(_ call: Call) async throws -> Reply {
        let id = try call.parameter("key")
        let now = services.clock.now
        guard try await services.credentials.apiKeys().contains(where: { $0.id == id && $0.revokedAt == nil }) else {
            throw NoticeError(.notFound, "there is no key \"\(shortened(id))\" in force")
        }
        try await services.log.stage([
            try services.recorder.entry(
                .apiKeyRevoked, at: now, ["by": call.principal.facts, "key": .string(id)])
        ])
        _ = try await services.credentials.revoke(apiKey: id, at: now)
        return .done
    }
}

extension APIKey {
    /// The key as the API shows it: neither secret nor hash.
    var json: JSONValue {
        .object([
            "id": .string(id), "name": .string(name),
            "scopes": .array(scopes.map(\.rawValue).sorted().map { .string($0) }),
            "person": person.map { .string($0.rawValue) } ?? .null, "createdAt": .string(createdAt.rfc3339),
            "revokedAt": revokedAt.map { .string($0.rfc3339) } ?? .null,
        ])
    }
}
