import Evidence

/// What the first room asks of a database.
///
/// Each verb is one transaction that writes state and evidence, or nothing.
public protocol IssueStore: Sendable {
    /// Those of these addresses that are not on the organisation's list for team keys.
    func unlisted(_ addresses: [ServiceAddress]) async throws -> [ServiceAddress]
    /// Stores a new notice with its idempotency record.
    ///
    /// Durable when it returns. The same key and request again answers with the first notice; the same key with another
    /// request throws ``NoticeError/Code/idempotencyMismatch``.
    func accept(_ notice: NewNotice, evidence: [SignedEntry]) async throws -> Acceptance

    /// What the same request was answered with before; nil if it is new. Another request under the key throws
    /// ``NoticeError/Code/idempotencyMismatch``.
    func replay(_ claim: IdempotencyClaim) async throws -> Acceptance?

    /// Everybody whose key or account is in force and may approve, by name.
    func approvers() async throws -> [Approver]

    /// Adds an approval after checking, inside the transaction, that the notice waits for one, that the content hash is
    /// still the one approved, that the approver neither wrote it nor approved it before, and that their key or account
    /// is in force and may approve.
    ///
    /// - Returns: the notice with its new state.
    func record(_ approval: Approval, evidence: [SignedEntry]) async throws -> Notice

    /// Replaces the content of a notice that waits for approval and voids the approvals given so far.
    ///
    /// Checked inside the transaction: the content is still the one with the hash `old`. Of two edits of the same words the
    /// second is refused.
    func replaceContent(
        of notice: NoticeID, replacing old: Digest, with content: [UInt8], hash: Digest, by author: Principal,
        evidence: [SignedEntry]
    ) async throws -> Notice

    /// Withdraws a notice of which nothing has left us.
    func cancel(_ notice: NoticeID, evidence: [SignedEntry]) async throws -> Notice
}

/// A notice about to be stored, with what is stored beside it.
public struct NewNotice: Sendable {
    /// The notice, in its first state.
    public let notice: Notice
    /// The rendered content as canonical JSON; stored compressed and encrypted.
    public let content: [UInt8]
    /// Makes a repeated request harmless.
    public let idempotency: IdempotencyClaim?

    /// Gathers a new notice.
    public init(notice: Notice, content: [UInt8], idempotency: IdempotencyClaim?) {
        self.notice = notice
        self.content = content
        self.idempotency = idempotency
    }
}

/// The caller's key and the hash of what they asked, kept as long as the notice (draft-ietf-httpapi-idempotency-key).
public struct IdempotencyClaim: Sendable, Hashable {
    /// Whose key it is; keys of different callers never meet.
    public let principal: String
    /// The caller's key.
    public let key: String
    /// SHA-256 over method, path and body.
    public let requestHash: Digest

    /// Makes a claim.
    public init(principal: String, key: String, requestHash: Digest) {
        self.principal = principal
        self.key = key
        self.requestHash = requestHash
    }

    /// The same in a rehearsal, whose keys never meet those of notices that are meant: who has rehearsed a request and then
    /// sends it for real must not be told that it was issued long ago.
    var ofRehearsal: IdempotencyClaim {
        IdempotencyClaim(principal: "rehearsal \(principal)", key: key, requestHash: requestHash)
    }
}

/// How a request to issue ended.
public enum Acceptance: Sendable, Hashable {
    /// A new notice is on disk.
    case accepted(NoticeID)
    /// The same request came before; this is its notice.
    case replayed(NoticeID)
}

/// One person's agreement to one exact content.
public struct Approval: Sendable, Hashable {
    /// What is approved.
    public let notice: NoticeID
    /// The content the approver saw.
    public let contentHash: Digest
    /// Who agrees.
    public let approver: Principal
    /// When.
    public let at: Timestamp

    /// Makes an approval.
    public init(notice: NoticeID, contentHash: Digest, approver: Principal, at: Timestamp) {
        self.notice = notice
        self.contentHash = contentHash
        self.approver = approver
        self.at = at
    }
}
