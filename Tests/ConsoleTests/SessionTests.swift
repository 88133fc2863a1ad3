import Evidence
import Foundation
import Notices
import People
import TestSupport
import Testing

@testable import Console

/// Who gets in, how they are known again, and when they are out.
@Suite struct SessionTests {
    @Test(arguments: Backend.allCases)
    func `an approver gets in with password and authenticator, and a code works once`(backend: Backend) async throws {
        try await TestServer.with(backend) { server in
            let browser = try await Browser.signedIn(server, "wang", .approve)
            #expect(try await browser.get(Site.home).status == 200)
            // The same code again, as seen over a shoulder.
            let again = Browser(server, account: browser.account)
            #expect(try await again.signIn("wang").status == 403)
            server.gateway.pass(.seconds(60))
            #expect(try await again.signIn("wang", password: "wrong horse battery").status == 403)
            #expect(try await again.signIn("wang").status == 303)
            let events = try await server.gateway.eventsOfTheHouse()
            #expect(events.filter { $0 == "SignedIn" }.count == 2 && events.contains("AccountAdded"))
        }
    }

    @Test func `a recovery code stands in for the authenticator once`() async throws {
        try await TestServer.with { server in
            let gateway = server.gateway
            let told = try await AccountMaker(
                store: gateway.peopleStore, recorder: gateway.recorder, clock: gateway.clock
            ).add(
                login: "Li@acme", name: "李", password: Browser.password, scopes: [.read], person: nil,
                by: .administrator)
            #expect(told.account.login == "li@acme" && told.recoveryCodes.count == 10)
            let browser = Browser(server, account: told.account)
            #expect(try await browser.signIn("li@acme", code: told.recoveryCodes[3]).status == 303)
            #expect(try await browser.signIn("li@acme", code: told.recoveryCodes[3]).status == 403)
            #expect(try await browser.signIn("li@acme", code: "").status == 403)
        }
    }

    @Test func `after five failures an account waits, and an unknown login is refused alike`() async throws {
        try await TestServer.with { server in
            let owner = try await Browser.signedIn(server, "wang", .issue)
            let guesser = Browser(server)
            for _ in 0..<5 {
                #expect(try await guesser.signIn("wang", password: "guess guess guess").status == 403)
            }
            let waiting = try await owner.signIn("wang")
            #expect(waiting.status == 429 && waiting["retry-after"] == "60")
            let unknown = try await guesser.signIn("nobody", password: "guess guess guess")
            #expect(unknown.status == 403)
            server.gateway.pass(.seconds(61))
            #expect(try await owner.signIn("wang").status == 303)
        }
    }

    @Test func `a session ends by leaving, by half an hour of silence, and when the account is shut`() async throws {
        try await TestServer.with { server in
            let browser = try await Browser.signedIn(server, "wang", .issue)
            #expect(try await browser.get(Site.issue).status == 200)
            #expect(try await browser.post(Site.signOut).status == 303)
            #expect(try await browser.get(Site.issue)["location"] == "/sign-in?next=%2Fissue")

            try await browser.signIn("wang")
            for _ in 0..<30 {
                server.gateway.pass(.seconds(25 * 60))
                let isWithinTwelveHours = server.gateway.elapsed.span < .seconds(12 * 3600)
                #expect(try await browser.get(Site.issue).status == (isWithinTwelveHours ? 200 : 303))
            }
            try await browser.signIn("wang")
            server.gateway.pass(.seconds(31 * 60))
            #expect(try await browser.get(Site.issue).status == 303)

            try await browser.signIn("wang")
            let id = try #require(browser.account?.id)
            try await server.gateway.peopleStore.disable(id, at: server.gateway.clock.now, acts: [])
            #expect(try await browser.get(Site.issue).status == 303)
            #expect(try await browser.signIn("wang").status == 403)
        }
    }

