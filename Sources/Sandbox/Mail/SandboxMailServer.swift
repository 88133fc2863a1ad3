import Logging
import NIOCore

/// An SMTP server on loopback that takes everything, delivers nothing and behaves as told.
///
/// For the demo, for rehearsal mode and for tests. It speaks ESMTP with PIPELINING, SIZE, 8BITMIME and DSN in
/// clear text, which is why it binds to loopback alone. Messages are kept in memory up to a cap and, if
/// asked, written to a spool directory; receipts go into ``mailbox``, from where
/// ``SandboxMailboxServer`` hands them out over POP3.
public final class SandboxMailServer: Sendable {
    /// The fixed options of a server.
    public struct Options: Sendable {
        /// Loopback address to bind to.
        public var host = "127.0.0.1"
        /// 0 takes a free port.
        public var port = 0
        /// The SIZE it announces and enforces.
        public var maximumMessageBytes = 32 << 20
        /// How many messages stay in memory.
        public var keepsMessages = 10_000
        /// How many bytes stay in memory.
        public var keepsBytes = 256 << 20
        /// Where to write `.eml` files, or nil.
        public var spoolDirectory: String?
        /// Takes the defaults.
        public init() {}
    }

    /// Where the receipts arrive.
    public let mailbox: SandboxMailbox
    private let options: Options
    private let office: PostOffice
    private let listener = Listener()
    private let time: SandboxTime
    private let logger: Logger

    /// Prepares a server; nothing is opened but the spool directory.
    public init(
        options: Options = Options(), mailbox: SandboxMailbox = SandboxMailbox(), time: SandboxTime = .system,
        logger: Logger = Logger(label: "songda.sandbox.mail")
    ) throws {
        self.options = options
        self.mailbox = mailbox
        self.time = time
        self.logger = logger
        office = try PostOffice(
            cap: .init(messages: options.keepsMessages, bytes: options.keepsBytes),
            maximumSize: options.maximumMessageBytes, time: time,
            spool: try options.spoolDirectory.map { try Spool(directory: $0) })
    }

    /// The port in use, or nil while stopped.
    public var port: Int? { listener.port }

    /// The messages in memory, oldest first.
    public var mails: [ReceivedMail] { office.mails }

    /// How many messages were taken since the start, those no longer in memory included.
    public var mailCount: Int { office.count }

    /// Adds a rule: how to behave towards recipients that match, and how many times; nil lasts.
    ///
    /// The pattern is an address with at most one `*`. Counted rules are used up first, oldest first.
    public func behave(_ conduct: MailConduct, towards pattern: String = "*", times: Int? = nil) {
        office.script.add(conduct, towards: pattern, times: times)
    }

    /// Forgets every rule.
    public func behaveNormally() {
        office.script.removeAll()
    }

    /// Binds and serves until ``stop()``.
    public func start() async throws {
        let (office, mailbox, time, logger) = (office, mailbox, time, logger)
        try await listener.start(host: options.host, port: options.port) { channel in
            // Receipts are the mail system's business and outlive the connection: they hang on its loop, not on it.
            let loop = channel.eventLoop
            let session = SMTPSession(office: office) { mail, recipients in
                logger.info(
                    "\(SandboxIdentity.label) took a message",
                    metadata: ["id": "\(mail.id)", "bytes": "\(mail.bytes.count)"])
                for accepted in recipients {
                    for receipt in accepted.conduct.receipts {
                        let recipient = accepted.recipient
                        loop.scheduleTask(in: TimeAmount(receipt.after)) {
                            let report = ReceiptMail(mail: mail, recipient: recipient, at: time.seconds())
                            guard let bytes = report.bytes(receipt.kind) else { return }
                            for _ in 0..<receipt.copies { mailbox.deliver(bytes) }
                        }
                    }
                }
            }
            try channel.pipeline.syncOperations.addHandler(SMTPHandler(session: session))
        }
        logger.notice("\(SandboxIdentity.notice)", metadata: ["smtp": "\(options.host):\(port ?? 0)"])
    }

    /// Closes the socket and every connection; receipts not yet due are lost.
    public func stop() async throws {
        try await listener.stop()
    }
}
