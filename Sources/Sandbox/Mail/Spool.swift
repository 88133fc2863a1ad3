import Glibc

/// A directory into which every message is written as an `.eml` file that says it is from a sandbox.
struct Spool: Sendable {
    let directory: String

    init(directory: String) throws {
        self.directory = directory
        guard mkdir(directory, 0o700) == 0 || errno == EEXIST else {
            throw SandboxError(
                .spool, "spool directory \"\(directory)\" cannot be made (\(Self.reason)); create its parent first")
        }
        guard access(directory, W_OK | X_OK) == 0 else {
            throw SandboxError(.spool, "spool directory \"\(directory)\" cannot be written (\(Self.reason))")
        }
    }

    func write(_ mail: ReceivedMail) throws {
        let path = "\(directory)/\(mail.id).eml"
        let trace =
            "X-Songda-Sandbox: \(SandboxIdentity.notice)\r\n"
            + "Received: from \(mail.helo) by \(SandboxIdentity.hostName) (\(SandboxIdentity.label)) with ESMTP id \(mail.id);"
            + " \(SandboxTime.mailDate(mail.receivedAt))\r\n"
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw SandboxError(.spool, "\"\(path)\" cannot be opened (\(Self.reason))") }
        defer { close(descriptor) }
        var rest = (Array(trace.utf8) + mail.bytes)[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written < 0 && errno == EINTR { continue }
            guard written > 0 else { throw SandboxError(.spool, "\"\(path)\" cannot be written (\(Self.reason))") }
            rest = rest.dropFirst(written)
        }
    }

    private static var reason: String { String(cString: strerror(errno)) }
}
