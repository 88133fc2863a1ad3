import Evidence
import People

/// The provider's word that somebody's sessions are over (OpenID Connect Back-Channel Logout 1.0, 2.6).
struct LogoutToken: Sendable {
    /// Whose; nil when only a session is named.
    let identity: ProviderIdentity?
    /// Which of their sessions at the provider; nil for all.
    let session: String?
    /// By which it is known when it comes again.
    let message: Digest

    private static let event = "http://schemas.openid.net/event/backchannel-logout"

    /// Checks a token.
    init(_ compact: String, now: Timestamp, from provider: OpenIDProvider) async throws(OpenIDFault) {
        let settings = provider.settings
        let token = try provider.read(compact)
        guard token.type == nil || token.type == "jwt" || token.type == "logout+jwt" else {
            throw OpenIDFault(.type, "typ is \(shortened(token.type ?? ""))")
        }
        let claims = try TokenClaims(try await provider.claims(of: token), settings: settings, now: now)
        guard claims.json["events"]?[Self.event]?.object != nil else {
            throw OpenIDFault(.events, "events does not say that sessions are over")
        }
        // An ID token must never pass for a logout: that one has a nonce.
        guard claims.json["nonce"] == nil else { throw OpenIDFault(.nonce, "a logout token has no nonce") }
        guard let id = claims.json["jti"]?.string, (1...255).contains(id.utf8.count) else {
            throw OpenIDFault(.token, "jti is not a text of 1 to 255 bytes")
        }
        identity = try claims.identity(settings)
        session = try claims.session()
        guard identity != nil || session != nil else {
            throw OpenIDFault(.subject, "the token names neither a person nor a session")
        }
        message = SHA256.hash(Array("logout \(settings.issuer)\n\(id)".utf8))
    }
}
