/// Fields inside a report, whose values carry a type: `rfc822; user@example.com`, `dns; mx.example.com`.
enum ReportFields {
    /// The blocks of a report body, separated by empty lines; empty blocks are dropped.
    static func blocks(of body: [UInt8], atMost limit: Int) -> [HeaderFields] {
        var blocks: [HeaderFields] = []
        var lines = Lines(body[...])
        var start = 0
        while blocks.count < limit {
            let before = lines.position
            let line = lines.next()
            if let line, !HeaderFields.trimmed(line).isEmpty { continue }
            let block = HeaderFields(parsing: body[start..<before])
            if !block.fields.isEmpty { blocks.append(block) }
            if line == nil { break }
            start = lines.position
        }
        return blocks
    }

    /// The value after the type, without brackets and comments; a value without a type counts whole.
    static func typed(_ field: String) -> String {
        let bytes = Array(field.utf8)[...]
        let value = bytes.firstIndex(of: 0x3B).map { bytes[($0 + 1)...] } ?? bytes
        return String(decoding: HeaderFields.trimmed(value), as: UTF8.self)
    }

    /// An address after its type: RFC 3461 xtext undone, brackets removed.
    static func address(_ field: String) -> String {
        var text = HeaderFields.trimmed(Array(typed(field).utf8)[...])
        if text.first == 0x3C, text.last == 0x3E { text = text.dropFirst().dropLast() }
        return XText.decode(String(decoding: text, as: UTF8.self))
    }
}

/// The escaping of SMTP parameters (RFC 3461 section 4).
enum XText {
    /// Text with `+XX` undone; a plus sign without two upper-case digits stays, as in `bounce+token`.
    static func decode(_ text: String) -> String {
        let bytes = Array(text.utf8)
        var result: [UInt8] = []
        var at = 0
        while at < bytes.count {
            if bytes[at] == 0x2B, at + 2 < bytes.count, let high = digit(bytes[at + 1]), let low = digit(bytes[at + 2])
            {
                result.append(high << 4 | low)
                at += 3
            } else {
                result.append(bytes[at])
                at += 1
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x37
        default: nil
        }
    }
}
