import Evidence

/// Hands one parcel to one peer and says what was observed.
///
/// A channel does not throw and does not retry: every way it can end is a ``DeliveryOutcome``. It is called only after the
/// attempt is durable, and it never learns whether its outcome was stored.
public protocol Channel: Sendable {
    /// Which of a person's addresses it serves.
    var kind: ChannelKind { get }
    /// The configured name of the relay or gateway behind it.
    var route: RouteID { get }
    /// Hands the parcel over; returns within the channel's own time limits.
    func deliver(_ parcel: Parcel) async -> DeliveryOutcome
}

/// Everything a channel needs for one attempt at one address.
///
/// The same delivery gives the same message bytes at each attempt: ``date`` and ``messageKey`` do not change on a retry,
/// so that a receiver can tell a duplicate.
public struct Parcel: Sendable {
    /// The delivery this attempt belongs to.
    public let delivery: DeliveryID
    /// The notice it carries.
    public let notice: NoticeID
    /// The number printed on the notice.
    public let noticeNumber: String
    /// Counts from 1.
    public let attempt: Int
    /// Where it goes, already validated.
    public let address: String
    /// The person's name for the address header.
    public let recipientName: String
    /// In whose name it goes.
    public let sender: Sender
    /// `zh-CN` or `en`.
    public let language: String
    /// The words and the document.
    public let content: ParcelContent
    /// The Date header; the moment of sealing.
    public let date: Timestamp
    /// What identifies this delivery to the peer: Message-ID for mail, client reference for SMS.
    ///
    /// ASCII letters and digits.
    public let messageKey: String
    /// The message key of the first delivery that this one reminds of, so that mail programs show them together.
    public let remindsOf: String?

    /// The issuing entity as a peer sees it.
    public struct Sender: Sendable, Hashable, Codable {
        /// Full name of the legal entity.
        public let name: String
        /// From address.
        public let mailbox: String
        /// SMS signature without the brackets 【】.
        public let smsSignature: String
        /// Names the sender.
        public init(name: String, mailbox: String, smsSignature: String) {
            self.name = name
            self.mailbox = mailbox
            self.smsSignature = smsSignature
        }
    }

    /// Gathers one attempt.
    public init(
        delivery: DeliveryID, notice: NoticeID, noticeNumber: String, attempt: Int, address: String,
        recipientName: String, sender: Sender, language: String, content: ParcelContent, date: Timestamp,
        messageKey: String, remindsOf: String? = nil
    ) {
        self.delivery = delivery
        self.notice = notice
        self.noticeNumber = noticeNumber
        self.attempt = attempt
        self.address = address
        self.recipientName = recipientName
        self.sender = sender
        self.language = language
        self.content = content
        self.date = date
        self.messageKey = messageKey
        self.remindsOf = remindsOf
    }
}

/// What is carried: the cover words of each channel and, for formal notices, the sealed document.
public struct ParcelContent: Sendable, Hashable {
    /// A file that travels with the mail.
    public struct Attachment: Sendable, Hashable {
        /// File name as shown, may be Chinese.
        public let fileName: String
        /// An ASCII name for mail programs that cannot show it.
        public let asciiName: String
        /// Media type.
        public let mediaType: String
        /// The exact bytes.
        public let bytes: [UInt8]
        /// Names a file.
        public init(fileName: String, asciiName: String, mediaType: String, bytes: [UInt8]) {
            self.fileName = fileName
            self.asciiName = asciiName
            self.mediaType = mediaType
            self.bytes = bytes
        }
    }

    /// One line.
    public let subject: String
    /// The cover of the mail, Markdown.
    public let emailMarkdown: String
    /// The text message without signature.
    public let smsText: String
    /// The sealed PDF and its detached signature, or nothing when the message itself is the notice.
    public let attachments: [Attachment]

    /// Gathers the content.
    public init(subject: String, emailMarkdown: String, smsText: String, attachments: [Attachment]) {
        self.subject = subject
        self.emailMarkdown = emailMarkdown
        self.smsText = smsText
        self.attachments = attachments
    }
}
