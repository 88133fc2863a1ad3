/// A SHA-256 value: exactly 32 bytes.
///
/// Kept inline rather than in an array, so that a Merkle tree of millions of them costs no allocations.
public struct Digest: Sendable, Hashable {
    // Four words only as 32 inline bytes that are Hashable and Sendable; the order in memory is the order of the bytes.
    // Not SIMD32: it is aligned to 32 bytes, the task allocator of Swift 6.3 on Linux aligns to 16, and an async
    // function that holds one across an await corrupts its task's memory (seen: crash in swift_task_dealloc).
    private struct Words: Hashable { var first, second, third, fourth: UInt64 }
    private var storage: Words

    /// The number of bytes in a digest.
    public static let byteCount = 32

    /// Takes 32 bytes, or nil if there are not 32.
    public init?(bytes: [UInt8]) {
        guard bytes.count == Digest.byteCount else { return nil }
        self.init { buffer in buffer.copyBytes(from: bytes) }
    }

    /// Reads 64 hexadecimal digits, or nil if the text is anything else.
    public init?(hex: String) {
        guard let bytes = Hex.decode(hex) else { return nil }
        self.init(bytes: bytes)
    }

    /// Lets a closure fill the 32 bytes in place.
    init(_ fill: (UnsafeMutableRawBufferPointer) -> Void) {
        storage = Words(first: 0, second: 0, third: 0, fourth: 0)
        withUnsafeMutableBytes(of: &storage, fill)
    }

    /// The 32 bytes.
    public var bytes: [UInt8] { withUnsafeBytes { Array($0) } }

    /// The 64 lower-case hexadecimal digits.
    public var hex: String { Hex.encode(bytes) }

    /// Calls the closure with the 32 bytes where they lie.
    public func withUnsafeBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try Swift.withUnsafeBytes(of: storage, body)
    }
}

extension Digest: Codable {
    /// Reads 64 hexadecimal digits.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let value = Digest(hex: text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "not 64 hexadecimal digits: \(text.prefix(80))")
        }
        self = value
    }

    /// Writes 64 hexadecimal digits.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(hex)
    }
}

extension Digest: CustomStringConvertible {
    /// The same as `hex`.
    public var description: String { hex }
}
