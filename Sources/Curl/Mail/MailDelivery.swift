/// The step of a mail dialogue at which something was said or lost.
public enum MailPhase: String, Sendable, Hashable, Codable {
    /// DNS, TCP, greeting and EHLO.
    case connect
    /// STARTTLS and the TLS handshake.
    case tls
    /// Logging in.
    case auth
    /// MAIL FROM.
    case mailFrom
    /// RCPT TO.
    case rcptTo
    /// DATA and the message up to, but not including, the final dot.
    case data
    /// The final dot and its reply.
    case endOfData
}

/// What became of one hand-over to a mail server.
public enum MailOutcome: Sendable, Hashable {
    /// The server took responsibility for the message; it does not say that anyone has it yet.
    case accepted(SMTPReply)
    /// The server certainly does not have the message; trying again is safe.
    case deferred(reason: String, reply: SMTPReply?, phase: MailPhase)
    /// The server said no for good, about this sender, recipient or message.
    case refused(SMTPReply, phase: MailPhase)
    /// The final dot may have arrived and no reply was read: the server may or may not have the message.
    case unknown(reason: String)
}

/// One line of a dialogue with a mail server.
public struct TranscriptLine: Sendable, Hashable, Codable {
    /// Who spoke.
    public enum Direction: String, Sendable, Hashable, Codable {
        /// We did.
        case client
        /// The server did.
        case server
    }
    /// Who spoke.
    public let direction: Direction
    /// What was said, without the line end; credentials and the message are replaced by what they were.
    public let text: String

    /// Keeps one line.
    public init(direction: Direction, text: String) {
        self.direction = direction
        self.text = text
    }
}

/// The server a message was handed to.
public struct MailPeer: Sendable, Hashable, Codable {
    /// The host name from the relay's configuration.
    public let host: String
    /// The address the connection reached; nil if none was.
    public let ip: String?
    /// The TCP port.
    public let port: Int

    /// Names a peer.
    public init(host: String, ip: String?, port: Int) {
        self.host = host
        self.ip = ip
        self.port = port
    }
}

/// The outcome of one hand-over and the evidence for it.
public struct MailDelivery: Sendable, Hashable {
    /// What became of the message.
    public let outcome: MailOutcome
    /// The dialogue about this message, in order.
    public let transcript: [TranscriptLine]
    /// The dialogue that opened the connection, which earlier messages may have used too.
    public let opening: [TranscriptLine]
    /// Whether the server offered delivery status notifications; false is a fact to record, not a fault.
    public let offeredDSN: Bool
    /// The server.
    public let peer: MailPeer
    /// Whether the message went through TLS.
    public let usedTLS: Bool
    /// The server's own certificate, when TLS was used.
    public let tlsCertificatePEM: String?
    /// Whether an open connection was used again.
    public let reusedConnection: Bool

    /// Keeps an outcome with its evidence; channels' tests build these too.
    public init(
        outcome: MailOutcome, transcript: [TranscriptLine] = [], opening: [TranscriptLine] = [],
        offeredDSN: Bool = false, peer: MailPeer, usedTLS: Bool = false, tlsCertificatePEM: String? = nil,
        reusedConnection: Bool = false
    ) {
        self.outcome = outcome
        self.transcript = transcript
        self.opening = opening
        self.offeredDSN = offeredDSN
        self.peer = peer
        self.usedTLS = usedTLS
        self.tlsCertificatePEM = tlsCertificatePEM
        self.reusedConnection = reusedConnection
    }
}
