import Evidence
import Notices
import People

/// Lets people in for whom the identity provider vouches.
///
/// It makes no account: somebody must have linked one before, or the provider must name a number of the roster. What an
/// account may do, how its sessions end and what is recorded is the same as with a password.
struct OpenIDSignIn: Sendable {
    let provider: OpenIDProvider
    let signIn: SignIn
    let seal: CookieSeal
    /// Where the provider sends people back to, to the letter.
    let redirect: String
    /// The member of staff with a number; nil for nobody, and for whoever has left.
    let staff: @Sendable (String) async throws -> PersonID?

    private var settings: OpenIDSettings { provider.settings }
    private var store: any AccountStore { signIn.store }

    /// Begins: the browser's cookie, and where it goes.
    func begin(next: String, language: String) async throws(OpenIDFault) -> (cookie: String, location: String) {
        let offer = try await provider.offer()
        let question = SignInQuestion(next: next)
        return (
            question.cookie(seal, now: signIn.clock.now),
            question.address(offer, settings: settings, redirect: redirect, language: language)
        )
    }

    /// How an answer of the provider ended.
    enum Outcome: Sendable {
        /// The value of the session's cookie, and where to go.
        case signedIn(String, next: String)
        /// The account asks for its own second factor; the value of the cookie that remembers the first.
        case secondFactor(String)
    }

    /// Takes the answer that the browser brings (RFC 6749, 4.1.2; RFC 9207).
    ///
    /// - Parameter answer: the fields of the query; those that are not known say nothing (RFC 6749, 4.1.2).
    func finish(_ answer: [String: String], cookie: String?) async throws -> Outcome {
        guard let question = SignInQuestion(cookie: cookie, seal: seal, now: signIn.clock.now) else {
            throw OpenIDFault(.state, "the browser brings no question, or one that is over")
        }
        guard let state = answer["state"], ConstantTime.equal(Array(state.utf8), Array(question.state.utf8)) else {
            throw OpenIDFault(.state, "state is missing, or of another sign-in")
        }
        // A provider that got mixed up with another one is found out before the code goes anywhere.
        if let issuer = answer["iss"] {
            guard issuer.utf8.elementsEqual(settings.issuer.utf8) else {
                throw OpenIDFault(.issuerParameter, "iss names another provider")
            }
        } else if try await provider.offer().namesIssuer {
            throw OpenIDFault(.issuerParameter, "iss is missing, though the provider says that it always sends it")
        }
        if let error = answer["error"] { throw OpenIDFault(.denied, "the provider says \(shortened(error))") }
        guard let code = answer["code"], (1...4096).contains(code.utf8.count) else {
            throw OpenIDFault(.code, "code is missing, empty or too long")
        }
        let redeemed = try await provider.redeem(code, verifier: question.verifier, redirect: redirect)
        // The time it is now: redeeming took some.
        let now = signIn.clock.now
        let token = try await IDToken(
            redeemed.idToken,
            expecting: .init(nonce: question.nonce, accessToken: redeemed.accessToken, now: now), from: provider)
        let account = try await account(of: token)
        let voucher = Voucher(
            identity: token.identity, session: token.session, nonce: SHA256.hash(Array(question.nonce.utf8)))
        return try await admit(account, voucher, token, next: question.next, now)
    }

    private func admit(
        _ account: Account, _ voucher: Voucher, _ token: IDToken, next: String, _ now: Timestamp
    ) async throws -> Outcome {
        let isAsked = account.authenticator != nil || Account.needsSecondFactor(account.scopes)
        let isMet = settings.secondFactor?.isMet(by: token, at: now) ?? false
        guard isAsked, !isMet else {
            let session = try await start(
                account, method: isMet ? "openid+provider" : "openid", voucher, token.facts, now)
            return .signedIn(session, next: next)
        }
        let vouched = VouchedSignIn(account: account.id, voucher: voucher, facts: token.facts, next: next)
        return .secondFactor(vouched.cookie(seal, now: now))
    }

