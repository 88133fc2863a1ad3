/// A public key.
public struct VerificationKey: Sendable {
    let handle: KeyHandle
    /// The key as a DER SubjectPublicKeyInfo.
    public let spkiDER: [UInt8]
    /// The lower-case hexadecimal SHA-256 of `spkiDER`.
    public let keyID: String

    init(_ handle: KeyHandle) { self.init(handle, spkiDER: handle.publicDER) }

    /// Takes a key whose encoded form is known already.
    init(_ handle: KeyHandle, spkiDER: [UInt8]) {
        self.handle = handle
        self.spkiDER = spkiDER
        keyID = SHA256.hash(spkiDER).hex
    }

    /// By PEM text or by the 32 raw bytes, which no PEM text is.
    private static let remembered = Remembered<VerificationKey>(capacity: 64)

    /// Reads a PEM public key; `origin` names it in error messages.
    public init(pem: String, origin: String = "the public key") throws(EvidenceError) {
        self = try Self.remembered.value(of: Array(pem.utf8)) { () throws(EvidenceError) in
            VerificationKey(try KeyHandle.reading(publicPEM: pem, origin: origin))
        }
    }

    /// Reads a DER SubjectPublicKeyInfo; bytes after its end are refused.
    public init(spkiDER: [UInt8], origin: String = "the public key") throws(EvidenceError) {
        self.init(try KeyHandle.reading(publicDER: spkiDER, origin: origin))
    }

    /// Reads the 32 raw bytes of an Ed25519 public key.
    public init(ed25519Raw bytes: [UInt8], origin: String = "the public key") throws(EvidenceError) {
        // Others are refused before they are looked up: they could be the text of another key.
        guard bytes.count == 32 else {
            self.init(try KeyHandle.reading(ed25519Raw: bytes, origin: origin))
            return
        }
        self = try Self.remembered.value(of: bytes) { () throws(EvidenceError) in
            VerificationKey(try KeyHandle.reading(ed25519Raw: bytes, origin: origin))
        }
    }

    /// How signatures of this key are made.
    public var algorithm: SignatureAlgorithm { handle.algorithm }

    /// The 32 raw bytes of an Ed25519 key; nil for other kinds.
    public var rawEd25519: [UInt8]? { handle.rawEd25519 }

    /// The key as PEM.
    public var pem: String { PEM.encode(spkiDER, label: "PUBLIC KEY") }

    /// Tells whether a signature is this key's over the message; malformed ones are simply not valid.
    public func isValid(_ signature: [UInt8], for message: [UInt8]) -> Bool {
        handle.isValid(signature, for: message)
    }
}

extension VerificationKey: Hashable {
    /// Compares the encoded keys.
    public static func == (a: VerificationKey, b: VerificationKey) -> Bool { a.spkiDER == b.spkiDER }
    /// Hashes the encoded key.
    public func hash(into hasher: inout Hasher) { hasher.combine(spkiDER) }
}

extension VerificationKey: CustomStringConvertible {
    /// The algorithm and the key's name.
    public var description: String { "\(algorithm.rawValue) \(keyID)" }
}
