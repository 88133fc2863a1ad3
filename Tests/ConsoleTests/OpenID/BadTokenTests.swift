import Evidence
import Foundation
import TestSupport
import Testing

@testable import Console

/// Tokens and answers that are wrong in one place each; every one must be refused, by the rule that is meant for it.
@Suite struct BadTokenTests {
    /// A wrong token, and the rule that refuses it.
    private struct Case {
        let name: String
        let fault: OpenIDFault.Code
        let spoil: (inout TokenDraft) throws -> Void

        init(_ name: String, _ fault: OpenIDFault.Code, _ spoil: @escaping (inout TokenDraft) throws -> Void) {
            (self.name, self.fault, self.spoil) = (name, fault, spoil)
        }

        /// Sets a claim, or takes it away.
        static func claim(_ name: String, _ value: JSONValue?, _ fault: OpenIDFault.Code) -> Case {
            Case("\(name) \(value?.canonicalText.prefix(40) ?? "missing")", fault) { $0.claims[name] = value }
        }

        /// Sets an instant, in seconds from now.
        static func time(_ name: String, _ offset: Int64, _ fault: OpenIDFault.Code) -> Case {
            Case("\(name) \(offset)", fault) { $0.claims[name] = .integer(($0.claims["iat"]?.integer ?? 0) + offset) }
        }

        static func header(_ name: String, _ value: JSONValue?, _ fault: OpenIDFault.Code) -> Case {
            Case("header \(name) \(value?.canonicalText ?? "missing")", fault) { $0.header[name] = value }
        }
    }

    private static var claims: [Case] {
        [
            .claim("iss", "https://evil.example", .issuer), .claim("iss", nil, .issuer),
            Case("iss with a slash more", .issuer) {
                $0.claims["iss"] = .string(($0.claims["iss"]?.string ?? "") + "/")
            },
            .claim("aud", "another", .audience), .claim("aud", nil, .audience), .claim("aud", [], .audience),
            .claim("aud", .array([.string(ScriptedProvider.clientID), "another"]), .audience),
            .claim("azp", "another", .authorizedParty), .claim("sub", nil, .subject), .claim("sub", "", .subject),
            .claim("sub", 7, .subject), .claim("sub", .string(String(repeating: "s", count: 256)), .subject),
            .claim("sub", "王", .subject),
            .claim("nonce", nil, .nonce), .claim("nonce", "another", .nonce),
            .time("exp", -61, .expired), .claim("exp", nil, .expired), .claim("exp", "tomorrow", .expired),
            .time("nbf", 61, .notYetValid), .claim("nbf", "soon", .notYetValid),
            .time("iat", 120, .issuedAt), .time("iat", -1000, .issuedAt), .claim("iat", nil, .issuedAt),
            .claim("iat", 1e300, .issuedAt), .claim("iat", -5, .issuedAt),
            .claim("at_hash", "AAAAAAAAAAAAAAAAAAAAAA", .accessTokenHash), .claim("at_hash", 5, .accessTokenHash),
            Case("at_hash of another access token", .accessTokenHash) { $0.accessToken = "swapped" },
            .claim("sid", .string(String(repeating: "s", count: 300)), .token),
        ]
    }

    private static var signatures: [Case] {
        [
            .header("alg", "none", .algorithm),
            Case("alg none and no signature", .algorithm) {
                $0.header["alg"] = "none"
                $0.finish = { $0.prefix(through: $0.lastIndex(of: ".") ?? $0.startIndex) + "" }
            },
            Case("HS256 with the public key in PEM as the secret", .algorithm) { draft in
                draft.header["alg"] = "HS256"
                let pem = draft.key.publicPEM
                draft.signature = { HMAC.sha256(key: Array(pem.utf8), Array($0.utf8)) }
            },
            Case("HS256 with the public key in DER as the secret", .algorithm) { draft in
                draft.header["alg"] = "HS256"
                let der = draft.key.publicDER
                draft.signature = { HMAC.sha256(key: der, Array($0.utf8)) }
            },
            .header("alg", "ES512", .algorithm), .header("alg", "es256", .algorithm), .header("alg", nil, .algorithm),
            .header("alg", "RS256", .unknownKey),
            Case("another key under the name of the right one", .signature) {
                $0.key = try ProviderKey(.es256, $0.key.name)
            },
            Case("a key that nobody published", .unknownKey) {
                $0.key = try ProviderKey(.es256, "stranger")
                $0.header["kid"] = "stranger"
            },
            Case("its own key in the header", .signature) {
                let key = try ProviderKey(.es256, $0.key.name)
                $0.header["jwk"] = key.published
                $0.key = key
            },
            Case("an altered payload", .signature) { draft in
                let claims = draft.claims.merging(["sub": "s-2"]) { $1 }
                draft.finish = { text in
                    let parts = text.split(separator: ".")
                    return "\(parts[0]).\(Base64.encodeURL(JSONValue.object(claims).canonicalBytes)).\(parts[2])"
                }
            },
            Case("an altered header", .signature) { draft in
                draft.finish = { text in
                    let header: JSONValue = ["alg": "ES256", "kid": "key-1", "typ": "jwt"]
                    return Base64.encodeURL(header.canonicalBytes) + text.drop { $0 != "." }
                }
            },
            Case("the signature of another token", .signature) { draft in
                let other = try draft.key.sign("another")
                draft.signature = { _ in other }
            },
            Case("a signature of zeros", .signature) { $0.signature = { _ in [UInt8](repeating: 0, count: 64) } },
            Case("a signature too long", .signature) { draft in
                let key = draft.key
                draft.signature = { try key.sign($0) + [0] }
            },
        ]
    }

