import Evidence

/// A file that travels with a message, byte for byte.
public struct MailAttachment: Sendable, Hashable {
    /// The name the recipient sees; any script.
    public var name: String
    /// An ASCII name for mail programs that cannot read the true one.
    public var fallbackName: String
    /// The media type: `application/pdf`, `application/pkcs7-signature`.
    public var mediaType: String
    /// The content, unchanged.
    public var bytes: [UInt8]

    /// A file of any type.
    public init(name: String, fallbackName: String, mediaType: String, bytes: [UInt8]) {
        self.name = name
        self.fallbackName = fallbackName
        self.mediaType = mediaType
        self.bytes = bytes
    }
}

/// A formal notice as an e-mail, built to the byte by us (RFC 5322, 2045–2047, 2231).
///
/// The same value always gives the same bytes, boundaries included: a retry after an unknown outcome is the
/// same message. There is no unsubscribe field, because nobody can opt out of being served. The bytes are
/// 7-bit with CR LF line ends, so that no relay has a reason to re-encode them and break a signature.
public struct MIMEMessage: Sendable, Hashable {
    /// The issuing entity.
    public var from: Mailbox
    /// The recipient; one message, one recipient.
    public var to: Mailbox
    /// Where a person's answer goes, if not to `from`.
    public var replyTo: Mailbox?
    /// The subject, visible in notifications and logs: no ground of dismissal belongs here.
    public var subject: String
    /// When the delivery was planned; the same for all attempts.
    public var date: Timestamp
    /// The zone `date` is written in, in minutes east of Greenwich.
    public var zoneMinutes = 480
    /// The identity, the same for all attempts.
    public var messageID: MessageID
    /// The language of the text, `zh-CN` or `en`.
    public var language = "zh-CN"
    /// Asks for a read receipt to this address.
    ///
    /// It must equal the envelope sender: RFC 8098 section 2.1 forbids automatic receipts otherwise.
    public var receiptTo: Mailbox?
    /// The earlier message this one reminds of.
    public var inReplyTo: MessageID?
    /// The thread, oldest first.
    public var references: [MessageID] = []
    /// The notice's number, for people and for searching; empty for mail that carries no notice.
    public var noticeNumber: String
    /// The plain text; always present.
    public var text: String
    /// The same content as HTML.
    public var html: String?
    /// The sealed document and its signature.
    public var attachments: [MailAttachment] = []

    /// A message with what every message has; the rest is set on the value.
    public init(
        from: Mailbox, to: Mailbox, subject: String, date: Timestamp, messageID: MessageID, noticeNumber: String,
        text: String
    ) {
        self.from = from
        self.to = to
        self.subject = subject
        self.date = date
        self.messageID = messageID
        self.noticeNumber = noticeNumber
        self.text = text
    }

    /// The exact bytes to sign and send.
    public func encoded() throws(MailError) -> [UInt8] {
        guard !subject.isEmpty else {
            throw MailError(.badField, field: "Subject", "is empty; a notice needs a subject")
        }
        guard (-14 * 60...14 * 60).contains(zoneMinutes) else {
            throw MailError(.badField, field: "Date", "zone of \(zoneMinutes) minutes; at most 14 hours either way")
        }
        var fields = FieldWriter()
        try fields.tokens("Date", [MailDate.format(date, offsetMinutes: zoneMinutes)])
        try fields.mailbox("From", from)
        if let replyTo { try fields.mailbox("Reply-To", replyTo) }
        try fields.mailbox("To", to)
        try fields.text("Subject", subject)
        try fields.tokens("Message-ID", [messageID.description])
        if let inReplyTo {
            try fields.tokens("In-Reply-To", [inReplyTo.description])
            let thread = references.contains(inReplyTo) ? references : references + [inReplyTo]
            try fields.tokens("References", thread.map(\.description))
        }
        try fields.tokens("MIME-Version", ["1.0"])
        try fields.tokens("Auto-Submitted", ["auto-generated"])
        try fields.tokens("Content-Language", [try languageTag()])
        if let receiptTo { try fields.tokens("Disposition-Notification-To", [receiptTo.address]) }
        if !noticeNumber.isEmpty { try fields.text("X-Songda-Notice", noticeNumber) }
        return fields.bytes + (try MIMEBody(of: self).encoded())
    }

    private func languageTag() throws(MailError) -> String {
        let sound = language.utf8.allSatisfy { Mailbox.isAlphanumeric($0) || $0 == 0x2D }
        guard sound, (2...35).contains(language.utf8.count) else {
            throw MailError(
                .badField, field: "Content-Language",
                "\"\(FieldText.shortened(language))\" is not a language tag such as zh-CN")
        }
        return language
    }
}
