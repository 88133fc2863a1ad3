/// A public key as its owner publishes it in a set (RFC 7517).
public struct JSONWebKey: Sendable {
    /// The name by which tokens refer to it; nil where it has none.
    public let keyID: String?
    /// What signatures it may be believed for.
    public let algorithms: Set<TokenAlgorithm>
    private let key: VerificationKey

    /// Reads one member of a set; refuses kinds of keys that are not used here, keys for something else than signatures, and
    /// a private key that somebody published.
    public init(_ json: JSONValue) throws(EvidenceError) {
        let name = json["kid"]?.string ?? "without kid"
        guard json["d"] == nil, json["k"] == nil else {
            throw Self.fault(name, "holds a secret; its owner must replace it")
        }
        guard json["use"]?.string ?? "sig" == "sig",
            json["key_ops"]?.array.map({ $0.contains(.string("verify")) }) ?? true
        else { throw Self.fault(name, "is not for signatures") }
        let possible: Set<TokenAlgorithm>
        switch (json["kty"]?.string, json["crv"]?.string) {
        case ("RSA", _):
            key = try Self.rsa(json, name)
            possible = [.rs256, .ps256]
        case ("EC", "P-256"):
            key = try Self.p256(json, name)
            possible = [.es256]
        case ("OKP", "Ed25519"):
            key = try VerificationKey(ed25519Raw: try Self.bytes(json, "x", name), origin: "key \(name)")
            possible = [.edDSA]
        default: throw Self.fault(name, "is of a kind that is not used here; RSA, P-256 and Ed25519 are")
        }
        if let named = json["alg"]?.string {
            algorithms = possible.filter { $0.rawValue == named }
            guard !algorithms.isEmpty else { throw Self.fault(name, "is for an algorithm that is not used here") }
        } else {
            algorithms = possible
        }
        keyID = json["kid"]?.string
    }

    /// Tells whether a signature, in the form tokens write it, is this key's over the message.
    public func isValid(_ signature: [UInt8], for message: [UInt8], by algorithm: TokenAlgorithm) -> Bool {
        guard algorithms.contains(algorithm) else { return false }
        switch algorithm {
        case .rs256, .edDSA: return key.isValid(signature, for: message)
        case .ps256: return key.handle.isValidPSS(signature, for: message)
        case .es256:
            // Two numbers of 32 bytes side by side (RFC 7518, 3.4); OpenSSL wants them as DER.
            guard signature.count == 64 else { return false }
            let numbers = [signature[..<32], signature[32...]].map { DER.integer(unsigned: Array($0)) }
            return key.isValid(DER.sequence(of: numbers), for: message)
        }
    }

    private static func rsa(_ json: JSONValue, _ name: String) throws(EvidenceError) -> VerificationKey {
        let (modulus, exponent) = (try bytes(json, "n", name), try bytes(json, "e", name))
        // A huge modulus or exponent would make every check of a signature expensive.
        guard modulus.count <= 1024, (1...4).contains(exponent.count), exponent.last.map({ $0 & 1 == 1 }) == true,
            exponent != [1]
        else { throw fault(name, "has a modulus over 8192 bits or an exponent that is none") }
        let pair = DER.sequence(DER.integer(unsigned: modulus), DER.integer(unsigned: exponent))
        return try VerificationKey(
            spkiDER: DER.sequence(DER.algorithm(.rsaEncryption, null: true), DER.bits(pair)), origin: "key \(name)")
    }

    private static func p256(_ json: JSONValue, _ name: String) throws(EvidenceError) -> VerificationKey {
        let (x, y) = (try bytes(json, "x", name), try bytes(json, "y", name))
        guard x.count == 32, y.count == 32 else { throw fault(name, "has coordinates that are not 32 bytes each") }
        // OpenSSL refuses a point that is not on the curve.
        return try VerificationKey(
            spkiDER: DER.sequence(
                DER.sequence(DER.oid(.ellipticCurveKey), DER.oid(.curveP256)), DER.bits([4] + x + y)),
            origin: "key \(name)")
    }

    private static func bytes(_ json: JSONValue, _ member: String, _ name: String) throws(EvidenceError) -> [UInt8] {
        guard let bytes = json[member]?.string.flatMap(Base64.decodeURL), !bytes.isEmpty else {
            throw fault(name, "has no member \(member) in base64url")
        }
        return bytes
    }

    private static func fault(_ name: String, _ reason: String) -> EvidenceError {
        EvidenceError(.badKey, "key \(name.prefix(60)) of the set \(reason)")
    }
}

/// The keys a token may be signed with, as their owner publishes them.
public struct JSONWebKeySet: Sendable {
    /// More than anybody needs while keys are changed; each costs a check.
    public static let largest = 32
    /// Those that can be used here.
    public let keys: [JSONWebKey]

    /// Reads a set; keys of unknown kinds are passed over, as RFC 7517 asks, and a set without any of use is refused.
    public init(_ json: JSONValue) throws(EvidenceError) {
        guard let members = json["keys"]?.array, members.count <= Self.largest else {
            throw EvidenceError(.malformed, "the set of keys is no list \"keys\" of at most \(Self.largest)")
        }
        // A key that is of no use to us says nothing about the others.
        keys = members.compactMap { try? JSONWebKey($0) }
        guard !keys.isEmpty else {
            throw EvidenceError(.badKey, "none of the \(members.count) keys of the set can be used for signatures here")
        }
    }

    /// Those by which a token may be signed: of its name, or the only one of its algorithm when it names none.
    func candidates(_ keyID: String?, _ algorithm: TokenAlgorithm) -> [JSONWebKey] {
        let fitting = keys.filter { $0.algorithms.contains(algorithm) }
        guard let keyID else { return fitting.count == 1 ? fitting : [] }
        return fitting.filter { $0.keyID == keyID }
    }
}
