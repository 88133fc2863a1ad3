import Foundation
import Glibc

/// A Dovecot of our own: IMAP and POP3 on free ports over Maildirs below one directory.
///
/// Needs root, because Dovecot gives up its rights to its own users.
public struct PrivateDovecot: Sendable {
    /// IMAP on 127.0.0.1; clear text, or STARTTLS with an identity.
    public let imapPort: Int
    /// POP3 on 127.0.0.1; clear text, or STLS with an identity.
    public let pop3Port: Int
    /// IMAP with TLS from the first byte; answers only with an identity.
    public let imapsPort: Int
    /// The password of every user.
    public let password: String
    /// Each user's Maildir is here, under the user's name.
    public let mailRoot: URL
    /// The process and its directory.
    public let process: ServerProcess

    /// Whether this machine and user can run it.
    public static var isAvailable: Bool { geteuid() == 0 && access("/usr/sbin/dovecot", X_OK) == 0 }

    /// Starts Dovecot; with an identity it takes no password without TLS.
    public static func start(identity: PeerIdentity? = nil) async throws -> PrivateDovecot {
        let directory = try ServerProcess.makeDirectory("dovecot")
        let ports = try (LoopbackPort.free(), LoopbackPort.free(), LoopbackPort.free(), LoopbackPort.free())
        let root = directory.appending(path: "mail")
        let tls = identity.map { "ssl = required\nssl_cert = <\($0.certificate)\nssl_key = <\($0.key)" } ?? "ssl = no"
        let password = "test-\(UUID().uuidString)"
        let configuration = """
            base_dir = \(directory.path)/run
            state_dir = \(directory.path)/state
            log_path = \(directory.path)/dovecot.log
            listen = 127.0.0.1
            protocols = imap pop3
            \(tls)
            disable_plaintext_auth = \(identity == nil ? "no" : "yes")
            first_valid_uid = 1
            first_valid_gid = 1
            mail_location = maildir:\(root.path)/%u
            service imap-login {
              inet_listener imap {
                port = \(ports.0)
              }
              inet_listener imaps {
                port = \(ports.2)
              }
            }
            service pop3-login {
              inet_listener pop3 {
                port = \(ports.1)
              }
              inet_listener pop3s {
                port = \(ports.3)
              }
            }
            passdb {
              driver = static
              args = password=\(password)
            }
            userdb {
              driver = static
              args = uid=nobody gid=nogroup home=\(directory.path)/home/%u
            }
            """
        try Data(configuration.utf8).write(to: directory.appending(path: "dovecot.conf"))
        let process = try ServerProcess(
            directory: directory,
            start: """
                mkdir run state mail home && chown nobody:nogroup mail home
                /usr/sbin/dovecot -F -c dovecot.conf & server=$!
                """, stop: "kill $server; wait $server")
        try await process.wait(for: "Dovecot on port \(ports.0)") {
            LoopbackPort.isOpen(ports.0) && LoopbackPort.isOpen(ports.1)
        }
        return PrivateDovecot(
            imapPort: ports.0, pop3Port: ports.1, imapsPort: ports.2, password: password, mailRoot: root,
            process: process)
    }

    /// Puts a message into a user's inbox, as a delivery agent would.
    public func store(_ message: [UInt8], for user: String) throws {
        let inbox = mailRoot.appending(path: user)
        for folder in ["", "new", "cur", "tmp"] {
            let path = folder.isEmpty ? inbox.path : inbox.appending(path: folder).path
            guard mkdir(path, 0o700) == 0 || errno == EEXIST, chown(path, 65534, 65534) == 0 else {
                throw ServerFault(description: "cannot make \(path): errno \(errno)")
            }
        }
        // A fixed-width count keeps the order: Maildir names are sorted as text.
        let count = try FileManager.default.contentsOfDirectory(atPath: inbox.appending(path: "new").path).count
        let name = "1700000000.M\(String(count + 1_000_000))P1Q\(UUID().uuidString).test"
        let temporary = inbox.appending(path: "tmp/\(name)")
        try Data(message).write(to: temporary)
        guard chown(temporary.path, 65534, 65534) == 0 else {
            throw ServerFault(description: "cannot give away \(temporary.path): errno \(errno)")
        }
        try FileManager.default.moveItem(at: temporary, to: inbox.appending(path: "new/\(name)"))
    }

    /// The message files of a user, read or not.
    public func files(of user: String, folder: String = "") -> [String] {
        let inbox = mailRoot.appending(path: user).appending(path: folder)
        return ["new", "cur"].flatMap {
            // No Maildir yet is the same as an empty one.
            (try? FileManager.default.contentsOfDirectory(atPath: inbox.appending(path: $0).path)) ?? []
        }
    }

    /// Stops Dovecot.
    public func stop() async { await process.stop() }
}
