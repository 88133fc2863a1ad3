import Evidence
import Synchronization

/// Lets each client do something so often and no more: a bucket a client, refilled steadily.
///
/// Memory is bounded. When the table is full, buckets that are full again are forgotten, and if that frees nothing the one
/// that was touched longest ago: a flood from many addresses costs accuracy, never memory.
final class TokenBuckets: Sendable {
    private struct Bucket {
        var tokens: Double
        var at: Timestamp
    }

    private let burst: Double
    private let perSecond: Double
    private let limit: Int
    private let buckets = Mutex<[String: Bucket]>([:])

    /// Allows `burst` at once and then one every `interval`.
    init(burst: Int, every interval: Duration, limit: Int = 10_000) {
        self.burst = Double(burst)
        let parts = interval.components
        perSecond = 1 / (Double(parts.seconds) + Double(parts.attoseconds) * 1e-18)
        self.limit = limit
    }

    /// Takes one token; nil if there was one, otherwise the seconds until there is.
    func take(_ client: String, at now: Timestamp) -> Int? {
        buckets.withLock { buckets in
            if buckets[client] == nil, buckets.count >= limit { makeRoom(&buckets, now) }
            var bucket = refilled(buckets[client] ?? Bucket(tokens: burst, at: now), now)
            defer { buckets[client] = bucket }
            guard bucket.tokens >= 1 else { return Int(((1 - bucket.tokens) / perSecond).rounded(.up)) }
            bucket.tokens -= 1
            return nil
        }
    }

    /// The seconds until there is a token, without taking one; nil if there is one now.
    func wait(_ client: String, at now: Timestamp) -> Int? {
        buckets.withLock { buckets in
            guard let bucket = buckets[client].map({ refilled($0, now) }), bucket.tokens < 1 else { return nil }
            return Int(((1 - bucket.tokens) / perSecond).rounded(.up))
        }
    }

    private func refilled(_ bucket: Bucket, _ now: Timestamp) -> Bucket {
        // A clock that was set back gives nothing and takes nothing.
        let passed = max(0, Double(now.microseconds - bucket.at.microseconds) / 1e6)
        return Bucket(tokens: min(burst, bucket.tokens + passed * perSecond), at: now)
    }

    private func makeRoom(_ buckets: inout [String: Bucket], _ now: Timestamp) {
        buckets = buckets.filter { refilled($0.value, now).tokens < burst }
        guard buckets.count >= limit, let oldest = buckets.min(by: { $0.value.at < $1.value.at }) else { return }
        buckets[oldest.key] = nil
    }

    /// How many clients are remembered.
    var count: Int { buckets.withLock { $0.count } }
}
