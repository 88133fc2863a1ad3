import Evidence

/// The rendered words of a notice, read back from where they were stored when it was issued.
///
/// The stored bytes are the canonical JSON that ``Notice/contentHash`` is over: what the approvers approved, and, for kinds
/// whose message is the notice, what the seal signs.
public struct NoticeContent: Sendable, Hashable {
    /// One line; never a reason, never personal facts.
    public let subject: String
    /// The notice itself, Markdown.
    public let markdown: String
    /// The cover of the mail, Markdown; the whole message for kinds without a PDF.
    public let email: String
    /// The text message without signature.
    public let sms: String
    /// The line in the inbox list.
    public let inboxTitle: String
    /// The values the author gave.
    public let fields: JSONValue

    /// Reads stored bytes after checking them against the hash that was approved.
    public init(stored bytes: [UInt8], expecting hash: Digest) throws {
        guard SHA256.hash(bytes) == hash else {
            throw NoticeError(
                .unavailable, "the stored content does not match its hash \(hash.hex.prefix(16))…; run `songda audit`")
        }
        let json = try JSONValue(parsing: bytes)
        guard
            let texts = json["texts"], let fields = json["fields"],
            let subject = texts["subject"]?.string, let markdown = texts["document"]?.string,
            let email = texts["email"]?.string, let sms = texts["sms"]?.string,
            let inboxTitle = texts["inbox"]?.string
        else {
            throw NoticeError(.unavailable, "the stored content lacks a part; it was written by another version")
        }
        self.subject = subject
        self.markdown = markdown
        self.email = email
        self.sms = sms
        self.inboxTitle = inboxTitle
        self.fields = fields
    }
}
