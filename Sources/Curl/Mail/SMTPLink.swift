import CCurl
import Glibc

/// The open connection of a session: sends bytes, reads replies, and never waits past its deadline.
///
/// Lives on one worker thread.
final class SMTPLink {
    private let handle: EasyHandle
    private let socket: Int32
    private let interrupt: Interrupt
    private let usesTLS: Bool
    private var inbound: [UInt8] = []
    private var parser = SMTPReplyParser()
    private let scratch: UnsafeMutableRawBufferPointer

    init(handle: EasyHandle, socket: Int32, interrupt: Interrupt, usesTLS: Bool) {
        self.handle = handle
        self.socket = socket
        self.interrupt = interrupt
        self.usesTLS = usesTLS
        // One TLS record, so that nothing decrypted is left behind where poll cannot see it.
        scratch = .allocate(byteCount: 17 << 10, alignment: 16)
    }

    deinit { scratch.deallocate() }

    /// Bytes that no one asked for: the server is closing, or replies no longer match commands.
    func hasUnexpectedInput() -> Bool {
        if !inbound.isEmpty { return true }
        do {
            return try receive()
        } catch {
            return true
        }
    }

    /// Sends everything unless the server speaks first.
    ///
    /// False means that it did, and that not all bytes have gone.
    func send(_ bytes: [UInt8], before deadline: Instant) throws(LinkFault) -> Bool {
        var offset = 0
        while offset < bytes.count {
            var taken = 0
            let code = bytes.withUnsafeBytes { buffer in
                curl_easy_send(handle.raw, buffer.baseAddress.map { $0 + offset }, buffer.count - offset, &taken)
            }
            switch code {
            case CURLE_OK: offset += taken
            case CURLE_AGAIN:
                let ready = try wait(for: Int16(POLLIN | POLLOUT), before: deadline, doing: "taking data")
                if ready & Int16(POLLIN) != 0, try receive(), inbound.contains(0x0A) { return false }
            default: throw .lost("the connection broke while sending: \(LibCurl.text(code))")
            }
        }
        return true
    }

    /// Waits for one complete reply.
    func reply(before deadline: Instant) throws(LinkFault) -> SMTPReply {
        var shouldTry = usesTLS
        while true {
            if let reply = try parseReply() { return reply }
            if shouldTry, try receive() { continue }
            _ = try wait(for: Int16(POLLIN), before: deadline, doing: "answering")
            shouldTry = true
        }
    }

    /// A reply that has already arrived, or nil: for finding out why a server hung up.
    func pendingReply() -> SMTPReply? {
        while true {
            do {
                if let reply = try parseReply() { return reply }
                guard try receive() else { return nil }
            } catch {
                return nil
            }
        }
    }

    private func parseReply() throws(LinkFault) -> SMTPReply? {
        while let end = inbound.firstIndex(of: 0x0A) {
            let line = inbound[..<end]
            inbound.removeSubrange(...end)
            if let reply = try parser.feed(line) { return reply }
        }
        guard inbound.count <= SMTPReplyParser.maxLineBytes else {
            throw .garbage("the server sent a line of more than \(SMTPReplyParser.maxLineBytes) bytes")
        }
        return nil
    }

    /// Takes what has arrived without waiting; false when nothing has.
    private func receive() throws(LinkFault) -> Bool {
        var count = 0
        let code = curl_easy_recv(handle.raw, scratch.baseAddress, scratch.count, &count)
        switch code {
        case CURLE_OK where count > 0:
            inbound.append(contentsOf: scratch[..<count])
            return true
        case CURLE_OK, CURLE_GOT_NOTHING: throw .lost("the server closed the connection")
        case CURLE_AGAIN: return false
        default: throw .lost("the connection broke: \(LibCurl.text(code))")
        }
    }

    private func wait(for events: Int16, before deadline: Instant, doing what: String) throws(LinkFault) -> Int16 {
        while true {
            guard !interrupt.isDue else { throw .interrupted }
            guard deadline > Instant.now else { throw .timedOut("the server stopped \(what)") }
            var polled = [
                pollfd(fd: socket, events: events, revents: 0),
                pollfd(fd: interrupt.descriptor, events: Int16(POLLIN), revents: 0),
            ]
            let count = poll(&polled, 2, min(deadline, interrupt.deadline).millisecondsLeft)
            guard count >= 0 || errno == EINTR else { throw .lost("poll failed: errno \(errno)") }
            if count > 0, polled[1].revents != 0 { interrupt.drain() }
            // Errors and hang-ups count as readable: the next receive tells what happened.
            if count > 0, polled[0].revents != 0 { return polled[0].revents & events == 0 ? events : polled[0].revents }
        }
    }
}
