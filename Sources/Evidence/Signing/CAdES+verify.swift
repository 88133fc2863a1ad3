extension CAdES {
    /// Examines a detached signature over some bytes and returns every fault found; never throws.
    ///
    /// With a sound embedded timestamp the certificates are judged at its time, so a signature outlives its
    /// certificate; without one, at `instant`. `timestampRoots` are the roots for the timestamp, by default the same.
    /// Revocation is not asked after: that needs the network, and a verdict must be repeatable offline.
    public static func verify(
        cms: [UInt8], over content: [UInt8], roots: [Certificate], timestampRoots: [Certificate]? = nil,
        asOf instant: Timestamp
    ) -> CAdESVerdict {
        var verdict = CAdESVerdict(judgedAt: instant)
        let message: SignedData
        do {
            message = try SignedData(cms, name: "the signature")
        } catch {
            verdict.faults.append(.malformed(error.reason, chinese: error.chinese))
            return verdict
        }
        guard message.contentType == .data, message.content == nil else {
            verdict.faults.append(.malformed("it is not a detached signature over data", chinese: "不是对数据的分离式签名"))
            return verdict
        }
        // An attribute we do not know could be a timestamp made unrecognisable.
        if message.unsignedAttributes.keys.contains(where: { $0 != .signatureTimestamp }) {
            verdict.faults.append(.attributeUnknown)
        }
        if let attribute = message.unsignedAttributes[.signatureTimestamp] {
            let stamped = TimestampToken.verify(
                attribute.encoded, over: SHA256.hash(message.signature), roots: timestampRoots ?? roots)
            verdict.timestamp = stamped
            verdict.faults += stamped.faults.map { .timestamp($0) }
            if stamped.isValid, let token = stamped.token { verdict.judgedAt = token.genTime }
        }
        verdict.claimedSigningTime = try? message.signedAttributes[.signingTime]?.time()  // absent or broken: below
        guard let signer = message.signerCertificate else {
            verdict.faults.append(.signerMissing)
            return verdict
        }
        verdict.signer = signer
        verdict.faults += faults(of: message, by: signer, over: content)
        if verdict.claimedSigningTime == nil { verdict.faults.append(.attributeWrong("signing-time")) }
        verdict.faults += faults(of: signer, in: message, roots: roots, at: verdict.judgedAt)
        return verdict
    }

    private static func faults(
        of message: SignedData, by signer: Certificate, over content: [UInt8]
    ) -> [SignatureFault] {
        guard let digest = digest(message, signer, content) else { return [.algorithmRefused] }
        var faults: [SignatureFault] = []
        let attributes = message.signedAttributes
        if attributes[.contentType]?.encoded != DER.oid(.data) { faults.append(.attributeWrong("content-type")) }
        if let signed = attributes[.messageDigest], signed.tag == 0x04 {
            if signed.content != digest { faults.append(.contentDiffers) }
        } else {
            faults.append(.attributeWrong("message-digest"))
        }
        if !SigningCertificateAttribute.names(signer, in: attributes[.signingCertificateV2]) {
            faults.append(.attributeWrong("signing-certificate-v2"))
        }
        if !signer.publicKey.isValid(message.signature, for: message.signedAttributesDER) {
            faults.append(.signatureWrong)
        }
        return faults
    }

    /// The hash of the content by the message's algorithm, or nil if that does not go with the signer's key.
    private static func digest(_ message: SignedData, _ signer: Certificate, _ content: [UInt8]) -> [UInt8]? {
        switch (signer.publicKey.algorithm, message.digestAlgorithm, message.signatureAlgorithm) {
        case (.ecdsaP256SHA256, .sha256, .ecdsaWithSHA256), (.rsaSHA256, .sha256, .sha256WithRSA),
            (.rsaSHA256, .sha256, .rsaEncryption):
            SHA256.hash(content).bytes
        case (.ecdsaP384SHA384, .sha384, .ecdsaWithSHA384): KeyHandle.sha384(content)
        case (.ecdsaP521SHA512, .sha512, .ecdsaWithSHA512): KeyHandle.sha512(content)
        default: nil
        }
    }

    private static func faults(
        of signer: Certificate, in message: SignedData, roots: [Certificate], at instant: Timestamp
    ) -> [SignatureFault] {
        var faults: [SignatureFault] = []
        if !signer.handle.mayVerifySignatures { faults.append(.unfitCertificate) }
        guard signer.isValid(at: instant) else { return faults + [.outsideValidity(instant)] }
        // One that cannot be read cannot help to build the chain.
        let others = message.certificates.filter { $0 != signer.der }.compactMap {
            try? CertificateHandle(der: $0, origin: "a certificate")
        }
        if let reason = TrustStore(roots.map(\.handle), at: instant).fault(of: signer.handle, through: others) {
            faults.append(.untrusted(reason))
        }
        return faults
    }
}

/// The attribute that binds a signature to one certificate (RFC 5035): without it another certificate for the same
/// key could be put in its place.
enum SigningCertificateAttribute {
    /// Tells whether the attribute's first certificate hash is this certificate's, by SHA-256, 384 or 512.
    static func names(_ certificate: Certificate, in attribute: DERValue?) -> Bool {
        guard let attribute else { return false }
        // A broken attribute names nobody.
        return (try? matches(certificate, attribute)) ?? false
    }

    private static func matches(_ certificate: Certificate, _ attribute: DERValue) throws(EvidenceError) -> Bool {
        var outer = try attribute.reader()
        var list = try outer.next(0x30).reader()
        var identifier = try list.next(0x30).reader()
        var algorithm = OID.sha256
        if let explicit = try identifier.optional(0x30) {
            var parts = try explicit.reader()
            algorithm = try parts.next(0x06).oid()
        }
        let hash = try identifier.next(0x04).content
        switch algorithm {
        case .sha256: return hash == certificate.fingerprint.bytes
        case .sha384: return hash == KeyHandle.sha384(certificate.der)
        case .sha512: return hash == KeyHandle.sha512(certificate.der)
        default: return false
        }
    }
}