    private func start(
        _ account: Account, method: String, _ voucher: Voucher, _ facts: [String: JSONValue], _ now: Timestamp
    ) async throws -> String {
        do {
            return try await signIn.start(account, method: method, now, voucher: voucher, facts: facts)
        } catch let error as PeopleError where error.code == .conflict {
            throw OpenIDFault(.replayed, error.reason)
        } catch let error as PeopleError where error.code == .forbidden {
            throw OpenIDFault(.unlinked, error.reason)
        }
    }

    /// Who is on the way in and owes the second factor; nil when nobody is.
    func vouched(cookie: String?) -> VouchedSignIn? {
        VouchedSignIn(cookie: cookie, seal: seal, now: signIn.clock.now)
    }

    /// Takes the second factor of somebody for whom the provider has vouched.
    func finish(_ vouched: VouchedSignIn, code: String, client: String) async throws -> SignIn.Outcome {
        let now = signIn.clock.now
        guard let account = try await store.account(vouched.account), account.disabledAt == nil,
            account.authenticator != nil
        else { throw OpenIDFault(.shut, "the account is shut, or has no authenticator") }
        if let seconds = try await signIn.wait(account, now) { return .wait(seconds) }
        guard let factor = try await signIn.secondFactor(account, code, now) else {
            return try await signIn.refuse(account, client: client, now)
        }
        return .signedIn(
            try await start(account, method: "openid+\(factor.rawValue)", vouched.voucher, vouched.facts, now))
    }

    /// Ends the sessions that the provider says are over (OpenID Connect Back-Channel Logout 1.0).
    func endSessions(_ compact: String) async throws {
        let now = signIn.clock.now
        let token = try await LogoutToken(compact, now: now, from: provider)
        let account: Account? = if let identity = token.identity { try await store.account(of: identity) } else { nil }
        let act = try signIn.acts.act(
            .sessionsEnded, by: Self.voucher, about: account.map { [Subject(.account, $0.id)] } ?? [],
            ["issuer": .string(settings.issuer), "one": .bool(token.session != nil)])
        do {
            try await store.endSessions(
                of: token.identity, providerSession: token.session, issuer: settings.issuer, message: token.message,
                at: now, acts: [act])
        } catch let error as PeopleError where error.code == .conflict {
            throw OpenIDFault(.replayed, error.reason)
        }
    }

    // MARK: Whose account

    /// The provider, as evidence names it.
    static let voucher = Actor(
        principal: Principal(id: "identity-provider", kind: .system, method: "openid"), roles: [])

    /// The account the token opens.
    private func account(of token: IDToken) async throws -> Account {
        guard let account = try await store.account(of: token.identity) else { return try await linked(token) }
        guard account.disabledAt == nil else { throw try await refused(.shut, "the account is shut", account) }
        return account
    }

    /// Links the account of the member of staff whom the token names by number, where that is configured.
    private func linked(_ token: IDToken) async throws -> Account {
        guard let claim = settings.staffNumberClaim else {
            throw try await refused(.unlinked, "no account is linked to this identity")
        }
        let shown = shortened(claim)
        guard let number = token.number(claim) else {
            throw try await refused(.number, "the token has no verified \(shown), and no account is linked")
        }
        guard let person = try await staff(number) else {
            throw try await refused(.number, "nobody at work has the number that \(shown) names")
        }
        let accounts = try await store.accounts(of: person).filter { $0.disabledAt == nil }
        guard let account = accounts.first, accounts.count == 1 else {
            throw try await refused(.unlinked, "the person has \(accounts.count) accounts in use, and none is linked")
        }
        do {
            try await IdentityLinker(store: store, acts: signIn.acts, clock: signIn.clock)
                .link(account, to: token.identity, by: Self.voucher, claim: claim)
        } catch let error as PeopleError where error.code == .conflict {
            // Numbers are given again; whoever had it first keeps the account until somebody takes the link away.
            throw try await refused(.unlinked, "the account of that number is linked to another identity", account)
        }
        return account
    }

    /// A fault that is evidence, because a provider vouched for somebody.
    private func refused(_ code: OpenIDFault.Code, _ reason: String, _ account: Account? = nil) async throws
        -> OpenIDFault
    {
        try await signIn.recordRefusal(code.rawValue, issuer: settings.issuer, account: account, by: Self.voucher)
        return OpenIDFault(code, reason)
    }
}