    @Test func `every page behind the door asks for a session, its right, and the token of its forms`() async throws {
        try await TestServer.with { server in
            let stranger = Browser(server)
            let bare = try await Browser.signedIn(server, "bare", .integrate)
            _ = try await bare.get(Site.home)
            var count = 0
            for endpoint in server.server.endpoints {
                guard case .session(let scopes) = endpoint.access else { continue }
                count += 1
                let path = endpoint.path.replacing("{notice}", with: "n-1").replacing("{kind}", with: "dismissal")
                    .replacing("{delivery}", with: "d-1").replacing("{account}", with: "u-1")
                if endpoint.method == .get {
                    #expect(try await stranger.get(path).status == 303, "\(path)")
                    if !scopes.isEmpty { #expect(try await bare.get(path).status == 403, "\(path)") }
                } else {
                    #expect(try await stranger.post(path).status == 303, "\(path)")
                    if scopes.isEmpty {
                        #expect(try await bare.post(path, csrf: "forged").status == 403, "\(path)")
                    } else {
                        #expect(try await bare.post(path).status == 403, "\(path)")
                    }
                }
            }
            #expect(count == 92, "a page was added or lost its lock: look at the table, then change this number")
        }
    }

    @Test func `a form from elsewhere does nothing, whatever it knows`() async throws {
        try await TestServer.with { server in
            let wang = try await Browser.signedIn(server, "wang", .issue)
            let li = try await Browser.signedIn(server, "li", .issue)
            _ = try await wang.get(Site.home)
            _ = try await li.get(Site.home)
            // The token of another session, and none.
            #expect(try await wang.post(Site.signOut, csrf: "").status == 403)
            let foreign = try await server.form(
                Site.signOut, [("csrf", "x")],
                fields: [("Cookie", wang.cookie ?? ""), ("Origin", "https://evil.example")])
            #expect(foreign.status == 403)
            #expect(try await wang.get(Site.issue).status == 200)
        }
    }

    @Test(arguments: ["//evil.example", "https://evil.example", "/\\evil.example", "/a?b=//c"])
    func `signing in leads nowhere else`(next: String) async throws {
        try await TestServer.with { server in
            _ = try await Browser.signedIn(server, "wang", .issue)
            let answer = try await Browser(server).signIn("wang", code: "", next: next)
            #expect(answer.status == 303 && answer["location"] == "/")
        }
    }

    @Test(arguments: ["short", "wangwangwangwang", "aaaaaaaaaaaaaaaa"])
    func `a password that is guessed at once is refused`(password: String) async throws {
        try await TestGateway.with(.sqlite) { gateway in
            let maker = AccountMaker(store: gateway.peopleStore, recorder: gateway.recorder, clock: gateway.clock)
            await #expect(throws: PeopleError(.invalid, "")) {
                try await maker.add(
                    login: "wang", name: "王", password: password, scopes: [.issue], person: nil, by: .administrator)
            }
            let made = try await gateway.peopleStore.accounts()
            #expect(!made.contains { $0.login == "wang" })
        }
    }

    @Test func `the codes are those of RFC 6238`() {
        // Appendix B, SHA-1, cut to six digits.
        let secret = Array("12345678901234567890".utf8)
        for (time, code) in [
            (Int64(59), "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (20_000_000_000, "353130"),
        ] {
            let instant = Timestamp(microseconds: time * 1_000_000)
            #expect(OneTimePassword.code(secret, step: OneTimePassword.step(at: instant)) == code)
            #expect(OneTimePassword.match(code, secret, at: instant.adding(.seconds(30))) != nil)
            #expect(OneTimePassword.match(code, secret, at: instant.adding(.seconds(90))) == nil)
        }
        #expect(OneTimePassword.base32(Array("foobar".utf8)) == "MZXW6YTBOI")
        #expect(OneTimePassword.bytes(base32: "MZXW6YTBOI") == Array("foobar".utf8))
        #expect(OneTimePassword.bytes(base32: "MZXW6YTB0I") == nil)
    }

    @Test func `an authenticator in the terminal shows what an app would`() throws {
        let secret = Array("12345678901234567890".utf8)
        let shown = try Authenticator(uri: OneTimePassword.uri(secret, login: "wang"))
            .code(at: Timestamp(microseconds: 1_111_111_109_000_000))
        #expect(shown.code == "081804" && shown.seconds == 1)
        for wrong in ["", "otpauth://totp/Other:wang?secret=GEZDGNBV", "otpauth://totp/Songda:wang?secret=GE"] {
            #expect(throws: Authenticator.Fault.self) { try Authenticator(uri: wrong) }
        }
    }
}
