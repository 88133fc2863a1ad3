import Evidence
import Notices

/// Names one account of the console.
public struct AccountID: Identifier {
    /// The identifier as text.
    public let rawValue: String
    /// Wraps a string that is known to name an account.
    public init(rawValue: String) { self.rawValue = rawValue }
}

/// Somebody who can sign in to the console.
public struct Account: Sendable, Hashable {
    /// The stable id that evidence entries carry.
    public let id: AccountID
    /// What is typed to sign in, in lower case; unique.
    public let login: String
    /// What the pages call them.
    public let name: String
    /// The person behind it, where it is one on record: their inbox and their part in the HR core.
    public let person: PersonID?
    /// What they may do in the gateway.
    public let scopes: Set<APIKey.Scope>
    /// Argon2id, in the PHC string format.
    public let passwordHash: String
    /// The secret of their authenticator (RFC 6238), 20 bytes; nil when they have none.
    public let authenticator: [UInt8]?
    /// When it was shut; nil while it is in use.
    public let disabledAt: Timestamp?

    /// Describes an account.
    public init(
        id: AccountID, login: String, name: String, person: PersonID?, scopes: Set<APIKey.Scope>,
        passwordHash: String, authenticator: [UInt8]?, disabledAt: Timestamp? = nil
    ) {
        self.id = id
        self.login = login
        self.name = name
        self.person = person
        self.scopes = scopes
        self.passwordHash = passwordHash
        self.authenticator = authenticator
        self.disabledAt = disabledAt
    }

    /// Whether a second factor is asked of such an account whatever its holder prefers: it approves, reads evidence of
    /// others or gives rights.
    public static func needsSecondFactor(_ scopes: Set<APIKey.Scope>) -> Bool {
        !scopes.isDisjoint(with: [.approve, .administer, .hr, .read])
    }
}

/// A signed-in browser.
public struct Session: Sendable, Hashable {
    /// SHA-256 of the cookie's value; the value itself is kept nowhere.
    public let hash: Digest
    /// Whose it is.
    public let account: AccountID
    /// How the identity was established, for evidence: `password` or `openid`, alone or with `+totp` or `+recovery`;
    /// `openid+provider` when the provider states the second factor.
    public let method: String
    /// When it began; twelve hours later it ends.
    public let startedAt: Timestamp
    /// When it was used last; half an hour later it ends.
    public let usedAt: Timestamp

    /// Describes a session.
    public init(hash: Digest, account: AccountID, method: String, startedAt: Timestamp, usedAt: Timestamp) {
        self.hash = hash
        self.account = account
        self.method = method
        self.startedAt = startedAt
        self.usedAt = usedAt
    }
}

/// Accounts and sessions; only hashes of secrets are kept.
public protocol AccountStore: IdentityStore {
    /// Adds an account, with the hashes of its recovery codes; refuses a login that is taken.
    func add(_ account: Account, recovery: [Digest], acts: [Act]) async throws
    /// The account with this login.
    func account(login: String) async throws -> Account?
    /// The account with this id.
    func account(_ id: AccountID) async throws -> Account?
    /// All of them, by login.
    func accounts() async throws -> [Account]
    /// Shuts an account and ends its sessions.
    func disable(_ id: AccountID, at: Timestamp, acts: [Act]) async throws
    /// Counts a failed try; returns how many came in a row.
    func countFailure(_ id: AccountID, at: Timestamp) async throws -> Int
    /// How many tries failed in a row, and when the last did.
    func failures(_ id: AccountID) async throws -> (count: Int, last: Timestamp?)
    /// Marks a time step of the authenticator as used; false if this or a later one was used before.
    func useStep(_ step: Int64, of id: AccountID) async throws -> Bool
    /// Uses a recovery code; false if there is no such code or it was used.
    func useRecovery(_ hash: Digest, of id: AccountID) async throws -> Bool
    /// Starts a session and forgets the failed tries.
    func start(_ session: Session, acts: [Act]) async throws
    /// The session with this hash.
    func session(_ hash: Digest) async throws -> Session?
    /// Notes that a session was used.
    func touch(_ hash: Digest, at: Timestamp) async throws
    /// Ends a session.
    func end(_ hash: Digest) async throws
}

extension EvidenceEvent {
    /// An account of the console was made.
    public static let accountAdded = EvidenceEvent(rawValue: "AccountAdded")
    /// An account was shut.
    public static let accountDisabled = EvidenceEvent(rawValue: "AccountDisabled")
    /// Somebody signed in.
    public static let signedIn = EvidenceEvent(rawValue: "SignedIn")
}

extension Subject.Kind {
    /// An account of the console.
    public static let account = Subject.Kind(rawValue: "account")
}
