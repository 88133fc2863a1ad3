import COpenSSL
import Synchronization

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
        try seal(plaintext, key: key, aad: aad, after: [])
    }

    /// The same, with these bytes before the sealed form.
    static func seal(
        _ plaintext: [UInt8], key: [UInt8], aad: [UInt8], after head: [UInt8]
    ) throws(EvidenceError) -> [UInt8] {
        try check(key, plaintext.count)
        let nonce = SecureRandom.bytes(nonceByteCount)
        let start = head.count + nonceByteCount
        let total = start + plaintext.count + tagByteCount
        var isDone = false
        let sealed = [UInt8](unsafeUninitializedCapacity: total) { output, count in
            let memory = UnsafeMutableRawBufferPointer(output)
            memory.copyBytes(from: head)
            UnsafeMutableRawBufferPointer(rebasing: memory[head.count...]).copyBytes(from: nonce)
            guard let text = output.baseAddress?.advanced(by: start) else { return }
            isDone = CipherPool.encrypting.with { context in
                var length: Int32 = 0
                return begin(context, key, nonce, aad, encrypting: true)
                    && (plaintext.isEmpty
                        || EVP_CipherUpdate(context, text, &length, plaintext, Int32(plaintext.count)) == 1)
                    && finish(context)
                    && copenssl_gcm_get_tag(context, Int32(tagByteCount), text.advanced(by: plaintext.count)) == 1
            }
            count = isDone ? total : 0
        }
        guard isDone else {
            throw OpenSSLQueue.error(.cryptography, "AES-256-GCM could not seal \(plaintext.count) bytes")
        }
        return sealed
    }

    /// Decrypts what `seal` made with the same key and `aad`, or throws `.notAuthentic` if anything differs.
    public static func open(_ sealed: [UInt8], key: [UInt8], aad: [UInt8]) throws(EvidenceError) -> [UInt8] {
        try open(sealed[...], key: key, aad: aad)
    }

    /// The same for sealed bytes that lie in others.
    static func open(_ sealed: ArraySlice<UInt8>, key: [UInt8], aad: [UInt8]) throws(EvidenceError) -> [UInt8] {
        guard sealed.count >= overhead else {
            throw EvidenceError(
                .notAuthentic, "sealed bytes are cut short: \(sealed.count) bytes, at least \(overhead) are needed")
        }
        try check(key, sealed.count)
        let nonce = Array(sealed.prefix(nonceByteCount))
        var tag = Array(sealed.suffix(tagByteCount))
        let text = sealed.dropFirst(nonceByteCount).dropLast(tagByteCount)
        var isAuthentic = false
        // What was decrypted before the tag was found wrong is never handed out.
        let plaintext = [UInt8](unsafeUninitializedCapacity: text.count) { output, count in
            isAuthentic = CipherPool.decrypting.with { context in
                var length: Int32 = 0
                return begin(context, key, nonce, aad, encrypting: false)
                    && text.withUnsafeBufferPointer { input in
                        input.isEmpty
                            || EVP_CipherUpdate(
                                context, output.baseAddress, &length, input.baseAddress, Int32(input.count)) == 1
                    }
                    && copenssl_gcm_set_tag(context, Int32(tagByteCount), &tag) == 1
                    && finish(context)
            }
            count = isAuthentic ? text.count : 0
        }
        guard isAuthentic else {
            throw OpenSSLQueue.error(
                .notAuthentic,
                "sealed bytes do not open: they were altered, or the key or the place they belong to is another one")
        }
        return plaintext
    }

    private static func check(_ key: [UInt8], _ count: Int) throws(EvidenceError) {
        guard key.count == keyByteCount else {
            throw EvidenceError(.badKey, "an AES-256 key has 32 bytes, this one has \(key.count)")
        }
        // EVP counts in Int32.
        guard count <= Int(Int32.max) else {
            throw EvidenceError(.tooLarge, "\(count) bytes are too many to seal at once; the limit is 2 GiB")
        }
    }

    private static func begin(
        _ context: OpaquePointer, _ key: [UInt8], _ nonce: [UInt8], _ aad: [UInt8], encrypting: Bool
    ) -> Bool {
        var length: Int32 = 0
        // The context knows its cipher; to name it again would have OpenSSL build the context anew.
        return EVP_CipherInit_ex(context, nil, nil, key, nonce, encrypting ? 1 : 0) == 1
            && (aad.isEmpty || EVP_CipherUpdate(context, nil, &length, aad, Int32(clamping: aad.count)) == 1)
    }

    /// True if all is well; when opening, this is where the tag is checked.
    private static func finish(_ context: OpaquePointer) -> Bool {
        var nothing: (UInt64, UInt64) = (0, 0)
        var length: Int32 = 0
        return withUnsafeMutableBytes(of: &nothing) { scratch in
            EVP_CipherFinal_ex(context, scratch.baseAddress?.assumingMemoryBound(to: UInt8.self), &length) == 1
        }
    }
}

extension EvidenceError.Code {
    /// Sealed bytes were altered, or the key is not theirs.
    public static let notAuthentic = Self(rawValue: "not-authentic")
}

/// Contexts of AES-256-GCM, used again and again: to make one costs more than to seal a short record.
private final class CipherPool: Sendable {
    static let encrypting = CipherPool(encrypting: true)
    static let decrypting = CipherPool(encrypting: false)

    /// One `EVP_CIPHER_CTX`.
    // Sendable because the pool hands each to one caller at a time, through a lock.
    private struct Context: @unchecked Sendable { let pointer: OpaquePointer }

    private let idle = Mutex<[Context]>([])
    private let direction: Int32
    /// Kept beyond this many, contexts would only hold memory.
    private static let largest = 16

    private init(encrypting: Bool) { direction = encrypting ? 1 : 0 }

    /// Runs the closure with a context; one that failed is not used again.
    func with(_ body: (OpaquePointer) -> Bool) -> Bool {
        guard let context = idle.withLock({ $0.popLast() }) ?? make() else { return false }
        let isSound = body(context.pointer)
        let isKept =
            isSound
            && idle.withLock { idle in
                guard idle.count < Self.largest else { return false }
                idle.append(context)
                return true
            }
        if !isKept { EVP_CIPHER_CTX_free(context.pointer) }
        return isSound
    }

    private func make() -> Context? {
        guard let pointer = EVP_CIPHER_CTX_new() else { return nil }
        guard EVP_CipherInit_ex(pointer, EVP_aes_256_gcm(), nil, nil, nil, direction) == 1 else {
            EVP_CIPHER_CTX_free(pointer)
            return nil
        }
        return Context(pointer: pointer)
    }
}
