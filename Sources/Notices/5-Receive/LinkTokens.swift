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

    /// The token of a delivery: when its id was made, in 12 hexadecimal digits (milliseconds; RFC 9562, 5.7), and 64 of the
    /// secret.
    public func token(for delivery: DeliveryID) -> String {
        let time = delivery.rawValue.filter { $0 != "-" }.prefix(Self.timeDigits).lowercased()
        return (Hex.decode(time)?.count == Self.timeDigits / 2 ? time : "") + secret(of: delivery)
    }

    private func secret(of delivery: DeliveryID) -> String {
        Hex.encode(HMAC.sha256(key: key, Array("songda link \(delivery.rawValue)".utf8)))
    }

    /// What the store keeps instead of the token.
    ///
    /// It begins with the token's time and not with six bytes more of the hash: the store finds links by an index, and one
    /// over values without an order writes a page of its own for every link as soon as there are many. 208 bits of the hash
    /// remain.
    public static func hash(_ token: String) -> Digest {
        let hash = SHA256.hash(Array(token.utf8))
        guard token.utf8.count == timeDigits + secretDigits, let time = Hex.decode(String(token.prefix(timeDigits)))
        else { return hash }
        return Digest(bytes: time + hash.bytes.dropFirst(time.count)) ?? hash
    }

    /// Whether a text has the length of a token.
    static func isPossible(_ token: String) -> Bool {
        [secretDigits, timeDigits + secretDigits].contains(token.utf8.count)
    }

    private static let timeDigits = 12
    private static let secretDigits = 64

    /// The link of a delivery in the form that the store has, so that each attempt carries the same; nil without a base URL,
    /// and if it has neither.
    ///
    /// Tokens had no time once, and a mail that was queued then may be on its way for the second time.
    func url(for delivery: DeliveryID, storedAs hash: Digest) -> String? {
        guard let baseURL else { return nil }
        let token = token(for: delivery)
        if Self.hash(token) == hash { return "\(baseURL)/n/\(token)" }
        let secret = secret(of: delivery)
        return Self.hash(secret) == hash ? "\(baseURL)/n/\(secret)" : nil
    }
}
