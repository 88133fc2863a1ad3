import Evidence

/// The secret in a link that opens one delivery: 256 bits, single use, at most 72 hours.
///
/// Derived from a key and the delivery's id, so that a repeated attempt carries the same bytes although only the token's
/// hash is stored.
public struct LinkTokens: Sendable {
    /// How long a link works; the security reference allows no more.
    public static let lifetime = Duration.seconds(72 * 3600)

    private let key: [UInt8]
    private let baseURL: String?

    /// Makes tokens.
    ///
    /// - Parameters:
    ///   - key: 32 secret bytes.
    ///   - baseURL: where people reach the pages from outside; nil when there is no such place, and then no links are
    ///     made.
    public init(key: [UInt8], baseURL: String?) {
        precondition(key.count >= 32, "the link key needs 32 bytes")
        self.key = key
        self.baseURL = baseURL.map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 }
    }

    /// Whether links are made at all.
    public var areIssued: Bool { baseURL != nil }

    /// The token of a delivery: 64 hexadecimal digits.
    public func token(for delivery: DeliveryID) -> String {
        Hex.encode(HMAC.sha256(key: key, Array("songda link \(delivery.rawValue)".utf8)))
    }

    /// What the store keeps instead of the token.
    public static func hash(_ token: String) -> Digest { SHA256.hash(Array(token.utf8)) }

    /// The link for a delivery, or nil without a base URL.
    public func url(for delivery: DeliveryID) -> String? {
        baseURL.map { "\($0)/n/\(token(for: delivery))" }
    }
}
