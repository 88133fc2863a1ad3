/// Makes, opens and re-wraps the keys of persons.
///
/// New keys are wrapped by the current master key; keys wrapped by a retired one still open, until all are re-wrapped.
public struct Vault: Sendable {
    /// The master key that wraps new keys.
    public let current: MasterKey
    private let masters: [String: MasterKey]

    /// Takes the current master key and those it replaces.
    public init(_ current: MasterKey, retired: [MasterKey] = []) {
        self.current = current
        masters = Dictionary((retired + [current]).map { ($0.id, $0) }) { _, last in last }
    }

    /// The names of all master keys that are here.
    public var masterIDs: Set<String> { Set(masters.keys) }

    /// Makes a key for a person and purpose; keep `wrapped`, and drop `key` after use.
    public func makeKey(person: String, purpose: String) throws(EvidenceError) -> (wrapped: WrappedKey, key: DataKey) {
        let key = DataKey(bytes: SecureRandom.bytes(AESGCM.keyByteCount), person: person, purpose: purpose)
        return (try wrap(key), key)
    }

    /// Opens a person's key; nil stands for one that was destroyed, and throws `.erased`.
    ///
    /// Refuses a key wrapped for another person or purpose, or by a master key that is not here.
    public func open(_ wrapped: WrappedKey?, person: String, purpose: String) throws(EvidenceError) -> DataKey {
        guard let wrapped else {
            throw EvidenceError(
                .erased, "the key of \(person) for \(purpose) was destroyed; its contents cannot be had back")
        }
        guard let master = masters[wrapped.masterID] else {
            throw EvidenceError(
                .badKey,
                "a stored key needs master key \(wrapped.masterID), which is not among those configured (\(masters.keys.sorted().joined(separator: ", "))); add its file"
            )
        }
        let bytes = try AESGCM.open(wrapped.sealed, key: master.bytes, aad: aad(wrapped.masterID, person, purpose))
        return DataKey(bytes: bytes, person: person, purpose: purpose)
    }

    /// Wraps a person's key again under the current master key; what it sealed stays as it is.
    ///
    /// Returns nil if the current master key wraps it already, so that a rotation can be run again after a crash.
    public func rewrap(_ wrapped: WrappedKey, person: String, purpose: String) throws(EvidenceError) -> WrappedKey? {
        let key = try open(wrapped, person: person, purpose: purpose)
        return wrapped.masterID == current.id ? nil : try wrap(key)
    }

    private func wrap(_ key: DataKey) throws(EvidenceError) -> WrappedKey {
        let sealed = try AESGCM.seal(key.bytes, key: current.bytes, aad: aad(current.id, key.person, key.purpose))
        return try WrappedKey(masterID: current.id, sealed: sealed)
    }

    private func aad(_ masterID: String, _ person: String, _ purpose: String) -> [UInt8] {
        Vault.joined([WrappedKey.version], [masterID, person, purpose])
    }

    /// Texts with their lengths before them, so that no two lists give the same bytes.
    static func joined(_ head: [UInt8], _ texts: [String]) -> [UInt8] {
        var bytes = head
        bytes.reserveCapacity(head.count + texts.reduce(0) { $0 + 8 + $1.utf8.count })
        for text in texts {
            withUnsafeBytes(of: UInt64(text.utf8.count).bigEndian) { bytes.append(contentsOf: $0) }
            bytes.append(contentsOf: text.utf8)
        }
        return bytes
    }
}

extension EvidenceError.Code {
    /// The key was destroyed on purpose, and with it what it sealed.
    public static let erased = Self(rawValue: "erased")
}
