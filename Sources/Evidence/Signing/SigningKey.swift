/// A private key held in memory.
///
/// Copies share one OpenSSL key; it is wiped when the last copy goes.
public struct SigningKey: Signer {
    let handle: KeyHandle
    /// The public half.
    public let publicKey: VerificationKey

    init(_ handle: KeyHandle) throws(EvidenceError) {
        self.handle = handle
        publicKey = try VerificationKey(spkiDER: handle.publicDER)
    }

    /// Reads an unencrypted PEM private key: P-256, Ed25519, or RSA from 2048 bits.
    ///
    /// `origin` names the key in error messages, for example by its file.
    public init(pem: String, origin: String = "the private key") throws(EvidenceError) {
        try self.init(KeyHandle.reading(privatePEM: pem, origin: origin))
    }

    /// Makes a new ECDSA key on P-256.
    public static func generateP256() throws(EvidenceError) -> SigningKey { try SigningKey(.generating(.p256)) }

    /// Makes a new Ed25519 key.
    public static func generateEd25519() throws(EvidenceError) -> SigningKey { try SigningKey(.generating(.ed25519)) }

    /// Makes a new RSA key of at least 2048 bits.
    public static func generateRSA(bits: Int = 3072) throws(EvidenceError) -> SigningKey {
        try SigningKey(.generating(.rsa(bits: bits)))
    }

    /// The name of the key: see `Signer.keyID`.
    public var keyID: String { publicKey.keyID }
    /// How this key signs.
    public var algorithm: SignatureAlgorithm { handle.algorithm }
    /// The key as unencrypted PKCS #8 PEM: a secret; write it only with `KeyFile`.
    public var pem: String { handle.privatePEM }

    /// Signs a message (not its hash).
    public func sign(_ message: [UInt8]) throws(EvidenceError) -> [UInt8] { try handle.sign(message) }
}

extension SigningKey: CustomStringConvertible {
    /// The algorithm and the key's name, never the key.
    public var description: String { "\(algorithm.rawValue) \(keyID)" }
}
