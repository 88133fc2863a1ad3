/// A person's key, unwrapped and in memory: seals and opens what is kept about that person.
///
/// Never stored as it is. When its wrapped form is destroyed everywhere, backups included, what it sealed is gone, while
/// the log, which holds salted commitments only, still verifies.
public struct DataKey: Sendable {
    let bytes: [UInt8]
    /// Whose key it is.
    public let person: String
    /// What it is for, such as `documents` or `entries`.
    public let purpose: String

    /// Compresses and encrypts; `place` says what the bytes are (an entry or document id) and must be given again.
    ///
    /// The place is authenticated, so that stored rows cannot be exchanged for one another.
    public func seal(_ plaintext: [UInt8], place: String) throws(EvidenceError) -> SealedBytes {
        try SealedBytes(
            bytes: AESGCM.seal(Zlib.compress(plaintext), key: bytes, aad: aad(place), after: [SealedBytes.version]))
    }

    /// Decrypts and unpacks what `seal` made for the same place; more than `limit` bytes are refused.
    public func open(_ stored: SealedBytes, place: String, limit: Int = 64 << 20) throws(EvidenceError) -> [UInt8] {
        try Zlib.decompress(AESGCM.open(stored.sealed, key: bytes, aad: aad(place)), limit: limit)
    }

    private func aad(_ place: String) -> [UInt8] {
        Vault.joined([SealedBytes.version], [person, purpose, place])
    }
}
