/// Whoever can put a signature on bytes: a key file today, a hardware module behind the same door later.
public protocol Signer: Sendable {
    /// The lower-case hexadecimal SHA-256 of the public key's SubjectPublicKeyInfo: names the key everywhere.
    var keyID: String { get }
    /// How the signatures are made.
    var algorithm: SignatureAlgorithm { get }
    /// Signs a message (not its hash); safe to call from many threads at once.
    func sign(_ message: [UInt8]) throws -> [UInt8]
}
