import Curl
import Evidence
import Foundation
import Logging
import Sandbox

/// A mail server, a mailbox and an SMS gateway on this machine that take everything and give it to nobody.
///
/// Used by rehearsal mode and the demo: the whole way is walked over real SMTP, HTTP and POP3, and nothing reaches a person.
struct Rehearsal: Sendable {
    let mail: SandboxMailServer
    let mailbox: SandboxMailboxServer
    let sms: SandboxSMSGateway
    private let directory: String
    private let secret: String

    /// Where a configuration's rehearsal keeps what the sandbox received.
    static func directory(for configuration: Configuration) -> String {
        guard configuration.database.hasPrefix("sqlite:") else { return "var/rehearsal" }
        let path = String(configuration.database.dropFirst("sqlite:".count)) as NSString
        return path.deletingLastPathComponent + "/rehearsal"
    }

    /// Starts the three servers on free ports; received mail is also written to `mail/*.eml`.
    static func start(directory: String, logger: Logger) async throws -> Rehearsal {
        try FileManager.default.createDirectory(
            atPath: "\(directory)/mail", withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let secret = Hex.encode(SecureRandom.bytes(24))
        let token = Hex.encode(SecureRandom.bytes(16))
        for (name, value) in [("callback.secret", secret), ("sms.token", token), ("mailbox.password", "sandbox")] {
            let path = "\(directory)/\(name)"
            try? FileManager.default.removeItem(atPath: path)  // of the rehearsal before
            try KeyFile.write(Array((value + "\n").utf8), to: path)
        }
        var options = SandboxMailServer.Options()
        options.spoolDirectory = "\(directory)/mail"
        let mail = try SandboxMailServer(options: options, logger: logger)
        let mailbox = SandboxMailboxServer(mailbox: mail.mailbox)
        var smsOptions = SandboxSMSGateway.Options()
        smsOptions.token = token
        let sms = SandboxSMSGateway(options: smsOptions, logger: logger)
        try await mail.start()
        try await mailbox.start()
        try await sms.start()
        return Rehearsal(mail: mail, mailbox: mailbox, sms: sms, directory: directory, secret: secret)
    }

    private init(
        mail: SandboxMailServer, mailbox: SandboxMailboxServer, sms: SandboxSMSGateway, directory: String,
        secret: String
    ) {
        self.mail = mail
        self.mailbox = mailbox
        self.sms = sms
        self.directory = directory
        self.secret = secret
    }

    /// The configuration with every route replaced by the sandbox.
    ///
    /// The gateway must know our port before we listen, so a port 0 is made a real one here.
    func routing(_ original: Configuration) async throws -> Configuration {
        guard let mailPort = mail.port, let boxPort = mailbox.port, let smsPort = sms.port else {
            throw Failure("the sandbox is not running")
        }
        var configuration = original
        configuration.isRehearsal = true
        if configuration.http.port == 0 { configuration.http.port = try Self.freePort() }
        let base = "http://127.0.0.1:\(configuration.http.port)"
        if configuration.http.publicURL == nil { configuration.http.publicURL = base }
        configuration.mail.routes = [
            .init(
                relay: MailRelay(
                    name: "sandbox", host: "127.0.0.1", port: mailPort, security: .clearText,
                    ehloName: configuration.mail.domain),
                weight: 1, connections: 8)
        ]
        configuration.mail.bounces = .init(
            mailbox: Curl.Mailbox(
                name: "bounces", kind: .pop3, host: "127.0.0.1", port: boxPort, security: .clearText, caFile: nil,
                credentials: MailCredentials(username: "sandbox", password: "sandbox"), folder: "INBOX"),
            everySeconds: 1)
        configuration.mail.dkim = []
        configuration.sms = [
            .init(
                name: "sandbox", kind: .generic, weight: 1, description: "config/gateways/sandbox.yaml",
                settings: [
                    "url": "http://127.0.0.1:\(smsPort)", "callback": "\(base)/v1/receipts/\(secret)",
                ],
                secretFiles: ["token": "\(directory)/sms.token"],
                callbackSecretFile: "\(directory)/callback.secret")
        ]
        return configuration
    }

    /// Stops the servers.
    func stop() async throws {
        try await mail.stop()
        try await mailbox.stop()
        try await sms.stop()
    }

    /// A port nobody listens on at this moment.
    static func freePort() throws -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw Failure("no socket can be opened") }
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
                bind(descriptor, raw, length) == 0 ? getsockname(descriptor, raw, &length) : -1
            }
        }
        guard result == 0 else { throw Failure("no free port on 127.0.0.1") }
        return Int(UInt16(bigEndian: address.sin_port))
    }
}
