/// An envelope and message of which every byte was checked.
struct CheckedMail: Sendable {
    let envelope: MailEnvelope
    let body: MailBody

    /// What is wrong, and with which part.
    struct Fault: Error {
        let reason: String
        let phase: MailPhase
    }

    init(_ envelope: MailEnvelope, message: [UInt8]) throws(Fault) {
        self.envelope = envelope
        do {
            if !envelope.sender.isEmpty { try MailAddress.validate(envelope.sender) }
        } catch {
            throw Fault(reason: "sender \(error.reason)", phase: .mailFrom)
        }
        do {
            try MailAddress.validate(envelope.recipient)
        } catch {
            throw Fault(reason: "recipient \(error.reason)", phase: .rcptTo)
        }
        if let id = envelope.envelopeID {
            guard (1...100).contains(id.utf8.count), id.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
                throw Fault(
                    reason: "envelope id \(Quoted(id.utf8)) is not 1 to 100 printable ASCII characters",
                    phase: .mailFrom)
            }
        }
        do {
            body = try MailBody(message)
        } catch {
            throw Fault(reason: error.reason, phase: .data)
        }
    }

    var needsUTF8: Bool { (envelope.sender + envelope.recipient).utf8.contains { $0 >= 0x80 } }
}

/// One message through an open session: the commands, the replies and what they mean.
struct MailTransaction {
    let session: MailSession
    let mail: CheckedMail
    private(set) var transcript: [TranscriptLine] = []
    /// Replies and commands still match: the connection may carry another message.
    private(set) var keepsSession = true
    /// Nothing was said to this transaction before the connection ended: it may start over on a new one.
    private(set) var neverBegan = false

    private struct Step {
        let command: String
        let phase: MailPhase
        var isData: Bool { command == "DATA" }
    }

    init(_ mail: CheckedMail, on session: MailSession) {
        self.session = session
        self.mail = mail
    }

    /// Hands the message over and says what became of it.
    mutating func run() -> MailOutcome {
        if let lacking = lackingCapability { return lacking }
        let steps = makeSteps()
        var replies: [SMTPReply] = []
        do {
            try exchange(steps, &replies)
        } catch {
            keepsSession = false
            if case .lost = error { neverBegan = replies.isEmpty }
            let phase = steps[min(replies.count, steps.count - 1)].phase
            return .deferred(reason: error.reason, reply: nil, phase: phase)
        }
        session.needsReset = true
        for (step, reply) in zip(steps, replies) where !isGoAhead(reply, for: step) {
            neverBegan = reply.code == 421 && replies.count == 1
            return refusal(reply, at: step, dataReply: replies.count == steps.count ? replies.last : nil)
        }
        return sendMessage()
    }

    // MARK: - Before the message

    private var lackingCapability: MailOutcome? {
        if mail.needsUTF8, !session.opening.offers("SMTPUTF8") {
            return .deferred(
                reason: "the server cannot take an address beyond ASCII (no SMTPUTF8)", reply: nil, phase: .mailFrom)
        }
        if mail.body.has8Bit, !session.opening.offers("8BITMIME") {
            return .deferred(
                reason: "the server cannot take 8-bit text (no 8BITMIME); encode it", reply: nil, phase: .data)
        }
        return nil
    }

    private func makeSteps() -> [Step] {
        let opening = session.opening
        let envelope = mail.envelope
        var from = "MAIL FROM:<\(envelope.sender)>"
        var to = "RCPT TO:<\(envelope.recipient)>"
        if opening.offers("SIZE") { from += " SIZE=\(mail.body.bytes.count)" }
        if mail.body.has8Bit { from += " BODY=8BITMIME" }
        if mail.needsUTF8 { from += " SMTPUTF8" }
        if opening.offers("DSN"), envelope.requestsDSN {
            from += " RET=HDRS"
            if let id = envelope.envelopeID { from += " ENVID=\(Self.xtext(id))" }
            to += " NOTIFY=SUCCESS,FAILURE,DELAY"
            // RFC 6533 would want another form for addresses beyond ASCII; without ORCPT the reports still come.
            if !mail.needsUTF8 { to += " ORCPT=rfc822;\(Self.xtext(envelope.recipient))" }
        }
        let reset = session.needsReset ? [Step(command: "RSET", phase: .mailFrom)] : []
        return reset + [
            Step(command: from, phase: .mailFrom), Step(command: to, phase: .rcptTo),
            Step(command: "DATA", phase: .data),
        ]
    }

