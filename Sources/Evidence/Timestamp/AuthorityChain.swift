import Synchronization

/// Several timestamp authorities asked in order until one gives a sound token.
///
/// When all fail the error says why for each; a local clock never stands in for them.
public struct AuthorityChain: TimestampAuthority {
    /// One refusal or failure that was remembered.
    public struct Failure: Sendable, Hashable {
        /// The authority that failed.
        public let authority: String
        /// When, by our clock.
        public let at: Timestamp
        /// Why, as a sentence.
        public let reason: String
    }

    /// The authorities in the order they are asked.
    public let authorities: [any TimestampAuthority]
    private let clock: any WallClock
    private let memory = Memory()

    /// Takes the authorities in order of preference; with none, every request fails.
    public init(_ authorities: [any TimestampAuthority], clock: any WallClock) {
        self.authorities = authorities
        self.clock = clock
    }

    /// The names of all, in order.
    public var name: String { authorities.map(\.name).joined(separator: ", then ") }
    /// True only if every one of them is independent.
    public var isIndependent: Bool { !authorities.isEmpty && authorities.allSatisfy(\.isIndependent) }

    /// The latest failure of each authority that has not given a token since.
    public var failures: [Failure] {
        let latest = memory.failures.withLock { $0 }
        return authorities.compactMap { latest[$0.name] }
    }

    /// The first sound token; throws `.timestampNone` with every reason if there is none.
    public func token(for digest: Digest) async throws -> TimestampToken {
        try await stamp(digest).token
    }

    /// The first sound token together with the authority that gave it.
    public func stamp(_ digest: Digest) async throws -> (token: TimestampToken, authority: any TimestampAuthority) {
        var reasons: [String] = []
        for authority in authorities {
            try Task.checkCancellation()
            do {
                let token = try await authority.token(for: digest)
                memory.failures.withLock { $0[authority.name] = nil }
                return (token, authority)
            } catch is CancellationError {
                throw CancellationError()
            } catch {
                let reason = (error as? EvidenceError)?.reason ?? "\(error)"
                let failure = Failure(authority: authority.name, at: clock.now, reason: reason)
                memory.failures.withLock { $0[authority.name] = failure }
                reasons.append("\(authority.name): \(error)")
            }
        }
        throw EvidenceError(
            .timestampNone,
            authorities.isEmpty
                ? "no timestamp authority is configured; name at least one"
                : "no timestamp authority gave a token; the entries stay without a timestamp until one does",
            detail: reasons.joined(separator: " | "))
    }

    /// The failures behind a value type: copies of a chain share what they have learnt.
    private final class Memory: Sendable {
        let failures = Mutex<[String: Failure]>([:])
    }
}
