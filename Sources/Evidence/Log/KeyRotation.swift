/// The statement that one key takes another's place, signed by both: old vouches for new, new accepts.
///
/// It travels as a fact of the entry `KeyRotated`. Without the old key's signature (it was lost) a reader can only take
/// the new key on the word of whoever runs the log.
public struct KeyRotation: Sendable, Hashable {
    /// What the key signs.
    public enum Role: String, Sendable, Hashable, CaseIterable {
        /// Checkpoints.
        case log
        /// Entries.
        case entries
    }

    /// What the key signs.
    public let role: Role
    /// The name of the key that goes.
    public let from: String
    /// The name of the key that comes.
    public let to: String
    /// When, by our clock.
    public let at: Timestamp
    /// The signatures of the old and of the new key over ``statement``.
    public let signatures: [[UInt8]]

    /// Has both keys sign.
    public init(role: Role, old: SigningKey, new: SigningKey, at: Timestamp) throws(EvidenceError) {
        self.role = role
        from = old.keyID
        to = new.keyID
        self.at = at
        let text = Array(Self.statement(role, from, to, at).utf8)
        signatures = [try old.sign(text), try new.sign(text)]
    }

    /// The text that both keys sign.
    public var statement: String { Self.statement(role, from, to, at) }

    private static func statement(_ role: Role, _ from: String, _ to: String, _ at: Timestamp) -> String {
        "songda key rotation v1\n\(role.rawValue)\n\(from)\n\(to)\n\(at.rfc3339)\n"
    }

    /// Whether both keys have signed.
    public func isVouched(old: VerificationKey, new: VerificationKey) -> Bool {
        let text = Array(statement.utf8)
        return old.keyID == from && new.keyID == to && signatures.count == 2
            && old.isValid(signatures[0], for: text) && new.isValid(signatures[1], for: text)
    }

    /// The rotation as data, for its file and for the entry.
    public var json: JSONValue {
        [
            "v": 1, "role": .string(role.rawValue), "from": .string(from), "to": .string(to),
            "at": .string(at.rfc3339), "statement": .string(statement),
            "signatures": .array(signatures.map { .string(Base64.encode($0)) }),
        ]
    }

    /// Reads what ``json`` gives; nothing is verified yet.
    public init(json: JSONValue, origin: String) throws(EvidenceError) {
        let signatures = (json["signatures"]?.array ?? []).compactMap { $0.string.flatMap(Base64.decode) }
        guard json["v"] == 1, let role = json["role"]?.string.flatMap(Role.init), let from = json["from"]?.string,
            let to = json["to"]?.string, let at = json["at"]?.string.flatMap(Timestamp.init(rfc3339:)),
            signatures.count == 2
        else {
            throw EvidenceError(.malformed, "\(origin) is no key rotation of version 1; bring back your copy of it")
        }
        self.role = role
        self.from = from
        self.to = to
        self.at = at
        self.signatures = signatures
    }
}
