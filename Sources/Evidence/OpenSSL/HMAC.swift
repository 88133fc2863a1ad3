import COpenSSL

/// Keyed hashes by RFC 2104.
public enum HMAC {
    /// The 32 bytes of HMAC-SHA-256.
    public static func sha256(key: [UInt8], _ message: [UInt8]) -> [UInt8] { Key(key).code(of: message) }

    /// A key of HMAC-SHA-256 made ready for many messages: the blocks it begins with are hashed once.
    ///
    /// Put together from our streams: OpenSSL looks its algorithms up anew for every code, which costs more than the code.
    struct Key: Sendable {
        private let inner: SHA256.Stream
        private let outer: SHA256.Stream
        /// The block of SHA-256, to which a key is padded.
        private static let blockByteCount = 64

        init(_ key: [UInt8]) {
            let key = key.count > Self.blockByteCount ? SHA256.hash(key).bytes : key
            inner = Self.keyed(key, 0x36)
            outer = Self.keyed(key, 0x5C)
        }

        func code(of message: [UInt8]) -> [UInt8] {
            var inner = inner
            inner.update(message)
            var outer = outer
            outer.update(inner.finish())
            return outer.finish().bytes
        }

        private static func keyed(_ key: [UInt8], _ pad: UInt8) -> SHA256.Stream {
            var stream = SHA256.Stream()
            withUnsafeTemporaryAllocation(of: UInt8.self, capacity: blockByteCount) { block in
                for index in 0..<blockByteCount {
                    block.initializeElement(at: index, to: index < key.count ? key[index] ^ pad : pad)
                }
                stream.update(UnsafeRawBufferPointer(block))
            }
            return stream
        }
    }

    /// The 20 bytes of HMAC-SHA-1, for the provider protocols that still ask for it.
    public static func sha1(key: [UInt8], _ message: [UInt8]) -> [UInt8] {
        code(EVP_sha1(), 20, key, message)
    }

    private static func code(_ kind: OpaquePointer?, _ size: Int, _ key: [UInt8], _ message: [UInt8]) -> [UInt8] {
        // OpenSSL takes a null key for "the key of last time"; an empty Swift array may pass null.
        let padded = key.isEmpty ? [0] : key
        return [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            var written: UInt32 = 0
            let done = COpenSSL.HMAC(
                kind, padded, Int32(key.count), message, message.count, buffer.baseAddress, &written)
            guard done != nil, Int(written) == size else {
                preconditionFailure("HMAC failed: out of memory or no default provider (\(OpenSSLQueue.drain()))")
            }
            count = size
        }
    }
}
