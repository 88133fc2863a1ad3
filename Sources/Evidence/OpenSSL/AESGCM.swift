import COpenSSL

/// Authenticated encryption with AES-256 in Galois/counter mode.
///
/// The sealed form is nonce (12 bytes, random), ciphertext, tag (16 bytes). With random nonces one key must not seal
/// more than 2³² messages; ours are one a person or one a master, far below that.
public enum AESGCM {
    /// The number of bytes in a key.
    public static let keyByteCount = 32
    /// How much longer the sealed form is than the plaintext.
    public static let overhead = 28

    private static let nonceByteCount = 12
    private static let tagByteCount = 16

    /// Encrypts and authenticates; `aad` is authenticated too but not kept in the result.
    public static func seal(_ plaintext: [UInt8], key: [UInt8], aad: [UInt8]) throws(EvidenceError) -> [UInt8] {
        let context = try CipherContext(key: key)
        let nonce = SecureRandom.bytes(nonceByteCount)
        var tag = [UInt8](repeating: 0, count: tagByteCount)
        try context.start(nonce: nonce, aad: aad, encrypting: true)
        var sealed = nonce
        sealed.reserveCapacity(plaintext.count + overhead)
        sealed += try context.update(plaintext[...])
        guard context.finish(), copenssl_gcm_get_tag(context.pointer, Int32(tagByteCount), &tag) == 1 else {
            throw OpenSSLQueue.error(.cryptography, "AES-256-GCM could not finish sealing \(plaintext.count) bytes")
        }
        return sealed + tag
    }

    /// Decrypts what `seal` made with the same key and `aad`, or throws `.notAuthentic` if anything differs.
    public static func open(_ sealed: [UInt8], key: [UInt8], aad: [UInt8]) throws(EvidenceError) -> [UInt8] {
        guard sealed.count >= overhead else {
            throw EvidenceError(
                .notAuthentic, "sealed bytes are cut short: \(sealed.count) bytes, at least \(overhead) are needed")
        }
        let context = try CipherContext(key: key)
        try context.start(nonce: Array(sealed[..<nonceByteCount]), aad: aad, encrypting: false)
        let end = sealed.count - tagByteCount
        let plaintext = try context.update(sealed[nonceByteCount..<end])
        var tag = Array(sealed[end...])
        guard copenssl_gcm_set_tag(context.pointer, Int32(tagByteCount), &tag) == 1, context.finish() else {
            throw OpenSSLQueue.error(
                .notAuthentic,
                "sealed bytes do not open: they were altered, or the key or the place they belong to is another one")
        }
        return plaintext
    }
}

extension EvidenceError.Code {
    /// Sealed bytes were altered, or the key is not theirs.
    public static let notAuthentic = Self(rawValue: "not-authentic")
}

/// Owns one `EVP_CIPHER_CTX` for one message.
private final class CipherContext {
    let pointer: OpaquePointer
    private let key: [UInt8]

    init(key: [UInt8]) throws(EvidenceError) {
        guard key.count == AESGCM.keyByteCount else {
            throw EvidenceError(.badKey, "an AES-256 key has 32 bytes, this one has \(key.count)")
        }
        guard let pointer = EVP_CIPHER_CTX_new() else {
            throw OpenSSLQueue.error(.cryptography, "no memory for a cipher")
        }
        self.pointer = pointer
        self.key = key
    }

    deinit { EVP_CIPHER_CTX_free(pointer) }

    func start(nonce: [UInt8], aad: [UInt8], encrypting: Bool) throws(EvidenceError) {
        let direction: Int32 = encrypting ? 1 : 0
        var length: Int32 = 0
        guard aad.count <= Int(Int32.max),
            EVP_CipherInit_ex(pointer, EVP_aes_256_gcm(), nil, key, nonce, direction) == 1,
            aad.isEmpty || EVP_CipherUpdate(pointer, nil, &length, aad, Int32(aad.count)) == 1
        else { throw OpenSSLQueue.error(.cryptography, "AES-256-GCM could not start") }
    }

    func update(_ input: ArraySlice<UInt8>) throws(EvidenceError) -> [UInt8] {
        // EVP counts in Int32.
        guard input.count <= Int(Int32.max) else {
            throw EvidenceError(.tooLarge, "\(input.count) bytes are too many to seal at once; the limit is 2 GiB")
        }
        if input.isEmpty { return [] }
        var failed = false
        let output = [UInt8](unsafeUninitializedCapacity: input.count) { buffer, count in
            var length: Int32 = 0
            let done = input.withUnsafeBufferPointer { source in
                EVP_CipherUpdate(pointer, buffer.baseAddress, &length, source.baseAddress, Int32(source.count))
            }
            failed = done != 1
            count = failed ? 0 : Int(length)
        }
        if failed { throw OpenSSLQueue.error(.cryptography, "AES-256-GCM failed on \(input.count) bytes") }
        return output
    }

    /// True if all is well; when opening, this is where the tag is checked.
    func finish() -> Bool {
        var scratch = [UInt8](repeating: 0, count: 16)
        var length: Int32 = 0
        return EVP_CipherFinal_ex(pointer, &scratch, &length) == 1
    }
}
