import Evidence

/// A question put to the provider, and everything by which its answer is known to belong to it.
///
/// All of it follows from one secret that stays in the browser's cookie: `state` ties the answer to this browser, `nonce` the
/// token to this question, and the verifier the code to us (RFC 7636). Whoever sees the address sees none of the others.
struct SignInQuestion: Sendable {
    /// How long somebody may take to answer the provider's own questions.
    static let lifetime = Duration.seconds(600)
    private static let kind = "question"

    private let secret: [UInt8]
    /// Where they wanted to go.
    let next: String

    /// A new question.
    init(next: String) {
        secret = SecureRandom.bytes(32)
        self.next = next
    }

    /// The question that a browser brings back; nil when it brings none, or one that is over.
    init?(cookie: String?, seal: CookieSeal, now: Timestamp) {
        guard let cookie, let json = seal.open(Self.kind, cookie, at: now),
            let secret = json["secret"]?.string.flatMap(Base64.decodeURL), let next = json["next"]?.string
        else { return nil }
        self.secret = secret
        self.next = next
    }

    /// The value of its cookie.
    func cookie(_ seal: CookieSeal, now: Timestamp) -> String {
        seal.seal(
            Self.kind, ["secret": .string(Base64.encodeURL(secret)), "next": .string(next)],
            until: now.adding(Self.lifetime))
    }

    var state: String { derived("state") }
    var nonce: String { derived("nonce") }
    var verifier: String { derived("verifier") }
    /// What the provider is told of the verifier.
    var challenge: String { Base64.encodeURL(SHA256.hash(Array(verifier.utf8)).bytes) }

    private func derived(_ use: String) -> String {
        Base64.encodeURL(HMAC.sha256(key: secret, Array("songda \(use)".utf8)))
    }

    /// Where the browser is sent.
    func address(_ offer: ProviderMetadata, settings: OpenIDSettings, redirect: String, language: String) -> String {
        var fields = [
            ("response_type", "code"), ("client_id", settings.clientID), ("redirect_uri", redirect),
            ("scope", settings.scopes.joined(separator: " ")), ("state", state), ("nonce", nonce),
            ("code_challenge", challenge), ("code_challenge_method", "S256"), ("ui_locales", language),
        ]
        if let factor = settings.secondFactor {
            fields.append(("max_age", String(factor.maximumAge.components.seconds)))
            if !factor.contexts.isEmpty { fields.append(("acr_values", factor.contexts.joined(separator: " "))) }
        }
        let url = offer.authorizationEndpoint
        return url + (url.contains("?") ? "&" : "?") + FormText.encode(fields)
    }
}
