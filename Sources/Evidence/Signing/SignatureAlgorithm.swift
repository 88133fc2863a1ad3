/// How a signature is made, by the name written beside it in entries and bundles.
public enum SignatureAlgorithm: String, Sendable, Hashable, Codable {
    /// ECDSA on P-256 over SHA-256; the signature is the DER sequence of r and s.
    case ecdsaP256SHA256 = "ES256-DER"
    /// ECDSA on P-384 over SHA-384, for certificates and timestamps of others.
    case ecdsaP384SHA384 = "ES384-DER"
    /// ECDSA on P-521 over SHA-512, for certificates and timestamps of others.
    case ecdsaP521SHA512 = "ES512-DER"
    /// Ed25519 by RFC 8032; 64 raw bytes.
    case ed25519 = "Ed25519"
    /// RSA with PKCS #1 v1.5 padding over SHA-256.
    case rsaSHA256 = "RS256"
}
