/// How the connection to a mail server is protected; none of the choices falls back to a weaker one.
public enum MailSecurity: String, Sendable, Hashable, Codable, CaseIterable {
    /// STARTTLS right after the greeting, or no mail at all.
    case startTLSRequired
    /// TLS from the first byte (port 465, 993, 995).
    case implicitTLS
    /// No TLS: only for a server on this machine or inside a network that is itself encrypted.
    case clearText
}

/// A user name and password that do not appear when printed.
public struct MailCredentials: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// The name to log in with.
    public let username: String
    let password: String

    /// Keeps a name and password for one server.
    public init(username: String, password: String) {
        self.username = username
        self.password = password
    }

    /// The user name alone.
    public var description: String { "\(username):***" }
    /// The user name alone.
    public var debugDescription: String { description }
    /// Hides the password from `dump` and from default descriptions of enclosing values.
    public var customMirror: Mirror { Mirror(self, children: ["username": username]) }
}

/// How long each step of a mail dialogue may take; the defaults are those of RFC 5321, section 4.5.3.2.
public struct MailTimeouts: Sendable, Hashable {
    /// DNS and TCP.
    public var connect: Duration
    /// The wait for the server's first line, and for TLS.
    public var greeting: Duration
    /// The wait for the reply to each command.
    public var command: Duration
    /// The wait for the go-ahead to DATA, and for each block of the message to leave.
    public var data: Duration
    /// The wait for the reply to the final dot; giving up earlier makes duplicates.
    public var finalReply: Duration

    /// Sets all waits; shorten them in tests only.
    public init(
        connect: Duration = .seconds(30), greeting: Duration = .seconds(300), command: Duration = .seconds(300),
        data: Duration = .seconds(180), finalReply: Duration = .seconds(600)
    ) {
        self.connect = connect
        self.greeting = greeting
        self.command = command
        self.data = data
        self.finalReply = finalReply
    }
}

/// A mail server that accepts our messages: name, address, protection and patience.
public struct MailRelay: Sendable, Hashable {
    /// What configuration and logs call this relay.
    public var name: String
    /// A host name or an address.
    public var host: String
    /// The TCP port.
    public var port: Int
    /// How the connection is protected.
    public var security: MailSecurity
    /// The only certificate authorities trusted for this relay; nil means the system's.
    public var caFile: String?
    /// The login; never sent over a connection without TLS.
    public var credentials: MailCredentials?
    /// The name we give in EHLO: ours, fully qualified.
    public var ehloName: String
    /// How long each step may take.
    public var timeouts: MailTimeouts

    /// Describes a relay.
    public init(
        name: String, host: String, port: Int, security: MailSecurity, caFile: String? = nil,
        credentials: MailCredentials? = nil, ehloName: String, timeouts: MailTimeouts = MailTimeouts()
    ) {
        self.name = name
        self.host = host
        self.port = port
        self.security = security
        self.caFile = caFile
        self.credentials = credentials
        self.ehloName = ehloName
        self.timeouts = timeouts
    }
}
