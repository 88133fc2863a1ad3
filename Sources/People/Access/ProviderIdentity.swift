import Evidence
import Notices

/// Somebody as an identity provider names them.
///
/// The provider's own name for a person means nothing without the provider: two may give the same one to different people.
public struct ProviderIdentity: Sendable, Hashable {
    /// The provider, by the address it calls itself.
    public let issuer: String
    /// Its name for the person, at most 255 ASCII characters (OpenID Connect Core 1.0, 2).
    public let subject: String

    /// Names somebody.
    public init(issuer: String, subject: String) {
        self.issuer = issuer
        self.subject = subject
    }

    /// What stands against a subject; nil when nothing does.
    public static func fault(subject: String) -> Sentence? {
        let bytes = subject.utf8
        guard (1...255).contains(bytes.count), bytes.allSatisfy({ (0x20...0x7E).contains($0) }) else {
            return "it is not 1 to 255 ASCII characters, as a provider's `sub` is"
        }
        return nil
    }
}

/// That whoever the provider names so is the holder of an account.
public struct IdentityLink: Sendable, Hashable {
    /// The account.
    public let account: AccountID
    /// Who may come in by it.
    public let identity: ProviderIdentity
    /// Since when.
    public let linkedAt: Timestamp

    /// Links an account.
    public init(account: AccountID, identity: ProviderIdentity, linkedAt: Timestamp) {
        self.account = account
        self.identity = identity
        self.linkedAt = linkedAt
    }
}

/// How a provider vouched for whoever began a session.
public struct Voucher: Sendable, Hashable {
    /// Whom it named.
    public let identity: ProviderIdentity
    /// Its name for their session there, by which it can end ours; nil when it gave none.
    public let session: String?
    /// A hash of what ties its answer to our question; a second session is never begun with the same.
    public let nonce: Digest

    /// States it.
    public init(identity: ProviderIdentity, session: String?, nonce: Digest) {
        self.identity = identity
        self.session = session
        self.nonce = nonce
    }
}

/// Which accounts may be entered through an identity provider.
public protocol IdentityStore: ActStore {
    /// Links an account; refuses one that has a link to this provider already, and an identity that is linked elsewhere.
    func link(_ link: IdentityLink, acts: [Act]) async throws
    /// Takes a link away and ends the sessions that began by it.
    func unlink(_ link: IdentityLink, acts: [Act]) async throws
    /// The links of one account.
    func links(of account: AccountID) async throws -> [IdentityLink]
    /// Every link, by account.
    func links() async throws -> [AccountID: [IdentityLink]]
    /// The account that an identity opens.
    func account(of identity: ProviderIdentity) async throws -> Account?
    /// The accounts of one person.
    func accounts(of person: PersonID) async throws -> [Account]
    /// Starts a session for which a provider vouched, and forgets the failed tries; refuses a voucher that was used.
    func start(_ session: Session, voucher: Voucher, acts: [Act]) async throws
    /// Ends the sessions that a provider says are over: all of an identity, or those of one session there.
    ///
    /// The same message ends nothing a second time: it is known again by its hash.
    func endSessions(
        of identity: ProviderIdentity?, providerSession: String?, issuer: String, message: Digest, at: Timestamp,
        acts: [Act]
    ) async throws
}

extension EvidenceEvent {
    /// An account may be entered through an identity provider from now on.
    public static let identityLinked = EvidenceEvent(rawValue: "IdentityLinked")
    /// It may no longer.
    public static let identityUnlinked = EvidenceEvent(rawValue: "IdentityUnlinked")
    /// A provider vouched for somebody, and they were not let in.
    public static let signInRefused = EvidenceEvent(rawValue: "SignInRefused")
    /// A provider said that somebody's sessions are over.
    public static let sessionsEnded = EvidenceEvent(rawValue: "SessionsEnded")
}
