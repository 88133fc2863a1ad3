/// Whoever says, with a signature, that some bytes existed at some instant (RFC 3161).
public protocol TimestampAuthority: Sendable {
    /// The name the operator gave it, as shown beside its tokens.
    var name: String { get }
    /// Whether it is run by someone with no interest in our evidence; ours never is.
    var isIndependent: Bool { get }
    /// Fetches a token over a SHA-256 digest and checks it fully before returning it.
    ///
    /// Throws when no sound token was had; nothing else may then stand in for it, least of all a local clock.
    func token(for digest: Digest) async throws -> TimestampToken
}

extension EvidenceError.Code {
    /// No answer came from the authority.
    public static let timestampUnreachable = Self(rawValue: "timestamp-unreachable")
    /// What came is not a timestamp reply.
    public static let timestampNotAReply = Self(rawValue: "timestamp-not-a-reply")
    /// The authority refused, and says why.
    public static let timestampRefused = Self(rawValue: "timestamp-refused")
    /// The token is over other bytes.
    public static let timestampImprint = Self(rawValue: "timestamp-wrong-imprint")
    /// The token answers another request: a replay.
    public static let timestampNonce = Self(rawValue: "timestamp-wrong-nonce")
    /// The token was made under a policy that is not accepted.
    public static let timestampPolicy = Self(rawValue: "timestamp-wrong-policy")
    /// The token's signature or its certificate is not sound.
    public static let timestampCertificate = Self(rawValue: "timestamp-bad-certificate")
    /// The token's time is too far from ours.
    public static let timestampTime = Self(rawValue: "timestamp-wrong-time")
    /// Every configured authority failed.
    public static let timestampNone = Self(rawValue: "timestamp-none")
}
