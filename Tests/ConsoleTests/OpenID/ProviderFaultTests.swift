import Evidence
import TestSupport
import Testing

@testable import Console

/// A provider that is down, has changed, or speaks for somebody else.
@Suite struct ProviderFaultTests {
    private typealias Instead = (status: Int, headers: [String: String], body: String)

    @Test func `a discovery document that is not the provider's own, or not safe, begins no sign-in`() async throws {
        try await ScriptedProvider.with { provider in
            try await provider.withServer { server in
                let documents: [(name: String, change: @Sendable (inout [String: JSONValue]) -> Void)] = [
                    ("of another issuer", { $0["issuer"] = "https://other.example.com" }),
                    ("of nobody", { $0["issuer"] = nil }),
                    ("with a slash more", { $0["issuer"] = .string(($0["issuer"]?.string ?? "") + "/") }),
                    ("without keys", { $0["jwks_uri"] = nil }),
                    ("with a script", { $0["authorization_endpoint"] = "javascript:alert(1)" }),
                    ("with a fragment", { $0["token_endpoint"] = "https://a.example/#" }),
                    ("without the code flow", { $0["response_types_supported"] = ["id_token"] }),
                    ("without S256", { $0["code_challenge_methods_supported"] = ["plain"] }),
                    ("with HS256 alone", { $0["id_token_signing_alg_values_supported"] = ["HS256", "none"] }),
                    (
                        "for keys of clients alone",
                        { $0["token_endpoint_auth_methods_supported"] = ["private_key_jwt"] }
                    ),
                ]
                for one in documents {
                    provider.script { $0.document = one.change }
                    server.gateway.pass(.seconds(61))
                    let answer = try await Visitor(server, provider).get(Site.signInOpenID)
                    #expect(answer["location"] == "/sign-in?why=unreachable", "\(one.name)")
                    #expect(server.lastFault == "discovery", "\(one.name)")
                }
                provider.script { $0.document = { _ in } }
                server.gateway.pass(.seconds(61))
                try await Visitor(server, provider).begin()
            }
        }
    }

    @Test func `a document that is not there is none, and a redirect to one is not followed`() async throws {
        try await ScriptedProvider.with { provider in
            try await provider.withServer { server in
                let elsewhere = provider.issuer + "/keys"
                let answers: [(answer: Instead, fault: String)] = [
                    ((302, ["Location": elsewhere], ""), "discovery"),
                    ((301, ["Location": elsewhere], "{}"), "discovery"),
                    ((404, [:], "{}"), "discovery"), ((200, [:], "<html>"), "discovery"),
                    ((200, [:], "[]"), "discovery"),
                    ((500, [:], ""), "unreachable"),
                    ((200, [:], String(repeating: " ", count: 300_000) + "{}"), "unreachable"),
                ]
                for one in answers {
                    provider.script { $0.instead["document"] = one.answer }
                    server.gateway.pass(.seconds(61))
                    _ = try await Visitor(server, provider).get(Site.signInOpenID)
                    #expect(server.lastFault == one.fault, "\(one.answer.status)")
                }
                #expect(!provider.asked.contains("keys"))
            }
        }
    }

    @Test func `while the provider is down it is asked every few seconds and not by everybody`() async throws {
        try await ScriptedProvider.with { provider in
            provider.script { $0.instead["document"] = (503, [:], "") }
            try await provider.withServer { server in
                for _ in 0..<10 { _ = try await Visitor(server, provider).get(Site.signInOpenID) }
                #expect(provider.asked.count == 1)
                provider.script { $0.instead["document"] = nil }
                server.gateway.pass(.seconds(6))
                try await Visitor(server, provider).begin()
                #expect(provider.asked.count == 2)
            }
        }
    }

    @Test func `without the provider's keys no token is believed`() async throws {
        try await ScriptedProvider.with { provider in
            try await provider.withServer { server in
                _ = try await server.linked("li", .issue, to: "s-1", of: provider)
                let answers: [(answer: Instead, fault: String)] = [
                    ((500, [:], ""), "unreachable"), ((302, ["Location": provider.issuer + "/keys"], ""), "keys"),
                    ((200, [:], "{\"keys\":[]}"), "keys"),
                    ((200, [:], "{\"keys\":[{\"kty\":\"oct\",\"k\":\"AA\"}]}"), "keys"),
                    ((200, [:], "keys"), "keys"),
                ]
                for one in answers {
                    provider.script { $0.instead["keys"] = one.answer }
                    server.gateway.pass(.seconds(61))
                    let visitor = Visitor(server, provider)
                    let answer = try await visitor.signIn(as: "s-1")
                    #expect(answer["location"] == "/sign-in?why=unreachable", "\(one.answer.status)")
                    #expect(server.lastFault == one.fault, "\(one.answer.body)")
                    #expect(try await !visitor.isIn)
                }
                provider.script { $0.instead["keys"] = nil }
                server.gateway.pass(.seconds(61))
                let visitor = Visitor(server, provider)
                try await visitor.signIn(as: "s-1")
                #expect(try await visitor.isIn)
            }
        }
    }

