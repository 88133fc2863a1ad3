import Foundation
import Glibc

/// A Postfix of our own: real queue ids, real bounces, Maildirs for its own domain, relaying for others.
///
/// Needs root, because Postfix gives up its rights to its own users.
public struct PrivatePostfix: Sendable {
    /// SMTP on 127.0.0.1.
    public let port: Int
    /// Each local mailbox's Maildir is here, under its address.
    public let mailRoot: URL
    /// The process and its directory.
    public let process: ServerProcess

    /// Whether this machine and user can run it.
    public static var isAvailable: Bool { geteuid() == 0 && access("/usr/sbin/postfix", X_OK) == 0 }

    /// Starts Postfix as final server of `mailboxes` (any address at their domains with `+` details) and as relay.
    ///
    /// `routes` maps a domain to a port of 127.0.0.1; mail for other domains is refused. Bounces for local senders end in
    /// their Maildirs. `mailRoot` may be a `PrivateDovecot`'s, so that they can be fetched. With an identity it offers STARTTLS.
    public static func start(
        mailboxes: [String] = ["bounce@songda.test"], routes: [String: Int] = [:], mailRoot: URL? = nil,
        identity: PeerIdentity? = nil, settings: [String: String] = [:]
    ) async throws -> PrivatePostfix {
        let directory = try ServerProcess.makeDirectory("postfix")
        let port = try LoopbackPort.free()
        let root = mailRoot ?? directory.appending(path: "mail")
        try Data(main(directory, mailboxes, routes, root, identity, settings).utf8)
            .write(to: directory.appending(path: "main.cf"))
        try Data(master(port).utf8).write(to: directory.appending(path: "master.cf"))
        let process = try ServerProcess(
            directory: directory,
            start: """
                mkdir queue data log && chown postfix data
                [ -d '\(root.path)' ] || { mkdir '\(root.path)' && chown nobody:nogroup '\(root.path)'; }
                /usr/sbin/postfix -c "$1" start
                """, stop: "/usr/sbin/postfix -c \"$1\" stop")
        try await process.wait(for: "Postfix on port \(port)") { LoopbackPort.isOpen(port) }
        return PrivatePostfix(port: port, mailRoot: root, process: process)
    }

    /// What Postfix has logged.
    public var log: String { process.text(of: "log/mail.log") }

    /// The messages in a mailbox, in no particular order.
    public func messages(for mailbox: String) -> [String] {
        let folder = mailRoot.appending(path: mailbox).appending(path: "new")
        // No Maildir yet is the same as an empty one.
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.compactMap { name in
            // Another reader may have moved the file since.
            (try? Data(contentsOf: folder.appending(path: name))).map { String(decoding: $0, as: UTF8.self) }
        }
    }

    /// Waits until a message in a mailbox satisfies a condition, and returns it.
    public func message(for mailbox: String, where isWanted: (String) -> Bool) async throws -> String {
        var found: String?
        try await process.wait(for: "mail for \(mailbox)\n\(log.suffix(2000))") {
            found = messages(for: mailbox).first(where: isWanted)
            return found != nil
        }
        return found ?? ""
    }

    /// Stops Postfix.
    public func stop() async { await process.stop() }

    private static func main(
        _ directory: URL, _ mailboxes: [String], _ routes: [String: Int], _ root: URL, _ identity: PeerIdentity?,
        _ settings: [String: String]
    ) -> String {
        let domains = Set(mailboxes.compactMap { $0.split(separator: "@").last.map(String.init) })
        let inline = { (pairs: [(String, String)]) in
            pairs.isEmpty ? "" : "inline:{" + pairs.map { "{\($0)=\($1)}" }.joined(separator: ", ") + "}"
        }
        var lines = [
            "compatibility_level = 3.6", "queue_directory = \(directory.path)/queue",
            "data_directory = \(directory.path)/data", "command_directory = /usr/sbin",
            "daemon_directory = /usr/lib/postfix/sbin", "mail_owner = postfix", "setgid_group = postdrop",
            "maillog_file = \(directory.path)/log/mail.log", "maillog_file_prefixes = \(directory.path)",
            "myhostname = mx.songda.test", "mydestination =", "inet_interfaces = 127.0.0.1", "inet_protocols = ipv4",
            "mynetworks = 127.0.0.0/8", "alias_maps =", "alias_database =", "local_recipient_maps =",
            "recipient_delimiter = +", "smtp_host_lookup = native", "disable_dns_lookups = yes", "biff = no",
            "relay_domains = \(routes.keys.sorted().joined(separator: ", "))",
            "transport_maps = \(inline(routes.sorted { $0.key < $1.key }.map { ($0, "smtp:[127.0.0.1]:\($1)") }))",
            "smtpd_relay_restrictions = reject_unauth_destination",
            "smtpd_recipient_restrictions = reject_unlisted_recipient", "virtual_mailbox_base = \(root.path)",
            "virtual_mailbox_domains = \(domains.sorted().joined(separator: ", "))",
            "virtual_mailbox_maps = \(inline(mailboxes.map { ($0, $0 + "/") }))", "virtual_uid_maps = static:65534",
            "virtual_gid_maps = static:65534",
        ]
        if let identity {
            lines += [
                "smtpd_tls_security_level = may", "smtpd_tls_cert_file = \(identity.certificate)",
                "smtpd_tls_key_file = \(identity.key)",
            ]
        }
        lines += settings.sorted { $0.key < $1.key }.map { "\($0) = \($1)" }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func master(_ port: Int) -> String {
        let services = [
            "127.0.0.1:\(port) inet n - n - - smtpd", "pickup unix n - n 60 1 pickup", "cleanup unix n - n - 0 cleanup",
            "qmgr unix n - n 300 1 qmgr", "tlsmgr unix - - n 1000? 1 tlsmgr", "rewrite unix - - n - - trivial-rewrite",
            "bounce unix - - n - 0 bounce", "defer unix - - n - 0 bounce", "trace unix - - n - 0 bounce",
            "verify unix - - n - 1 verify", "flush unix n - n 1000? 0 flush", "proxymap unix - - n - - proxymap",
            "proxywrite unix - - n - 1 proxymap", "smtp unix - - n - - smtp", "relay unix - - n - - smtp",
            "error unix - - n - - error", "retry unix - - n - - error", "discard unix - - n - - discard",
            "virtual unix - n n - - virtual", "anvil unix - - n - 1 anvil", "scache unix - - n - 1 scache",
            "postlog unix-dgram n - n - 1 postlogd",
        ]
        return services.joined(separator: "\n") + "\n"
    }
}
