import Foundation
import Glibc

/// Postfix's `smtp-sink` on loopback, which takes every mail and counts it into a file.
enum MailSink {
    static let missing = BenchError("smtp-source and smtp-sink are not there; apt install postfix")

    /// Lends a sink; the same program with the same options for whoever sends to it.
    static func lend<T>(in directory: String, _ body: (_ port: Int, _ counter: String) throws -> T) throws -> T {
        guard let program = ChildProcess.find("smtp-sink") else { throw missing }
        let port = try ChildProcess.freePort()
        let counter = directory + "/counter"
        // As root it insists on giving its rights away.
        let user = geteuid() == 0 ? ["-u", "nobody"] : []
        let child = try ChildProcess([program] + user + ["-c", "127.0.0.1:\(port)", "512"], output: counter)
        defer { child.stop() }
        try ChildProcess.waitForPort(port, of: child, what: "smtp-sink")
        return try body(port, counter)
    }
}