    /// RFC 3461, section 4.
    private static func xtext(_ text: String) -> String {
        var result: [UInt8] = []
        for byte in text.utf8 {
            if (0x21...0x7E).contains(byte), byte != UInt8(ascii: "+"), byte != UInt8(ascii: "=") {
                result.append(byte)
            } else {
                let digits = Array("0123456789ABCDEF".utf8)
                result += [UInt8(ascii: "+"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// Sends the commands, all at once where the server allows it (RFC 2920), and collects their replies.
    private mutating func exchange(_ steps: [Step], _ replies: inout [SMTPReply]) throws(LinkFault) {
        let timeouts = session.relay.timeouts
        let groups = session.opening.offers("PIPELINING") ? [steps] : steps.map { [$0] }
        for group in groups {
            for step in group { transcript.append(TranscriptLine(direction: .client, text: step.command)) }
            let bytes = Array((group.map(\.command).joined(separator: "\r\n") + "\r\n").utf8)
            guard try session.link.send(bytes, before: .after(timeouts.command)) else {
                throw .garbage("the server spoke before it was asked")
            }
            for step in group {
                let reply = try hear(within: step.isData ? timeouts.data : timeouts.command)
                replies.append(reply)
                // After 421 the server says no more; one by one, a refusal ends the transaction.
                if reply.code == 421 || (groups.count > 1 && !isGoAhead(reply, for: step)) { return }
            }
        }
    }

    private mutating func hear(within limit: Duration) throws(LinkFault) -> SMTPReply {
        let reply = try session.link.reply(before: .after(limit))
        for (index, line) in reply.lines.enumerated() {
            let separator = index == reply.lines.count - 1 ? " " : "-"
            transcript.append(TranscriptLine(direction: .server, text: "\(reply.code)\(separator)\(line)"))
        }
        return reply
    }

    private func isGoAhead(_ reply: SMTPReply, for step: Step) -> Bool {
        step.isData ? reply.code == 354 : reply.isPositive
    }

    private mutating func refusal(_ reply: SMTPReply, at step: Step, dataReply: SMTPReply?) -> MailOutcome {
        if dataReply?.code == 354 { withdraw() }
        return judge(reply, step.phase)
    }

    /// The recipient was refused but the server waits for text: a lone dot ends that (RFC 2920, 3.1).
    private mutating func withdraw() {
        do {
            transcript.append(TranscriptLine(direction: .client, text: "."))
            _ = try session.link.send(Array(".\r\n".utf8), before: .after(session.relay.timeouts.command))
            let reply = try hear(within: session.relay.timeouts.data)
            // A server that accepts an empty message for no one is not one to go on with.
            if reply.isPositive { keepsSession = false }
        } catch {
            keepsSession = false
        }
    }

    /// Turns a reply that is not a go-ahead into an outcome; the first digit decides (RFC 5321, 4.2.1).
    private mutating func judge(_ reply: SMTPReply, _ phase: MailPhase) -> MailOutcome {
        if reply.code == 421 { keepsSession = false }
        switch reply.code {
        case 503:
            // "Bad sequence": the server and we disagree about the dialogue, which says nothing about the recipient.
            keepsSession = false
            return .deferred(reason: reply.text, reply: reply, phase: phase)
        case 530, 534, 535, 538:
            // The relay wants TLS or a login: a matter of our configuration, not of this message.
            return .deferred(reason: reply.text, reply: reply, phase: phase)
        case 400..<500: return .deferred(reason: reply.text, reply: reply, phase: phase)
        case 500..<600: return .refused(reply, phase: phase)
        default:
            keepsSession = false
            return .deferred(reason: "the server's reply does not fit: \(reply.text)", reply: reply, phase: phase)
        }
    }

    // MARK: - The message

    private enum SendFault: Error {
        case link(LinkFault)
        case serverSpoke
    }

    private mutating func sendMessage() -> MailOutcome {
        let timeouts = session.relay.timeouts
        let link = session.link
        // From here to the reply the truth is "unknown" as soon as the last piece is handed over: even a send that
        // fails may have let its bytes out.
        var dotMayBeOut = false
        transcript.append(TranscriptLine(direction: .client, text: "[message: \(mail.body.bytes.count) bytes]"))
        do {
            try mail.body.eachPiece { (piece, isLast) throws(SendFault) in
                dotMayBeOut = isLast
                do {
                    guard try link.send(piece, before: .after(timeouts.data)) else { throw SendFault.serverSpoke }
                } catch let fault as LinkFault {
                    throw .link(fault)
                } catch {
                    throw .serverSpoke
                }
            }
            transcript.append(TranscriptLine(direction: .client, text: "."))
            return finish(try reply(within: timeouts.finalReply))
        } catch {
            keepsSession = false
            return broken(error, dotMayBeOut: dotMayBeOut)
        }
    }

    private mutating func reply(within limit: Duration) throws(SendFault) -> SMTPReply {
        do {
            return try hear(within: limit)
        } catch {
            throw .link(error)
        }
    }

    private mutating func finish(_ reply: SMTPReply) -> MailOutcome {
        session.needsReset = false
        if reply.isPositive {
            session.countMessage()
            return .accepted(reply)
        }
        guard reply.code >= 400 else {
            keepsSession = false
            return .unknown(reason: "the reply to the final dot does not fit: \(reply.text)")
        }
        return judge(reply, .endOfData)
    }

    /// The connection failed while or after the message went out.
    private mutating func broken(_ fault: SendFault, dotMayBeOut: Bool) -> MailOutcome {
        // A server that hangs up may have said why; a no is an answer, wherever it stands.
        if let reply = session.link.pendingReply(), reply.code >= 400 {
            transcript.append(TranscriptLine(direction: .server, text: reply.text))
            return judge(reply, dotMayBeOut ? .endOfData : .data)
        }
        let reason =
            switch fault {
            case .link(let fault): fault.reason
            case .serverSpoke: "the server interrupted the message"
            }
        if dotMayBeOut {
            return .unknown(reason: "\(reason) after the final dot; the server may have accepted the message")
        }
        return .deferred(reason: "\(reason) before the final dot", reply: nil, phase: .data)
    }
}
