import Evidence

/// The secret that a web hook's receiver shares with us, in the form of Standard Webhooks 1.0.
public struct WebhookSecret: Sendable, Hashable {
    /// What every secret begins with, so that scanners of source code find one that was left there.
    public static let prefix = "whsec_"

    /// The key of the HMAC.
    public let bytes: [UInt8]

    /// 32 random bytes.
    public static func random() -> WebhookSecret { WebhookSecret(bytes: SecureRandom.bytes(32)) }

    /// Wraps the key of an HMAC.
    public init(bytes: [UInt8]) { self.bytes = bytes }

    /// Reads a secret as its receiver writes it; nil unless it is `whsec_` and the Base64 of 24 to 64 bytes.
    public init?(text: String) {
        guard text.hasPrefix(Self.prefix), let bytes = Base64.decode(String(text.dropFirst(Self.prefix.count))),
            (24...64).contains(bytes.count)
        else { return nil }
        self.bytes = bytes
    }

    /// What the receiver is given, once.
    public var text: String { Self.prefix + Base64.encode(bytes) }

    /// The scheme of the signature and its Base64, over the message's name, the moment of the attempt and the exact bytes.
    public func signature(id: String, seconds: Int64, body: [UInt8]) -> String {
        "v1," + Base64.encode(HMAC.sha256(key: bytes, Array("\(id).\(seconds).".utf8) + body))
    }
}

/// One attempt as it leaves: where to, with which fields, which bytes.
public struct WebhookRequest: Sendable {
    /// Where to.
    public let url: String
    /// The fields beside those of HTTP itself.
    public let headers: [(name: String, value: String)]
    /// The exact bytes that are signed.
    public let body: [UInt8]

    /// Signs a message; while a secret is being replaced, with both.
    public init(_ message: WebhookMessage, to url: String, secrets: [WebhookSecret], at now: Timestamp) {
        let body = Array(message.payload.utf8)
        let seconds = now.microseconds / 1_000_000
        self.url = url
        self.body = body
        headers = [
            ("Content-Type", "application/json"), ("User-Agent", "songda-webhooks/1"),
            ("webhook-id", message.id), ("webhook-timestamp", "\(seconds)"),
            (
                "webhook-signature",
                secrets.map { $0.signature(id: message.id, seconds: seconds, body: body) }.joined(separator: " ")
            ),
        ]
    }
}

/// What came of one attempt.
public enum WebhookAnswer: Sendable, Hashable {
    /// An answer: its status, its beginning, and the wait it asked for.
    case answered(status: Int, words: String, retryAfter: Duration?)
    /// None, and why.
    case failed(String)
}
