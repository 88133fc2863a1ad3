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

    /// The token of a delivery: when the delivery was made, as its id says it, in 8 hexadecimal digits, and 64 of the secret.
    public func token(for delivery: DeliveryID) -> String {
        let secret = Hex.encode(HMAC.sha256(key: key, Array("songda link \(delivery.rawValue)".utf8)))
        let time = delivery.rawValue.prefix(Self.timeDigits)
        return Hex.decode(String(time))?.count == Self.timeDigits / 2 ? time.lowercased() + secret : secret
    }

    /// What the store keeps instead of the token.
    ///
    /// It begins with the token's time and not with four bytes more of the hash: the store finds links by an index, and one
    /// over values without an order writes a page of its own for every link as soon as there are many. 224 bits of the hash
    /// remain.
    public static func hash(_ token: String) -> Digest {
        let hash = SHA256.hash(Array(token.utf8))
        guard let time = time(of: token) else { return hash }
        return Digest(bytes: time + hash.bytes.dropFirst(time.count)) ?? hash
    }

    /// Under which hashes the store may have a token that somebody brings; none for what cannot be one.
    ///
    /// Tokens had no time once, and a mail that was queued then and goes out now carries one all the same.
    static func hashes(_ token: String) -> [Digest] {
        if time(of: token) != nil { return [hash(token), hash(String(token.dropFirst(timeDigits)))] }
        return token.utf8.count == secretDigits ? [hash(token)] : []
    }

    private static func time(of token: String) -> [UInt8]? {
        token.utf8.count == timeDigits + secretDigits ? Hex.decode(String(token.prefix(timeDigits))) : nil
    }

    // A UUIDv7 begins with the time (RFC 9562, 5.7); 32 bits of it count in steps of 65 seconds.
    private static let timeDigits = 8
    private static let secretDigits = 64

    /// The link for a delivery, or nil without a base URL.
    public func url(for delivery: DeliveryID) -> String? {
        baseURL.map { "\($0)/n/\(token(for: delivery))" }
    }
}
