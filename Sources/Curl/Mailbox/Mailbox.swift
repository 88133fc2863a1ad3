/// How a mailbox is read.
public enum MailboxProtocol: String, Sendable, Hashable, Codable, CaseIterable {
    /// IMAP: messages stay until told otherwise and keep their numbers.
    case imap
    /// POP3: messages are listed anew each time.
    case pop3
}

/// A mailbox that receives bounces and receipts for us.
public struct Mailbox: Sendable, Hashable {
    /// What configuration and logs call this mailbox.
    public var name: String
    /// How it is read.
    public var kind: MailboxProtocol
    /// A host name or an address.
    public var host: String
    /// The TCP port.
    public var port: Int
    /// How the connection is protected.
    public var security: MailSecurity
    /// The only certificate authorities trusted for this server; nil means the system's.
    public var caFile: String?
    /// The login; never sent without TLS, except to this machine.
    public var credentials: MailCredentials
    /// The IMAP folder.
    public var folder: String
    /// How long connecting may take.
    public var connectTimeout: Duration
    /// How long one command and its answer may take.
    public var commandTimeout: Duration

    /// Describes a mailbox.
    public init(
        name: String, kind: MailboxProtocol, host: String, port: Int, security: MailSecurity, caFile: String? = nil,
        credentials: MailCredentials, folder: String = "INBOX", connectTimeout: Duration = .seconds(30),
        commandTimeout: Duration = .seconds(120)
    ) {
        self.name = name
        self.kind = kind
        self.host = host
        self.port = port
        self.security = security
        self.caFile = caFile
        self.credentials = credentials
        self.folder = folder
        self.connectTimeout = connectTimeout
        self.commandTimeout = commandTimeout
    }
}

/// The name a server gives a message: an IMAP UID or a POP3 unique id.
public struct MailboxUID: RawRepresentable, Sendable, Hashable, Codable {
    /// The server's own text.
    public let rawValue: String

    /// Keeps a server's text.
    public init(rawValue: String) { self.rawValue = rawValue }
}

/// How far a mailbox has been read; keep it with what the messages led to.
public struct MailboxCursor: Sendable, Hashable, Codable {
    /// IMAP's UIDVALIDITY: when it changes, all UIDs are new and reading starts over.
    public var validity: UInt32
    /// The highest IMAP UID that was returned.
    public var lastUID: UInt32
    /// The POP3 unique ids that were returned and are still there.
    public var seen: [MailboxUID]

    /// Keeps a position.
    public init(validity: UInt32 = 0, lastUID: UInt32 = 0, seen: [MailboxUID] = []) {
        self.validity = validity
        self.lastUID = lastUID
        self.seen = seen
    }
}

/// A message read from a mailbox.
public struct MailboxMessage: Sendable, Hashable {
    /// The server's name for it.
    public let uid: MailboxUID
    /// The message as stored, or its beginning.
    public let bytes: [UInt8]
    /// The message was larger than asked for: `bytes` has only its beginning.
    public let isTruncated: Bool

    /// Keeps a message.
    public init(uid: MailboxUID, bytes: [UInt8], isTruncated: Bool = false) {
        self.uid = uid
        self.bytes = bytes
        self.isTruncated = isTruncated
    }
}

/// New messages and the cursor to continue after them.
public struct MailboxBatch: Sendable, Hashable {
    /// The messages, oldest first.
    public let messages: [MailboxMessage]
    /// Where to go on once these messages are dealt with.
    public let cursor: MailboxCursor
    /// More messages waited than the limit allowed.
    public let hasMore: Bool

    /// Keeps a batch.
    public init(messages: [MailboxMessage], cursor: MailboxCursor, hasMore: Bool) {
        self.messages = messages
        self.cursor = cursor
        self.hasMore = hasMore
    }
}

/// Why a mailbox could not be read; reading again later is always safe.
public struct MailboxFailure: Error, Sendable, CustomStringConvertible {
    /// The mailbox, what failed, and what may help.
    public let reason: String

    /// The reason.
    public var description: String { reason }
}
