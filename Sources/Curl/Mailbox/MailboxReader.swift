/// Reads one mailbox by IMAP or POP3, on its own thread, over a connection of its own for each call.
///
/// Nothing is remembered between calls but what the caller keeps in the cursor, so reading again after a crash is safe:
/// keep the cursor together with what the messages led to, and remove messages only after that.
public final class MailboxReader: Sendable {
    /// The mailbox this reads.
    public let mailbox: Mailbox
    private let thread: SerialThread

    /// Describes a reader; it connects when asked for something.
    public init(_ mailbox: Mailbox) {
        self.mailbox = mailbox
        thread = SerialThread("box \(mailbox.name)")
    }

    /// Fetches up to `limit` messages that came after the cursor, oldest first, in an order that never skips one.
    ///
    /// Larger messages than `maxBytes` come cut off and marked. Nothing is deleted; IMAP marks the messages as seen.
    public func fetchNew(
        since cursor: MailboxCursor? = nil, limit: Int = 100, maxBytes: Int = 1 << 20
    ) async throws -> MailboxBatch {
        let mailbox = mailbox
        return try await thread.run { () -> Result<MailboxBatch, MailboxFailure> in
            Self.attempt { () throws(MailboxFailure) in
                switch mailbox.kind {
                case .imap:
                    try IMAPDialogue(mailbox).fetch(since: cursor, limit: max(1, limit), maxBytes: max(1, maxBytes))
                case .pop3:
                    try POP3Dialogue(mailbox).fetch(since: cursor, limit: max(1, limit), maxBytes: max(1, maxBytes))
                }
            }
        }.get()
    }

    /// Deletes messages, or moves them to another IMAP folder; those already gone are no fault.
    ///
    /// `cursor` must be the one that came with the messages: if the server has renumbered since, nothing is touched.
    public func remove(
        _ messages: [MailboxUID], in cursor: MailboxCursor, movingTo folder: String? = nil
    ) async throws {
        guard !messages.isEmpty else { return }
        let mailbox = mailbox
        try await thread.run { () -> Result<Void, MailboxFailure> in
            Self.attempt { () throws(MailboxFailure) in
                switch mailbox.kind {
                case .imap: try IMAPDialogue(mailbox).remove(messages, in: cursor, movingTo: folder)
                case .pop3: try POP3Dialogue(mailbox).remove(messages, movingTo: folder)
                }
            }
        }.get()
    }

    private static func attempt<Value>(
        _ body: () throws(MailboxFailure) -> Value
    ) -> Result<Value, MailboxFailure> {
        Result(catching: body)
    }
}
