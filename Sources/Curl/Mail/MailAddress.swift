/// Why an address must not be put into a mail dialogue.
public struct MailAddressError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong, where, and what would be right.
    public let reason: String

    /// The reason.
    public var description: String { reason }
}

/// Checks an address on its bytes before any of them can reach a mail dialogue.
///
/// Swift's `Character` view hides CR LF as one grapheme, and libcurl 7.88.1 puts line ends inside an address on the wire,
/// where they become commands of their own. Hence bytes, and hence here.
public enum MailAddress {
    /// Refuses everything that is not one plain `local@domain`, at most 64 and 255 and together 254 bytes (RFC 5321, 4.5.3.1).
    ///
    /// Quoted local parts and address literals are refused too: no one can be served there, and they carry spaces and brackets.
    public static func validate(_ address: String) throws(MailAddressError) {
        let bytes = Array(address.utf8)
        guard !bytes.isEmpty else { throw refusal(bytes, "is empty; write local@domain") }
        guard bytes.count <= 254 else {
            throw refusal(bytes, "has \(bytes.count) bytes; a mail path holds at most 254")
        }
        for (index, byte) in bytes.enumerated() {
            if let fault = fault(of: byte, after: index > 0 ? bytes[index - 1] : 0) {
                throw refusal(bytes, "has \(fault) at byte \(index + 1); remove it")
            }
        }
        let parts = bytes.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        guard parts.count == 2 else {
            throw refusal(bytes, "has \(parts.count - 1) @ signs; write local@domain with exactly one")
        }
        guard (1...64).contains(parts[0].count) else {
            throw refusal(bytes, "has \(parts[0].count) bytes before the @; 1 to 64 are allowed")
        }
        guard parts[0].first != dot, parts[0].last != dot, !hasDoubleDot(parts[0]) else {
            throw refusal(bytes, "has a dot at the start or end of the local part, or two in a row; remove it")
        }
        try validate(domain: parts[1], of: bytes)
    }

    private static let dot = UInt8(ascii: ".")

    private static func validate(domain: ArraySlice<UInt8>, of bytes: [UInt8]) throws(MailAddressError) {
        guard (1...255).contains(domain.count) else {
            throw refusal(bytes, "has \(domain.count) bytes after the @; 1 to 255 are allowed")
        }
        for label in domain.split(separator: dot, omittingEmptySubsequences: false) {
            guard (1...63).contains(label.count), label.first != UInt8(ascii: "-"), label.last != UInt8(ascii: "-"),
                label.allSatisfy({ $0 >= 0x80 || $0.isDigit || isLetter($0) || $0 == UInt8(ascii: "-") })
            else {
                throw refusal(bytes, "has a domain that is not a host name; use letters, digits, hyphens and dots")
            }
        }
    }

    private static func fault(of byte: UInt8, after previous: UInt8) -> String? {
        switch byte {
        case 0: "a NUL"
        case 0x0D, 0x0A: "a line end"
        case 0x20: "a space"
        case 0x01...0x1F, 0x7F: "a control character"
        // C1 controls as UTF-8; some systems read U+0085 as a line end.
        case 0x80...0x9F where previous == 0xC2: "a control character"
        case UInt8(ascii: "<"), UInt8(ascii: ">"): "an angle bracket"
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: ","),
            UInt8(ascii: ";"), UInt8(ascii: ":"), UInt8(ascii: "["), UInt8(ascii: "]"):
            "the character \(Character(Unicode.Scalar(byte)))"
        default: nil
        }
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }

    private static func hasDoubleDot(_ bytes: ArraySlice<UInt8>) -> Bool {
        zip(bytes, bytes.dropFirst()).contains { $0 == dot && $1 == dot }
    }

    private static func refusal(_ bytes: [UInt8], _ fault: String) -> MailAddressError {
        MailAddressError(reason: "address \(Quoted(bytes)) \(fault)")
    }
}

/// Bytes from outside, shortened and with control characters made visible, for a message or a transcript.
struct Quoted: CustomStringConvertible {
    let description: String

    init(_ bytes: some Collection<UInt8>, limit: Int = 60) {
        let shown = String(decoding: bytes.prefix(limit), as: UTF8.self).visible
        description = "\"\(shown)\(bytes.count > limit ? "…" : "")\""
    }
}

extension String {
    /// The text with every control character replaced, so that it cannot break a log line or a terminal.
    var visible: String {
        guard unicodeScalars.contains(where: { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) }) else {
            return self
        }
        var result = String.UnicodeScalarView()
        for scalar in unicodeScalars {
            let isControl = scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
            result.append(isControl ? "\u{FFFD}" : scalar)
        }
        return String(result)
    }
}
