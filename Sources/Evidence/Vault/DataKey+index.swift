extension DataKey {
    /// A keyed hash by which a sealed value can be found again without being stored in clear; see ``BlindIndex``.
    public func blindIndex(of value: [UInt8]) -> [UInt8] { BlindIndex(self).hash(of: value) }
}

/// Finds sealed values again by keyed hashes (a blind index), made ready for many values under one key.
///
/// Equal values give equal hashes under one key; without the key a short value such as a phone number cannot be guessed.
public struct BlindIndex: Sendable {
    private let key: HMAC.Key

    /// The index under this key.
    public init(_ key: DataKey) {
        self.key = HMAC.Key(HMAC.sha256(key: key.bytes, Array("songda blind index".utf8)))
    }

    /// The hash of a value, 32 bytes.
    public func hash(of value: [UInt8]) -> [UInt8] { key.code(of: value) }
}
