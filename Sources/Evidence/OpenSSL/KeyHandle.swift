import COpenSSL

/// Owns one `EVP_PKEY`, private or public.
///
/// Loading a key costs half a millisecond, so a handle is made once and kept; so are the contexts for using it.
// Sendable because an EVP_PKEY is immutable after it is made, and OpenSSL 3 locks its internal caches itself.
final class KeyHandle: @unchecked Sendable {
    let pointer: OpaquePointer
    let algorithm: SignatureAlgorithm
    let signing = KeyContextPool(.sign)
    let verifying = KeyContextPool(.verify)

    /// Takes ownership of the pointer, also when it throws.
    init(adopting pointer: OpaquePointer, origin: String) throws(EvidenceError) {
        self.pointer = pointer
        do {
            algorithm = try KeyHandle.algorithm(of: pointer, origin: origin)
        } catch {
            EVP_PKEY_free(pointer)
            throw error
        }
    }

    // The pooled contexts hold references of their own, so the order of release does not matter.
    deinit { EVP_PKEY_free(pointer) }

    /// The SubjectPublicKeyInfo of the public half.
    var publicDER: [UInt8] { encodeDER { i2d_PUBKEY(pointer, $0) } }

    /// The PKCS #8 form of a private key, as PEM without encryption.
    var privatePEM: String {
        let buffer = MemoryBuffer()
        guard PEM_write_bio_PKCS8PrivateKey(buffer.pointer, pointer, nil, nil, 0, nil, nil) == 1 else {
            preconditionFailure("a private key we hold cannot be written: \(OpenSSLQueue.drain())")
        }
        return String(decoding: buffer.bytes, as: UTF8.self)
    }

    /// The 32 raw bytes of an Ed25519 public key; nil for other kinds.
    var rawEd25519: [UInt8]? {
        guard algorithm == .ed25519 else { return nil }
        var raw = [UInt8](repeating: 0, count: 32)
        var count = raw.count
        guard EVP_PKEY_get_raw_public_key(pointer, &raw, &count) == 1, count == 32 else {
            preconditionFailure("an Ed25519 key has 32 raw bytes: \(OpenSSLQueue.drain())")
        }
        return raw
    }

    /// Reads a private key in PKCS #8 or the older forms; an encrypted one is refused, nothing asks for a pass phrase.
    static func reading(privatePEM text: String, origin: String) throws(EvidenceError) -> KeyHandle {
        let buffer = MemoryBuffer(Array(text.utf8))
        guard let pointer = PEM_read_bio_PrivateKey(buffer.pointer, nil, copenssl_no_passphrase, nil) else {
            throw OpenSSLQueue.error(
                .badKey,
                "\(origin) is not a readable private key; expected unencrypted PEM (-----BEGIN PRIVATE KEY-----)")
        }
        return try KeyHandle(adopting: pointer, origin: origin)
    }

    static func reading(publicPEM text: String, origin: String) throws(EvidenceError) -> KeyHandle {
        let buffer = MemoryBuffer(Array(text.utf8))
        guard let pointer = PEM_read_bio_PUBKEY(buffer.pointer, nil, copenssl_no_passphrase, nil) else {
            throw OpenSSLQueue.error(
                .badKey, "\(origin) is not a readable public key; expected PEM (-----BEGIN PUBLIC KEY-----)",
                chinese: "\(ChineseWording.source(origin))不是可读取的公钥；应为 PEM 格式（-----BEGIN PUBLIC KEY-----）")
        }
        return try KeyHandle(adopting: pointer, origin: origin)
    }

    static func reading(publicDER bytes: [UInt8], origin: String) throws(EvidenceError) -> KeyHandle {
        let pointer = bytes.withUnsafeBufferPointer { buffer -> OpaquePointer? in
            var cursor = buffer.baseAddress
            guard let key = d2i_PUBKEY(nil, &cursor, buffer.count) else { return nil }
            guard cursor == buffer.baseAddress.map({ $0 + buffer.count }) else {
                EVP_PKEY_free(key)
                return nil
            }
            return key
        }
        guard let pointer else {
            throw OpenSSLQueue.error(.badKey, "\(origin) is not a readable public key in DER form")
        }
        return try KeyHandle(adopting: pointer, origin: origin)
    }

    static func reading(ed25519Raw bytes: [UInt8], origin: String) throws(EvidenceError) -> KeyHandle {
        guard bytes.count == 32,
            let pointer = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nil, bytes, bytes.count)
        else {
            throw OpenSSLQueue.error(
                .badKey, "\(origin) is not an Ed25519 public key: 32 bytes, got \(bytes.count)",
                chinese: "\(ChineseWording.source(origin))不是 Ed25519 公钥：应为 32 字节，实为 \(bytes.count) 字节")
        }
        return try KeyHandle(adopting: pointer, origin: origin)
    }

    /// Makes a new private key; RSA of fewer than 2048 bits is refused as any other weak key is.
    static func generating(_ kind: NewKey) throws(EvidenceError) -> KeyHandle {
        let pointer =
            switch kind {
            case .p256: copenssl_generate_p256()
            case .ed25519: copenssl_generate_ed25519()
            case .rsa(let bits): copenssl_generate_rsa(UInt32(clamping: bits))
            }
        guard let pointer else { throw OpenSSLQueue.error(.cryptography, "a new key could not be made") }
        return try KeyHandle(adopting: pointer, origin: "the new key")
    }

    enum NewKey { case p256, ed25519, rsa(bits: Int) }

    private static func algorithm(
        of key: OpaquePointer, origin: String
    ) throws(EvidenceError) -> SignatureAlgorithm {
        switch EVP_PKEY_get_base_id(key) {
        case EVP_PKEY_ED25519: return .ed25519
        case EVP_PKEY_RSA:
            let bits = EVP_PKEY_get_bits(key)
            guard bits >= 2048 else {
                throw EvidenceError(
                    .badKey, "\(origin): an RSA key of \(bits) bits is too weak; use 2048 or more",
                    chinese: "\(ChineseWording.source(origin))：\(bits) 位的 RSA 密钥强度不足；应为 2048 位以上")
            }
            return .rsaSHA256
        case EVP_PKEY_EC:
            var name = [CChar](repeating: 0, count: 64)
            var length = 0
            let known = EVP_PKEY_get_group_name(key, &name, name.count, &length) == 1
            switch known ? OBJ_txt2nid(name) : NID_undef {
            case NID_X9_62_prime256v1: return .ecdsaP256SHA256
            case NID_secp384r1: return .ecdsaP384SHA384
            case NID_secp521r1: return .ecdsaP521SHA512
            default: break
            }
        default: break
        }
        _ = OpenSSLQueue.drain()
        throw EvidenceError(
            .badKey, "\(origin): this kind of key is not supported; use ECDSA on P-256, Ed25519, or RSA from 2048 bits",
            chinese: "\(ChineseWording.source(origin))：不支持这种密钥；应为 P-256 曲线的 ECDSA、Ed25519 或者 2048 位以上的 RSA")
    }
}
