/// How a token of somebody else may be signed, by its name in RFC 7518 and RFC 8037.
///
/// There is no `none` here and nothing with a shared secret: a client that took both kinds could be given a token signed with
/// the provider's public key as if that were the secret.
public enum TokenAlgorithm: String, Sendable, Hashable, CaseIterable {
    /// RSA with PKCS #1 v1.5 padding over SHA-256; the one every provider has to offer.
    case rs256 = "RS256"
    /// RSA with PSS padding over SHA-256.
    case ps256 = "PS256"
    /// ECDSA on P-256 over SHA-256.
    case es256 = "ES256"
    /// Ed25519.
    case edDSA = "EdDSA"

    /// The first half of a hash of a text, by the hash that belongs to the algorithm (OpenID Connect Core, 3.1.3.6).
    public func halfHash(_ text: [UInt8]) -> [UInt8] {
        switch self {
        case .rs256, .ps256, .es256: Array(SHA256.hash(text).bytes.prefix(16))
        case .edDSA: Array(KeyHandle.sha512(text).prefix(32))
        }
    }
}
