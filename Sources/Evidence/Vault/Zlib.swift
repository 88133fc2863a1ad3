import CZlib

/// Compression by zlib (RFC 1950), with a limit on what may come out.
enum Zlib {
    /// What our short records have in common.
    ///
    /// Part of the stored format: the stream names its dictionary by checksum, so a better one may be added and this one
    /// must stay.
    private static let records = ShortDeflate(dictionary: RecordDictionary.bytes)

    /// The checksum of RFC 1950.
    static func adler(_ bytes: [UInt8]) -> UInt32 {
        UInt32(truncatingIfNeeded: adler32(1, bytes, UInt32(bytes.count)))
    }

    /// Compresses in one call.
    static func compress(_ bytes: [UInt8]) throws(EvidenceError) -> [UInt8] {
        bytes.count <= ShortDeflate.mostBytes ? records.compress(bytes) : try compressLong(bytes)
    }

    /// Compresses with a window no larger than the input.
    ///
    /// The usual 32 KiB window makes zlib clear 256 KiB of memory for every entry of 1 KiB: five times the work, for the same
    /// size of the result.
    private static func compressLong(_ bytes: [UInt8]) throws(EvidenceError) -> [UInt8] {
        let bits = windowBits(for: bytes.count)
        var stream = z_stream()
        guard czlib_deflate_init_window(&stream, 4, bits, bits - 7) == Z_OK else {
            throw EvidenceError(.cryptography, "zlib could not start")
        }
        defer { deflateEnd(&stream) }
        let bound = Int(deflateBound(&stream, UInt(bytes.count)))
        guard bytes.count <= Int(UInt32.max), bound <= Int(UInt32.max) else {
            throw EvidenceError(.tooLarge, "\(bytes.count) bytes are too many to compress at once; the limit is 4 GiB")
        }
        var status = Z_OK
        var input = bytes
        let output = [UInt8](unsafeUninitializedCapacity: bound) { buffer, count in
            input.withUnsafeMutableBufferPointer { source in
                stream.next_in = source.baseAddress
                stream.avail_in = UInt32(source.count)
                stream.next_out = buffer.baseAddress
                stream.avail_out = UInt32(bound)
                status = deflate(&stream, Z_FINISH)
                count = status == Z_STREAM_END ? bound - Int(stream.avail_out) : 0
            }
        }
        guard status == Z_STREAM_END else { throw EvidenceError(.cryptography, "zlib failed with code \(status)") }
        return output
    }

    /// The window that holds all of the input, between 2^12 bytes and zlib's largest.
    private static func windowBits(for count: Int) -> Int32 {
        var bits: Int32 = 12
        while bits < 15, 1 << bits < count { bits += 1 }
        return bits
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
                if status == Z_NEED_DICT, made == 0, chooseDictionary(&stream) { continue }
                guard status == Z_OK, made > 0 || stream.avail_in > 0 else {
                    throw EvidenceError(.malformed, "stored bytes do not unpack (zlib code \(status))")
                }
            }
        }
    }

    /// Hands zlib the dictionary that a stream asks for; false if it asks for one we never had.
    private static func chooseDictionary(_ stream: inout z_stream) -> Bool {
        let dictionary = RecordDictionary.bytes
        guard UInt32(truncatingIfNeeded: stream.adler) == records.adler else { return false }
        return inflateSetDictionary(&stream, dictionary, UInt32(dictionary.count)) == Z_OK
    }
}
