import COpenSSL
import Synchronization

/// Contexts of one key, set up for one operation and used again and again.
///
/// Setting one up costs about as much as an ECDSA signature on P-256. A context serves one caller at a time; when all
/// are out a new one is made, so there are never more than callers at once.
final class KeyContextPool: Sendable {
    enum Operation { case sign, verify }

    /// One `EVP_PKEY_CTX`.
    // Sendable because the pool hands each to one caller at a time, through a lock.
    private struct Context: @unchecked Sendable { let pointer: OpaquePointer }

    private let idle = Mutex<[Context]>([])
    private let operation: Operation

    /// Kept beyond this many, contexts would only hold memory.
    private static let largest = 16

    init(_ operation: Operation) { self.operation = operation }

    deinit {
        idle.withLock { idle in
            for context in idle { EVP_PKEY_CTX_free(context.pointer) }
        }
    }

    /// Runs the closure with a context of the key; nil if none could be set up.
    ///
    /// The closure says whether the context is sound: one that failed is not used again.
    func with<R>(
        _ key: OpaquePointer, configure: (OpaquePointer) -> Bool, _ body: (OpaquePointer) -> (result: R, isSound: Bool)
    ) -> R? {
        guard let context = idle.withLock({ $0.popLast() }) ?? make(key, configure) else { return nil }
        let (result, isSound) = body(context.pointer)
        let isKept =
            isSound
            && idle.withLock { idle in
                guard idle.count < KeyContextPool.largest else { return false }
                idle.append(context)
                return true
            }
        if !isKept { EVP_PKEY_CTX_free(context.pointer) }
        return result
    }

    private func make(_ key: OpaquePointer, _ configure: (OpaquePointer) -> Bool) -> Context? {
        guard let pointer = EVP_PKEY_CTX_new(key, nil) else { return nil }
        let isReady = operation == .sign ? EVP_PKEY_sign_init(pointer) : EVP_PKEY_verify_init(pointer)
        guard isReady == 1, configure(pointer) else {
            EVP_PKEY_CTX_free(pointer)
            return nil
        }
        return Context(pointer: pointer)
    }
}
