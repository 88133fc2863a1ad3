import COpenSSL

/// The SHA-256 hash function.
public enum SHA256 {
    /// The digest of some bytes.
    public static func hash(_ bytes: [UInt8]) -> Digest {
        var stream = Stream()
        stream.update(bytes)
        return stream.finish()
    }

    /// The digest of several byte strings one after the other, without joining them in memory.
    public static func hash(_ parts: [[UInt8]]) -> Digest {
        var stream = Stream()
        for part in parts { stream.update(part) }
        return stream.finish()
    }

    /// The digest of a prefix byte and two digests: an inner node of an RFC 6962 tree, without any allocation.
    public static func hash(prefix: UInt8, _ left: Digest, _ right: Digest) -> Digest {
        var stream = Stream()
        stream.update(prefix)
        stream.update(left)
        stream.update(right)
        return stream.finish()
    }

    /// The digest of a prefix byte and one digest: a leaf of an RFC 6962 tree, without any allocation.
    public static func hash(prefix: UInt8, _ leaf: Digest) -> Digest {
        var stream = Stream()
        stream.update(prefix)
        stream.update(leaf)
        return stream.finish()
    }

    /// A hash in progress, for input that comes in pieces; a value, so a copy continues on its own.
    public struct Stream: Sendable {
        private var context = SHA256_CTX()

        /// Starts with no input.
        public init() {
            // These calls fail only for a null context.
            SHA256_Init(&context)
        }

        /// Adds bytes.
        public mutating func update(_ bytes: [UInt8]) {
            bytes.withUnsafeBytes { update($0) }
        }

        /// Adds a slice of bytes.
        public mutating func update(_ bytes: ArraySlice<UInt8>) {
            bytes.withUnsafeBytes { update($0) }
        }

        /// Adds the bytes of a buffer.
        public mutating func update(_ buffer: UnsafeRawBufferPointer) {
            SHA256_Update(&context, buffer.baseAddress, buffer.count)
        }

        /// Adds one byte.
        public mutating func update(_ byte: UInt8) {
            withUnsafeBytes(of: byte) { update($0) }
        }

        /// Adds the 32 bytes of a digest.
        public mutating func update(_ digest: Digest) {
            digest.withUnsafeBytes { update($0) }
        }

        /// The digest of everything added so far; the stream itself may go on.
        public func finish() -> Digest {
            var last = context
            return Digest { buffer in
                SHA256_Final(buffer.baseAddress?.assumingMemoryBound(to: UInt8.self), &last)
            }
        }
    }
}
