import CZlib

/// Unpacks deflated members of an archive one after the other; to make a stream costs more than many a member.
///
/// Owns its zlib stream, at a fixed place because zlib remembers where it lies.
final class MemberInflater {
    private let stream: UnsafeMutablePointer<z_stream>

    /// Nil without memory.
    init?() {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        guard czlib_inflate_init_raw(stream) == Z_OK else {
            stream.deallocate()
            return nil
        }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    /// What these bytes unpack to, if they are one whole stream of exactly this size.
    func unpack(_ packed: UnsafeRawBufferPointer, size: Int) -> [UInt8]? {
        guard size > 0, size <= Int(UInt32.max), packed.count <= Int(UInt32.max), inflateReset(stream) == Z_OK else {
            return nil
        }
        var isWhole = false
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            // zlib reads through this pointer and never writes.
            stream.pointee.next_in = UnsafeMutablePointer(
                mutating: packed.baseAddress?.assumingMemoryBound(to: UInt8.self))
            stream.pointee.avail_in = UInt32(packed.count)
            stream.pointee.next_out = buffer.baseAddress
            stream.pointee.avail_out = UInt32(size)
            isWhole =
                inflate(stream, Z_FINISH) == Z_STREAM_END && stream.pointee.avail_in == 0
                && stream.pointee.avail_out == 0
            count = isWhole ? size : 0
        }
        return isWhole ? bytes : nil
    }

    /// The checksum of a ZIP's members.
    static func checksum(_ bytes: [UInt8]) -> UInt32 {
        bytes.withUnsafeBufferPointer { UInt32(truncatingIfNeeded: crc32_z(0, $0.baseAddress, $0.count)) }
    }
}
