/// The server's side of one SMTP dialogue, without any network: lines in, steps out (RFC 5321, RFC 3461).
struct SMTPSession {
    /// What the connection does next.
    enum Step: Equatable {
        /// Sends a reply, after a while.
        case reply(String, after: Duration = .zero)
        /// From here on the client sends the message, until the line with the single dot.
        case readData
        /// Ends the connection without a word.
        case drop
        /// Ends the connection after what was sent.
        case close
    }

    /// One accepted recipient with the conduct drawn for it.
    struct AcceptedRecipient {
        let recipient: ReceivedMail.Recipient
        let conduct: MailConduct
    }

    /// What MAIL and RCPT have said so far.
    struct Envelope {
        var helo = ""
        var sender = ""
        var envelopeID: String?
        var recipients: [AcceptedRecipient] = []
    }

    let office: PostOffice
    /// Called with each message taken; schedules its receipts.
    let taken: (ReceivedMail, [AcceptedRecipient]) -> Void
    private(set) var envelope: Envelope?
    private var helo: String?
    private var errors = 0

    init(office: PostOffice, taken: @escaping (ReceivedMail, [AcceptedRecipient]) -> Void) {
        self.office = office
        self.taken = taken
    }

    static let greeting = "220 \(SandboxIdentity.hostName) ESMTP \(SandboxIdentity.label) delivers to nobody"

    /// Answers one command line, without its line ending.
    mutating func consume(line: [UInt8]) -> [Step] {
        guard let text = String(validating: line, as: UTF8.self), !line.contains(where: { $0 < 0x20 || $0 == 0x7F })
        else { return refuse("500 5.5.2 control character or broken UTF-8 in a command") }
        let words = text.split(separator: " ", omittingEmptySubsequences: true)
        switch words.first?.uppercased() ?? "" {
        case "EHLO", "HELO":
            guard words.count >= 2 else { return refuse("501 5.5.4 \(words.first ?? "EHLO") needs a name") }
            return greet(String(words[1]), extended: words[0].uppercased() == "EHLO")
        case "MAIL": return mail(text)
        case "RCPT": return rcpt(text)
        case "DATA": return data()
        case "RSET":
            envelope = nil
            return [.reply("250 2.0.0 \(SandboxIdentity.label) reset")]
        case "NOOP": return [.reply("250 2.0.0 \(SandboxIdentity.label)")]
        case "VRFY": return [.reply("252 2.5.0 \(SandboxIdentity.label) verifies nobody")]
        case "QUIT": return [.reply("221 2.0.0 \(SandboxIdentity.label) closing"), .close]
        default: return refuse("502 5.5.1 command not implemented by the \(SandboxIdentity.label)")
        }
    }

    /// Answers the end of data; `tooLarge` when more came than the SIZE we announced.
    mutating func finish(data: [UInt8], tooLarge: Bool) -> [Step] {
        guard let envelope else { return refuse("503 5.5.1 no message is open") }
        self.envelope = nil
        guard !tooLarge else { return [.reply("552 5.3.4 message larger than \(office.maximumSize) bytes")] }
        let behaviours = envelope.recipients.map(\.conduct.behaviour)
        for case .refuseData(let code, let text) in behaviours { return [.reply("\(code) \(text)")] }
        let mail: ReceivedMail
        do {
            mail = try office.take(envelope, bytes: data)
        } catch {
            return [.reply("451 4.3.0 \(SandboxIdentity.label) spool: not kept")]
        }
        taken(mail, envelope.recipients)
        if behaviours.contains(.lostReply) { return [.drop] }
        return [
            .reply(
                "250 2.0.0 \(SandboxIdentity.label) queued as \(mail.id), delivered to nobody", after: wait(behaviours))
        ]
    }

    private mutating func greet(_ name: String, extended: Bool) -> [Step] {
        helo = name
        envelope = nil
        guard extended else { return [.reply("250 \(SandboxIdentity.hostName) \(SandboxIdentity.label)")] }
        let extensions = ["PIPELINING", "SIZE \(office.maximumSize)", "8BITMIME", "ENHANCEDSTATUSCODES"]
        let lines =
            ["250-\(SandboxIdentity.hostName) \(SandboxIdentity.label)"] + extensions.map { "250-\($0)" } + ["250 DSN"]
        return [.reply(lines.joined(separator: "\r\n"))]
    }

