import Evidence

/// One message that the sandbox of a rehearsal has received.
public struct SandboxMessage: Sendable, Hashable {
    /// The channel, `email` or `sms`.
    public let channel: String
    /// The mailbox or telephone.
    public let to: String
    /// The subject of a mail; nil for a text message.
    public let subject: String?
    /// The text as its reader would see it.
    public let text: String
    /// When it came.
    public let at: Timestamp

    /// Describes a message.
    public init(channel: String, to: String, subject: String?, text: String, at: Timestamp) {
        self.channel = channel
        self.to = to
        self.subject = subject
        self.text = text
        self.at = at
    }
}
