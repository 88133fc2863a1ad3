import Evidence
import Notices

/// Turns the mail of a bounce mailbox into receipts.
///
/// It never throws: a message that nobody can read must not stop the ones behind it. Of a message larger than the
/// limit the beginning is read, where a report stands.
public struct MailReceiptParser: ReceiptParser {
    /// The name of the mailbox in duplicate checks.
    public let feed: String
    private let reader: ReportReader

    /// A parser for one mailbox.
    public init(feed: String, reader: ReportReader) {
        self.feed = feed
        self.reader = reader
    }

    /// What a message claims: one receipt for each recipient of a delivery report, else one.
    public func parse(_ raw: [UInt8], receivedAt: Timestamp) -> [ParsedReceipt] {
        let report = reader.readBeginning(raw)
        switch report.content {
        case .deliveryStatus(let status):
            return status.recipients.enumerated().map { index, recipient in
                receipt(
                    report, .dsn, recipient.state, recipient.action.event, reason: Self.words(recipient),
                    at: time(recipient.lastAttempt ?? report.date, "smtp:\(status.reportingServer ?? "?")", receivedAt),
                    facts: Self.facts(status, recipient), part: index)
            }
        case .disposition(let notice):
            return [
                receipt(
                    report, .mdn, nil, notice.disposition == .displayed ? .receiptDisplayed : .mailProgramReported,
                    reason: "the mail program reports: \(notice.disposition.word)", at: mailTime(report, receivedAt),
                    facts: Self.facts(notice))
            ]
        case .bounce(let bounce):
            return [
                receipt(
                    report, .dsn, bounce.state, bounce.isPermanent ? .receiptFailed : .mailSystemReported,
                    reason: Self.shortened(bounce.excerpt), at: mailTime(report, receivedAt),
                    facts: ["standardForm": .bool(false), "status": bounce.code.map { .string($0) } ?? .null])
            ]
        case .informalReceipt(let subject):
            return [
                receipt(
                    report, .mdn, nil, .mailProgramReported, reason: Self.shortened(subject),
                    at: mailTime(report, receivedAt), facts: ["standardForm": .bool(false)])
            ]
        case .autoReply(let subject):
            return [
                receipt(
                    report, .autoReply, nil, .automaticReplyReceived, reason: Self.shortened(subject),
                    at: mailTime(report, receivedAt))
            ]
        case .reply(let subject):
            return [
                receipt(
                    report, .reply, nil, .replyReceived, reason: Self.shortened(subject),
                    at: mailTime(report, receivedAt))
            ]
        case .other:
            return [
                receipt(
                    report, .reply, nil, .mailSystemReported, reason: "mail without a sender",
                    at: mailTime(report, receivedAt))
            ]
        }
    }

    private func receipt(
        _ report: IncomingReport, _ source: Receipt.Source, _ state: DeliveryState?, _ event: EvidenceEvent,
        reason: String, at: ObservedTime, facts: [String: JSONValue] = [:], part: Int = 0
    ) -> ParsedReceipt {
        var facts = facts.filter { $0.value != .null }
        var keys: [ReceiptKey] = []
        var forgery: String?
        switch report.match {
        case .delivery(let delivery, let key):
            // Only a MAC may speak for a delivery by its id; a Message-ID is looked up like any foreign word.
            keys = [key.isAuthenticated ? .delivery(delivery) : .messageKey(delivery.rawValue.filter { $0 != "-" })]
            facts["matchedBy"] = .string(key.rawValue)
        case .forged: forgery = "the return path it came to carries a MAC that is not ours"
        case .none: break
        }
        facts["from"] = report.from.map { .string(Self.shortened($0)) }
        facts["authenticationResults"] = report.authenticationResults.map { .string(Self.shortened($0)) }
        if report.isIncomplete { facts["readInPart"] = .bool(true) }
        return ParsedReceipt(
            keys: keys, source: source, state: state, event: event, reason: reason, happenedAt: at,
            dedupeKey: "\(report.fingerprint.hex).\(part)", facts: facts, forgery: forgery)
    }

    private func mailTime(_ report: IncomingReport, _ receivedAt: Timestamp) -> ObservedTime {
        time(report.date, "mail:\(report.from ?? "?")", receivedAt)
    }

    /// The writer's own time under the writer's name, or ours under ours; never one under the other's.
    private func time(_ claimed: Timestamp?, _ clock: String, _ receivedAt: Timestamp) -> ObservedTime {
        claimed.map { ObservedTime(at: $0, clock: Self.shortened(clock)) }
            ?? ObservedTime(at: receivedAt, clock: "songda")
    }

    private static func words(_ recipient: DeliveryStatusReport.Recipient) -> String {
        let parts = [recipient.action.word, recipient.status?.description, recipient.diagnostic].compactMap(\.self)
        return shortened(parts.joined(separator: " "))
    }

    private static func facts(
        _ report: DeliveryStatusReport, _ recipient: DeliveryStatusReport.Recipient
    ) -> [String: JSONValue] {
        func text(_ value: String?) -> JSONValue { value.map { .string(shortened($0)) } ?? .null }
        return [
            "action": .string(shortened(recipient.action.word)), "status": text(recipient.status?.description),
            "reasonCode": recipient.state == .failed ? .string(recipient.reasonCode.rawValue) : .null,
            "finalRecipient": text(recipient.finalRecipient), "originalRecipient": text(recipient.originalRecipient),
            "reportingServer": text(report.reportingServer), "remoteServer": text(recipient.remoteServer),
            "envelopeID": text(report.envelopeID), "messageID": text(report.messageID?.value),
            "arrivedAt": text(report.arrived?.rfc3339), "retryUntil": text(recipient.retryUntil?.rfc3339),
            "standardForm": .bool(true),
        ]
    }

    private static func facts(_ report: DispositionReport) -> [String: JSONValue] {
        func text(_ value: String?) -> JSONValue { value.map { .string(shortened($0)) } ?? .null }
        return [
            "disposition": .string(shortened(report.disposition.word)),
            "modifiers": report.modifiers.isEmpty ? .null : text(report.modifiers.joined(separator: ",")),
            "sentManually": report.sentManually.map { .bool($0) } ?? .null,
            "finalRecipient": text(report.finalRecipient), "originalRecipient": text(report.originalRecipient),
            "messageID": text(report.messageID?.value), "mailProgram": text(report.reportingProgram),
            "standardForm": .bool(true),
        ]
    }

    /// Foreign words in our entries: without control characters, and not longer than a paragraph.
    private static func shortened(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars.prefix(500) { result.append(FieldText.breaksField(scalar) ? " " : scalar) }
        return String(result)
    }
}

extension DeliveryStatusReport.Action {
    /// The event it is recorded as.
    var event: EvidenceEvent {
        switch self {
        case .failed: .receiptFailed
        case .delayed: .receiptDelayed
        case .delivered: .receiptDelivered
        case .relayed: .receiptRelayed
        case .expanded, .other: .mailSystemReported
        }
    }
}
