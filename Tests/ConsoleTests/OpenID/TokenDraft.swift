import Evidence
import TestSupport

@testable import Console

/// A token of the provider, right in everything that a test does not change.
struct TokenDraft {
    var header: [String: JSONValue]
    var claims: [String: JSONValue]
    var key: ProviderKey
    var accessToken = "access-canary-\(SecureRandom.bytes(4).map { String($0) }.joined())"
    /// What is done to the finished text.
    var finish: (String) -> String = { $0 }
    /// A signature instead of the right one, over the text before it.
    var signature: ((String) throws -> [UInt8])?

    init(_ subject: String, nonce: String, _ provider: ScriptedProvider, _ server: TestServer) {
        let now = server.gateway.clock.now.microseconds / 1_000_000
        key = provider.key
        header = ["alg": .string(key.algorithm.rawValue), "kid": .string(key.name), "typ": "JWT"]
        claims = [
            "iss": .string(provider.issuer), "sub": .string(subject), "aud": .string(ScriptedProvider.clientID),
            "exp": .integer(now + 300), "iat": .integer(now), "nonce": .string(nonce), "auth_time": .integer(now - 5),
            "sid": .string("session of \(subject)"),
        ]
        let half = key.algorithm.halfHash(Array(accessToken.utf8))
        claims["at_hash"] = .string(Base64.encodeURL(half))
    }

    /// A logout token for somebody instead.
    mutating func becomeLogout(_ id: String) {
        header["typ"] = "logout+jwt"
        for name in ["nonce", "at_hash", "auth_time"] { claims[name] = nil }
        claims["jti"] = .string(id)
        claims["events"] = ["http://schemas.openid.net/event/backchannel-logout": [:]]
    }

    /// The text.
    func compact() throws -> String {
        let message = [header, claims].map { Base64.encodeURL(JSONValue.object($0).canonicalBytes) }
            .joined(separator: ".")
        let signature = try signature?(message) ?? key.sign(message)
        return finish(message + "." + Base64.encodeURL(signature))
    }
}
