import Evidence
import Notices

/// A parser of receipts for tests: the bytes are names under which a test has put what they claim.
public struct ScriptedParser: ReceiptParser {
    /// The feed.
    public let feed: String
    private let claims: [String: ParsedReceipt]

    /// Knows these bytes and what they claim; others are refused.
    public init(feed: String = "sms:main", _ claims: [String: ParsedReceipt]) {
        self.feed = feed
        self.claims = claims
    }

    /// What the bytes claim.
    public func parse(_ raw: [UInt8], receivedAt: Timestamp) throws -> [ParsedReceipt] {
        guard let claim = claims[String(decoding: raw, as: UTF8.self)] else {
            throw TestSupportError("the feed \(feed) does not know these bytes")
        }
        return [claim]
    }
}

extension ParsedReceipt {
    /// A report of arrival by a provider's own clock.
    public static func delivered(
        _ keys: ReceiptKey..., at: Timestamp, clock: String = "provider:aliyun", dedupe: String = "report-1",
        forgery: String? = nil, source: Receipt.Source = .smsReport
    ) -> ParsedReceipt {
        ParsedReceipt(
            keys: keys, source: source, state: .delivered, event: .receiptDelivered, reason: "DELIVERED",
            happenedAt: ObservedTime(at: at, clock: clock), dedupeKey: dedupe, forgery: forgery)
    }
}
