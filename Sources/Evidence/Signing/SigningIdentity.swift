/// A signer together with the certificate that says whose it is.
public struct SigningIdentity: Sendable {
    /// What signs.
    public let signer: any Signer
    /// The certificate of the signer's key.
    public let certificate: Certificate
    /// Certificates between that one and the root, sent along so that a reader needs only the root.
    public let chain: [Certificate]

    /// Pairs a signer with its certificate; refuses a key that is not the certificate's or that CMS cannot use.
    public init(signer: any Signer, certificate: Certificate, chain: [Certificate] = []) throws(EvidenceError) {
        guard signer.keyID == certificate.publicKey.keyID else {
            throw EvidenceError(
                .badKey,
                "the key \(signer.keyID.prefix(16))… does not belong to the certificate \(certificate); use the pair that was issued together"
            )
        }
        guard signer.algorithm != .ed25519 else {
            throw EvidenceError(
                .badKey, "an Ed25519 key cannot seal documents: common readers reject it; use P-256 or RSA")
        }
        self.signer = signer
        self.certificate = certificate
        self.chain = chain
    }

    /// Reads the key and the certificate (with any intermediates after it) from files and checks that they are usable.
    ///
    /// Refuses an exposed key file, a certificate outside its validity, and a key of another certificate, each time
    /// with the file and the cure.
    public init(
        keyFile: String, certificateFile: String, at instant: Timestamp
    ) throws(EvidenceError) {
        let key = try SigningKey(file: keyFile)
        let text = String(decoding: try KeyFile.readPublic(certificateFile), as: UTF8.self)
        let certificates = try Certificate.all(pem: text, origin: certificateFile)
        try certificates[0].requireValid(at: instant, origin: certificateFile)
        guard key.keyID == certificates[0].publicKey.keyID else {
            throw EvidenceError(
                .badKey,
                "\(keyFile) does not belong to the certificate in \(certificateFile); use the pair issued together")
        }
        try self.init(signer: key, certificate: certificates[0], chain: Array(certificates.dropFirst()))
    }
}

extension SigningKey {
    /// Reads a PEM private key from a file that only its owner may open.
    public init(file path: String) throws(EvidenceError) {
        try self.init(pem: String(decoding: try KeyFile.read(path), as: UTF8.self), origin: path)
    }

    /// Writes the key to a new file that only its owner may open; never overwrites.
    public func write(to path: String) throws(EvidenceError) { try KeyFile.write(Array(pem.utf8), to: path) }
}

extension Certificate {
    /// Reads every certificate of a PEM file, in order.
    public static func read(file path: String) throws(EvidenceError) -> [Certificate] {
        try all(pem: String(decoding: try KeyFile.readPublic(path), as: UTF8.self), origin: path)
    }
}
