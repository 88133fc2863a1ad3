/// The server's side of one POP3 dialogue (RFC 1939), without any network.
struct POP3Session {
    /// What the connection does next.
    enum Step: Equatable {
        /// Sends these bytes.
        case send([UInt8])
        /// Ends the connection after what was sent.
        case close
    }

    private let mailbox: SandboxMailbox
    private let user: String
    private let password: String
    private var givenUser: String?
    /// The messages as they were at login; POP3 numbers do not move while a session lasts.
    private var messages: [SandboxMailbox.Message]?
    private var deleted: Set<String> = []

    init(mailbox: SandboxMailbox, user: String, password: String) {
        self.mailbox = mailbox
        self.user = user
        self.password = password
    }

    static let greeting = Array("+OK \(SandboxIdentity.label) mailbox at \(SandboxIdentity.hostName)\r\n".utf8)

    mutating func consume(line: [UInt8]) -> [Step] {
        let words = String(decoding: line, as: UTF8.self).split(separator: " ").map(String.init)
        let verb = words.first?.uppercased() ?? ""
        switch verb {
        case "CAPA":
            return ok("capabilities", lines: ["USER", "UIDL", "TOP", "IMPLEMENTATION \(SandboxIdentity.label)"])
        case "QUIT":
            if messages != nil { mailbox.remove(deleted) }
            return ok("\(SandboxIdentity.label) closing") + [.close]
        case "USER" where messages == nil:
            givenUser = words.dropFirst().first
            return ok("and the password")
        case "PASS" where messages == nil:
            // Compared plainly: a sandbox guards nothing, it only shows a wrong configuration.
            guard givenUser == user, words.dropFirst().joined(separator: " ") == password else {
                return failure("[AUTH] wrong user or password for the \(SandboxIdentity.label) mailbox")
            }
            messages = mailbox.messages
            return ok("\(messages?.count ?? 0) messages")
        case "NOOP" where messages != nil: return ok("")
        case "RSET" where messages != nil:
            deleted = []
            return ok("nothing is marked")
        case "STAT" where messages != nil:
            let present = numbered.map(\.message)
            return ok("\(present.count) \(present.reduce(0) { $0 + $1.bytes.count })")
        case "LIST" where messages != nil: return list(words) { "\($0.bytes.count)" }
        case "UIDL" where messages != nil: return list(words) { $0.uid }
        case "RETR" where messages != nil:
            guard let message = message(words) else { return failure("no such message") }
            return ok("\(message.bytes.count) octets") + [.send(Self.stuffed(message.bytes))]
        case "TOP" where messages != nil:
            guard let message = message(words) else { return failure("no such message") }
            let header = ReceivedMail(
                id: "", receivedAt: 0, helo: "", sender: "", envelopeID: nil, recipients: [], bytes: message.bytes
            ).headerBytes
            return ok("top") + [.send(Self.stuffed(header + Array("\r\n\r\n".utf8)))]
        case "DELE" where messages != nil:
            guard let message = message(words) else { return failure("no such message") }
            deleted.insert(message.uid)
            return ok("marked")
        default:
            return failure(messages == nil ? "say USER and PASS first" : "unknown command")
        }
    }

    private var numbered: [(number: Int, message: SandboxMailbox.Message)] {
        (messages ?? []).enumerated().map { ($0.offset + 1, $0.element) }.filter { !deleted.contains($0.1.uid) }
    }

    private func message(_ words: [String]) -> SandboxMailbox.Message? {
        guard words.count >= 2, let number = Int(words[1]) else { return nil }
        return numbered.first { $0.number == number }?.message
    }

    private func list(_ words: [String], _ describe: (SandboxMailbox.Message) -> String) -> [Step] {
        guard words.count < 2 else {
            guard let message = message(words) else { return failure("no such message") }
            return ok("\(words[1]) \(describe(message))")
        }
        return ok("listing", lines: numbered.map { "\($0.number) \(describe($0.message))" })
    }

    private func ok(_ text: String) -> [Step] { [.send(Array("+OK \(text)\r\n".utf8))] }

    private func ok(_ text: String, lines: [String]) -> [Step] {
        [.send(Array("+OK \(text)\r\n\(lines.map { $0 + "\r\n" }.joined()).\r\n".utf8))]
    }

    private func failure(_ text: String) -> [Step] { [.send(Array("-ERR \(text)\r\n".utf8))] }

    /// The message with dots doubled at line starts, and the final line of one dot.
    private static func stuffed(_ bytes: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count + 64)
        var atLineStart = true
        for byte in bytes {
            if atLineStart && byte == 0x2E { out.append(0x2E) }
            out.append(byte)
            atLineStart = byte == 0x0A
        }
        if !out.suffix(2).elementsEqual([0x0D, 0x0A]) { out += [0x0D, 0x0A] }
        return out + [0x2E, 0x0D, 0x0A]
    }
}
