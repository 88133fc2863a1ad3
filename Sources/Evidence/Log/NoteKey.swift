/// A public key that verifies signed notes: a name bound to an Ed25519 key.
///
/// Written as `name+hash+key`, the form other tools call a verifier key.
public struct NoteKey: Sendable, Hashable, CustomStringConvertible {
    /// What a signature of the key covers.
    public enum Kind: UInt8, Sendable, Hashable {
        /// The note's text: the key of a log.
        case ed25519 = 0x01
        /// A time and the note's text: the key of a witness.
        case cosignature = 0x04
    }

    /// The key's name; for a log the same as its origin.
    public let name: String
    /// What its signatures cover.
    public let kind: Kind
    /// The Ed25519 key.
    public let key: VerificationKey
    /// The first four bytes of SHA-256 over name, kind and key.
    public let keyHash: UInt32
    private let raw: [UInt8]

    /// Binds a name to an Ed25519 key.
    public init(name: String, key: VerificationKey, kind: Kind = .ed25519) throws(EvidenceError) {
        guard Self.isName(name) else {
            throw EvidenceError(
                .badKey, "log name \"\(name.prefix(60))\" is empty or holds a space or plus sign; choose another",
                chinese: "日志名称“\(name.prefix(60))”为空，或者含有空格或加号；请另选名称")
        }
        guard let raw = key.rawEd25519 else {
            throw EvidenceError(
                .badKey, "key of log \(name) is \(key.algorithm.rawValue); checkpoints need Ed25519",
                chinese: "日志 \(name) 的密钥是 \(key.algorithm.rawValue)；日志签名点须用 Ed25519")
        }
        self.name = name
        self.key = key
        self.kind = kind
        self.raw = raw
        keyHash = SHA256.hash([Array(name.utf8), [0x0A, kind.rawValue], raw]).bytes[..<4]
            .reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    }

    /// Reads `name+hash+key`; a hash that does not fit name and key is refused.
    public init(parsing text: String) throws(EvidenceError) {
        let parts = text.utf8.split(separator: 0x2B, maxSplits: 2, omittingEmptySubsequences: false)
            .map { String(Substring($0)) }
        guard parts.count == 3, let hash = Hex.decode(parts[1]), hash.count == 4, let value = Base64.decode(parts[2]),
            value.count == 33, let kind = Kind(rawValue: value[0])
        else {
            throw EvidenceError(
                .badKey, "\"\(text.prefix(80))\" is no note key (name+hash+key) of a kind we read",
                chinese: "“\(text.prefix(80))”不是可识别的日志公钥（名称+哈希+公钥）")
        }
        try self.init(name: parts[0], key: VerificationKey(ed25519Raw: Array(value[1...])), kind: kind)
        guard SignedNote.bigEndian(keyHash) == hash else {
            throw EvidenceError(
                .badKey, "note key of \(name): the hash \(parts[1]) does not fit; copy the key again",
                chinese: "日志 \(name) 的公钥：哈希 \(parts[1]) 不符；请重新复制该公钥")
        }
    }

    /// The key as `name+hash+key`.
    public var description: String {
        "\(name)+\(Hex.encode(SignedNote.bigEndian(keyHash)))+\(Base64.encode([kind.rawValue] + raw))"
    }

    /// Tells whether a name can stand in a signature line.
    static func isName(_ name: String) -> Bool {
        !name.isEmpty
            && name.unicodeScalars.allSatisfy {
                $0 != "+" && !$0.properties.isWhitespace && $0.value >= 0x20 && $0.value != 0x7F
            }
    }

    func isValid(_ signature: [UInt8], for text: String) -> Bool {
        switch kind {
        case .ed25519: return key.isValid(signature, for: Array(text.utf8))
        case .cosignature:
            guard signature.count == 72 else { return false }
            let seconds = signature[..<8].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            let message = "cosignature/v1\ntime \(seconds)\n\(text)"
            return key.isValid(Array(signature[8...]), for: Array(message.utf8))
        }
    }
}

/// The private side of a note key.
public struct NoteSigner: Sendable {
    /// The public side.
    public let key: NoteKey
    private let signer: any Signer

    /// Binds a name to an Ed25519 signer and its public key.
    public init(name: String, signer: any Signer, publicKey: VerificationKey) throws(EvidenceError) {
        guard signer.keyID == publicKey.keyID else {
            throw EvidenceError(.badKey, "the signer of log \(name) and its public key are of different pairs")
        }
        key = try NoteKey(name: name, key: publicKey)
        self.signer = signer
    }

    /// Binds a name to an Ed25519 key in memory.
    public init(name: String, key: SigningKey) throws(EvidenceError) {
        try self.init(name: name, signer: key, publicKey: key.publicKey)
    }

    /// Signs a text that ends with a line feed.
    ///
    /// Ed25519 is deterministic, so the same text always gives the same note; a step repeated after a crash signs the
    /// same bytes again instead of a second version.
    public func sign(_ text: String) throws -> SignedNote {
        precondition(text.utf8.last == 0x0A, "a note's text ends with a line feed")
        let bytes = try signer.sign(Array(text.utf8))
        return SignedNote(
            text: text, signatures: [.init(name: key.name, keyHash: key.keyHash, bytes: bytes)])
    }
}
