import Foundation
import Glibc

/// Postfix's `smtp-sink`: takes any mail, fast, as user nobody.
public struct SMTPSink: Sendable {
    /// The port on 127.0.0.1.
    public let port: Int
    /// The process and its directory.
    public let process: ServerProcess

    /// Whether this machine has `smtp-sink`.
    public static var isAvailable: Bool { access("/usr/sbin/smtp-sink", X_OK) == 0 }

    /// Starts a sink with further options of smtp-sink(1), such as `["-q", "RCPT"]`; with `keepsMessages` in one file.
    public static func start(_ options: [String] = [], keepsMessages: Bool = false) async throws -> SMTPSink {
        let directory = try ServerProcess.makeDirectory("sink")
        let port = try LoopbackPort.free()
        let user = geteuid() == 0 ? "-u nobody" : ""
        let dump = keepsMessages ? "-D \(directory.path)/spool/messages" : ""
        let words = options.map { "'" + $0 + "'" }.joined(separator: " ")
        let process = try ServerProcess(
            directory: directory,
            start: """
                mkdir spool && chmod 777 spool
                /usr/sbin/smtp-sink \(user) \(dump) \(words) 127.0.0.1:\(port) 512 & server=$!
                """, stop: "kill $server; wait $server")
        try await process.wait(for: "smtp-sink on port \(port)") { LoopbackPort.isOpen(port) }
        return SMTPSink(port: port, process: process)
    }

    /// What the sink has stored, with the X- lines it adds.
    public var messages: String { process.text(of: "spool/messages") }

    /// Stops the sink.
    public func stop() async { await process.stop() }
}
