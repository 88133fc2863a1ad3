import Evidence
import Hummingbird
import Logging
import Notices
import People

/// The way in through the identity provider.
///
/// Every refusal leads back to the door, where one sentence says what can be done; the log has the rule. Neither holds a
/// code or a token: those come in the query and leave the address at once.
struct OpenIDPages: Sendable {
    let services: ConsoleServices
    let templates: PageTemplates
    let logger: Logger

    /// None where no provider is configured.
    var endpoints: [Endpoint] {
        guard let openID = services.openID else { return [] }
        return [
            // A link and not a form: the policy of our pages lets no form lead to another host.
            Endpoint(.get, Site.signInOpenID, .open, bodyLimit: 0, style: .page) { try await begin($0, openID) },
            Endpoint(.get, Site.signInReturn, .open, bodyLimit: 0, style: .page) { try await finish($0, openID) },
            Endpoint(.get, Site.signInCode, .open, bodyLimit: 0, style: .page) { try await askCode($0, openID) },
            Endpoint(.post, Site.signInCode, .open, bodyLimit: 4096, style: .page) { try await takeCode($0, openID) },
            Endpoint(.post, Site.signInEnded, .open, bodyLimit: 64 << 10, style: .page) { try await end($0, openID) },
        ]
    }

    private var cookieName: String { services.settings.cookieName + "-openid" }

    private func cookie(_ value: String, _ lifetime: Duration) -> (name: String, value: String) {
        services.settings.cookie(cookieName, value, age: Int(lifetime.components.seconds))
    }

    private var noCookie: (name: String, value: String) { services.settings.cookie(cookieName, "", age: 0) }

    /// Does one step; a fault is logged and leads to the door.
    private func step(_ call: Call, _ body: () async throws -> Reply) async throws -> Reply {
        do { return try await body() } catch let fault as OpenIDFault {
            logger.warning("sign-in through the identity provider: \(fault)")
            // What is wrong with the provider is nobody's try.
            if fault.told != .unreachable { _ = services.signIn.failures.take(call.client, at: services.clock.now) }
            return .seeOther(Site.signIn + "?why=" + fault.told.rawValue, headers: [noCookie])
        }
    }

    private func begin(_ call: Call, _ openID: OpenIDSignIn) async throws -> Reply {
        let query = try call.query(["lang", "next"])
        return try await step(call) {
            let (value, location) = try await openID.begin(
                next: SignInPages.inside(query["next"] ?? ""), language: PageLanguage(call).rawValue)
            return .seeOther(location, headers: [cookie(value, SignInQuestion.lifetime)])
        }
    }

    private func finish(_ call: Call, _ openID: OpenIDSignIn) async throws -> Reply {
        // Each try costs the provider a request.
        if let wait = services.signIn.failures.wait(call.client, at: services.clock.now) {
            throw Problem.tooMany(retryAfter: wait, "too many sign-ins from your address came to nothing; wait")
        }
        return try await step(call) {
            let answer = try FormFields(Array(call.rawQuery.utf8), what: "the provider's answer").values
            switch try await openID.finish(answer, cookie: call.cookie(cookieName)) {
            case .signedIn(let value, let next): return enter(value, next: next)
            case .secondFactor(let value):
                return .seeOther(Site.signInCode, headers: [cookie(value, VouchedSignIn.lifetime)])
            }
        }
    }

    private func enter(_ value: String, next: String) -> Reply {
        .seeOther(
            SignInPages.inside(next),
            headers: [services.settings.cookie(services.settings.cookieName, value), noCookie])
    }

    // MARK: Second factor

    struct CodePage: Sendable {
        let frame: Frame
        let w: [String: String]
        let action: String
        let vouched: String
        let error: String?
    }

    private func codePage(_ call: Call, _ openID: OpenIDSignIn, error: String? = nil, status: Int = 200) -> Reply {
        let make = PageMaker(call, templates)
        let frame = make.frame(make.word("signIn"))
        return make.reply(
            "sign-in-code",
            CodePage(
                frame: frame, w: frame.w, action: Site.signInCode,
                vouched: make.word("signIn_vouched").replacing("{provider}", with: openID.provider.settings.name),
                error: error.map(make.word)), status: status)
    }

    private func askCode(_ call: Call, _ openID: OpenIDSignIn) async throws -> Reply {
        _ = try call.query(["lang"])
        guard openID.vouched(cookie: call.cookie(cookieName)) != nil else { return again }
        return codePage(call, openID)
    }

    private var again: Reply {
        .seeOther(Site.signIn + "?why=" + OpenIDFault.Told.again.rawValue, headers: [noCookie])
    }

    private func takeCode(_ call: Call, _ openID: OpenIDSignIn) async throws -> Reply {
        try SameSite.check(call, publicBaseURL: services.settings.publicBaseURL)
        guard MediaType.isForm(try call.header("Content-Type") ?? "") else {
            throw Problem.mediaType("application/x-www-form-urlencoded")
        }
        let form = try FormFields(call.body, what: "the form").values
        guard let vouched = openID.vouched(cookie: call.cookie(cookieName)) else { return again }
        return try await step(call) {
            switch try await openID.finish(vouched, code: form["code"] ?? "", client: call.client) {
            case .signedIn(let value): return enter(value, next: vouched.next)
            case .wrong: return codePage(call, openID, error: "signIn_codeWrong", status: 403)
            case .wait(let seconds):
                var reply = codePage(call, openID, error: "signIn_wait", status: 429)
                reply.headers.append(("Retry-After", String(seconds)))
                return reply
            }
        }
    }

    // MARK: The provider's word

    /// The provider itself calls this, without a browser (OpenID Connect Back-Channel Logout 1.0, 2.5 and 2.8).
    private func end(_ call: Call, _ openID: OpenIDSignIn) async throws -> Reply {
        if let wait = services.signIn.failures.wait(call.client, at: services.clock.now) {
            throw Problem.tooMany(retryAfter: wait, "too many messages from your address were refused; wait")
        }
        guard MediaType.isForm(try call.header("Content-Type") ?? "") else {
            throw Problem.mediaType("application/x-www-form-urlencoded")
        }
        guard let token = try FormFields(call.body, what: "the form").values["logout_token"] else {
            throw Problem.malformed("the form has no logout_token")
        }
        do { try await openID.endSessions(token) } catch let fault as OpenIDFault {
            logger.warning("logout by the identity provider: \(fault)")
            guard fault.told != .unreachable else {
                throw NoticeError(.unavailable, "the provider's keys cannot be had; send it again")
            }
            _ = services.signIn.failures.take(call.client, at: services.clock.now)
            throw Problem.malformed("the logout token is not acceptable: \(fault.code.rawValue)")
        }
        return Reply(status: 200)
    }

    /// What somebody is told at the door.
    static func sentence(_ told: OpenIDFault.Told, _ services: ConsoleServices, _ make: PageMaker) -> String {
        make.word("signIn_openid_\(told.rawValue)")
            .replacing("{provider}", with: services.openID?.provider.settings.name ?? "")
    }
}
