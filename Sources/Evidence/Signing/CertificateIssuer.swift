/// Issues certificates: a development root, and under a root the certificates of one installation.
///
/// Production seals come from a licensed authority; this exists so that development, tests and closed networks have
/// the same kinds of certificate with the same restrictions.
public struct CertificateIssuer: Sendable {
    /// The issuing certificate.
    public let certificate: Certificate
    let key: SigningKey

    /// Takes an issuing certificate and its key, which must belong together.
    public init(certificate: Certificate, key: SigningKey) throws(EvidenceError) {
        guard certificate.publicKey == key.publicKey else {
            throw EvidenceError(.badKey, "the key does not belong to the issuing certificate \(certificate)")
        }
        self.certificate = certificate
        self.key = key
    }

    /// Makes a self-signed root that may issue end certificates but no further authorities.
    public static func root(
        named name: String, key: SigningKey, from start: Timestamp, lasting span: Duration = .seconds(20 * 31_557_600)
    ) throws(EvidenceError) -> CertificateIssuer {
        let subject = SubjectName(commonName: name).der
        let draft = CertificateDraft(
            subjectDER: subject, publicKey: key.publicKey, notBefore: start, notAfter: start.adding(span),
            purpose: .authority)
        let der = try draft.signed(by: key, issuerDER: subject, issuerKey: key.publicKey)
        return try CertificateIssuer(certificate: Certificate(der: der, origin: "the new root"), key: key)
    }

    /// Issues the seal certificate of a legal entity: its full name and unified social credit code are in the subject.
    public func sealCertificate(
        organisation: String, creditCode: String, key: VerificationKey, from start: Timestamp,
        lasting span: Duration = .seconds(5 * 31_557_600)
    ) throws(EvidenceError) -> Certificate {
        let name = SubjectName(commonName: organisation, organisation: organisation, creditCode: creditCode)
        return try issue(name, key, .seal, start, span)
    }

    /// Issues a timestamping certificate; its only extended purpose is timeStamping, marked critical (RFC 3161, 2.3).
    public func timestampCertificate(
        named name: String, key: VerificationKey, from start: Timestamp,
        lasting span: Duration = .seconds(10 * 31_557_600)
    ) throws(EvidenceError) -> Certificate {
        try issue(SubjectName(commonName: name), key, .timestamping, start, span)
    }

    /// Issues a certificate for the key that signs evidence entries.
    public func entryCertificate(
        named name: String, key: VerificationKey, from start: Timestamp,
        lasting span: Duration = .seconds(5 * 31_557_600)
    ) throws(EvidenceError) -> Certificate {
        try issue(SubjectName(commonName: name), key, .entries, start, span)
    }

    private func issue(
        _ name: SubjectName, _ subjectKey: VerificationKey, _ purpose: CertificateDraft.Purpose, _ start: Timestamp,
        _ span: Duration
    ) throws(EvidenceError) -> Certificate {
        try name.check()
        try certificate.requireValid(at: start, origin: "the issuing certificate \(certificate)")
        // No certificate outlives its issuer: a chain check at its end would fail with a confusing reason.
        let end = min(start.adding(span), certificate.notAfter)
        let draft = CertificateDraft(
            subjectDER: name.der, publicKey: subjectKey, notBefore: start, notAfter: end, purpose: purpose)
        let der = try draft.signed(by: key, issuerDER: certificate.subjectDER, issuerKey: key.publicKey)
        return try Certificate(der: der, origin: "the new certificate")
    }
}
