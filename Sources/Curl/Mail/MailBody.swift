import Glibc

/// A message checked for the wire, and the form in which it goes there.
struct MailBody: Sendable {
    let bytes: [UInt8]
    let has8Bit: Bool
    private let endsWithCRLF: Bool

    /// RFC 5321, 4.5.3.1.6: 1000 bytes a line including CR LF.
    private static let maxLineBytes = 998
    private static let terminator: [UInt8] = Array(".\r\n".utf8)

    /// Refuses what servers read differently from one another: bare CR or LF (SMTP smuggling), NUL, over-long lines.
    init(_ bytes: [UInt8]) throws(MailAddressError) {
        var previous: UInt8 = 0
        var lineStart = 0
        var high: UInt8 = 0
        var fault: String?
        for (index, byte) in bytes.enumerated() {
            high |= byte
            if byte < 0x0E || previous == 0x0D {
                if byte == 0x0A, previous == 0x0D {
                    if index - 1 - lineStart > Self.maxLineBytes { fault = "a line of more than 998 bytes" }
                    lineStart = index + 1
                } else if byte == 0x0A || previous == 0x0D {
                    fault = "a CR or LF alone"
                } else if byte == 0 {
                    fault = "a NUL"
                }
                if let fault {
                    throw MailAddressError(reason: "message has \(fault) at byte \(index + 1); use CR LF lines")
                }
            }
            previous = byte
        }
        if previous == 0x0D { throw MailAddressError(reason: "message ends with a CR alone; use CR LF lines") }
        if bytes.count - lineStart > Self.maxLineBytes {
            throw MailAddressError(reason: "message has a line of more than 998 bytes at its end; use CR LF lines")
        }
        self.bytes = bytes
        has8Bit = high >= 0x80
        endsWithCRLF = bytes.isEmpty || lineStart == bytes.count
    }

    /// Calls `send` with the dot-stuffed message piece by piece; the last piece ends with the final dot.
    func eachPiece<Fault: Error>(of size: Int = 64 << 10, _ send: ([UInt8], _ isLast: Bool) throws(Fault) -> Void)
        throws(Fault)
    {
        var piece: [UInt8] = []
        piece.reserveCapacity(min(bytes.count, size) + min(bytes.count, size) / 64 + 8)
        var start = 0
        repeat {
            let end = min(start + size, bytes.count)
            piece.removeAll(keepingCapacity: true)
            appendStuffed(start..<end, to: &piece)
            start = end
            if start == bytes.count {
                if !endsWithCRLF { piece += [0x0D, 0x0A] }
                piece += Self.terminator
            }
            try send(piece, start == bytes.count)
        } while start < bytes.count
    }

    /// Copies a range and doubles each dot that starts a line (RFC 5321, 4.5.2).
    private func appendStuffed(_ range: Range<Int>, to piece: inout [UInt8]) {
        bytes.withUnsafeBufferPointer { source in
            guard let base = source.baseAddress else { return }
            var copied = range.lowerBound
            var search = range.lowerBound
            while search < range.upperBound, let hit = memchr(base + search, 0x2E, range.upperBound - search) {
                let dot = UnsafeRawPointer(hit) - UnsafeRawPointer(base)
                search = dot + 1
                guard dot == 0 || source[dot - 1] == 0x0A else { continue }
                piece.append(contentsOf: source[copied...dot])
                copied = dot
            }
            piece.append(contentsOf: source[copied..<range.upperBound])
        }
    }
}
