/// An X.509 certificate.
public struct Certificate: Sendable {
    let handle: CertificateHandle
    /// The certificate as DER.
    public let der: [UInt8]
    /// The subject on one line, most specific part first: `CN=…,O=…`.
    public let subjectName: String
    /// The issuer on one line.
    public let issuerName: String
    /// The serial number in lower-case hexadecimal.
    public let serialHex: String
    /// The first instant of validity.
    public let notBefore: Timestamp
    /// The last instant of validity.
    public let notAfter: Timestamp
    /// The key it certifies.
    public let publicKey: VerificationKey
    /// The SHA-256 of `der`.
    public let fingerprint: Digest
    /// The organisation in the subject, if it names one.
    public let organisation: String?
    /// The unified social credit code of the organisation, if the subject names it (`NTRCN-…`, ETSI EN 319 412-1).
    public let creditCode: String?

    /// The issuer's name and the serial number as they stand in the certificate.
    let issuerDER: [UInt8]
    let subjectDER: [UInt8]
    let serialDER: [UInt8]

    private static let remembered = Remembered<Certificate>(capacity: 64)

    /// Reads a DER certificate of at most 64 KiB; `origin` names it in error messages.
    public init(der: [UInt8], origin: String = "the certificate") throws(EvidenceError) {
        self = try Self.remembered.value(of: der) { () throws(EvidenceError) in
            try Certificate(reading: der, origin: origin)
        }
    }

    private init(reading der: [UInt8], origin: String) throws(EvidenceError) {
        let fields: CertificateFields
        do {
            fields = try CertificateFields(der: der, origin: origin)
        } catch {
            throw EvidenceError(.badCertificate, error.reason, chinese: error.chinese, detail: error.detail)
        }
        handle = try CertificateHandle(der: der, origin: origin)
        publicKey = VerificationKey(try handle.publicKey(origin: origin), spkiDER: fields.publicKeyDER)
        self.der = der
        subjectName = handle.subject
        issuerName = handle.issuer
        serialHex = fields.serialHex
        notBefore = fields.notBefore
        notAfter = fields.notAfter
        fingerprint = SHA256.hash(der)
        issuerDER = fields.issuerDER
        subjectDER = fields.subjectDER
        serialDER = fields.serialDER
        organisation = fields.subjectParts[.organisation]
        creditCode = fields.subjectParts[.organisationIdentifier].flatMap { text in
            text.hasPrefix("NTRCN-") ? String(text.dropFirst(6)) : nil
        }
    }

    /// Reads the first certificate of a PEM text; `origin` names it in error messages.
    public init(pem: String, origin: String = "the certificate") throws(EvidenceError) {
        guard let first = PEM.decode(pem, label: "CERTIFICATE")?.first else {
            throw EvidenceError(
                .badCertificate, "\(origin) holds no certificate; expected PEM (-----BEGIN CERTIFICATE-----)",
                chinese: "\(ChineseWording.source(origin))中没有证书；应为 PEM 格式（-----BEGIN CERTIFICATE-----）")
        }
        try self.init(der: first, origin: origin)
    }

    /// Reads every certificate of a PEM text, in order; none at all is an error.
    public static func all(pem: String, origin: String) throws(EvidenceError) -> [Certificate] {
        guard let blocks = PEM.decode(pem, label: "CERTIFICATE"), !blocks.isEmpty else {
            throw EvidenceError(
                .badCertificate, "\(origin) holds no certificate; expected PEM (-----BEGIN CERTIFICATE-----)",
                chinese: "\(ChineseWording.source(origin))中没有证书；应为 PEM 格式（-----BEGIN CERTIFICATE-----）")
        }
        var certificates: [Certificate] = []
        for block in blocks { certificates.append(try Certificate(der: block, origin: origin)) }
        return certificates
    }

    var keyIdentifier: [UInt8]? { handle.keyIdentifier }

    /// The certificate as PEM.
    public var pem: String { PEM.encode(der, label: "CERTIFICATE") }

    /// Tells whether an instant lies within the validity.
    ///
    /// `notAfter` is written to the second and includes that whole second.
    public func isValid(at instant: Timestamp) -> Bool {
        instant >= notBefore && instant < notAfter.adding(.seconds(1))
    }

    /// Refuses a certificate outside its validity, naming where it came from and the cure.
    public func requireValid(at instant: Timestamp, origin: String) throws(EvidenceError) {
        if instant < notBefore {
            throw EvidenceError(
                .badCertificate,
                "\(origin) is not valid before \(notBefore) and it is \(instant); check the machine's clock")
        }
        if !isValid(at: instant) {
            throw EvidenceError(
                .badCertificate, "\(origin) expired at \(notAfter); put a renewed certificate in its place")
        }
    }
}

extension Certificate: Hashable {
    /// Compares the encoded certificates.
    public static func == (a: Certificate, b: Certificate) -> Bool { a.fingerprint == b.fingerprint }
    /// Hashes the fingerprint.
    public func hash(into hasher: inout Hasher) { hasher.combine(fingerprint) }
}

extension Certificate: CustomStringConvertible {
    /// The subject and the serial number.
    public var description: String { "\(subjectName) (serial \(serialHex))" }
}
