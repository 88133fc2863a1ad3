/// Detached signatures over bytes, as CAdES baseline B and T of ETSI EN 319 122-1.
///
/// The CMS is built here in DER: content-type, message-digest, signing-time and signing-certificate-v2 are signed.
/// `openssl cms -verify -cades -binary -inform DER` accepts it.
public enum CAdES {
    /// Signs bytes with P-256 or RSA; the time is our own claim until a timestamp confirms it.
    ///
    /// Refuses a certificate that is not valid at that time: such a seal would be void from the start.
    public static func sign(
        detached content: [UInt8], with identity: SigningIdentity, at instant: Timestamp
    ) throws -> [UInt8] {
        let certificate = identity.certificate
        try certificate.requireValid(at: instant, origin: "the signing certificate \(certificate)")
        guard identity.signer.algorithm == .ecdsaP256SHA256 || identity.signer.algorithm == .rsaSHA256 else {
            throw EvidenceError(
                .badKey, "documents are sealed with P-256 or RSA, not \(identity.signer.algorithm.rawValue)")
        }
        let attributes = [
            DER.attribute(.contentType, DER.oid(.data)),
            DER.attribute(.messageDigest, DER.octets(SHA256.hash(content).bytes)),
            DER.attribute(.signingTime, DER.time(instant)),
            // No hashAlgorithm: SHA-256 is its default, and DER forbids writing a default.
            DER.attribute(
                .signingCertificateV2,
                DER.sequence(DER.sequence(DER.sequence(DER.octets(certificate.fingerprint.bytes))))),
        ]
        let signedSet = DER.set(of: attributes)
        let signature = try identity.signer.sign(signedSet)
        // The same bytes under tag [0] instead of SET.
        let embedded = [0xA0] + signedSet.dropFirst()
        let digest = DER.algorithm(.sha256)
        let signer = DER.sequence(
            DER.integer(1), DER.sequence(certificate.issuerDER, certificate.serialDER), digest, embedded,
            identity.signer.algorithm.identifierDER, DER.octets(signature))
        let certificates = ([certificate] + identity.chain).map(\.der).sorted { $0.lexicographicallyPrecedes($1) }
        return SignedData.wrap(
            DER.sequence(
                DER.integer(1), DER.set(of: [digest]), DER.sequence(DER.oid(.data)),
                DER.context(0, Array(certificates.joined())), DER.set(of: [signer])))
    }

    /// What a timestamp authority must stamp for this signature: the SHA-256 of the signature's own octets.
    public static func timestampImprint(of cms: [UInt8]) throws -> Digest {
        SHA256.hash(try SignedData(cms, name: "the signature").signature)
    }

    /// The signature with a timestamp token embedded as unsigned attribute: baseline T.
    ///
    /// Refuses a token over something else, and a signature that already has one.
    public static func addingTimestamp(_ token: TimestampToken, to cms: [UInt8]) throws -> [UInt8] {
        let message = try SignedData(cms, name: "the signature")
        guard token.imprint == SHA256.hash(message.signature) else {
            throw EvidenceError(.timestampImprint, "the timestamp token is over other bytes than this signature")
        }
        guard message.unsignedAttributes.isEmpty else {
            throw EvidenceError(.malformed, "the signature already carries unsigned attributes; stamp the original")
        }
        return message.encoded(withUnsigned: DER.attribute(.signatureTimestamp, token.der))
    }
}
