import COpenSSL

/// Owns a `BIO` in memory: how OpenSSL reads and writes PEM.
final class MemoryBuffer {
    let pointer: OpaquePointer

    init(_ bytes: [UInt8] = []) {
        guard let pointer = copenssl_bio_memory() else { preconditionFailure("no memory for a BIO") }
        self.pointer = pointer
        guard bytes.isEmpty || BIO_write(pointer, bytes, Int32(clamping: bytes.count)) == bytes.count else {
            preconditionFailure("no memory to copy \(bytes.count) bytes into a BIO")
        }
    }

    deinit { BIO_free_all(pointer) }

    /// What has been written and not yet read.
    var bytes: [UInt8] {
        var start: UnsafeMutablePointer<CChar>?
        let count = copenssl_bio_contents(pointer, &start)
        guard count > 0, let start else { return [] }
        return Array(UnsafeRawBufferPointer(start: start, count: count))
    }
}

/// The DER form of an OpenSSL object, by one of its `i2d_…` functions.
///
/// Called twice: once for the length, once to write into memory of our own.
func encodeDER(_ encode: (UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>?) -> Int32) -> [UInt8] {
    let length = encode(nil)
    guard length > 0 else { preconditionFailure("an object we hold has no DER form: \(OpenSSLQueue.drain())") }
    return [UInt8](unsafeUninitializedCapacity: Int(length)) { buffer, count in
        var cursor = buffer.baseAddress
        count = Int(encode(&cursor))
    }
}