    private mutating func mail(_ text: String) -> [Step] {
        guard let helo else { return refuse("503 5.5.1 say EHLO first") }
        guard envelope == nil else { return refuse("503 5.5.1 a message is already open") }
        guard let (address, parameters) = Self.path(text, after: "MAIL FROM:") else {
            return refuse("501 5.1.7 write MAIL FROM:<address>")
        }
        if let size = parameters["SIZE"].flatMap({ Int($0) }), size > office.maximumSize {
            return [.reply("552 5.3.4 message larger than \(office.maximumSize) bytes")]
        }
        let known: Set = ["SIZE", "BODY", "RET", "ENVID", "AUTH"]
        if let other = parameters.keys.first(where: { !known.contains($0) }) {
            return refuse("555 5.5.4 parameter \(other) is not known")
        }
        envelope = Envelope(helo: helo, sender: address, envelopeID: parameters["ENVID"])
        return [.reply("250 2.1.0 \(SandboxIdentity.label) sender ok")]
    }

    private mutating func rcpt(_ text: String) -> [Step] {
        guard envelope != nil else { return refuse("503 5.5.1 say MAIL first") }
        guard let (address, parameters) = Self.path(text, after: "RCPT TO:"), !address.isEmpty else {
            return refuse("501 5.1.3 write RCPT TO:<address>")
        }
        if let other = parameters.keys.first(where: { $0 != "NOTIFY" && $0 != "ORCPT" }) {
            return refuse("555 5.5.4 parameter \(other) is not known")
        }
        let conduct = office.script.next(for: address)
        switch conduct.behaviour {
        case .refuse(let code, let text), .tempfail(let code, let text): return [.reply("\(code) \(text)")]
        default: break
        }
        let notify = parameters["NOTIFY"].map { Set($0.uppercased().split(separator: ",").map(String.init)) }
        let recipient = ReceivedMail.Recipient(
            address: address, notify: notify, originalRecipient: parameters["ORCPT"])
        envelope?.recipients.append(AcceptedRecipient(recipient: recipient, conduct: conduct))
        return [.reply("250 2.1.5 \(SandboxIdentity.label) recipient ok", after: slowness(conduct.behaviour))]
    }

    private mutating func data() -> [Step] {
        guard let envelope, !envelope.recipients.isEmpty else {
            return refuse("503 5.5.1 no valid recipients")
        }
        return [.reply("354 \(SandboxIdentity.label) end with a line of one dot"), .readData]
    }

    private mutating func refuse(_ reply: String) -> [Step] {
        errors += 1
        return errors < 20 ? [.reply(reply)] : [.reply("421 4.7.0 too many errors"), .close]
    }

    private func slowness(_ behaviour: MailConduct.Behaviour) -> Duration {
        if case .slow(let wait) = behaviour { return wait }
        return .zero
    }

    private func wait(_ behaviours: [MailConduct.Behaviour]) -> Duration {
        behaviours.map { behaviour in
            if case .late(let wait) = behaviour { return wait }
            return slowness(behaviour)
        }.max() ?? .zero
    }

    /// Reads `MAIL FROM:<a@b> KEY=value …`; nil when the form is wrong.
    static func path(_ text: String, after verb: String) -> (address: String, parameters: [String: String])? {
        guard text.uppercased().hasPrefix(verb) else { return nil }
        let rest = text.dropFirst(verb.count).drop { $0 == " " }
        guard rest.first == "<", let end = rest.firstIndex(of: ">") else { return nil }
        let address = rest[rest.index(after: rest.startIndex)..<end]
        guard address.utf8.count <= 320, !address.contains(" ") else { return nil }
        var parameters: [String: String] = [:]
        for word in rest[rest.index(after: end)...].split(separator: " ") {
            let halves = word.split(separator: "=", maxSplits: 1)
            parameters[halves[0].uppercased()] = halves.count == 2 ? String(halves[1]) : ""
        }
        return (String(address), parameters)
    }
}
