import Evidence
import Notices

/// Reads the mail that comes to the bounce mailbox.
///
/// It touches nothing and decides nothing: its result is a value, and the same bytes always give the same value.
public struct ReportReader: Sendable {
    private let returnPath: ReturnPath
    private let messageDomain: String
    private let limits: MIMELimits

    /// Understands reports on messages with these return paths, and Message-IDs under the given domain.
    public init(returnPath: ReturnPath, messageDomain: String, limits: MIMELimits = MIMELimits()) {
        self.returnPath = returnPath
        self.messageDomain = messageDomain.lowercased()
        self.limits = limits
    }

    /// What a message is and which delivery it is about; refuses only what is too large to read.
    public func read(_ bytes: [UInt8]) throws(MailError) -> IncomingReport {
        report(try MIMEEntity(parsing: bytes, limits: limits), SHA256.hash(bytes))
    }

    /// The same for as much of a message as the limits allow; what is cut off makes the report incomplete.
    func readBeginning(_ bytes: [UInt8]) -> IncomingReport {
        report(MIMEEntity(beginningOf: bytes, limits: limits), SHA256.hash(bytes))
    }

    private func report(_ message: MIMEEntity, _ digest: Digest) -> IncomingReport {
        let header = message.header
        let content = MailClassifier.content(of: message)
        let match = match(content, header)
        return IncomingReport(
            content: content, match: match, from: header.addresses(["from"]).first,
            date: header.first("date").flatMap(MailDate.parse),
            authenticationResults: header.first("authentication-results"), rawDigest: digest,
            fingerprint: Self.fingerprint(content, match, digest), isIncomplete: message.isIncomplete)
    }

    /// The keys in the order of their strength.
    ///
    /// A forged address ends the search: what lies so openly is not believed in its other fields.
    private func match(_ content: IncomingReport.Content, _ header: HeaderFields) -> IncomingReport.Match {
        // The envelope recipient as our server noted it comes before To, which the sender writes.
        let addressed = header.addresses(["delivered-to", "x-original-to", "envelope-to", "x-rcpt-to", "to", "cc"])
        var forged: String?
        for address in addressed {
            switch returnPath.read(address: address) {
            case .delivery(let delivery): return .delivery(delivery, by: .returnPath)
            case .forged: forged = forged ?? address
            case .foreign: continue
            }
        }
        if let forged { return .forged(address: forged) }
        if case .deliveryStatus(let report) = content, let id = report.envelopeID {
            switch returnPath.read(envelopeID: id) {
            case .delivery(let delivery): return .delivery(delivery, by: .envelopeID)
            case .forged: return .forged(address: id)
            case .foreign: break
            }
        }
        for id in messageIDs(content, header) {
            if let delivery = delivery(of: id) { return .delivery(delivery, by: .messageID) }
        }
        return .none
    }

    private func messageIDs(_ content: IncomingReport.Content, _ header: HeaderFields) -> [MessageID] {
        let reported: MessageID? =
            switch content {
            case .deliveryStatus(let report): report.messageID
            case .disposition(let report): report.messageID
            default: nil
            }
        let thread = ["in-reply-to", "references"].flatMap { header.all($0).flatMap(MessageID.all(in:)).reversed() }
        return [reported].compactMap(\.self) + thread
    }

    /// The delivery whose key stands left of the at sign, if the right side is ours.
    private func delivery(of id: MessageID) -> DeliveryID? {
        guard id.right == messageDomain else { return nil }
        let left = id.left.lowercased()
        if let bytes = Hex.decode(left), let uuid = UUIDText.text(of: bytes) { return DeliveryID(uuid) }
        return left.isEmpty ? nil : DeliveryID(left)
    }

    /// What a report says, apart from where and when it was written.
    private static func fingerprint(
        _ content: IncomingReport.Content, _ match: IncomingReport.Match, _ raw: Digest
    ) -> Digest {
        guard case .delivery(let delivery, _) = match else { return raw }
        var facts = [delivery.rawValue]
        switch content {
        case .deliveryStatus(let report):
            facts.append("dsn")
            for recipient in report.recipients {
                // Each "delayed" is a fact of its own, told apart by its time.
                let time = recipient.action == .delayed ? recipient.lastAttempt?.rfc3339 ?? raw.hex : ""
                facts += [recipient.finalRecipient?.lowercased() ?? "", recipient.action.word, time]
                facts.append(recipient.status?.description ?? "")
            }
        case .disposition(let report):
            facts += ["mdn", report.finalRecipient?.lowercased() ?? "", report.disposition.word]
        case .bounce, .informalReceipt, .autoReply, .reply, .other: return raw
        }
        // A separator that no fact can hold: two lists never join to the same bytes.
        return SHA256.hash(facts.map { Array($0.utf8.filter { $0 != 0 }) + [0] })
    }
}
