import CZlib

/// Unpacks a member of a ZIP (RFC 1951) more strictly than unpacking programs do.
enum RawDeflate {
    /// What a stream holds, or nil unless it makes just so many bytes, ends with its last byte, and fills that up with zeros.
    ///
    /// Most readers stop once they have the bytes they expect. What stands behind them could then be changed unnoticed: the bit
    /// that says that a block is the last one, and the bits that fill up the last byte.
    static func unpack(_ packed: [UInt8], to size: Int) -> [UInt8]? {
        guard packed.count <= Int(UInt32.max), size < Int(UInt32.max) else { return nil }
        // zlib keeps the address and refuses a stream that has moved.
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        stream.initialize(to: z_stream())
        defer { stream.deallocate() }
        guard czlib_inflate_init_raw(stream) == Z_OK else { return nil }
        defer { inflateEnd(stream) }
        var isSound = false
        // One byte more than announced, so that a stream which goes on is seen to.
        let bytes = [UInt8](unsafeUninitializedCapacity: size + 1) { output, count in
            packed.withUnsafeBufferPointer { source in
                // zlib only reads there, though its declaration does not say so.
                stream.pointee.next_in = UnsafeMutablePointer(mutating: source.baseAddress)
                stream.pointee.avail_in = UInt32(source.count)
                stream.pointee.next_out = output.baseAddress
                stream.pointee.avail_out = UInt32(size + 1)
                isSound = readToEnd(of: stream, source)
                count = size + 1 - Int(stream.pointee.avail_out)
            }
        }
        return isSound && bytes.count == size ? bytes : nil
    }

    /// The CRC-32 that a ZIP keeps of each member.
    static func checksum(of bytes: [UInt8]) -> UInt32 {
        bytes.withUnsafeBufferPointer { UInt32(truncatingIfNeeded: crc32_z(0, $0.baseAddress, $0.count)) }
    }

    /// Stops after each block: only before it leaves the last one does zlib say how many bits of the byte are left over.
    private static func readToEnd(
        of stream: UnsafeMutablePointer<z_stream>, _ source: UnsafeBufferPointer<UInt8>
    ) -> Bool {
        var isFilledWithZeros = false
        while true {
            let status = inflate(stream, Z_BLOCK)
            if status == Z_STREAM_END { return stream.pointee.avail_in == 0 && isFilledWithZeros }
            guard status == Z_OK else { return false }
            // 64: in the last block; 128: at a block's end; the lowest three bits: how many are left over.
            if stream.pointee.data_type & 192 == 192, let last = source.last {
                isFilledWithZeros = Int(last) >> (8 - Int(stream.pointee.data_type & 7)) == 0
            }
        }
    }
}
