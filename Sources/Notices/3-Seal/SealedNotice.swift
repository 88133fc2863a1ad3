import Evidence

/// The exact bytes of a notice with the issuing entity's electronic signature (已签章文书).
public struct SealedNotice: Sendable, Hashable {
    /// `application/pdf`, or `application/json` when the message itself is the notice.
    public let mediaType: String
    /// The bytes that were signed and are shown, sent and proved.
    public let bytes: [UInt8]
    /// SHA-256 of ``bytes``.
    public let hash: Digest
    /// Detached CAdES-B-B over ``bytes``, DER.
    ///
    /// Its time is covered by the timestamped log.
    public let signature: [UInt8]
    /// The certificate that verifies it, PEM.
    public let certificatePEM: String
    /// When it was sealed.
    public let sealedAt: Timestamp

    /// Gathers a sealed notice.
    public init(
        mediaType: String, bytes: [UInt8], hash: Digest, signature: [UInt8], certificatePEM: String, sealedAt: Timestamp
    ) {
        self.mediaType = mediaType
        self.bytes = bytes
        self.hash = hash
        self.signature = signature
        self.certificatePEM = certificatePEM
        self.sealedAt = sealedAt
    }
}
