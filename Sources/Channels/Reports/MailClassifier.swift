/// Tells reports, automatic answers and people's answers apart.
enum MailClassifier {
    /// Standard reports first; then what the header admits; then what experience tells.
    static func content(of message: MIMEEntity) -> IncomingReport.Content {
        if let report = DeliveryStatusReport(in: message) { return .deliveryStatus(report) }
        if let report = DispositionReport(in: message) { return .disposition(report) }
        let header = message.header
        let subject = header.text("subject") ?? ""
        if isFromMailSystem(header) { return .bounce(bounce(message)) }
        if isInformalReceipt(subject) { return .informalReceipt(subject: subject) }
        if isAutomatic(header, subject: subject) { return .autoReply(subject: subject) }
        guard !header.addresses(["from"]).isEmpty else { return .other }
        return .reply(subject: subject)
    }

    /// Mail systems write as postmaster or mailer-daemon; QQ writes as 10000.
    private static func isFromMailSystem(_ header: HeaderFields) -> Bool {
        let senders = header.addresses(["from"]).map { $0.lowercased() }
        let locals = senders.map { String($0.prefix { $0 != "@" }) }
        if locals.contains(where: { ["postmaster", "mailer-daemon", "mail-daemon", "mailerdaemon"].contains($0) }) {
            return true
        }
        if senders.contains("10000@qq.com") { return true }
        // An empty return path alone does not make a bounce: vacation programs use it too.
        return header.first("x-failed-recipients") != nil
    }

    /// Programs that know no RFC 8098 say it in the subject.
    private static func isInformalReceipt(_ subject: String) -> Bool {
        let lower = subject.lowercased()
        let openings = ["已读:", "已读：", "已读回执", "阅读回执", "[已读]", "read:", "read receipt"]
        return openings.contains { lower.hasPrefix($0) }
    }

    /// RFC 3834, and the marks of programs older than it.
    private static func isAutomatic(_ header: HeaderFields, subject: String) -> Bool {
        if let value = header.first("auto-submitted")?.lowercased(), !value.isEmpty, !value.hasPrefix("no") {
            return true
        }
        let marks = ["x-autoreply", "x-autorespond", "x-autoresponder", "x-mail-autoreply", "x-qq-auto-reply"]
        if marks.contains(where: { header.first($0) != nil }) { return true }
        let precedence = header.first("precedence")?.lowercased() ?? ""
        if ["auto_reply", "auto-reply", "junk"].contains(precedence) { return true }
        if header.first("return-path").map({ $0.utf8.filter { $0 > 0x20 }.elementsEqual("<>".utf8) }) == true {
            return true
        }
        let lower = subject.lowercased()
        let openings = ["自动回复", "[自动回复]", "【自动回复】", "automatic reply", "auto reply", "auto:", "out of office"]
        return openings.contains { lower.hasPrefix($0) }
    }

    private static func bounce(_ message: MIMEEntity) -> FreeFormBounce {
        let text = message.readableText.map(withoutTags) ?? ""
        let head = String(text.prefix(4000))
        let status = EnhancedStatus.first(in: head)
        let reply = status == nil ? replyCode(in: head) : nil
        return FreeFormBounce(
            code: status?.description ?? reply.map(String.init), excerpt: String(head.prefix(500)),
            isPermanent: status?.statusClass == 5 || reply.map { $0 / 100 == 5 } == true)
    }

    /// A word of three digits that can be an SMTP reply, at the start of a line or after a colon.
    private static func replyCode(in text: String) -> Int? {
        var previous: UInt8 = 0x0A
        let bytes = Array(text.utf8)
        for (index, byte) in bytes.enumerated() {
            defer { if byte != 0x20 { previous = byte } }
            guard byte == 0x34 || byte == 0x35, previous == 0x0A || previous == 0x3A, index + 3 < bytes.count,
                bytes[index + 3] == 0x20 || bytes[index + 3] == 0x2D,
                let code = Int(String(decoding: bytes[index..<(index + 3)], as: UTF8.self)), code < 560
            else { continue }
            return code
        }
        return nil
    }

    /// Good enough to find a code in an HTML bounce; the raw bytes are what is kept.
    private static func withoutTags(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        var inTag = false
        for scalar in text.unicodeScalars {
            switch scalar {
            case "<": inTag = true
            case ">" where inTag:
                inTag = false
                result.append("\n")
            default: if !inTag { result.append(scalar) }
            }
        }
        return String(result)
    }
}
