import Evidence

/// A message disposition notification (MDN, RFC 8098): what a mail program says its user did.
///
/// It moves no state. People and programs send it, or do not, as they like: it is shown as "the mail program
/// reports: displayed" and corroborates other evidence.
public struct DispositionReport: Sendable, Hashable {
    /// What the mail program says happened.
    public enum Disposition: Sendable, Hashable {
        /// Shown to someone.
        case displayed
        /// Deleted, with or without having been shown.
        case deleted
        /// Passed on.
        case dispatched
        /// Dealt with by a program.
        case processed
        /// The user refuses to say (RFC 3798).
        case denied
        /// A word we do not know, or none.
        case other(String)
    }

    /// What happened.
    public let disposition: Disposition
    /// Words after the slash, such as `error` or `warning`.
    public let modifiers: [String]
    /// Whether a person agreed to send the report; nil if it does not say.
    public let sentManually: Bool?
    /// The address the message was shown under.
    public let finalRecipient: String?
    /// The address we gave, if the program repeats it.
    public let originalRecipient: String?
    /// The Message-ID it is about.
    public let messageID: MessageID?
    /// The mail program.
    public let reportingProgram: String?

    /// The report in a message, or nil if there is none.
    init?(in message: MIMEEntity) {
        let kinds = ["message/disposition-notification", "message/global-disposition-notification"]
        guard let part = message.all.first(where: { kinds.contains($0.mediaType) }) else { return nil }
        // One block; a stray empty line inside it must not lose the fields after it.
        let blocks = ReportFields.blocks(of: part.content, atMost: 10)
        func field(_ name: String) -> String? { blocks.lazy.compactMap { $0.first(name) }.first }
        guard let value = field("disposition") else { return nil }
        let bytes = value.lowercased().utf8.filter { $0 > 0x20 }
        let halves = bytes.split(separator: 0x3B, maxSplits: 1, omittingEmptySubsequences: false)
        let words = Self.words(halves.last ?? [])
        disposition = Disposition(words.first ?? "")
        modifiers = Array(words.dropFirst())
        let mode = halves.count == 2 ? String(decoding: halves[0], as: UTF8.self) : ""
        sentManually =
            mode.contains("sent-manually") ? true : (mode.contains("sent-automatically") ? false : nil)
        finalRecipient = field("final-recipient").map(ReportFields.address)
        originalRecipient = field("original-recipient").map(ReportFields.address)
        messageID =
            field("original-message-id").flatMap { MessageID.all(in: $0).first }
            ?? ReturnedHeader.messageID(in: message)
        reportingProgram = field("reporting-ua")
    }

    /// `displayed/error,failure` in its words.
    private static func words(_ text: ArraySlice<UInt8>) -> [String] {
        text.split { $0 == 0x2F || $0 == 0x2C }.map { String(decoding: $0, as: UTF8.self) }
    }
}

extension DispositionReport.Disposition {
    init(_ word: String) {
        switch word {
        case "displayed": self = .displayed
        case "deleted": self = .deleted
        case "dispatched": self = .dispatched
        case "processed": self = .processed
        case "denied": self = .denied
        default: self = .other(word)
        }
    }

    /// The word as RFC 8098 has it.
    public var word: String {
        switch self {
        case .displayed: "displayed"
        case .deleted: "deleted"
        case .dispatched: "dispatched"
        case .processed: "processed"
        case .denied: "denied"
        case .other(let word): word
        }
    }
}