    private static var forms: [Case] {
        [
            Case("two signatures one after the other", .token) { $0.finish = { $0 + $0.drop { $0 != "." } } },
            Case("two signatures in JSON", .token) { draft in
                draft.finish = { text in
                    let parts = text.split(separator: ".").map { JSONValue.string(String($0)) }
                    let one: JSONValue = ["protected": parts[0], "signature": parts[2]]
                    return JSONValue.object(["payload": parts[1], "signatures": [one, one]]).canonicalText
                }
            },
            Case("a huge token", .token) { $0.claims["more"] = .string(String(repeating: "x", count: 20_000)) },
            Case("no token at all", .token) { $0.finish = { _ in "not a token" } },
            Case("an empty text", .token) { $0.finish = { _ in "" } },
            Case("a line end behind it", .token) { $0.finish = { $0 + "\n" } },
            Case("base64 with padding", .token) { $0.finish = { $0 + "=" } },
            Case("an encrypted one", .token) { $0.finish = { $0 + ".AAAA.AAAA" } },
            .header("crit", ["exp"], .token), .header("b64", false, .token), .header("kid", 5, .token),
            .header("typ", "logout+jwt", .type), .header("typ", "at+jwt", .type),
            Case("a claim twice", .token) { draft in
                let key = draft.key
                let header = draft.header
                draft.finish = { _ in
                    let message =
                        Base64.encodeURL(JSONValue.object(header).canonicalBytes) + "."
                        + Base64.encodeURL(Array("{\"sub\":\"s-1\",\"sub\":\"s-2\"}".utf8))
                    return message + "." + Base64.encodeURL((try? key.sign(message)) ?? [])
                }
            },
        ]
    }

    @Test func `every wrong token is refused by its own rule, and the right one among them is not`() async throws {
        let cases = Self.claims + Self.signatures + Self.forms
        #expect(cases.count >= 59)
        try await ScriptedProvider.with { provider in
            try await provider.withServer { server in
                _ = try await server.linked("li", .issue, to: "s-1", of: provider)
                _ = try await server.linked("wang", .issue, to: "s-2", of: provider)
                for one in cases {
                    // The bucket of failed tries is not what is tested here.
                    server.gateway.pass(.seconds(60))
                    let visitor = Visitor(server, provider)
                    let answer = try await visitor.signIn(as: "s-1", one.spoil)
                    let location = answer["location"] ?? ""
                    #expect(location.hasPrefix("/sign-in?why="), "\(one.name): \(answer.status) \(location)")
                    #expect(server.lastFault == one.fault.rawValue, "\(one.name)")
                    #expect(visitor.cookies.isEmpty, "\(one.name)")
                }
                let visitor = Visitor(server, provider)
                try await visitor.signIn(as: "s-1")
                #expect(try await visitor.isIn)
                #expect(try await server.gateway.eventsOfTheHouse().filter { $0 == "SignedIn" }.count == 1)
            }
        }
    }

    @Test func `each algorithm that a provider may use is taken with its key, and no other with it`() async throws {
        try await ScriptedProvider.with { provider in
            try await provider.withServer { server in
                _ = try await server.linked("li", .issue, to: "s-1", of: provider)
                let keys = try [TokenAlgorithm.rs256, .es256, .edDSA].map { try ProviderKey($0, "k-\($0.rawValue)") }
                provider.script { $0.keys = keys.map(\.published) }
                for key in keys {
                    for algorithm in keys.map(\.algorithm) {
                        server.gateway.pass(.seconds(61))
                        let visitor = Visitor(server, provider)
                        try await visitor.signIn(as: "s-1") {
                            $0.key = key
                            $0.header = ["alg": .string(algorithm.rawValue), "kid": .string(key.name)]
                            let half = algorithm.halfHash(Array($0.accessToken.utf8))
                            $0.claims["at_hash"] = .string(Base64.encodeURL(half))
                        }
                        #expect(try await visitor.isIn == (key.algorithm == algorithm), "\(key.name) as \(algorithm)")
                    }
                }
            }
        }
    }

