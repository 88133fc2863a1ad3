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
        let fault = bytes.withUnsafeBufferPointer(Self.fault)
        if let fault {
            throw MailAddressError(
                reason: "message has \(fault.what) at byte \(fault.index + 1); use short CR LF lines")
        }
        self.bytes = bytes
        has8Bit = bytes.withUnsafeBytes(Self.has8Bit)
        endsWithCRLF = bytes.isEmpty || bytes.last == 0x0A
    }

    /// Goes from LF to LF, so that the work is the C library's.
    private static func fault(in source: UnsafeBufferPointer<UInt8>) -> (what: String, index: Int)? {
        guard let base = source.baseAddress else { return nil }
        let find = { (byte: Int32, range: Range<Int>) in
            memchr(base + range.lowerBound, byte, range.count).map { UnsafeRawPointer($0) - UnsafeRawPointer(base) }
        }
        if let index = find(0x00, 0..<source.count) { return ("a NUL", index) }
        var start = 0
        while start < source.count {
            let lineFeed = find(0x0A, start..<source.count)
            let end = lineFeed ?? source.count
            let carriageReturn = find(0x0D, start..<end)
            // Each line must end with the pair, each byte of it nowhere else; the last line may have no end.
            if let carriageReturn, lineFeed == nil || carriageReturn != end - 1 {
                return ("a CR alone", carriageReturn)
            }
            if let lineFeed, carriageReturn == nil { return ("an LF alone", lineFeed) }
            if (carriageReturn ?? end) - start > maxLineBytes { return ("a line of more than 998 bytes", start) }
            start = end + 1
        }
        return nil
    }

    private static func has8Bit(_ source: UnsafeRawBufferPointer) -> Bool {
        let words = source.count / 8 * 8
        for offset in stride(from: 0, to: words, by: 8)
        where source.loadUnaligned(fromByteOffset: offset, as: UInt64.self) & 0x8080_8080_8080_8080 != 0 {
            return true
        }
        return source[words...].contains { $0 >= 0x80 }
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
