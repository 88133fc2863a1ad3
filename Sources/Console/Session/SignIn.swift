import Evidence
import Hummingbird
import Notices
import People

/// Lets people in, and knows them again by their session.
struct SignIn: Sendable {
    let store: any AccountStore
    let acts: ActRecorder
    let clock: any WallClock
    private let passwords = PasswordQueue()
    /// Failed tries, by network address.
    let failures = TokenBuckets(burst: 20, every: .seconds(10))

    /// A session ends after so long without use.
    static let idle = Duration.seconds(30 * 60)
    /// A session ends after so long in any case.
    static let absolute = Duration.seconds(12 * 3600)
    /// After so many failures in a row an account waits, longer each time.
    static let patience = 5

    init(store: any AccountStore, recorder: EvidenceRecorder, clock: any WallClock) {
        self.store = store
        acts = ActRecorder(recorder: recorder, clock: clock)
        self.clock = clock
    }

    /// How a try to sign in ended.
    enum Outcome: Sendable {
        /// The value of the new cookie.
        case signedIn(String)
        /// Login, password or code is wrong; it is not said which.
        case wrong
        /// Too many tries; so many seconds to wait.
        case wait(Int)
    }

    /// Tries to sign in.
    ///
    /// - Parameter code: of the authenticator, or one of the recovery codes.
    func signIn(login: String, password: String, code: String, client: String) async throws -> Outcome {
        let now = clock.now
        let account = try await store.account(login: login.lowercased())
        if let account, let seconds = try await wait(account, now) { return .wait(seconds) }
        let fits = try await passwords.fits(String(password.prefix(512)), account?.passwordHash)
        if fits, let account, account.disabledAt == nil,
            let factor = try await secondFactor(account, code, now)
        {
            return .signedIn(
                try await start(account, method: factor == .notAsked ? "password" : "password+\(factor.rawValue)", now))
        }
        return try await refuse(account, client: client, now)
    }

    /// Counts a failed try, for the account and for the address it came from.
    func refuse(_ account: Account?, client: String, _ now: Timestamp) async throws -> Outcome {
        if let account { _ = try await store.countFailure(account.id, at: now) }
        return failures.take(client, at: now).map { .wait($0) } ?? .wrong
    }

    /// Seconds until the next try; nil when it may be now.
    func wait(_ account: Account, _ now: Timestamp) async throws -> Int? {
        let (count, last) = try await store.failures(account.id)
        guard count >= Self.patience, let last else { return nil }
        // One minute after five failures, doubling to an hour: a guesser gets 24 tries a day, the owner is not shut out.
        let seconds = min(3600, 60 << min(6, count - Self.patience))
        let end = last.adding(.seconds(Int64(seconds)))
        return now < end ? Int((end.since(now) + .milliseconds(999)) / .seconds(1)) : nil
    }

    /// What the account's holder has beside the first factor.
    enum SecondFactor: String, Sendable {
        /// The account asks for none.
        case notAsked
        case totp, recovery
    }

    /// The second factor that a code is, which uses it up; nil when it is none of the account's.
    func secondFactor(_ account: Account, _ typed: String, _ now: Timestamp) async throws -> SecondFactor? {
        guard let secret = account.authenticator else { return .notAsked }
        let code = typed.filter { $0 != " " }.lowercased()
        if let step = OneTimePassword.match(code, secret, at: now) {
            return try await store.useStep(step, of: account.id) ? .totp : nil
        }
        let hash = SHA256.hash(Array(code.utf8))
        return try await store.useRecovery(hash, of: account.id) ? .recovery : nil
    }

    /// Begins a session and says so in evidence; the value of its cookie.
    ///
    /// - Parameters:
    ///   - voucher: of the identity provider, when that recognised them.
    ///   - facts: what the evidence says beside who and how.
    func start(
        _ account: Account, method: String, _ now: Timestamp, voucher: Voucher? = nil, facts: [String: JSONValue] = [:]
    ) async throws -> String {
        let value = Base64.encodeURL(SecureRandom.bytes(32))
        let act = try acts.act(
            .signedIn, by: Actor(principal: account.principal(method), person: account.person, roles: []),
            about: [Subject(.account, account.id)], facts)
        let session = Session(
            hash: SHA256.hash(Array(value.utf8)), account: account.id, method: method, startedAt: now, usedAt: now)
        if let voucher {
            try await store.start(session, voucher: voucher, acts: [act])
        } else {
            try await store.start(session, acts: [act])
        }
        return value
    }

    /// Records that the identity provider vouched for somebody who was not let in.
    func recordRefusal(_ reason: String, issuer: String, account: Account?, by actor: Actor) async throws {
        let act = try acts.act(
            .signInRefused, by: actor, about: account.map { [Subject(.account, $0.id)] } ?? [],
            ["issuer": .string(issuer), "reason": .string(reason)])
        try await store.record([act])
    }

    /// Who has signed in, where the address asks for it; whoever has not is led to the door.
    func admit(_ request: Request, to endpoint: Endpoint, cookieName: String) async throws -> SignedIn? {
        guard case .session(let scopes) = endpoint.access else { return nil }
        let cookie = Call.cookie(cookieName, in: request.headers)
        guard let cookie, let signedIn = try await recognise(cookie) else {
            // What was typed into a form is gone with the session; the page it was on is the place to begin again.
            throw SignInNeeded(next: endpoint.method == .get ? request.uri.path : nil)
        }
        guard scopes.isEmpty || !signedIn.account.scopes.isDisjoint(with: scopes) else {
            throw Problem.forbidden(
                "your account lacks the right \(scopes.map(\.rawValue).joined(separator: " or ")); ask an administrator"
            )
        }
        return signedIn
    }

    /// The account and session behind a cookie; nil when there is none in force.
    func recognise(_ cookie: String) async throws -> SignedIn? {
        let hash = SHA256.hash(Array(cookie.utf8))
        let now = clock.now
        guard let session = try await store.session(hash) else { return nil }
        guard now < session.startedAt.adding(Self.absolute), now < session.usedAt.adding(Self.idle),
            let account = try await store.account(session.account), account.disabledAt == nil
        else {
            try await store.end(hash)
            return nil
        }
        // Not at every request: a page with its parts is one use.
        if now > session.usedAt.adding(.seconds(60)) { try await store.touch(hash, at: now) }
        return SignedIn(account: account, session: session, csrf: Self.csrf(cookie))
    }

    /// Ends the session.
    func signOut(_ signedIn: SignedIn) async throws { try await store.end(signedIn.session.hash) }

    /// What a form must bring back; made from the cookie, which another site can neither read nor set.
    private static func csrf(_ cookie: String) -> String {
        Base64.encodeURL(HMAC.sha256(key: Array(cookie.utf8), Array("songda form".utf8)))
    }
}

/// Somebody who has signed in.
struct SignedIn: Sendable {
    let account: Account
    let session: Session
    /// What every form of theirs brings back.
    let csrf: String

    /// Who acts, as evidence names them.
    var principal: Principal { account.principal(session.method) }

    /// Whether the account has one of these scopes.
    func may(_ scopes: APIKey.Scope...) -> Bool { !account.scopes.isDisjoint(with: scopes) }
}

extension Account {
    /// Who acts, as evidence names them.
    func principal(_ method: String) -> Principal { Principal(id: id.rawValue, kind: .person, method: method) }
}
