import Evidence

/// Link tokens, one-time codes and API keys: only their hashes are kept.
public protocol CredentialStore: Sendable {
    /// What a link token opens; nil if nobody was given it.
    func link(_ tokenHash: Digest) async throws -> LinkRecord?

    /// Stores a challenge, unless the person had more than `limit` since `since`.
    func store(_ challenge: Challenge, limit: Int, since: Timestamp) async throws -> Bool
    /// The newest unused challenge of a person for a purpose.
    func challenge(person: PersonID, purpose: String) async throws -> Challenge?
    /// Counts a wrong try; returns how many there were.
    func countTry(_ id: String) async throws -> Int
    /// Marks a challenge as used; false if it was used before.
    func useChallenge(_ id: String, at: Timestamp) async throws -> Bool

    /// Stores an API key's hash together with the entry of its issue.
    func save(_ key: APIKey, evidence: [SignedEntry]) async throws
    /// The key with this hash, unless revoked.
    func apiKey(_ hash: Digest) async throws -> APIKey?
    /// All keys, revoked ones too.
    func apiKeys() async throws -> [APIKey]
    /// Revokes a key and stores the entry that says so; false, and nothing stored, if none of this id is in force.
    func revoke(apiKey id: String, at: Timestamp, evidence: [SignedEntry]) async throws -> Bool
}

/// What a link opens.
public struct LinkRecord: Sendable, Hashable {
    /// The delivery that carried it.
    public let delivery: DeliveryID
    /// To whom it was sent.
    public let person: PersonID
    /// The notice behind it.
    public let notice: NoticeID
    /// When it stops working.
    public let expiresAt: Timestamp
    /// When it was used.
    public let usedAt: Timestamp?

    /// Gathers it.
    public init(delivery: DeliveryID, person: PersonID, notice: NoticeID, expiresAt: Timestamp, usedAt: Timestamp?) {
        self.delivery = delivery
        self.person = person
        self.notice = notice
        self.expiresAt = expiresAt
        self.usedAt = usedAt
    }
}

/// A one-time code that was sent to an address already on record.
public struct Challenge: Sendable, Hashable {
    /// Names it.
    public let id: String
    /// Who must answer.
    public let person: PersonID
    /// What the answer allows, for example `open:<delivery>`.
    public let purpose: String
    /// HMAC of the code.
    public let codeHash: [UInt8]
    /// The channel and address it went to.
    public let address: ServiceAddress
    /// When it was made.
    public let createdAt: Timestamp
    /// When it stops working.
    public let expiresAt: Timestamp
    /// Wrong tries so far.
    public let tries: Int

    /// Gathers a challenge.
    public init(
        id: String, person: PersonID, purpose: String, codeHash: [UInt8], address: ServiceAddress,
        createdAt: Timestamp, expiresAt: Timestamp, tries: Int
    ) {
        self.id = id
        self.person = person
        self.purpose = purpose
        self.codeHash = codeHash
        self.address = address
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.tries = tries
    }
}

/// A program's or operator's key to the API.
public struct APIKey: Sendable, Hashable {
    /// What a key may do.
    public enum Scope: String, Sendable, Hashable, Codable, CaseIterable {
        /// Write notices.
        case issue
        /// Approve what others wrote.
        case approve
        /// Read notices, evidence and proofs.
        case read
        /// Record receipts that people bring.
        case record
        /// Act for a person at the inbox.
        case inbox
        /// People, issuing entities, keys, holds and erasure.
        case administer
        /// Act as a member of staff: what that allows follows from their roles and the state of their employment.
        case staff
        /// Act for the HR department in the HR core.
        case hr
        /// Feed the HR core from a CRM, punch clocks or project systems; reads nothing.
        case integrate

        /// Whether a key with this scope stands for a person, and then for nothing else.
        public var actsForPerson: Bool { self == .inbox || self == .staff }
    }

    /// To whom goes what a key issues.
    public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
        /// To whomever it is addressed.
        case live
        /// To addresses on the organisation's own list, and to nobody else.
        case team
        /// To the sandbox: it walks the whole way, is marked as a rehearsal everywhere, and reaches nobody.
        case test

        /// What a secret of this kind begins with, so that people and scanners see what they have found.
        public var prefix: String { "sd_\(rawValue)_" }
        /// How the kind stands in the name of whoever acts; nil for those whose words are meant for everybody.
        public var named: Kind? { self == .live ? nil : self }
    }

    /// Names the key: the identifier of the entry of its issue, by which the entry is found again.
    public let id: String
    /// What people call it.
    public let name: String
    /// SHA-256 of the secret.
    public let hash: Digest
    /// To whom goes what it issues.
    public let kind: Kind
    /// What it may do.
    public let scopes: Set<Scope>
    /// For keys to an inbox and keys of staff, the person it stands for.
    public let person: PersonID?
    /// When it was made.
    public let createdAt: Timestamp
    /// When it was revoked.
    public let revokedAt: Timestamp?

    /// Why scopes and person do not fit each other; nil when they do.
    public static func misfit(_ scopes: Set<Scope>, person: PersonID?) -> String? {
        let personal = scopes.filter(\.actsForPerson)
        if personal.isEmpty != (person == nil) {
            return "name the person for whom the key acts with the scopes inbox and staff, and with no other"
        }
        if !personal.isEmpty, personal != scopes {
            return "a key that stands for a person may do nothing else; make two keys"
        }
        return nil
    }

    /// What a team or test key may do: notices from their writing to their reading, and nothing that changes the world
    /// beside them.
    public static let scopesOfTrials: Set<Scope> = [.issue, .approve, .read, .record, .inbox]

    /// Why a kind and scopes do not fit each other; nil when they do.
    public static func misfit(_ kind: Kind, _ scopes: Set<Scope>) -> String? {
        let beyond = scopes.subtracting(scopesOfTrials).map(\.rawValue).sorted()
        guard kind != .live, !beyond.isEmpty else { return nil }
        return
            "a \(kind.rawValue) key cannot have \(beyond.joined(separator: ", ")): what that changes is real; make a "
            + "live key for it"
    }

    /// Gathers a key.
    public init(
        id: String, name: String, hash: Digest, kind: Kind = .live, scopes: Set<Scope>, person: PersonID?,
        createdAt: Timestamp, revokedAt: Timestamp?
    ) {
        self.id = id
        self.name = name
        self.hash = hash
        self.kind = kind
        self.scopes = scopes
        self.person = person
        self.createdAt = createdAt
        self.revokedAt = revokedAt
    }
}
