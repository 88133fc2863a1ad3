import CCurl

/// Watches libcurl open a connection: keeps the dialogue without its secrets, and the deadline of each step.
///
/// Called back by libcurl on the thread that opens the connection, and read there afterwards.
final class SMTPOpening {
    private(set) var lines: [TranscriptLine] = []
    private(set) var lastReply: SMTPReply?
    private(set) var capabilities: [String] = []
    private(set) var isLoggedIn = false
    private(set) var abortReason: String?
    private(set) var phase = MailPhase.connect
    private let timeouts: MailTimeouts
    private let interrupt: Interrupt
    private var deadline: Instant
    private var isConnected = false
    private var lastVerb = ""
    private var parser = SMTPReplyParser()
    private weak var handle: EasyHandle?

    private static let maxLines = 256

    init(timeouts: MailTimeouts, interrupt: Interrupt) {
        self.timeouts = timeouts
        self.interrupt = interrupt
        deadline = .after(timeouts.connect)
    }

    /// Asks libcurl to report to this object, which must outlive the handle's use.
    func attach(to handle: EasyHandle) {
        self.handle = handle
        let owner = Unmanaged.passUnretained(self).toOpaque()
        handle.set(CURLOPT_VERBOSE, 1)
        handle.setPointer(CURLOPT_DEBUGDATA, owner)
        handle.setDebugCall { _, kind, bytes, count, owner in
            guard let owner, let bytes else { return 0 }
            let opening = Unmanaged<SMTPOpening>.fromOpaque(owner).takeUnretainedValue()
            let text = UnsafeRawBufferPointer(start: bytes, count: count)
            switch kind {
            case CURLINFO_HEADER_IN: opening.heard(text)
            case CURLINFO_HEADER_OUT: opening.said(text)
            default: break
            }
            return 0
        }
        handle.set(CURLOPT_NOPROGRESS, 0)
        handle.setPointer(CURLOPT_XFERINFODATA, owner)
        handle.setProgressCall { owner, _, _, _, _ in
            guard let owner else { return 0 }
            return Unmanaged<SMTPOpening>.fromOpaque(owner).takeUnretainedValue().mustStop ? 1 : 0
        }
    }

    /// libcurl's call-backs must not come any more once the dialogue is ours.
    func detach(from handle: EasyHandle) {
        handle.set(CURLOPT_VERBOSE, 0)
        handle.set(CURLOPT_NOPROGRESS, 1)
        handle.setPointer(CURLOPT_DEBUGDATA, nil)
        handle.setPointer(CURLOPT_XFERINFODATA, nil)
    }

    func offers(_ keyword: String) -> Bool {
        capabilities.contains { $0.split(separator: " ").first.map(String.init) == keyword }
    }

    /// Called at least once a second while libcurl waits.
    private var mustStop: Bool {
        if !isConnected, let handle, handle.size(CURLINFO_CONNECT_TIME_T) > 0 { connected(handle) }
        if interrupt.isDue {
            abortReason = LinkFault.interrupted.reason
        } else if deadline <= Instant.now {
            let limit = !isConnected ? timeouts.connect : lines.isEmpty ? timeouts.greeting : timeouts.command
            abortReason = isConnected ? "the server kept silent for \(limit)" : "no connection within \(limit)"
        }
        return abortReason != nil
    }

    /// TCP is up: from here on the server's own patience counts, not the connection's.
    private func connected(_ handle: EasyHandle) {
        isConnected = true
        if lines.isEmpty { deadline = .after(timeouts.greeting) }
        // libcurl's connect timeout would otherwise end greeting, TLS and login too.
        handle.set(CURLOPT_CONNECTTIMEOUT_MS, Int(Int32.max))
    }

    private func said(_ bytes: UnsafeRawBufferPointer) {
        let text = String(decoding: bytes, as: UTF8.self)
        let words = text.split(whereSeparator: \.isWhitespace).map(String.init)
        deadline = .after(timeouts.command)
        // Between AUTH and its last reply every line of ours is a credential.
        if lastVerb == "AUTH", lastReply?.code == 334 { return record(.client, "[credentials]") }
        lastVerb = words.first?.uppercased() ?? ""
        switch lastVerb {
        case "STARTTLS": phase = .tls
        case "AUTH": phase = .auth
        default: phase = .connect
        }
        record(.client, lastVerb == "AUTH" ? words.prefix(2).joined(separator: " ") : words.joined(separator: " "))
    }

    private func heard(_ bytes: UnsafeRawBufferPointer) {
        deadline = .after(timeouts.command)
        for line in bytes.split(separator: 0x0A) {
            let text = String(decoding: line.prefix(512), as: UTF8.self)
            record(.server, text.last?.isNewline == true ? String(text.dropLast()) : text)
            do {
                guard let reply = try parser.feed(line) else { continue }
                lastReply = reply
                if lastVerb == "EHLO", reply.isPositive {
                    capabilities = reply.lines.dropFirst().map { $0.uppercased() }
                }
                if lastVerb == "AUTH", reply.isPositive { isLoggedIn = true }
            } catch {
                // libcurl judges the opening; we only keep what was said.
                parser = SMTPReplyParser()
            }
        }
    }

    private func record(_ direction: TranscriptLine.Direction, _ text: String) {
        guard lines.count < Self.maxLines else { return }
        lines.append(TranscriptLine(direction: direction, text: text.visible))
    }
}
