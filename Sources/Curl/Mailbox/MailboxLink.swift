import CCurl

/// One login to a mailbox server: an easy handle that must stay on one connection.
///
/// POP3 numbers messages anew for each connection and IMAP's folder may change between two, so a silent reconnect is a fault.
final class MailboxLink {
    private let mailbox: Mailbox
    private let handle: EasyHandle
    private var isOpen = false
    /// What the last command brought into the body and into the header channel.
    private(set) var body: [UInt8] = []
    private(set) var replyLines: [String] = []
    private var replyBytes = 0
    private var bodyLimit = 0

    private static let maxReplyBytes = 8 << 20

    init(_ mailbox: Mailbox) throws(MailboxFailure) {
        self.mailbox = mailbox
        guard let handle = EasyHandle() else {
            throw MailboxFailure(reason: "mailbox \(mailbox.name): libcurl has no memory for a connection")
        }
        self.handle = handle
        try check()
        handle.set(CURLOPT_PROTOCOLS_STR, "imap,imaps,pop3,pop3s")
        let needsTLS = mailbox.security != .clearText
        handle.set(CURLOPT_USE_SSL, Int(needsTLS ? CURLUSESSL_ALL.rawValue : CURLUSESSL_NONE.rawValue))
        handle.requireVerifiedTLS(caFile: mailbox.caFile)
        handle.set(CURLOPT_USERNAME, mailbox.credentials.username)
        handle.set(CURLOPT_PASSWORD, mailbox.credentials.password)
        handle.set(CURLOPT_CONNECTTIMEOUT_MS, mailbox.connectTimeout.milliseconds)
        handle.set(CURLOPT_TIMEOUT_MS, mailbox.commandTimeout.milliseconds)
        handle.set(CURLOPT_SERVER_RESPONSE_TIMEOUT, mailbox.commandTimeout.milliseconds / 1000 + 1)
        handle.set(CURLOPT_MAXCONNECTS, 1)
        // libcurl cuts reply lines that do not fit its buffer; a search result is one line.
        handle.set(CURLOPT_BUFFERSIZE, 512 << 10)
        let owner = Unmanaged.passUnretained(self).toOpaque()
        handle.setPointer(CURLOPT_WRITEDATA, owner)
        handle.setPointer(CURLOPT_HEADERDATA, owner)
        handle.setCall(CURLOPT_WRITEFUNCTION) { bytes, _, count, owner in
            guard let bytes, let owner else { return 0 }
            let link = Unmanaged<MailboxLink>.fromOpaque(owner).takeUnretainedValue()
            guard link.body.count + count <= link.bodyLimit else { return 0 }
            link.body.append(contentsOf: UnsafeRawBufferPointer(start: bytes, count: count))
            return count
        }
        handle.setCall(CURLOPT_HEADERFUNCTION) { bytes, _, count, owner in
            guard let bytes, let owner else { return 0 }
            let link = Unmanaged<MailboxLink>.fromOpaque(owner).takeUnretainedValue()
            link.replyBytes += count
            guard link.replyBytes <= MailboxLink.maxReplyBytes else { return 0 }
            let line = UnsafeRawBufferPointer(start: bytes, count: count)
            link.replyLines.append(String(decoding: line, as: UTF8.self).visible)
            return count
        }
    }

    /// Runs one command against a path of the server; `hasBody` tells libcurl whether data follows the reply.
    func run(
        _ path: String, command: String? = nil, hasBody: Bool = true, limit: Int = maxReplyBytes
    ) throws(MailboxFailure) {
        body = []
        replyLines = []
        replyBytes = 0
        bodyLimit = limit
        let scheme = mailbox.kind.rawValue + (mailbox.security == .implicitTLS ? "s" : "")
        let host = mailbox.host.contains(":") ? "[\(mailbox.host)]" : mailbox.host
        handle.set(CURLOPT_URL, "\(scheme)://\(host):\(mailbox.port)/\(path)")
        handle.set(CURLOPT_CUSTOMREQUEST, command)
        handle.set(CURLOPT_NOBODY, hasBody ? 0 : 1)
        handle.clearReason()
        let what = command?.split(separator: " ").prefix(2).joined(separator: " ") ?? "fetch"
        if let fault = handle.optionFault { throw failure(what, fault) }
        let code = curl_easy_perform(handle.raw)
        guard code == CURLE_OK else {
            throw failure(what, handle.reason(code) + (replyLines.last.map { " (\($0))" } ?? ""))
        }
        guard !isOpen || handle.long(CURLINFO_NUM_CONNECTS) == 0 else {
            throw failure(what, "the server closed the connection in between")
        }
        isOpen = true
    }

    func failure(_ what: String, _ reason: String) -> MailboxFailure {
        MailboxFailure(reason: "mailbox \(mailbox.name) at \(mailbox.host):\(mailbox.port): \(what): \(reason)")
    }

    /// Everything that becomes part of a command or URL, checked on its bytes.
    private func check() throws(MailboxFailure) {
        let isHostByte = { (byte: UInt8) in
            byte.isDigit || (0x61...0x7A).contains(byte | 0x20) || "-.:_".utf8.contains(byte)
        }
        guard !mailbox.host.isEmpty, mailbox.host.utf8.allSatisfy(isHostByte) else {
            throw failure("setup", "host \(Quoted(mailbox.host.utf8)) is not a host name")
        }
        guard (1...65535).contains(mailbox.port) else {
            throw failure("setup", "port \(mailbox.port) is not a port (1–65535)")
        }
        let secret = mailbox.credentials.username + mailbox.credentials.password
        guard secret.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            throw failure("setup", "user name or password has a control character")
        }
        guard Self.isFolder(mailbox.folder) else {
            throw failure(
                "setup", "folder \(Quoted(mailbox.folder.utf8)) may have letters, digits, space and -_./ only")
        }
        let isLocal = CheckedRequest.isLoopback(mailbox.host)
        guard mailbox.security != .clearText || isLocal else {
            throw failure("setup", "the password would go in clear text; use startTLSRequired or implicitTLS")
        }
    }

    static func isFolder(_ name: String) -> Bool {
        !name.isEmpty
            && name.utf8.allSatisfy { $0.isDigit || (0x61...0x7A).contains($0 | 0x20) || " -_./".utf8.contains($0) }
    }
}
