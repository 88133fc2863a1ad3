/// A signed token of somebody else in its compact form (RFC 7515, RFC 7519), read and not yet believed.
///
/// What it claims is given out only against a key. What it says about keys itself (`jwk`, `jku`, `x5c`) is never looked at.
public struct SignedToken: Sendable {
    /// Longer ones are refused before anything is read.
    public static let maximumBytes = 16 << 10

    /// How it says that it is signed.
    public let algorithm: TokenAlgorithm
    /// The name of the key, where it says one.
    public let keyID: String?
    /// The media type it says it has, in lower case and without `application/`.
    public let type: String?
    private let claims: JSONValue
    private let message: [UInt8]
    private let signature: [UInt8]

    /// Reads a token; refuses every algorithm but those accepted, and extensions that must be understood.
    public init(compact text: String, accepting algorithms: Set<TokenAlgorithm>) throws(EvidenceError) {
        let bytes = Array(text.utf8)
        guard bytes.count <= Self.maximumBytes else {
            throw EvidenceError(.badToken, "a token of \(bytes.count) bytes is longer than \(Self.maximumBytes)")
        }
        let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3 else {
            throw EvidenceError(.badToken, "a signed token has three parts, this has \(parts.count)")
        }
        let header = try Self.object(parts[0], "header")
        claims = try Self.object(parts[1], "payload")
        guard header["crit"] == nil, header["b64"] == nil else {
            throw EvidenceError(.badToken, "the token asks for an extension of RFC 7515 that is not known here")
        }
        guard let name = header["alg"]?.string, let algorithm = TokenAlgorithm(rawValue: name),
            algorithms.contains(algorithm)
        else {
            let known = algorithms.map(\.rawValue).sorted().joined(separator: ", ")
            throw EvidenceError(.tokenAlgorithm, "the token is not signed by one of \(known)")
        }
        guard let signature = Base64.decodeURL(String(decoding: parts[2], as: UTF8.self)), !signature.isEmpty else {
            throw EvidenceError(.badToken, "the token has no signature in base64url")
        }
        if let keyID = header["kid"], keyID.string == nil {
            throw EvidenceError(.badToken, "the token's kid is no text")
        }
        self.algorithm = algorithm
        self.signature = signature
        keyID = header["kid"]?.string
        type = header["typ"]?.string.map {
            let name = $0.lowercased()
            return name.hasPrefix("application/") ? String(name.dropFirst(12)) : name
        }
        message = parts[0] + [UInt8(ascii: ".")] + parts[1]
    }

    /// Whether the set has a key by which the token may be signed; if not, the set may have changed.
    public func isKnown(to keys: JSONWebKeySet) -> Bool { !keys.candidates(keyID, algorithm).isEmpty }

    /// What the token claims, if one of the keys signed it.
    public func claims(signedBy keys: JSONWebKeySet) throws(EvidenceError) -> JSONValue {
        let candidates = keys.candidates(keyID, algorithm)
        guard !candidates.isEmpty else {
            throw EvidenceError(.tokenKey, "no key of the set fits the token's kid and algorithm")
        }
        guard candidates.contains(where: { $0.isValid(signature, for: message, by: algorithm) }) else {
            throw EvidenceError(.tokenSignature, "the token's signature does not fit")
        }
        return claims
    }

    private static func object(_ part: ArraySlice<UInt8>, _ name: String) throws(EvidenceError) -> JSONValue {
        guard let bytes = Base64.decodeURL(String(decoding: part, as: UTF8.self)) else {
            throw EvidenceError(.badToken, "the token's \(name) is not base64url")
        }
        let json: JSONValue
        do { json = try JSONValue(parsing: bytes) } catch {
            throw EvidenceError(.badToken, "the token's \(name) is not acceptable JSON: \(error.reason)")
        }
        guard json.object != nil else { throw EvidenceError(.badToken, "the token's \(name) is no object") }
        return json
    }
}

extension EvidenceError.Code {
    /// A text is no signed token.
    public static let badToken = Self(rawValue: "bad-token")
    /// A token is signed by an algorithm that is not accepted.
    public static let tokenAlgorithm = Self(rawValue: "token-algorithm")
    /// No known key fits a token.
    public static let tokenKey = Self(rawValue: "token-key")
    /// A token's signature does not fit.
    public static let tokenSignature = Self(rawValue: "token-signature")
}