    @Test func `a new key is fetched when a token names it, once a minute, and an old one is forgotten`() async throws {
        try await ScriptedProvider.with { provider in
            try await provider.withServer { server in
                _ = try await server.linked("li", .issue, to: "s-1", of: provider)
                func keysAsked() -> Int { provider.asked.filter { $0 == "keys" }.count }
                func isIn(by key: ProviderKey) async throws -> Bool {
                    let visitor = Visitor(server, provider)
                    try await visitor.signIn(as: "s-1") {
                        $0.key = key
                        $0.header["kid"] = .string(key.name)
                    }
                    return try await visitor.isIn
                }
                #expect(try await isIn(by: provider.key))
                #expect(try await isIn(by: provider.key))
                #expect(keysAsked() == 1)
                let new = try ProviderKey(.es256, "key-2")
                provider.script { $0.keys = [new.published] }
                #expect(try await !isIn(by: new), "asked a moment ago")
                #expect(keysAsked() == 1)
                server.gateway.pass(.seconds(61))
                #expect(try await isIn(by: new))
                #expect(keysAsked() == 2)
                for number in 0..<5 { #expect(try await !isIn(by: try ProviderKey(.es256, "made-up-\(number)"))) }
                #expect(keysAsked() == 2, "made-up names of keys are no requests to the provider")
                #expect(try await !isIn(by: provider.key), "the provider took it back")
                // A key that is taken back while nobody names another is forgotten too.
                provider.script { $0.keys = [provider.key.published] }
                #expect(try await isIn(by: new))
                server.gateway.pass(.seconds(601))
                #expect(try await !isIn(by: new))
            }
        }
    }

    @Test func `an answer of the token endpoint that lacks anything is no sign-in`() async throws {
        try await ScriptedProvider.with { provider in
            try await provider.withServer { server in
                _ = try await server.linked("li", .issue, to: "s-1", of: provider)
                let changes: [@Sendable (inout [String: JSONValue]) -> Void] = [
                    { $0["id_token"] = nil }, { $0["id_token"] = 7 }, { $0["access_token"] = nil },
                    { $0["token_type"] = "mac" }, { $0["token_type"] = nil },
                ]
                for change in changes {
                    provider.script { $0.answer = change }
                    server.gateway.pass(.seconds(60))
                    let visitor = Visitor(server, provider)
                    try await visitor.signIn(as: "s-1")
                    #expect(server.lastFault == "exchange")
                    #expect(try await !visitor.isIn)
                }
                provider.script { $0.answer = { _ in } }
                for (answer, fault) in [
                    ((401, [:], "{\"error\":\"invalid_client\"}"), "exchange"), ((500, [:], ""), "unreachable"),
                    ((200, [:], "nothing"), "exchange"), ((302, ["Location": provider.issuer], ""), "exchange"),
                    ((400, [:], "{\"error\":\"invalid_grant\"}"), "code"),
                ] as [(Instead, String)] {
                    provider.script { $0.instead["token"] = answer }
                    server.gateway.pass(.seconds(60))
                    try await Visitor(server, provider).signIn(as: "s-1")
                    #expect(server.lastFault == fault, "\(answer.status)")
                }
            }
        }
    }

    @Test func `a secret that belongs into the form is sent there`() async throws {
        try await ScriptedProvider.with { provider in
            provider.script {
                $0.document = { $0["token_endpoint_auth_methods_supported"] = ["client_secret_post"] }
            }
            try await provider.withServer { server in
                _ = try await server.linked("li", .issue, to: "s-1", of: provider)
                try await Visitor(server, provider).signIn(as: "s-1")
                // This provider wants the header, and says so.
                #expect(server.lastFault == "exchange")
            }
        }
    }

    @Test func `whoever fails too often waits, and the provider is not asked meanwhile`() async throws {
        try await ScriptedProvider.with { provider in
            try await provider.withServer { server in
                let visitor = Visitor(server, provider)
                for _ in 0..<20 { try await visitor.signIn(as: "nobody") }
                let asked = provider.asked.count
                let answer = try await visitor.signIn(as: "nobody")
                #expect(answer.status == 429 && answer["retry-after"] != nil)
                #expect(provider.asked.count == asked)
            }
        }
    }
}
