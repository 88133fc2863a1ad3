import Evidence
import People

/// Whom the provider says has signed in, once everything about the token holds (OpenID Connect Core, 3.1.3.7).
struct IDToken: Sendable {
    /// Whom it names.
    let identity: ProviderIdentity
    /// Their session at the provider.
    let session: String?
    /// How strongly they were recognised (`acr`), in the provider's words.
    let context: String?
    /// By what (`amr`).
    let methods: [String]
    /// When they were last asked who they are.
    let authenticatedAt: Timestamp?
    private let claims: TokenClaims

    /// What ties a token to the question that was asked.
    struct Expected: Sendable {
        let nonce: String
        let accessToken: String
        let now: Timestamp
    }

    /// Checks a token.
    init(_ compact: String, expecting expected: Expected, from provider: OpenIDProvider) async throws(OpenIDFault) {
        let settings = provider.settings
        let token = try provider.read(compact)
        guard token.type == nil || token.type == "jwt" else {
            throw OpenIDFault(.type, "typ is \(shortened(token.type ?? ""))")
        }
        claims = try TokenClaims(try await provider.claims(of: token), settings: settings, now: expected.now)
        let json = claims.json
        guard let identity = try claims.identity(settings) else { throw OpenIDFault(.subject, "sub is missing") }
        guard let nonce = json["nonce"]?.string,
            ConstantTime.equal(Array(nonce.utf8), Array(expected.nonce.utf8))
        else { throw OpenIDFault(.nonce, "nonce is missing, or of another sign-in") }
        if let hash = json["at_hash"] {
            let right = Base64.encodeURL(token.algorithm.halfHash(Array(expected.accessToken.utf8)))
            guard hash == .string(right) else {
                throw OpenIDFault(.accessTokenHash, "at_hash does not fit the access token")
            }
        }
        self.identity = identity
        session = try claims.session()
        context = json["acr"]?.string.flatMap { $0.utf8.count <= 200 ? $0 : nil }
        methods = (json["amr"]?.array ?? []).prefix(16).compactMap(\.string).filter { $0.utf8.count <= 64 }
        authenticatedAt = TokenClaims.instant(json["auth_time"])
    }

    /// The number of the member of staff that a claim names; nil where it names none that the provider has verified.
    func number(_ claim: String) -> String? {
        guard let number = claims.json[claim]?.string, (1...60).contains(number.utf8.count) else { return nil }
        // What people may type in themselves, such as an address, says so in a claim beside it.
        if let verified = claims.json[claim + "_verified"], verified != true { return nil }
        return number
    }

    /// What the evidence of a sign-in says of it.
    var facts: [String: JSONValue] {
        [
            "issuer": .string(identity.issuer), "acr": context.map { .string($0) } ?? .null,
            "amr": .array(methods.map { .string($0) }),
            "authTime": authenticatedAt.map { .string($0.rfc3339) } ?? .null,
        ]
    }
}

extension OpenIDSettings.SecondFactor {
    /// Whether the provider has seen a second factor, and lately.
    ///
    /// A token that does not say when counts as one from long ago.
    func isMet(by token: IDToken, at now: Timestamp) -> Bool {
        guard let seen = token.authenticatedAt, seen <= now.adding(TokenClaims.skew),
            now.since(seen) <= maximumAge + TokenClaims.skew
        else { return false }
        return token.context.map(contexts.contains) ?? false || !Set(methods).isDisjoint(with: token.methods)
    }
}
