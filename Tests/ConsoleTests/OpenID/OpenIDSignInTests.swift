import Evidence
import Foundation
import Notices
import People
import TestSupport
import Testing

@testable import Console

/// Whom the identity provider lets in, and how far its word goes.
@Suite struct OpenIDSignInTests {
    @Test(arguments: Backend.allCases)
    func `whoever was linked comes in, and the sign-in is recorded as with a password`(_ backend: Backend) async throws
    {
        try await ScriptedProvider.with { provider in
            try await provider.withServer(backend) { server in
                _ = try await server.linked("li", .issue, to: "s-1", of: provider)
                let visitor = Visitor(server, provider)
                let answer = try await visitor.signIn(as: "s-1", next: "/issue")
                #expect(answer.status == 303 && answer["location"] == "/issue", "\(server.lastFault ?? answer.text)")
                let cookies = answer.fields.filter { $0.name.lowercased() == "set-cookie" }.map(\.value)
                #expect(cookies.allSatisfy { $0.contains("; HttpOnly; SameSite=Lax; Secure") })
                #expect(Set(visitor.cookies.keys) == [Visitor.session], "the step is over")
                #expect(try await visitor.get("/issue").status == 200)
                // As a session of any kind: a form of it needs its token.
                #expect(try await visitor.post(Site.signOut, [("csrf", "forged")]).status == 403)
                let events = try await server.gateway.eventsOfTheHouse()
                #expect(events.contains("SignedIn") && events.contains("IdentityLinked"))
            }
        }
    }

    @Test func `the provider is asked with everything that ties its answer to the browser, to us and to now`()
        async throws
    {
        try await ScriptedProvider.with { provider in
            try await provider.withServer(change: { $0.secondFactor = .init(contexts: ["loa3"]) }) { server in
                let visitor = Visitor(server, provider)
                try await visitor.begin()
                let first = visitor.question
                #expect(first["response_type"] == "code" && first["client_id"] == ScriptedProvider.clientID)
                #expect(first["redirect_uri"] == ScriptedProvider.redirect && first["scope"] == "openid profile")
                #expect(first["code_challenge_method"] == "S256" && first["code_challenge"]?.count == 43)
                #expect(first["max_age"] == "3600" && first["acr_values"] == "loa3" && first["ui_locales"] == "zh-CN")
                try await visitor.begin()
                for name in ["state", "nonce", "code_challenge"] {
                    #expect(first[name] != visitor.question[name] && first[name]?.utf8.count == 43, "\(name)")
                }
                #expect(Set(["state", "nonce", "code_challenge"].map { first[$0] }).count == 3)
                #expect(provider.asked == ["document"], "what it offers is asked once")
            }
        }
    }

    @Test func `an approver is asked for their own second factor, and the right code works once`() async throws {
        try await ScriptedProvider.with { provider in
            try await provider.withServer { server in
                let wang = try await server.linked("wang", .approve, to: "s-1", of: provider)
                let visitor = Visitor(server, provider)
                let answer = try await visitor.signIn(as: "s-1", next: "/inbox") { $0.claims["amr"] = ["mfa"] }
                #expect(answer["location"] == Site.signInCode)
                #expect(try await !visitor.isIn)
                let page = try await visitor.get(Site.signInCode)
                #expect(page.status == 200 && page.text.contains("示例登录已确认您的身份"))
                #expect(try await visitor.post(Site.signInCode, [("code", "000000")]).status == 403)
                let other = Visitor(server, provider)
                other.set(Visitor.step, visitor.cookies[Visitor.step])
                let code = server.code(of: wang)
                let inside = try await visitor.post(Site.signInCode, [("code", code)])
                #expect(inside.status == 303 && inside["location"] == "/inbox")
                #expect(try await visitor.isIn)
                // Whoever took the cookie along, with the next code: the voucher is used up.
                server.gateway.pass(.seconds(60))
                let again = try await other.post(Site.signInCode, [("code", server.code(of: wang))])
                #expect(again["location"] == "/sign-in?why=again" && server.lastFault == "replayed")
                #expect(try await !other.isIn)
            }
        }
    }

    @Test func `guesses at the second factor make the account wait, and the step is over after five minutes`()
        async throws
    {
        try await ScriptedProvider.with { provider in
            try await provider.withServer { server in
                let wang = try await server.linked("wang", .approve, to: "s-1", of: provider)
                let visitor = Visitor(server, provider)
                try await visitor.signIn(as: "s-1")
                for _ in 0..<5 {
                    #expect(try await visitor.post(Site.signInCode, [("code", "12345")]).status == 403)
                }
                let waiting = try await visitor.post(Site.signInCode, [("code", server.code(of: wang))])
                #expect(waiting.status == 429 && waiting["retry-after"] == "60")
                server.gateway.pass(.seconds(301))
                let late = try await visitor.post(Site.signInCode, [("code", server.code(of: wang))])
                #expect(late["location"] == "/sign-in?why=again")
                #expect(try await !visitor.isIn)
            }
        }
    }

