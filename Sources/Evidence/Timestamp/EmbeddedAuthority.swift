/// The timestamp authority built into this program, for development and closed networks.
///
/// Its tokens are sound RFC 3161 but prove little to an outsider: whoever runs this program also runs the clock. It is
/// never independent, and its policy identifier says so inside every token.
public struct EmbeddedAuthority: TimestampAuthority {
    /// The policy under which it stamps: "built in, not independent"; an arc of our own under 2.25 (ITU-T X.667).
    public static let policy = "2.25.224790146382905733184467130526731950417"

    /// The name the operator gave it.
    public let name: String
    /// Always false.
    public var isIndependent: Bool { false }
    /// Its certificate.
    public let certificate: Certificate

    private let responder: TimestampResponder
    private let clock: any WallClock

    /// Takes a timestamping key (P-256 or RSA) and its certificate; refuses a certificate not made for that.
    ///
    /// `accuracy` is how far the clock may be off, in whole seconds, as written into every token.
    public init(
        name: String = "built-in authority", key: SigningKey, certificate: Certificate, chain: [Certificate] = [],
        accuracySeconds: Int = 1, clock: any WallClock
    ) throws(EvidenceError) {
        guard key.publicKey == certificate.publicKey else {
            throw EvidenceError(.badKey, "the timestamp key does not belong to the certificate \(certificate)")
        }
        guard key.algorithm != .ed25519 else {
            throw EvidenceError(.badKey, "OpenSSL cannot stamp with an Ed25519 key; use P-256 or RSA")
        }
        self.name = name
        self.certificate = certificate
        self.clock = clock
        responder = TimestampResponder(
            key: key.handle, certificate: certificate.handle, chain: chain.map(\.handle),
            policy: EmbeddedAuthority.policy, accuracySeconds: Int32(clamping: max(1, accuracySeconds)))
        try responder.check()
    }

    /// Stamps a digest with the time of the clock handed in.
    public func token(for digest: Digest) async throws -> TimestampToken {
        let request = TimestampRequest(digest: digest)
        let der = try TimestampReply(try reply(to: request.der)).grantedToken(by: name)
        let token = try TimestampToken(der: der)
        guard token.imprint == digest, token.nonce == request.nonce else {
            throw EvidenceError(.timestampImprint, "\(name) made a token for another request")
        }
        return token
    }

    /// The DER reply to a DER request, so that it can be served over HTTP as `application/timestamp-reply`.
    ///
    /// A request that cannot be granted gets a well-formed refusal. Throws if the certificate is not valid now: a token
    /// made then would be refused by everyone.
    public func reply(to request: [UInt8]) throws(EvidenceError) -> [UInt8] {
        let now = clock.now
        try certificate.requireValid(at: now, origin: "the certificate of \(name)")
        return try responder.reply(to: request, at: now)
    }
}
