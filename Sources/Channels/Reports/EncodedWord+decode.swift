extension EncodedWord {
    /// Text with its encoded words read; what is not a sound word stays as written.
    ///
    /// White space between two words belongs to neither (RFC 2047 section 6.2). Bytes of neighbouring words in one
    /// character set are joined first: several programs split characters between words.
    static func decode(_ text: String) -> String {
        let bytes = Array(text.utf8)[...]
        var result = ""
        var pending: (charset: String, bytes: [UInt8])?
        var gap: ArraySlice<UInt8> = []
        var at = bytes.startIndex
        func flush() {
            if let word = pending { result += Charset.text(word.bytes, charset: word.charset) }
            pending = nil
        }
        while at < bytes.endIndex {
            if bytes[at] == 0x3D, let word = word(in: bytes, from: at) {
                if pending == nil { result += String(decoding: gap, as: UTF8.self) }
                gap = []
                if let open = pending, open.charset == word.charset {
                    pending = (open.charset, open.bytes + word.bytes)
                } else {
                    flush()
                    pending = (word.charset, word.bytes)
                }
                at = word.end
                continue
            }
            let start = at
            while at < bytes.endIndex, isBlank(bytes[at]) { at += 1 }
            if at > start {
                gap = bytes[start..<at]
                continue
            }
            flush()
            result += String(decoding: gap, as: UTF8.self)
            gap = []
            at += 1
            while at < bytes.endIndex, !isBlank(bytes[at]), bytes[at] != 0x3D { at += 1 }
            result += String(decoding: bytes[start..<at], as: UTF8.self)
        }
        flush()
        return result + String(decoding: gap, as: UTF8.self)
    }

    /// `=?charset*language?B|Q?text?=` at a place, or nil.
    private static func word(
        in bytes: ArraySlice<UInt8>, from start: Int
    ) -> (charset: String, bytes: [UInt8], end: Int)? {
        guard start + 1 < bytes.endIndex, bytes[start + 1] == 0x3F else { return nil }
        let marks = bytes[(start + 2)...].prefix(2000)
        guard let first = marks.firstIndex(of: 0x3F), first + 2 < marks.endIndex, marks[first + 2] == 0x3F else {
            return nil
        }
        let textStart = first + 3
        guard let last = marks[textStart...].firstIndex(of: 0x3F), last + 1 < bytes.endIndex, bytes[last + 1] == 0x3D
        else { return nil }
        let charset = String(decoding: bytes[(start + 2)..<first].prefix { $0 != 0x2A }, as: UTF8.self)
        let text = bytes[textStart..<last]
        switch marks[first + 1] {
        case 0x42, 0x62: return (charset.lowercased(), TransferDecoding.base64(text), last + 2)
        case 0x51, 0x71:
            return (charset.lowercased(), TransferDecoding.quotedPrintable(text, inHeader: true), last + 2)
        default: return nil
        }
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
}