    @Test func `every wrong answer to the browser is refused before the provider is asked`() async throws {
        try await ScriptedProvider.with { provider in
            try await provider.withServer { server in
                _ = try await server.linked("li", .issue, to: "s-1", of: provider)
                let answers: [(name: String, fault: String, change: (inout [String: String]) -> Void)] = [
                    ("another state", "state", { $0["state"] = "another" }),
                    ("no state", "state", { $0["state"] = nil }), ("an empty state", "state", { $0["state"] = "" }),
                    ("another issuer", "issuerParameter", { $0["iss"] = "https://other.example.com" }),
                    ("no issuer though announced", "issuerParameter", { $0["iss"] = nil }),
                    ("no code", "code", { $0["code"] = nil }), ("an empty code", "code", { $0["code"] = "" }),
                    (
                        "an error", "denied",
                        { $0 = ["error": "access_denied", "state": $0["state"] ?? "", "iss": $0["iss"] ?? ""] }
                    ),
                    ("an error of nobody's", "state", { $0 = ["error": "access_denied"] }),
                ]
                for one in answers {
                    server.gateway.pass(.seconds(60))
                    let visitor = Visitor(server, provider)
                    try await visitor.begin()
                    var answer = try visitor.answer(as: "s-1")
                    one.change(&answer)
                    _ = try await visitor.bring(answer)
                    #expect(server.lastFault == one.fault, "\(one.name)")
                    #expect(try await !visitor.isIn, "\(one.name)")
                }
                let cookies: [(name: String, change: (Visitor, String) -> Void)] = [
                    ("no cookie", { visitor, _ in visitor.set(Visitor.step, nil) }),
                    ("an altered cookie", { visitor, value in visitor.set(Visitor.step, "A" + value.dropFirst()) }),
                    (
                        "half a cookie",
                        { visitor, value in visitor.set(Visitor.step, String(value.prefix { $0 != "." })) }
                    ),
                    ("an old cookie", { visitor, _ in visitor.server.gateway.pass(.seconds(601)) }),
                ]
                for one in cookies {
                    server.gateway.pass(.seconds(60))
                    let visitor = Visitor(server, provider)
                    try await visitor.begin()
                    one.change(visitor, visitor.cookies[Visitor.step] ?? "")
                    _ = try await visitor.bring(try visitor.answer(as: "s-1"))
                    #expect(server.lastFault == "state", "\(one.name)")
                }
                #expect(!provider.asked.contains("token"), "the provider was never asked")
                // One browser's answer is nothing in another's.
                let (one, two) = (Visitor(server, provider), Visitor(server, provider))
                try await one.begin()
                try await two.begin()
                _ = try await two.bring(try one.answer(as: "s-1"))
                #expect(server.lastFault == "state")
                #expect(try await !two.isIn)
                let twice = try await one.get(Site.signInReturn + "?state=a&state=b&code=c")
                #expect(twice.status == 400)
            }
        }
    }

    @Test func `an answer works once, even where the provider forgets that it gave it`() async throws {
        try await ScriptedProvider.with { provider in
            provider.script { $0.forgetsCodes = true }
            try await provider.withServer { server in
                _ = try await server.linked("li", .issue, to: "s-1", of: provider)
                let visitor = Visitor(server, provider)
                try await visitor.begin()
                let (step, answer) = (visitor.cookies[Visitor.step], try visitor.answer(as: "s-1"))
                _ = try await visitor.bring(answer)
                #expect(try await visitor.isIn)
                let thief = Visitor(server, provider)
                thief.set(Visitor.step, step)
                _ = try await thief.bring(answer)
                #expect(server.lastFault == "replayed")
                #expect(try await !thief.isIn)
                // As a proper provider does it, which is then the first to refuse.
                provider.script { $0.forgetsCodes = false }
                try await visitor.begin()
                let second = try visitor.answer(as: "s-1")
                thief.set(Visitor.step, visitor.cookies[Visitor.step])
                _ = try await visitor.bring(second)
                _ = try await thief.bring(second)
                #expect(server.lastFault == "code")
                #expect(try await !thief.isIn)
            }
        }
    }
}
