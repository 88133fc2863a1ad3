import Foundation
import Glibc

/// Debian's Postfix as a relay of our own, with its queue on the disk that is measured and everything else as it comes.
///
/// It runs beside the machine's own Postfix, if there is one, and is stopped with its owner.
final class PrivatePostfix {
    let port: Int
    private let directory: String
    private let program: String

    /// Starts it before one relay on loopback.
    ///
    /// - Parameter directory: an empty one, which others may enter: Postfix gives its rights to users of its own.
    init(in directory: String, relay: Int) throws {
        guard let program = ChildProcess.find("postfix") else { throw Self.missing }
        guard geteuid() == 0 else {
            throw BenchError("Postfix gives its rights to its own users, for which it must be started by root")
        }
        (self.directory, self.program) = (directory, program)
        port = try ChildProcess.freePort()
        try settings(relay).write(toFile: directory + "/main.cf", atomically: true, encoding: .utf8)
        try services.write(toFile: directory + "/master.cf", atomically: true, encoding: .utf8)
        // Its output goes to a file: who reads it from a pipe would wait for the end of the daemon.
        _ = try ChildProcess.run([
            "/bin/sh", "-c",
            """
            cd "$1" && mkdir queue data log && chown postfix data && chmod 755 . queue &&
            exec "$0" -c "$1" start >start.log 2>&1
            """, program, directory,
        ])
        let deadline = ContinuousClock.now + .seconds(20)
        while !ChildProcess.isOpen(port) {
            guard ContinuousClock.now < deadline else {
                throw BenchError("Postfix does not listen: \(log.suffix(600))")
            }
            usleep(5_000)
        }
    }

    /// What stops it may find that it never started.
    deinit {
        _ = try? ChildProcess.run([
            "/bin/sh", "-c", #"exec "$0" -c "$1" stop >"$1/stop.log" 2>&1"#, program, directory,
        ])
    }

    static let missing = BenchError("postfix is not there; apt install postfix")

    /// How many messages are in its queues.
    var queued: Int {
        ["maildrop", "incoming", "active", "deferred", "hold"].reduce(0) { count, name in
            let files = FileManager.default.enumerator(atPath: "\(directory)/queue/\(name)")
            // The queues are hashed into directories of one letter; ids are longer.
            let ids = files?.count(where: { ($0 as? String)?.split(separator: "/").last.map { $0.count > 1 } ?? false })
            return count + (ids ?? 0)
        }
    }

    /// What it has logged.
    var log: String { (try? String(contentsOfFile: directory + "/log/mail.log", encoding: .utf8)) ?? "" }

    private func settings(_ relay: Int) -> String {
        """
        compatibility_level = 3.6
        queue_directory = \(directory)/queue
        data_directory = \(directory)/data
        command_directory = /usr/sbin
        daemon_directory = /usr/lib/postfix/sbin
        mail_owner = postfix
        setgid_group = postdrop
        maillog_file = \(directory)/log/mail.log
        maillog_file_prefixes = \(directory)
        myhostname = mx.bench.example
        mydestination =
        inet_interfaces = 127.0.0.1
        inet_protocols = ipv4
        mynetworks = 127.0.0.0/8
        alias_maps =
        alias_database =
        local_recipient_maps =
        smtp_host_lookup = native
        disable_dns_lookups = yes
        biff = no
        relayhost = [127.0.0.1]:\(relay)
        smtpd_relay_restrictions = permit_mynetworks, reject
        smtp_destination_concurrency_limit = \(Self.concurrency)

        """
    }

    /// As many connections to the sink as the goal gives it.
    static let concurrency = 50

    private var services: String {
        """
        127.0.0.1:\(port) inet n - n - - smtpd
        pickup unix n - n 60 1 pickup
        cleanup unix n - n - 0 cleanup
        qmgr unix n - n 300 1 qmgr
        tlsmgr unix - - n 1000? 1 tlsmgr
        rewrite unix - - n - - trivial-rewrite
        bounce unix - - n - 0 bounce
        defer unix - - n - 0 bounce
        trace unix - - n - 0 bounce
        verify unix - - n - 1 verify
        flush unix n - n 1000? 0 flush
        proxymap unix - - n - - proxymap
        proxywrite unix - - n - 1 proxymap
        smtp unix - - n - - smtp
        relay unix - - n - - smtp
        error unix - - n - - error
        retry unix - - n - - error
        discard unix - - n - - discard
        anvil unix - - n - 1 anvil
        scache unix - - n - 1 scache
        postlog unix-dgram n - n - 1 postlogd

        """
    }
}
