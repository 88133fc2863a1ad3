import COpenSSL
import Synchronization

/// Random bytes fit for keys, salts and nonces.
public enum SecureRandom {
    /// This many unpredictable bytes.
    ///
    /// Ends the process if the generator fails: no caller could go on safely.
    public static func bytes(_ count: Int) -> [UInt8] {
        precondition(count >= 0 && count <= Int(Int32.max), "asked for \(count) random bytes")
        // Keys are 32 bytes or more and come straight from the generator.
        return count <= largestDrawn ? drawer.take(count) : fresh(count)
    }

    /// Salts, nonces and identifiers are drawn from a stock.
    ///
    /// Each entry needs three of them, and a call to the generator costs as much for 16 bytes as for a thousand. There is
    /// one stock for the process, as the generator behind it is one.
    private static let largestDrawn = 16
    private static let drawer = Drawer()

    /// Bytes drawn in advance; each is handed out once and forgotten here.
    private final class Drawer: Sendable {
        private let stock = Mutex<[UInt8]>([])

        func take(_ count: Int) -> [UInt8] {
            stock.withLock { stock in
                if stock.count < count { stock = fresh(2_048) }
                let taken = Array(stock.suffix(count))
                for index in stock.count - count..<stock.count { stock[index] = 0 }
                stock.removeLast(count)
                return taken
            }
        }
    }

    private static func fresh(_ count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { buffer, written in
            guard count == 0 || RAND_bytes(buffer.baseAddress, Int32(count)) == 1 else {
                preconditionFailure("the random generator failed: \(OpenSSLQueue.drain())")
            }
            written = count
        }
    }

    /// A random UUID (version 4) in lower case.
    public static func uuid() -> String {
        var bytes = bytes(16)
        bytes[6] = bytes[6] & 0x0F | 0x40
        return text(bytes)
    }

    /// A UUID (version 7, RFC 9562) in lower case that sorts by the instant given, to the millisecond.
    public static func uuid(at instant: Timestamp) -> String {
        var bytes = bytes(16)
        let milliseconds = UInt64(max(0, instant.microseconds / 1_000))
        for index in 0..<6 { bytes[index] = UInt8(truncatingIfNeeded: milliseconds >> UInt64(40 - 8 * index)) }
        bytes[6] = bytes[6] & 0x0F | 0x70
        return text(bytes)
    }

    private static func text(_ bytes: [UInt8]) -> String {
        String(unsafeUninitializedCapacity: 36) { buffer in
            var position = 0
            func put(_ nibble: UInt8) {
                buffer[position] = nibble < 10 ? 0x30 + nibble : 0x57 + nibble
                position += 1
            }
            for (index, byte) in bytes.enumerated() {
                if index == 4 || index == 6 || index == 8 || index == 10 {
                    buffer[position] = 0x2D
                    position += 1
                }
                let marked = index == 8 ? byte & 0x3F | 0x80 : byte
                put(marked >> 4)
                put(marked & 0x0F)
            }
            return position
        }
    }
}
