import Curl
import Evidence
import Notices

/// The cover words of a mail in both forms that mail programs show.
public struct MailCover: Sendable, Hashable {
    /// Plain text.
    public var text: String
    /// The same as HTML, or nil.
    public var html: String?

    /// Pairs the two forms.
    public init(text: String, html: String?) {
        self.text = text
        self.html = html
    }
}

/// Turns a parcel into the exact message and its envelope.
///
/// It reads no clock and draws nothing at random: the same delivery gives the same bytes at every attempt.
public struct MailComposer: Sendable {
    /// A message ready for the wire.
    public struct Mail: Sendable, Hashable {
        /// Sender, recipient and envelope id.
        public let envelope: MailEnvelope
        /// RFC 5322 bytes, signed.
        public let bytes: [UInt8]
        /// Its Message-ID.
        public let messageID: MessageID
        /// The domain that signed it, or nil if none of our keys fits the sender.
        public let signedBy: String?
    }

    private let returnPath: ReturnPath
    private let messageDomain: String
    private let zoneMinutes: Int
    private let asksForReceipt: Bool
    private let signatures: [DKIM]
    private let cover: @Sendable (_ markdown: String, _ language: String) throws -> MailCover

    /// A composer for one installation.
    ///
    /// `messageDomain` stands right of the at sign in Message-IDs and must be the one that `ReportReader` is given.
    /// Of `signatures` the one whose domain is that of the sender, or a parent of it, signs.
    /// `cover` turns the Markdown of the template into what people read.
    public init(
        returnPath: ReturnPath, messageDomain: String, zoneMinutes: Int = 480, asksForReceipt: Bool = true,
        signatures: [DKIM] = [], cover: @escaping @Sendable (_ markdown: String, _ language: String) throws -> MailCover
    ) {
        self.returnPath = returnPath
        self.messageDomain = messageDomain
        self.zoneMinutes = zoneMinutes
        self.asksForReceipt = asksForReceipt
        self.signatures = signatures
        self.cover = cover
    }

    /// The mail for a parcel, or the field that cannot be put into one.
    public func compose(_ parcel: Parcel) throws -> Mail {
        let from = try Mailbox(name: parcel.sender.name, address: parcel.sender.mailbox, field: "From")
        let to = try Mailbox(name: parcel.recipientName, address: parcel.address, field: "To")
        let sender = try returnPath.mailbox(for: parcel.delivery)
        let words = try cover(parcel.content.emailMarkdown, parcel.language)
        var message = MIMEMessage(
            from: from, to: to, subject: parcel.content.subject, date: parcel.date,
            messageID: try MessageID(delivery: parcel.messageKey, domain: messageDomain),
            noticeNumber: parcel.noticeNumber, text: words.text)
        message.html = words.html
        message.zoneMinutes = zoneMinutes
        message.language = parcel.language
        message.receiptTo = asksForReceipt ? sender : nil
        message.inReplyTo = try parcel.remindsOf.map { key throws(MailError) in
            try MessageID(delivery: key, domain: messageDomain)
        }
        message.attachments = parcel.content.attachments.map {
            MailAttachment(name: $0.fileName, fallbackName: $0.asciiName, mediaType: $0.mediaType, bytes: $0.bytes)
        }
        let plain = try message.encoded()
        let dkim = signatures.first { $0.covers(from.domain) }
        return Mail(
            envelope: MailEnvelope(
                sender: sender.address, recipient: to.address,
                envelopeID: try returnPath.token(for: parcel.delivery), requestsDSN: true),
            bytes: try dkim?.signed(plain, at: parcel.date) ?? plain, messageID: message.messageID,
            signedBy: dkim?.domain)
    }
}
