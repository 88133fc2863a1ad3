import Evidence
import Notices

/// What the sandbox reports of one message, in the form in which it is kept.
struct SandboxReport: Sendable, Hashable {
    /// What stands for a relay's own words; nobody must take it for an arrival.
    static let words = "SANDBOX: accepted for rehearsal, delivered to nobody"

    let messageKey: String
    let channel: ChannelKind

    init(messageKey: String, channel: ChannelKind) {
        self.messageKey = messageKey
        self.channel = channel
    }

    init?(_ bytes: [UInt8]) throws {
        let value = try JSONValue(parsing: bytes)
        guard let key = value["messageKey"]?.string,
            let channel = value["channel"]?.string.flatMap({ ChannelKind(rawValue: $0) })
        else { return nil }
        self.init(messageKey: key, channel: channel)
    }

    var bytes: [UInt8] {
        JSONValue.object(["messageKey": .string(messageKey), "channel": .string(channel.rawValue)]).canonicalBytes
    }
}

/// Reads the sandbox's reports; they come from this process and from nowhere else.
struct SandboxReportParser: ReceiptParser {
    let feed = "sandbox"

    func parse(_ raw: [UInt8], receivedAt: Timestamp) throws -> [ParsedReceipt] {
        guard let report = try SandboxReport(raw) else {
            throw NoticeError(.invalid, "the report is none of the sandbox's")
        }
        return [
            ParsedReceipt(
                keys: [.messageKey(report.messageKey)], source: report.channel == .email ? .dsn : .smsReport,
                state: .delivered, event: .receiptDelivered, reason: SandboxReport.words,
                happenedAt: .ours(receivedAt), dedupeKey: report.messageKey, facts: ["sandbox": true])
        ]
    }
}
