import Evidence

/// The body of a message with the header fields that describe it.
///
/// `multipart/mixed(multipart/alternative(text, html), attachments…)`, leaving out each level that holds
/// one part only. Everything is base64: no line can look like a boundary, a dot line or a `From ` line.
struct MIMEBody {
    private let message: MIMEMessage
    private let stem: String

    init(of message: MIMEMessage) {
        self.message = message
        stem = Self.boundaryStem(message)
    }

    /// Content-Type and the rest down to the last line end.
    func encoded() throws(MailError) -> [UInt8] {
        guard !message.attachments.isEmpty else { return try alternative() }
        var parts = [try alternative()]
        for attachment in message.attachments { parts.append(try part(for: attachment)) }
        return multipart("mixed", parts)
    }

    private func alternative() throws(MailError) -> [UInt8] {
        let plain = try textPart("plain", message.text, field: "text body")
        guard let html = message.html else { return plain }
        return multipart("alternative", [plain, try textPart("html", html, field: "HTML body")])
    }

    private func textPart(_ subtype: String, _ text: String, field: String) throws(MailError) -> [UInt8] {
        guard !text.utf8.contains(0) else {
            throw MailError(.controlCharacter, field: field, "contains U+0000; remove it")
        }
        let head = "Content-Type: text/\(subtype); charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        return Array(head.utf8) + Base64Lines.encode(Self.withCanonicalLineEnds(text))
    }

    private func part(for attachment: MailAttachment) throws(MailError) -> [UInt8] {
        try FileNameParameter.check(attachment.name, field: "attachment name")
        try FileNameParameter.check(attachment.fallbackName, field: "attachment fallback name")
        guard FieldText.isPlain(attachment.fallbackName), attachment.fallbackName.utf8.count <= 64 else {
            throw MailError(
                .badField, field: "attachment fallback name",
                "\"\(FieldText.shortened(attachment.fallbackName))\" must be ASCII and 64 bytes at most")
        }
        let halves = attachment.mediaType.utf8.split(separator: 0x2F, omittingEmptySubsequences: false)
        guard halves.count == 2, halves.allSatisfy({ !$0.isEmpty && $0.allSatisfy(Self.isTokenByte) }) else {
            throw MailError(
                .badField, field: "attachment type",
                "\"\(FieldText.shortened(attachment.mediaType))\" is not a media type such as application/pdf")
        }
        var fields = FieldWriter()
        try fields.tokens(
            "Content-Type", ["\(attachment.mediaType);", "name=\(FieldWriter.quoted(attachment.fallbackName))"])
        try fields.tokens("Content-Transfer-Encoding", ["base64"])
        let names = FileNameParameter.tokens(name: attachment.name, fallback: attachment.fallbackName)
        let tokens = ["attachment;"] + names.dropLast().map { $0 + ";" } + names.suffix(1)
        try fields.tokens("Content-Disposition", tokens)
        return fields.bytes + [0x0D, 0x0A] + Base64Lines.encode(attachment.bytes)
    }

    private func multipart(_ subtype: String, _ parts: [[UInt8]]) -> [UInt8] {
        let boundary = "\(stem)-\(subtype)"
        var bytes = Array("Content-Type: multipart/\(subtype);\r\n boundary=\"\(boundary)\"\r\n\r\n".utf8)
        bytes.reserveCapacity(parts.reduce(200) { $0 + $1.count + 80 })
        for part in parts {
            bytes += "--\(boundary)\r\n".utf8
            bytes += part
        }
        bytes += "--\(boundary)--\r\n".utf8
        return bytes
    }

    /// Drawn from the content and not at random, so that the bytes of a retry are the same.
    ///
    /// `=_` occurs in neither base64 nor quoted-printable (RFC 2045 section 6.7), so no part can contain it.
    private static func boundaryStem(_ message: MIMEMessage) -> String {
        var pieces: [[UInt8]] = [Array(message.messageID.value.utf8), Array(message.text.utf8)]
        if let html = message.html { pieces.append(Array(html.utf8)) }
        pieces += message.attachments.map { SHA256.hash($0.bytes).bytes }
        let digests = pieces.map { SHA256.hash($0).bytes }
        return "=_songda-" + SHA256.hash(digests.flatMap(\.self)).hex.prefix(24)
    }

    /// Text parts are sent with CR LF whatever the template had (RFC 2046 section 4.1.1).
    private static func withCanonicalLineEnds(_ text: String) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.utf8.count + 64)
        var previous: UInt8 = 0
        var text = text
        text.withUTF8 { utf8 in
            for byte in utf8 {
                switch byte {
                case 0x0D:
                    result.append(0x0D)
                    result.append(0x0A)
                case 0x0A:
                    if previous != 0x0D {
                        result.append(0x0D)
                        result.append(0x0A)
                    }
                default: result.append(byte)
                }
                previous = byte
            }
        }
        return result
    }

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        Mailbox.isAlphanumeric(byte) || "!#$&-^_.+".utf8.contains(byte)
    }
}

/// Base64 in lines of 76 characters, each ended by CR LF (RFC 2045 section 6.8).
enum Base64Lines {
    static func encode(_ bytes: [UInt8]) -> [UInt8] {
        var text = Base64.encode(bytes)
        return text.withUTF8 { split($0) }
    }

    private static func split(_ flat: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(flat.count + flat.count / 38 + 4)
        var start = 0
        while start < flat.count {
            let end = min(start + 76, flat.count)
            result += UnsafeBufferPointer(rebasing: flat[start..<end])
            result.append(0x0D)
            result.append(0x0A)
            start = end
        }
        return result
    }
}
