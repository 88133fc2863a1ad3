/// Why a dialogue cannot go on; what it means for the message depends on where it happened.
enum LinkFault: Error {
    /// The connection ended or broke.
    case lost(String)
    /// The server kept silent too long.
    case timedOut(String)
    /// The server said something that is no SMTP reply.
    case garbage(String)
    /// The task was cancelled or the pool is shutting down.
    case interrupted

    var reason: String {
        switch self {
        case .lost(let reason), .timedOut(let reason), .garbage(let reason): reason
        case .interrupted: "the delivery was cancelled"
        }
    }
}

/// Puts reply lines together to replies and refuses whatever is none.
struct SMTPReplyParser {
    static let maxLineBytes = 4096
    static let maxLines = 128

    private var code: Int?
    private var lines: [String] = []

    /// Takes one line without its line end; returns the reply when it was the last line.
    mutating func feed(_ line: some BidirectionalCollection<UInt8>) throws(LinkFault) -> SMTPReply? {
        let bytes = Array(line.last == 0x0D ? line.dropLast() : line[...])
        guard bytes.count >= 3, bytes[..<3].allSatisfy(\.isDigit), (0x32...0x35).contains(bytes[0]) else {
            throw .garbage("the server said \(Quoted(bytes)), which is not an SMTP reply")
        }
        let value = bytes[..<3].reduce(0) { $0 * 10 + Int($1 - 0x30) }
        guard code == nil || code == value else {
            throw .garbage("the server changed its reply from \(code ?? 0) to \(value) in mid-reply")
        }
        // RFC 5321, 4.2: a hyphen announces another line; a space, or nothing, ends the reply.
        let isLast = bytes.count == 3 || bytes[3] == 0x20
        guard isLast || bytes[3] == UInt8(ascii: "-") else {
            throw .garbage("the server said \(Quoted(bytes)), which is not an SMTP reply")
        }
        guard lines.count < Self.maxLines else {
            throw .garbage("the server sent a reply of more than \(Self.maxLines) lines")
        }
        code = value
        lines.append(String(decoding: bytes.dropFirst(4), as: UTF8.self).visible)
        guard isLast else { return nil }
        defer { self = SMTPReplyParser() }
        return SMTPReply(code: value, lines: lines)
    }
}
