/// The text armour of RFC 7468 around DER bytes.
public enum PEM {
    /// Wraps bytes between BEGIN and END lines, 64 characters a line.
    public static func encode(_ der: [UInt8], label: String) -> String {
        let digits = Array(Base64.encode(der).utf8)
        var text = "-----BEGIN \(label)-----\n"
        for start in stride(from: 0, to: digits.count, by: 64) {
            text += String(decoding: digits[start..<min(start + 64, digits.count)], as: UTF8.self) + "\n"
        }
        return text + "-----END \(label)-----\n"
    }

    /// The contents of every block with the label, in order; text around and other blocks are passed over.
    ///
    /// Returns nil if a block with the label is not closed or not base 64.
    public static func decode(_ text: String, label: String) -> [[UInt8]]? {
        var blocks: [[UInt8]] = []
        var body: [UInt8]?
        // By bytes: a CRLF is one Character and would not be seen as a line end.
        for line in text.utf8.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }) {
            let line = String(Substring(line))
            if line.hasPrefix("-----BEGIN \(label)-----") {
                guard body == nil else { return nil }
                body = []
            } else if line.hasPrefix("-----END \(label)-----") {
                guard let digits = body, let der = Base64.decode(String(decoding: digits, as: UTF8.self)) else {
                    return nil
                }
                blocks.append(der)
                body = nil
            } else if body != nil {
                body? += line.utf8.filter { $0 != 0x20 && $0 != 0x09 }
            }
        }
        return body == nil ? blocks : nil
    }
}
