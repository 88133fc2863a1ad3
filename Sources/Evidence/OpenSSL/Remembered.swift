import Synchronization

/// What was read from bytes, kept for whoever reads the same bytes again.
///
/// To decode a certificate or a key takes OpenSSL 3 longer than to check a signature with it, and the same few come again in
/// every bundle, token and seal. Only public things are kept, only what depends on nothing but the bytes, and no errors: a
/// memory that was emptied costs time and changes no answer. So one may serve the whole process.
final class Remembered<Value: Sendable>: Sendable {
    /// Longer ones are read anew each time, so that nobody fills the memory with them or holds up others by looking them up.
    private static var mostBytes: Int { 4_096 }

    private let capacity: Int
    private let known = Mutex<[[UInt8]: Value]>([:])

    /// Keeps at most so many.
    init(capacity: Int) { self.capacity = capacity }

    /// What these bytes were read as, or what `read` makes of them now.
    func value(
        of bytes: [UInt8], reading read: () throws(EvidenceError) -> Value
    ) throws(EvidenceError) -> Value {
        guard bytes.count <= Self.mostBytes else { return try read() }
        if let value = known.withLock({ $0[bytes] }) { return value }
        let value = try read()
        // Whoever sends many of his own makes us read ours again; what they replace is let go outside the lock.
        _ = known.withLock { known -> [[UInt8]: Value] in
            var replaced: [[UInt8]: Value] = [:]
            if known[bytes] == nil, known.count >= capacity { swap(&known, &replaced) }
            known[bytes] = value
            return replaced
        }
        return value
    }
}
