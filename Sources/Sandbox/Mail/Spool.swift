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

    /// The highest number among the messages of earlier runs; they stay, so counting goes on from there.
    func lastNumber() throws -> Int {
        guard let listing = opendir(directory) else {
            throw SandboxError(.spool, "spool directory \"\(directory)\" cannot be read (\(Self.reason))")
        }
        defer { closedir(listing) }
        var last = 0
        while let entry = readdir(listing) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard name.hasPrefix(SandboxIdentity.label), name.hasSuffix(".eml") else { continue }
            last = max(last, Int(name.dropFirst(SandboxIdentity.label.utf8.count).dropLast(4)) ?? 0)
        }
        return last
    }

    func write(_ mail: ReceivedMail) throws {
        let path = "\(directory)/\(mail.id).eml"
        let trace =
            "X-Songda-Sandbox: \(SandboxIdentity.notice)\r\n"
            + "Received: from \(mail.helo) by \(SandboxIdentity.hostName) (\(SandboxIdentity.label)) with ESMTP id \(mail.id);"
            + " \(SandboxTime.mailDate(mail.receivedAt))\r\n"
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
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
