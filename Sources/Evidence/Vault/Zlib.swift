import CZlib

/// Compression by zlib (RFC 1950), with a limit on what may come out.
enum Zlib {
    static func compress(_ bytes: [UInt8]) throws(EvidenceError) -> [UInt8] {
        // compress2 and not a stream: one call, no state, and the bound is exact.
        let bound = compressBound(UInt(bytes.count))
        var status = Z_OK
        let output = [UInt8](unsafeUninitializedCapacity: Int(bound)) { buffer, count in
            var length = bound
            status = compress2(buffer.baseAddress, &length, bytes, UInt(bytes.count), 6)
            count = status == Z_OK ? Int(length) : 0
        }
        guard status == Z_OK else { throw EvidenceError(.cryptography, "zlib failed with code \(status)") }
        return output
    }

    /// What was compressed, refusing more than `limit` bytes before they take memory.
    static func decompress(_ bytes: [UInt8], limit: Int) throws(EvidenceError) -> [UInt8] {
        var stream = z_stream()
        guard czlib_inflate_init(&stream) == Z_OK else { throw EvidenceError(.cryptography, "zlib could not start") }
        defer { inflateEnd(&stream) }
        var output: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: min(max(bytes.count * 4, 1 << 10), 1 << 18))
        var input = bytes
        return try input.withUnsafeMutableBufferPointer { source throws(EvidenceError) -> [UInt8] in
            stream.next_in = source.baseAddress
            stream.avail_in = UInt32(clamping: source.count)
            while true {
                let (status, made) = chunk.withUnsafeMutableBufferPointer { target in
                    stream.next_out = target.baseAddress
                    stream.avail_out = UInt32(target.count)
                    let status = inflate(&stream, Z_NO_FLUSH)
                    return (status, target.count - Int(stream.avail_out))
                }
                guard output.count + made <= limit else {
                    throw EvidenceError(
                        .tooLarge, "stored bytes unpack to more than \(limit) bytes; the limit guards against bombs")
                }
                output += chunk[..<made]
                if status == Z_STREAM_END {
                    guard stream.avail_in == 0 else {
                        throw EvidenceError(.malformed, "stored bytes go on after their end")
                    }
                    return output
                }
                guard status == Z_OK, made > 0 || stream.avail_in > 0 else {
                    throw EvidenceError(.malformed, "stored bytes do not unpack (zlib code \(status))")
                }
            }
        }
    }
}