    @Test func `a second factor that the provider has seen lately counts where that is configured, and only then`()
        async throws
    {
        try await ScriptedProvider.with { provider in
            let change: (inout OpenIDSettings) -> Void = {
                $0.secondFactor = .init(contexts: ["loa3"], methods: ["mfa", "hwk"], maximumAge: .seconds(600))
            }
            try await provider.withServer(change: change) { server in
                _ = try await server.linked("wang", .approve, to: "s-1", of: provider)
                let now = server.gateway.clock.now.microseconds / 1_000_000
                let claims: [(claims: [String: JSONValue], isIn: Bool)] = [
                    (["amr": ["pwd", "mfa"]], true), (["acr": "loa3"], true), (["amr": ["pwd"]], false),
                    (["acr": "loa2", "amr": []], false), (["amr": "mfa"], false), ([:], false),
                    (["amr": ["mfa"], "auth_time": .integer(now - 1000)], false),
                    (["amr": ["mfa"], "auth_time": .integer(now + 1000)], false),
                    (["amr": ["mfa"], "auth_time": .null], false),
                ]
                for one in claims {
                    let visitor = Visitor(server, provider)
                    let answer = try await visitor.signIn(as: "s-1") { $0.claims.merge(one.claims) { $1 } }
                    #expect(answer["location"] == (one.isIn ? "/" : Site.signInCode), "\(one.claims)")
                    #expect(try await visitor.isIn == one.isIn, "\(one.claims)")
                }
            }
        }
    }

    @Test func `a sign-in makes no account, and nobody unlinked comes in`() async throws {
        try await ScriptedProvider.with { provider in
            try await provider.withServer { server in
                let store = server.gateway.peopleStore
                let wang = try await server.linked("wang", .issue, to: "s-1", of: provider)
                let before = try await store.accounts().count
                let stranger = Visitor(server, provider)
                // By no name but the linked one: a login, a mail address and a number say nothing.
                let refused = try await stranger.signIn(as: "wang") {
                    $0.claims.merge(["preferred_username": "wang", "email": "wang@example.com"]) { $1 }
                }
                #expect(refused["location"] == "/sign-in?why=unlinked" && server.lastFault == "unlinked")
                #expect(try await stranger.get("/sign-in?why=unlinked").text.contains("请联系管理员关联账号"))
                #expect(try await store.accounts().count == before)
                #expect(try await server.gateway.eventsOfTheHouse().contains("SignInRefused"))

                let visitor = Visitor(server, provider)
                try await visitor.signIn(as: "s-1")
                #expect(try await visitor.isIn)
                try await store.disable(wang.id, at: server.gateway.clock.now, acts: [])
                #expect(try await !visitor.isIn, "whoever is shut out is out at once")
                let shut = try await visitor.signIn(as: "s-1")
                #expect(shut["location"] == "/sign-in?why=unlinked" && server.lastFault == "shut")
            }
        }
    }

    @Test func `a number of the roster links its one account, once and never a second identity`() async throws {
        try await ScriptedProvider.with { provider in
            try await provider.withServer(change: { $0.staffNumberClaim = "employee_number" }) { server in
                let gateway = server.gateway
                let person = try await gateway.employee()
                _ = try await server.linked("li", .issue, to: nil, of: provider, person: person)
                let number: (inout TokenDraft) -> Void = { $0.claims["employee_number"] = "N-p-zhangsan" }
                let refusals: [(claims: [String: JSONValue], fault: String)] = [
                    ([:], "number"), (["employee_number": "N-p-nobody"], "number"),
                    (["employee_number": .string(person.rawValue)], "number"),
                    (["employee_number": 1001], "number"),
                    (["employee_number": "N-p-zhangsan", "employee_number_verified": false], "number"),
                ]
                for one in refusals {
                    try await Visitor(server, provider).signIn(as: "s-1") { $0.claims.merge(one.claims) { $1 } }
                    #expect(server.lastFault == one.fault, "\(one.claims)")
                    gateway.pass(.seconds(60))
                }
                let visitor = Visitor(server, provider)
                try await visitor.signIn(as: "s-1", number)
                #expect(try await visitor.isIn)
                // From now on the subject alone says who it is, whatever number it comes with.
                let again = Visitor(server, provider)
                try await again.signIn(as: "s-1")
                #expect(try await again.isIn)
                let other = Visitor(server, provider)
                try await other.signIn(as: "s-2", number)
                #expect(try await !other.isIn && server.lastFault == "unlinked")
            }
        }
    }

