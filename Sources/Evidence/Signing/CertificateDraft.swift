/// What a certificate will say, before it is signed (RFC 5280, section 4).
struct CertificateDraft {
    enum Purpose { case authority, seal, timestamping, entries }

    let subjectDER: [UInt8]
    let publicKey: VerificationKey
    let notBefore: Timestamp
    let notAfter: Timestamp
    let purpose: Purpose

    func signed(
        by key: SigningKey, issuerDER: [UInt8], issuerKey: VerificationKey
    ) throws(EvidenceError) -> [UInt8] {
        let algorithm = key.algorithm.identifierDER
        var serial = SecureRandom.bytes(16)
        // Positive and never zero: the top bit clear, the next one set.
        serial[0] = serial[0] & 0x7F | 0x40
        let body = DER.sequence(
            DER.context(0, DER.integer(2)), DER.integer(unsigned: serial), algorithm, issuerDER,
            DER.sequence(DER.time(notBefore), DER.time(notAfter)), subjectDER, publicKey.spkiDER,
            DER.context(3, DER.sequence(of: try extensions(issuerKey))))
        return DER.sequence(body, algorithm, DER.bits(try key.sign(body)))
    }

    private func extensions(_ issuerKey: VerificationKey) throws(EvidenceError) -> [[UInt8]] {
        var list: [[UInt8]] = []
        switch purpose {
        case .authority:
            list.append(part(.basicConstraints, critical: true, DER.sequence(DER.yes, DER.integer(0))))
            // keyCertSign and cRLSign
            list.append(part(.keyUsage, critical: true, [0x03, 0x02, 0x01, 0x06]))
        case .seal:
            // digitalSignature and nonRepudiation
            list.append(part(.keyUsage, critical: true, [0x03, 0x02, 0x06, 0xC0]))
        case .entries:
            list.append(part(.keyUsage, critical: true, [0x03, 0x02, 0x07, 0x80]))
        case .timestamping:
            list.append(part(.keyUsage, critical: true, [0x03, 0x02, 0x07, 0x80]))
            list.append(part(.extendedKeyUsage, critical: true, DER.sequence(DER.oid(.timeStamping))))
        }
        let issuerID = try identifier(issuerKey)
        list.append(part(.subjectKeyIdentifier, critical: false, DER.octets(try identifier(publicKey))))
        list.append(part(.authorityKeyIdentifier, critical: false, DER.sequence(DER.element(0x80, issuerID))))
        return list
    }

    private func part(_ type: OID, critical: Bool, _ value: [UInt8]) -> [UInt8] {
        DER.sequence(DER.oid(type), critical ? DER.yes : [], DER.octets(value))
    }

    /// The key identifier of RFC 7093, method 1: the first 160 bits of SHA-256 over the key's bits.
    private func identifier(_ key: VerificationKey) throws(EvidenceError) -> [UInt8] {
        var outer = try DERReader(key.spkiDER, name: "a public key")
        var parts = try outer.next(0x30).reader()
        _ = try parts.next(0x30)
        return Array(SHA256.hash(Array(try parts.next(0x03).content.dropFirst())).bytes.prefix(20))
    }
}

/// The subject of a certificate we issue.
struct SubjectName {
    var commonName: String
    var organisation: String?
    var creditCode: String?

    init(commonName: String, organisation: String? = nil, creditCode: String? = nil) {
        self.commonName = commonName
        self.organisation = organisation
        self.creditCode = creditCode
    }

    var der: [UInt8] {
        var parts = [DER.sequence(DER.oid(.country), DER.printable("CN"))]
        if let organisation { parts.append(DER.sequence(DER.oid(.organisation), DER.utf8(organisation))) }
        if let creditCode {
            parts.append(DER.sequence(DER.oid(.organisationIdentifier), DER.utf8("NTRCN-" + creditCode)))
        }
        // X.520 limits a common name to 64 characters; the organisation carries the full name.
        parts.append(DER.sequence(DER.oid(.commonName), DER.utf8(String(commonName.unicodeScalars.prefix(64)))))
        return DER.sequence(of: parts.map { DER.set(of: [$0]) })
    }

    func check() throws(EvidenceError) {
        for text in [commonName, organisation, creditCode].compactMap({ $0 }) {
            let scalars = text.unicodeScalars
            guard (1...200).contains(scalars.count), !scalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F })
            else {
                throw EvidenceError(
                    .malformed,
                    "the name \"\(text.prefix(40))\" cannot stand in a certificate: 1 to 200 characters, no control characters"
                )
            }
        }
    }
}

extension SignatureAlgorithm {
    /// The AlgorithmIdentifier of signatures.
    var identifierDER: [UInt8] {
        switch self {
        case .ecdsaP256SHA256: DER.algorithm(.ecdsaWithSHA256)
        case .ecdsaP384SHA384: DER.algorithm(.ecdsaWithSHA384)
        case .ecdsaP521SHA512: DER.algorithm(.ecdsaWithSHA512)
        case .ed25519: DER.algorithm(.ed25519)
        case .rsaSHA256: DER.algorithm(.sha256WithRSA, null: true)
        }
    }
}
