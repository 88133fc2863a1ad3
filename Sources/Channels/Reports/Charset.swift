import Glibc

/// Turns the bytes of foreign mail into text.
enum Charset {
    /// Text in the named character set; never fails, because a mangled word must not lose a receipt.
    static func text(_ bytes: some Collection<UInt8>, charset: String?) -> String {
        let bytes = Array(bytes)
        let name = (charset ?? "utf-8").lowercased()
        if ["utf-8", "utf8", "us-ascii", "ascii"].contains(name) { return guessed(bytes) }
        // GB2312 in mail is GBK or GB18030 in truth; the widest of them reads all three.
        let wide = ["gb2312", "gbk", "gb_2312-80", "cp936"].contains(name) ? "GB18030" : name
        return converted(bytes, from: wide) ?? guessed(bytes)
    }

    /// UTF-8 if it is that, else GB18030, else one character a byte.
    private static func guessed(_ bytes: [UInt8]) -> String {
        if let text = String(validating: bytes, as: UTF8.self) { return text }
        return converted(bytes, from: "GB18030") ?? String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
    }

    private static func converted(_ bytes: [UInt8], from name: String) -> String? {
        // The name comes from outside: iconv takes a suffix such as //TRANSLIT as a command.
        guard name.utf8.count <= 40, name.utf8.allSatisfy({ Mailbox.isAlphanumeric($0) || "-_.:".utf8.contains($0) })
        else { return nil }
        let converter = iconv_open("UTF-8", name)
        guard let converter, Int(bitPattern: converter) != -1 else { return nil }
        defer { iconv_close(converter) }
        var input = bytes.map { CChar(bitPattern: $0) }
        var output = [CChar](repeating: 0, count: bytes.count * 4 + 16)
        let written: Int? = input.withUnsafeMutableBufferPointer { source in
            output.withUnsafeMutableBufferPointer { target in
                var from = source.baseAddress
                var to = target.baseAddress
                var left = source.count
                var room = target.count
                guard iconv(converter, &from, &left, &to, &room) != -1 else { return nil }
                return target.count - room
            }
        }
        guard let written else { return nil }
        return String(validating: output[..<written].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
