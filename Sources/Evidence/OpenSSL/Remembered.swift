import Synchronization

/// What was read from bytes, kept for whoever reads the same bytes again.
///
/// To decode a certificate or a key takes OpenSSL 3 longer than to check a signature with it, and the same few come again in
/// every bundle, token and seal. Only what depends on nothing but the bytes may be kept here; errors are not.
final class Remembered<Value: Sendable>: Sendable {
    /// Longer ones are read anew each time, so that nobody fills the memory with them.
    private static var mostBytes: Int { 4_096 }

    private let capacity: Int
    private let known = Mutex<[[UInt8]: Value]>([:])

    /// Keeps at most so many.
    init(capacity: Int) { self.capacity = capacity }

    /// What these bytes were read as, or what `read` makes of them now.
    func value(
        of bytes: [UInt8], reading read: () throws(EvidenceError) -> Value
    ) throws(EvidenceError) -> Value {
        if let value = known.withLock({ $0[bytes] }) { return value }
        let value = try read()
        guard bytes.count <= Self.mostBytes else { return value }
        known.withLock { known in
            // Who sends many of his own makes us read ours once more, and no more than that.
            if known.count >= capacity { known.removeAll() }
            known[bytes] = value
        }
        return value
    }
}
