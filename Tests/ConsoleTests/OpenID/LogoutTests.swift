import Evidence
import TestSupport
import Testing

@testable import Console

/// The provider says that sessions are over (OpenID Connect Back-Channel Logout 1.0).
@Suite struct LogoutTests {
    private static func send(
        _ server: TestServer, _ provider: ScriptedProvider, _ change: (inout TokenDraft) throws -> Void = { _ in }
    ) async throws -> RawAnswer {
        var draft = TokenDraft("s-1", nonce: "", provider, server)
        draft.becomeLogout("message-1")
        try change(&draft)
        return try await server.form(Site.signInEnded, [("logout_token", try draft.compact())])
    }

    @Test(arguments: Backend.allCases)
    func `whoever is out at the provider is out here at once, and nobody else is`(_ backend: Backend) async throws {
        try await ScriptedProvider.with { provider in
            try await provider.withServer(backend) { server in
                _ = try await server.linked("li", .issue, to: "s-1", of: provider)
                _ = try await server.linked("wang", .issue, to: "s-2", of: provider)
                let (one, two) = (Visitor(server, provider), Visitor(server, provider))
                let (third, byPassword) = (
                    Visitor(server, provider), try await Browser.signedIn(server, "zhao", .issue)
                )
                try await one.signIn(as: "s-1") { $0.claims["sid"] = "a" }
                try await two.signIn(as: "s-1") { $0.claims["sid"] = "b" }
                try await third.signIn(as: "s-2") { $0.claims["sid"] = "c" }
                let first = try await Self.send(server, provider) { $0.claims["sid"] = "a" }
                #expect(first.status == 200 && first["cache-control"] == "no-store", "\(first.text)")
                #expect(try await !one.isIn)
                #expect(try await two.isIn)
                let all = try await Self.send(server, provider) {
                    $0.claims["sid"] = nil
                    $0.claims["jti"] = "message-2"
                }
                #expect(all.status == 200)
                #expect(try await !two.isIn)
                #expect(try await third.isIn)
                #expect(try await byPassword.get(Site.home).status == 200)
                #expect(try await server.gateway.eventsOfTheHouse().filter { $0 == "SessionsEnded" }.count == 2)
            }
        }
    }

    @Test func `a logout token that is wrong in one place ends nothing`() async throws {
        try await ScriptedProvider.with { provider in
            try await provider.withServer { server in
                _ = try await server.linked("li", .issue, to: "s-1", of: provider)
                let visitor = Visitor(server, provider)
                try await visitor.signIn(as: "s-1")
                let wrong: [(String, (inout TokenDraft) throws -> Void)] = [
                    ("a nonce", { $0.claims["nonce"] = "n" }), ("no events", { $0.claims["events"] = nil }),
                    ("another event", { $0.claims["events"] = ["http://example.com/other": [:]] }),
                    (
                        "an event that is no object",
                        {
                            $0.claims["events"] = ["http://schemas.openid.net/event/backchannel-logout": true]
                        }
                    ),
                    ("no jti", { $0.claims["jti"] = nil }),
                    ("another issuer", { $0.claims["iss"] = "https://e.example" }),
                    ("another client", { $0.claims["aud"] = "another" }),
                    (
                        "nobody named",
                        {
                            $0.claims["sub"] = nil
                            $0.claims["sid"] = nil
                        }
                    ),
                    ("long over", { $0.claims["exp"] = 1 }), ("another type", { $0.header["typ"] = "at+jwt" }),
                    ("another key", { $0.key = try ProviderKey(.es256, "key-1") }),
                    (
                        "an ID token",
                        { draft in
                            draft = TokenDraft("s-1", nonce: "n", provider, server)
                        }
                    ),
                ]
                for (name, change) in wrong {
                    server.gateway.pass(.seconds(11))
                    let answer = try await Self.send(server, provider, change)
                    #expect(answer.status == 400, "\(name): \(answer.status)")
                    #expect(try await visitor.isIn, "\(name)")
                }
                #expect(try await Self.send(server, provider).status == 200)
                #expect(try await !visitor.isIn)
                // The same message again ends no session that began since.
                try await visitor.signIn(as: "s-1")
                #expect(try await Self.send(server, provider).status == 400)
                #expect(try await visitor.isIn)
                #expect(try await server.form(Site.signInEnded, [("token", "x")]).status == 400)
            }
        }
    }
}
