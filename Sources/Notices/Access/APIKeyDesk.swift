import Evidence

/// Makes and revokes API keys; each is evidence, because a key acts in somebody's name.
///
/// Key and entry are one transaction, and the key is named by the identifier of the entry of its issue. An opening that
/// was identified by an inbox key names that key, so the proof bundle finds who made it, when, and for whom.
public struct APIKeyDesk: Sendable {
    private let store: any CredentialStore
    private let recorder: EvidenceRecorder
    private let clock: any WallClock

    /// Makes a desk.
    public init(store: any CredentialStore, recorder: EvidenceRecorder, clock: any WallClock) {
        self.store = store
        self.recorder = recorder
        self.clock = clock
    }

    /// Stores a new key and returns it with its secret, which is never stored.
    ///
    /// Refuses scopes, a person and a kind that do not fit each other.
    public func make(
        name: String, kind: APIKey.Kind = .live, scopes: Set<APIKey.Scope>, person: PersonID?, by principal: Principal
    ) async throws -> (key: APIKey, secret: String) {
        guard !scopes.isEmpty else { throw Self.refusal("scopes", "is empty; name what the key may do") }
        if let misfit = APIKey.misfit(kind, scopes) { throw Self.refusal("scopes", .said(misfit)) }
        if let misfit = APIKey.misfit(scopes, person: person) { throw Self.refusal("person", .said(misfit)) }
        // 256 random bits behind a prefix that secret scanners recognise.
        let secret = kind.prefix + Base64.encodeURL(SecureRandom.bytes(32))
        let hash = SHA256.hash(Array(secret.utf8))
        let now = clock.now
        let entry = try recorder.entry(
            .apiKeyIssued, person: person, at: now,
            [
                "by": principal.facts, "name": .string(name), "kind": .string(kind.rawValue),
                "secretHash": .string(hash.hex),
                "scopes": .array(scopes.map(\.rawValue).sorted().map { .string($0) }),
            ])
        let key = APIKey(
            id: entry.id, name: name, hash: hash, kind: kind, scopes: scopes, person: person, createdAt: now,
            revokedAt: nil)
        try await store.save(key, evidence: [entry])
        return (key, secret)
    }

    /// Revokes a key at once.
    public func revoke(_ id: String, by principal: Principal) async throws {
        let now = clock.now
        let entry = try recorder.entry(.apiKeyRevoked, at: now, ["by": principal.facts, "key": .string(id)])
        guard try await store.revoke(apiKey: id, at: now, evidence: [entry]) else {
            throw NoticeError(.notFound, "there is no key \"\(id.prefix(60))\" in force")
        }
    }

    private static func refusal(_ field: String, _ message: Sentence) -> NoticeError {
        NoticeError(.invalid, "\(field): \(message)", faults: [.init(field: field, message: message)])
    }
}
