import Evidence
import Notices

/// A delivery status notification (DSN, RFC 3464): what a mail system says became of a message.
///
/// Anyone who has the message can write one. It is kept as a report of what the mail system said, with the raw
/// bytes, and never as proof that a person read anything.
public struct DeliveryStatusReport: Sendable, Hashable {
    /// What was done with the message.
    public enum Action: Sendable, Hashable {
        /// Given up. Final, whatever the status says: `failed` with 4.x.x means that a server tried until it gave up.
        case failed
        /// Still being tried.
        case delayed
        /// In the mailbox. Not read.
        case delivered
        /// Handed to a system that gives no such reports. Final for us.
        case relayed
        /// Spread to several addresses behind this one.
        case expanded
        /// A word we do not know, or none.
        case other(String)
    }

    /// What is said about one recipient.
    public struct Recipient: Sendable, Hashable {
        /// The address we gave, if the server repeats it.
        public let originalRecipient: String?
        /// The address after aliases and forwarding.
        public let finalRecipient: String?
        /// What was done.
        public let action: Action
        /// The status code.
        public let status: EnhancedStatus?
        /// The words of the server that refused.
        public let diagnostic: String?
        /// The server that refused or took it.
        public let remoteServer: String?
        /// When it was last tried, by the reporting server's clock.
        public let lastAttempt: Timestamp?
        /// Until when it will be tried, if delayed.
        public let retryUntil: Timestamp?

        /// The state this observation supports, or nil if it changes nothing.
        ///
        /// The action decides. Only where it is missing or unknown does a permanent status count; nothing
        /// positive is ever concluded from a status alone.
        public var state: DeliveryState? {
            switch action {
            case .failed: .failed
            case .delivered: .delivered
            case .relayed: .relayed
            case .delayed, .expanded: nil
            case .other: status?.statusClass == 5 ? .failed : nil
            }
        }

        /// Why it failed, for rules; `none` if it did not.
        public var reasonCode: DeliveryOutcome.ReasonCode {
            guard state == .failed else { return .none }
            // 5.0.0 and 4.0.0 say nothing: the server's own words may carry the true code.
            if let status, status.subject != 0 { return status.reasonCode == .none ? .other : status.reasonCode }
            return diagnostic.flatMap { EnhancedStatus.first(in: $0) }?.reasonCode ?? .other
        }
    }

    /// The envelope id we gave, as it came back.
    public let envelopeID: String?
    /// The server that wrote the report.
    public let reportingServer: String?
    /// When that server got the message.
    public let arrived: Timestamp?
    /// One for each recipient; ours have one.
    public let recipients: [Recipient]
    /// The Message-ID in the returned header, if one was returned.
    public let messageID: MessageID?

    /// The report in a message, or nil if there is none.
    init?(in message: MIMEEntity) {
        let kinds = ["message/delivery-status", "message/global-delivery-status"]
        guard let part = message.all.first(where: { kinds.contains($0.mediaType) }) else { return nil }
        let blocks = ReportFields.blocks(of: part.content, atMost: 50)
        guard let head = blocks.first else { return nil }
        envelopeID = head.first("original-envelope-id").flatMap { $0.isEmpty ? nil : XText.decode($0) }
        reportingServer = head.first("reporting-mta").map(ReportFields.typed)
        arrived = head.first("arrival-date").flatMap(MailDate.parse)
        // Some servers forget the empty line between the message's block and the first recipient's.
        recipients = blocks.filter { $0.first("final-recipient") != nil || $0.first("action") != nil }.map(
            Recipient.init)
        guard !recipients.isEmpty else { return nil }
        messageID = ReturnedHeader.messageID(in: message)
    }
}

extension DeliveryStatusReport.Recipient {
    init(_ fields: HeaderFields) {
        originalRecipient = fields.first("original-recipient").map(ReportFields.address)
        finalRecipient = fields.first("final-recipient").map(ReportFields.address)
        action = DeliveryStatusReport.Action(fields.first("action") ?? "")
        status = fields.first("status").flatMap { EnhancedStatus($0) }
        diagnostic = fields.text("diagnostic-code").map(ReportFields.typed)
        remoteServer = fields.first("remote-mta").map(ReportFields.typed)
        lastAttempt = fields.first("last-attempt-date").flatMap(MailDate.parse)
        retryUntil = fields.first("will-retry-until").flatMap(MailDate.parse)
    }
}

extension DeliveryStatusReport.Action {
    init(_ text: String) {
        let word = String(decoding: text.utf8.prefix { Mailbox.isAlphanumeric($0) }, as: UTF8.self).lowercased()
        switch word {
        case "failed": self = .failed
        case "delayed": self = .delayed
        case "delivered": self = .delivered
        case "relayed": self = .relayed
        case "expanded": self = .expanded
        default: self = .other(word)
        }
    }

    /// The word as RFC 3464 has it.
    public var word: String {
        switch self {
        case .failed: "failed"
        case .delayed: "delayed"
        case .delivered: "delivered"
        case .relayed: "relayed"
        case .expanded: "expanded"
        case .other(let word): word
        }
    }
}

/// The header of our own message, as reports return it.
enum ReturnedHeader {
    /// Its Message-ID; the part may hold a whole message or its header alone.
    static func messageID(in report: MIMEEntity) -> MessageID? {
        let kinds = ["message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers"]
        for part in report.all where kinds.contains(part.mediaType) {
            let head = MIMEEntity.split(part.content[...]).head
            let fields = HeaderFields(parsing: head.prefix(128 << 10))
            if let id = fields.first("message-id").flatMap({ MessageID.all(in: $0).first }) { return id }
        }
        return nil
    }
}
