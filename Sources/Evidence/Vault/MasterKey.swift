/// The key that wraps every person's data key.
///
/// Whoever holds it and the database reads everything; whoever loses it loses everything at rest. It lives in a file of
/// its own, never in the database.
public struct MasterKey: Sendable, Hashable {
    let bytes: [UInt8]
    /// Sixteen hexadecimal digits that name the key without revealing it; stored beside what it wraps.
    public let id: String

    /// Takes the 32 bytes of a key; `origin` names it in error messages.
    public init(bytes: [UInt8], origin: String = "the master key") throws(EvidenceError) {
        guard bytes.count == AESGCM.keyByteCount else {
            throw EvidenceError(
                .badKey, "\(origin) has \(bytes.count) bytes instead of 32; make one with songda keygen")
        }
        guard bytes.contains(where: { $0 != bytes[0] }) else {
            throw EvidenceError(.badKey, "\(origin) is one byte repeated, which is no key; make one with songda keygen")
        }
        self.bytes = bytes
        id = String(Hex.encode(HMAC.sha256(key: bytes, Array("songda master key id".utf8))).prefix(16))
    }

    /// Makes a new random key.
    public static func generate() throws(EvidenceError) -> MasterKey { try MasterKey(bytes: SecureRandom.bytes(32)) }

    /// Reads a key from a file: 64 hexadecimal digits and perhaps a line end; only its owner may be able to open it.
    public init(file path: String) throws(EvidenceError) {
        var text = try KeyFile.read(path)
        while text.last == 0x0A || text.last == 0x0D { text.removeLast() }
        guard text.count == 64, let bytes = Hex.decode(String(decoding: text, as: UTF8.self)) else {
            throw EvidenceError(
                .badKey, "\(path) is not a master key; expected 64 hexadecimal digits, as songda keygen writes them")
        }
        try self.init(bytes: bytes, origin: path)
    }

    /// Writes the key to a new file that only its owner may open; never overwrites.
    public func write(to path: String) throws(EvidenceError) {
        try KeyFile.write(Array((Hex.encode(bytes) + "\n").utf8), to: path)
    }
}

extension MasterKey: CustomStringConvertible {
    /// The name of the key, never the key.
    public var description: String { "master key \(id)" }
}
