/// A person's data key, encrypted under a master key: what is stored, and what erasure destroys.
///
/// Form: the byte 0xA1 (version 1), 8 bytes naming the master key, then the sealed 32 bytes.
public struct WrappedKey: Sendable, Hashable {
    static let version: UInt8 = 0xA1
    static let byteCount = 1 + 8 + AESGCM.keyByteCount + AESGCM.overhead

    /// The stored form.
    public let bytes: [UInt8]

    /// Takes the stored form, refusing another version or length.
    public init(bytes: [UInt8]) throws(EvidenceError) {
        guard bytes.first == WrappedKey.version, bytes.count == WrappedKey.byteCount else {
            throw EvidenceError(.malformed, "these \(bytes.count) bytes are not a wrapped key of a version we know")
        }
        self.bytes = bytes
    }

    init(masterID: String, sealed: [UInt8]) throws(EvidenceError) {
        guard let name = Hex.decode(masterID) else { throw EvidenceError(.badKey, "the master key has no proper name") }
        try self.init(bytes: [WrappedKey.version] + name + sealed)
    }

    /// The name of the master key that opens it.
    public var masterID: String { Hex.encode(Array(bytes[1..<9])) }

    var sealed: [UInt8] { Array(bytes[9...]) }
}

/// Compressed and encrypted bytes at rest.
///
/// Form: the byte 0xD1 (version 1), then nonce, ciphertext and tag.
public struct SealedBytes: Sendable, Hashable {
    static let version: UInt8 = 0xD1

    /// The stored form.
    public let bytes: [UInt8]

    /// Takes the stored form, refusing another version.
    public init(bytes: [UInt8]) throws(EvidenceError) {
        guard bytes.first == SealedBytes.version, bytes.count > AESGCM.overhead else {
            throw EvidenceError(.malformed, "these \(bytes.count) bytes are not sealed bytes of a version we know")
        }
        self.bytes = bytes
    }

    var sealed: ArraySlice<UInt8> { bytes[1...] }
}
