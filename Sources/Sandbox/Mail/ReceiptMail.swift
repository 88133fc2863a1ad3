/// Writes the receipts a real mail system would send back: DSN (RFC 3464) and MDN (RFC 8098).
struct ReceiptMail {
    let mail: ReceivedMail
    let recipient: ReceivedMail.Recipient
    /// Seconds since 1970, when the receipt is made.
    let at: Int64

    /// The bytes of one receipt, or nil when the sender did not ask for it or must not get one.
    ///
    /// A message with a null sender never gets a DSN (RFC 5321 section 4.5.5): that would make loops.
    func bytes(_ kind: MailConduct.Receipt.Kind) -> [UInt8]? {
        switch kind {
        case .delivered:
            guard !mail.sender.isEmpty, recipient.notify?.contains("SUCCESS") == true else { return nil }
            return dsn(action: "delivered", status: "2.0.0", text: "250 2.0.0 \(SandboxIdentity.label) mailbox took it")
        case .failed(let status, let text):
            guard !mail.sender.isEmpty, recipient.notify.map({ $0.contains("FAILURE") }) ?? true else { return nil }
            return dsn(action: "failed", status: status, text: text)
        case .displayed:
            guard let address = mail.header("Disposition-Notification-To") else { return nil }
            return mdn(to: address)
        }
    }

    private func dsn(action: String, status: String, text: String) -> [UInt8] {
        var message = ["Reporting-MTA: dns; \(SandboxIdentity.hostName)"]
        if let envelopeID = mail.envelopeID.flatMap(Self.xtext) {
            message.append("Original-Envelope-Id: \(envelopeID)")
        }
        message.append("Arrival-Date: \(SandboxTime.mailDate(mail.receivedAt))")
        var person: [String] = []
        if let original = recipient.originalRecipient {
            let halves = original.split(separator: ";", maxSplits: 1)
            if halves.count == 2, let address = Self.xtext(String(halves[1])) {
                person.append("Original-Recipient: \(halves[0]);\(address)")
            }
        }
        person += [
            "Final-Recipient: rfc822; \(recipient.address)", "Action: \(action)", "Status: \(status)",
            "Diagnostic-Code: smtp; \(text)", "Last-Attempt-Date: \(SandboxTime.mailDate(at))",
        ]
        let machine = (message + [""] + person).joined(separator: "\r\n")
        return report(
            to: "<\(mail.sender)>", type: "delivery-status",
            subject: "\(SandboxIdentity.label) delivery status: \(action)",
            human: "\(SandboxIdentity.notice).\r\n\(recipient.address): \(action) (\(status))", machine: machine)
    }

    private func mdn(to address: String) -> [UInt8] {
        var machine = [
            "Reporting-UA: \(SandboxIdentity.hostName); \(SandboxIdentity.label)",
            "Final-Recipient: rfc822; \(recipient.address)",
        ]
        if let id = mail.header("Message-ID") { machine.append("Original-Message-ID: \(id)") }
        machine.append("Disposition: manual-action/MDN-sent-manually; displayed")
        return report(
            to: address, type: "disposition-notification", subject: "\(SandboxIdentity.label) disposition: displayed",
            human: "\(SandboxIdentity.notice).\r\nThe mail program of \(recipient.address) reports: displayed.",
            machine: machine.joined(separator: "\r\n"))
    }

    private func report(to: String, type: String, subject: String, human: String, machine: String) -> [UInt8] {
        let boundary = "=_\(mail.id)_\(at)"
        let head = [
            "Return-Path: <>", "X-Songda-Sandbox: \(SandboxIdentity.notice)",
            "From: MAILER-DAEMON@\(SandboxIdentity.hostName) (\(SandboxIdentity.label))", "To: \(to)",
            "Subject: \(subject)",
            "Date: \(SandboxTime.mailDate(at))",
            "Message-ID: <\(mail.id).\(recipient.address.hashText).\(type)@\(SandboxIdentity.hostName)>",
            "Auto-Submitted: auto-replied", "MIME-Version: 1.0",
            "Content-Type: multipart/report; report-type=\(type); boundary=\"\(boundary)\"", "",
        ]
        let parts: [(String, [UInt8])] = [
            ("text/plain; charset=utf-8", Array(human.utf8)), ("message/\(type)", Array(machine.utf8)),
            ("text/rfc822-headers", mail.headerBytes),
        ]
        var bytes = Array((head.joined(separator: "\r\n") + "\r\n").utf8)
        for (contentType, body) in parts {
            bytes += Array("--\(boundary)\r\nContent-Type: \(contentType)\r\n\r\n".utf8) + body + Array("\r\n\r\n".utf8)
        }
        return bytes + Array("--\(boundary)--\r\n".utf8)
    }

    /// Decodes xtext (RFC 3461 section 4); nil when an escape is broken or hides a control character.
    static func xtext(_ text: String) -> String? {
        var out: [UInt8] = []
        var bytes = Array(text.utf8)[...]
        while let byte = bytes.first {
            if byte == UInt8(ascii: "+") {
                let digits = bytes.dropFirst().prefix(2)
                guard digits.count == 2, let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16),
                    value >= 0x20
                else { return nil }
                out.append(value)
                bytes = bytes.dropFirst(3)
            } else {
                out.append(byte)
                bytes = bytes.dropFirst()
            }
        }
        return String(validating: out, as: UTF8.self)
    }
}

extension String {
    /// A short stable name for use in a Message-ID, where an address may not stand.
    fileprivate var hashText: String {
        String(utf8.reduce(UInt64(14_695_981_039_346_656_037)) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 }, radix: 36)
    }
}
