/// A request for a timestamp over a SHA-256 digest (RFC 3161, 2.4.1), with a nonce and asking for the certificate.
public struct TimestampRequest: Sendable, Hashable {
    /// What is to be stamped.
    public let digest: Digest
    /// The big-endian digits of the random number the reply must repeat.
    public let nonce: [UInt8]

    /// Makes a request with a fresh 64-bit nonce.
    public init(digest: Digest) {
        var nonce = SecureRandom.bytes(8)
        // Never a leading zero, so that the digits compare as they are.
        nonce[0] |= 0x80
        self.init(digest: digest, nonce: nonce)
    }

    init(digest: Digest, nonce: [UInt8]) {
        self.digest = digest
        self.nonce = nonce
    }

    /// The request as DER, to be sent as `application/timestamp-query`.
    public var der: [UInt8] {
        // certReq is always TRUE: a token without its certificate could not be checked in ten years.
        DER.sequence(
            DER.integer(1),
            DER.sequence(DER.algorithm(.sha256, null: true), DER.octets(digest.bytes)),
            DER.integer(unsigned: nonce), DER.yes)
    }
}