    @Test func `neither codes nor tokens nor secrets stand in the log`() async throws {
        try await ScriptedProvider.with { provider in
            try await provider.withServer { server in
                _ = try await server.linked("li", .issue, to: "subject-canary", of: provider)
                let visitor = Visitor(server, provider)
                try await visitor.signIn(as: "subject-canary")
                var token = ""
                try await visitor.signIn(as: "subject-canary") {
                    $0.claims["aud"] = "another"
                    token = try $0.compact()
                }
                provider.script { $0.instead["token"] = (400, [:], "{\"error\":\"invalid_client\"}") }
                try await visitor.signIn(as: "subject-canary")
                #expect(server.lastFault == "exchange")
                let secrets =
                    ["canary", ScriptedProvider.secret] + token.split(separator: ".").map(String.init)
                    + ["state", "nonce"].compactMap { visitor.question[$0] } + visitor.cookies.values
                for line in server.logged.all {
                    for secret in secrets { #expect(!line.contains(secret), "\(line)") }
                }
                #expect(server.logged.all.contains { $0.contains("GET /sign-in/openid/return 303") })
            }
        }
    }

    @Test func `the door has the button in both languages, and a sentence for every way it can fail`() async throws {
        try await ScriptedProvider.with { provider in
            try await provider.withServer { server in
                for (language, label) in [("zh-CN", "用示例登录登录"), ("en", "Sign in with 示例登录")] {
                    let page = try await server.get("/sign-in?lang=\(language)&next=%2Fissue")
                    let plain = page.text.replacing("&#47;", with: "/").replacing("&#61;", with: "=")
                    #expect(plain.contains("href=\"/sign-in/openid?next=%2Fissue\">\(label)</a>"))
                    for told in OpenIDFault.Told.allCases {
                        let page = try await server.get("/sign-in?lang=\(language)&why=\(told.rawValue)")
                        #expect(page.text.contains("role=\"alert\"") && !page.text.contains("signIn_openid"), "\(told)")
                        #expect(!page.text.contains("{provider}"))
                    }
                }
                #expect(try await !server.get("/sign-in?why=%3Cscript%3E").text.contains("role=\"alert\""))
                let open = server.server.endpoints.filter { $0.access == .open && $0.path.contains("openid") }
                #expect(
                    Set(open.map { "\($0.method) \($0.path)" }) == [
                        "GET /sign-in/openid", "GET /sign-in/openid/return", "GET /sign-in/openid/code",
                        "POST /sign-in/openid/code", "POST /sign-in/openid/logout",
                    ])
            }
        }
        try await TestServer.with { server in
            let (door, nowhere) = (try await server.get("/sign-in"), try await server.get("/sign-in/openid"))
            #expect(!door.text.contains("openid"), "without a provider there is none")
            #expect(nowhere.status == 404)
        }
    }

    @Test func `signing in leads nowhere else`() async throws {
        try await ScriptedProvider.with { provider in
            try await provider.withServer { server in
                _ = try await server.linked("li", .issue, to: "s-1", of: provider)
                let visitor = Visitor(server, provider)
                _ = try await visitor.get(Site.signInOpenID)
                for next in ["%2F%2Fevil.example", "https%3A%2F%2Fevil.example", "%2F%5Cevil.example"] {
                    let answer = try await visitor.get("/sign-in/openid?next=\(next)")
                    let query = URLComponents(string: answer["location"] ?? "")?.queryItems ?? []
                    let nonce = query.first { $0.name == "nonce" }?.value ?? ""
                    let draft = TokenDraft("s-1", nonce: nonce, provider, server)
                    let code = provider.grant(
                        try draft.compact(), accessToken: draft.accessToken,
                        challenge: query.first { $0.name == "code_challenge" }?.value ?? "")
                    let back = try await visitor.bring([
                        "code": code, "iss": provider.issuer, "state": query.first { $0.name == "state" }?.value ?? "",
                    ])
                    #expect(back["location"] == "/", "\(next)")
                }
            }
        }
    }

    @Test func `an administrator links and unlinks in the browser, and a refusal keeps what was typed`() async throws {
        try await ScriptedProvider.with { provider in
            try await provider.withServer { server in
                let li = try await server.linked("li", .issue, to: nil, of: provider)
                let wang = try await server.linked("wang", .issue, to: "s-2", of: provider)
                let browser = try await Browser.signedIn(server, "zhou", .administer)
                let page = try await browser.get(Site.accountList + "?lang=en")
                #expect(page.status == 200 && page.text.contains("示例登录") && page.text.contains("s-2"))
                let taken = try await browser.post(Site.link(to: li.id), [("act", "link"), ("subject", "s-2")])
                #expect(taken.status == 409 && taken.text.contains("value=\"s-2\""))
                let empty = try await browser.post(Site.link(to: li.id), [("act", "link"), ("subject", " ")])
                #expect(empty.status == 422 && empty.text.contains("role=\"alert\""))
                let linked = try await browser.post(Site.link(to: li.id), [("act", "link"), ("subject", "s-1")])
                #expect(linked.status == 303)
                let visitor = Visitor(server, provider)
                try await visitor.signIn(as: "s-1")
                #expect(try await visitor.isIn)
                #expect(try await browser.post(Site.link(to: li.id), [("act", "unlink")]).status == 303)
                #expect(try await !visitor.isIn, "their session began by the link")
                #expect(try await browser.post("/accounts/u-nobody/identity", [("act", "unlink")]).status == 404)
                let other = Visitor(server, provider)
                try await other.signIn(as: "s-2")
                #expect(try await other.isIn && wang.disabledAt == nil)
            }
        }
    }
}
