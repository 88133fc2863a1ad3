/// A complete reply of an SMTP server (RFC 5321, section 4.2).
public struct SMTPReply: Sendable, Hashable, Codable {
    /// The three-digit code; its first digit decides.
    public let code: Int
    /// The enhanced status code of RFC 3463, such as `5.1.1`, when the text starts with one.
    public let enhanced: String?
    /// The text of each line, without code and line end.
    public let lines: [String]

    /// Keeps a reply and finds its enhanced code.
    public init(code: Int, lines: [String]) {
        self.code = code
        self.lines = lines
        enhanced = lines.first.flatMap(Self.enhancedCode)
    }

    /// The reply as one line: code, then the lines joined by spaces.
    public var text: String { ([String(code)] + lines).joined(separator: " ") }

    var isPositive: Bool { code / 100 == 2 }
    var isPermanent: Bool { code / 100 == 5 }

    /// Reads `class.subject.detail` from the start of a text (RFC 2034); nil if there is none.
    private static func enhancedCode(_ text: String) -> String? {
        let word = text.utf8.prefix { $0 != 0x20 }
        let parts = word.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3, [[0x32], [0x34], [0x35]].contains(Array(parts[0])) else { return nil }
        guard parts.dropFirst().allSatisfy({ (1...3).contains($0.count) && $0.allSatisfy(\.isDigit) }) else {
            return nil
        }
        return String(decoding: word, as: UTF8.self)
    }
}

extension UInt8 {
    var isDigit: Bool { (0x30...0x39).contains(self) }
}
