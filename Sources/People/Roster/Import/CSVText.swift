import Glibc

/// How the bytes of a CSV file are to be read as text.
public enum CSVEncoding: String, Sendable, Hashable, Codable, CaseIterable {
    /// UTF-8, with or without a byte order mark.
    case utf8 = "utf-8"
    /// What Chinese spreadsheets write (GB 18030, and with it GBK and GB 2312).
    case gb18030

    /// What the lines that are not plain ASCII speak for; nil when all of them are.
    ///
    /// By lines, so that one cut or damaged line does not turn a whole file into another encoding: GB 18030 text is
    /// hardly ever valid UTF-8 by accident.
    public static func guess(_ bytes: [UInt8]) -> CSVEncoding? {
        if bytes.starts(with: byteOrderMark) { return .utf8 }
        var (valid, invalid) = (0, 0)
        for line in bytes.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }) where line.contains(where: { $0 >= 0x80 })
        {
            if String(validating: line, as: UTF8.self) == nil { invalid += 1 } else { valid += 1 }
        }
        if valid + invalid == 0 { return nil }
        return valid >= invalid ? .utf8 : .gb18030
    }

    static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// The bytes of one cell as text; nil when they are not text in this encoding.
    public func text(_ bytes: some Collection<UInt8>) -> String? {
        switch self {
        case .utf8: return String(validating: bytes, as: UTF8.self)
        case .gb18030:
            if bytes.allSatisfy({ $0 < 0x80 }) { return String(decoding: bytes, as: UTF8.self) }
            return Self.convert(Array(bytes))
        }
    }

    /// glibc knows the table; a descriptor for each cell that is not ASCII costs microseconds.
    private static func convert(_ bytes: [UInt8]) -> String? {
        // Four bytes of GB 18030 make at most four of UTF-8, two make at most three.
        var output = [CChar](repeating: 0, count: bytes.count * 2 + 8)
        var input = bytes.map { CChar(bitPattern: $0) }
        guard let descriptor = iconv_open("UTF-8", "GB18030"), descriptor != iconv_t(bitPattern: -1) else { return nil }
        defer { iconv_close(descriptor) }
        let written = input.withUnsafeMutableBufferPointer { from -> Int? in
            output.withUnsafeMutableBufferPointer { to -> Int? in
                var (source, target) = (from.baseAddress, to.baseAddress)
                var (left, room) = (from.count, to.count)
                let result = iconv(descriptor, &source, &left, &target, &room)
                guard result != Int(bitPattern: UInt.max), left == 0 else { return nil }
                return to.count - room
            }
        }
        guard let written else { return nil }
        return String(validating: output.prefix(written).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

/// Splits bytes into rows of cells: RFC 4180, and what programs make of it.
///
/// Rows end with CR LF, CR or LF, in any mixture; cells may be quoted, with quotes doubled and line breaks inside. It works on
/// bytes, which is safe in both encodings: no character of UTF-8 or GB 18030 contains a quote, a comma or a line break
/// as one of its later bytes.
public struct CSVRows {
    /// One row.
    public struct Row: Sendable {
        /// The line of the file on which it begins, counted from 1.
        public let line: Int
        /// Its cells as bytes, quotes removed.
        public let cells: [[UInt8]]
        /// Whether a quote was opened and never closed.
        public let isCut: Bool
    }

    private let bytes: [UInt8]
    private var place = 0
    private var line: Int

    /// Reads a part of a file that begins on this line.
    public init(_ bytes: [UInt8], firstLine: Int = 1) {
        self.bytes = bytes
        line = firstLine
    }

    /// Reads a file from its beginning, past a byte order mark.
    public init(file bytes: [UInt8]) {
        self.init(bytes)
        if bytes.starts(with: CSVEncoding.byteOrderMark) { place = CSVEncoding.byteOrderMark.count }
    }

    /// The line on which the next row begins.
    public var nextLine: Int { line }

    /// The line on which a file goes on behind this part of it.
    public static func line(after part: [UInt8], from line: Int) -> Int {
        var rows = CSVRows(part, firstLine: line)
        while rows.next() != nil {}
        return rows.nextLine
    }

    /// The next row that is not empty; nil at the end.
    public mutating func next() -> Row? {
        while place < bytes.count {
            let start = line
            var cells: [[UInt8]] = []
            var isCut = false
            while true {
                let (cell, cut) = cell()
                cells.append(cell)
                isCut = isCut || cut
                guard place < bytes.count, bytes[place] == UInt8(ascii: ",") else { break }
                place += 1
            }
            skipLineBreak()
            if cells.count == 1, cells[0].isEmpty { continue }
            return Row(line: start, cells: cells, isCut: isCut)
        }
        return nil
    }

    /// Leaves the place at the comma, the line break or the end behind the cell.
    private mutating func cell() -> ([UInt8], isCut: Bool) {
        guard place < bytes.count, bytes[place] == UInt8(ascii: "\"") else {
            let start = place
            while place < bytes.count, !Self.endsCell(bytes[place]) { place += 1 }
            return (Array(bytes[start..<place]), false)
        }
        place += 1
        var cell: [UInt8] = []
        while place < bytes.count {
            let byte = bytes[place]
            place += 1
            if byte == UInt8(ascii: "\"") {
                if place < bytes.count, bytes[place] == UInt8(ascii: "\"") {
                    cell.append(byte)
                    place += 1
                    continue
                }
                // Whatever follows the closing quote belongs to the cell, as spreadsheets read it.
                while place < bytes.count, !Self.endsCell(bytes[place]) {
                    cell.append(bytes[place])
                    place += 1
                }
                return (cell, false)
            }
            if byte == 0x0A || byte == 0x0D && !(place < bytes.count && bytes[place] == 0x0A) { line += 1 }
            cell.append(byte)
        }
        return (cell, true)
    }

    private mutating func skipLineBreak() {
        guard place < bytes.count else { return }
        if bytes[place] == 0x0D {
            place += 1
            if place < bytes.count, bytes[place] == 0x0A { place += 1 }
        } else {
            place += 1
        }
        line += 1
    }

    private static func endsCell(_ byte: UInt8) -> Bool { byte == UInt8(ascii: ",") || byte == 0x0A || byte == 0x0D }
}

/// Cuts a stream of bytes at the ends of rows, so that each part can be read by itself.
public struct CSVCutter {
    /// How large a part is meant to be; it ends with the row that reaches it.
    public static let partBytes = 128 << 10
    /// The largest part: a row beyond it has an open quote, or is no row.
    public static let maximumPartBytes = 12 << 20

    private let partBytes: Int
    private var waiting: [UInt8] = []
    private var scanned = 0
    private var isQuoted = false
    private var lastEnd = 0

    /// Begins with nothing.
    public init(partBytes: Int = CSVCutter.partBytes) { self.partBytes = partBytes }

    /// Takes more bytes and gives back the parts that are complete; the rest waits for ``finish()``.
    public mutating func take(_ bytes: some Sequence<UInt8>) throws(PeopleError) -> [[UInt8]] {
        waiting.append(contentsOf: bytes)
        var parts: [[UInt8]] = []
        while scanned < waiting.count {
            let byte = waiting[scanned]
            scanned += 1
            if byte == UInt8(ascii: "\"") {
                isQuoted.toggle()
            } else if !isQuoted, byte == 0x0A || byte == 0x0D {
                // A CR whose LF has not come yet is no end: the LF would begin the next part.
                if byte == 0x0D, scanned == waiting.count {
                    scanned -= 1
                    break
                }
                if byte == 0x0D, waiting[scanned] == 0x0A { scanned += 1 }
                lastEnd = scanned
                if lastEnd >= partBytes {
                    parts.append(Array(waiting[..<lastEnd]))
                    waiting.removeFirst(lastEnd)
                    (scanned, lastEnd) = (0, 0)
                }
            }
        }
        guard waiting.count - lastEnd <= Self.maximumPartBytes else {
            throw PeopleError(
                .invalid, "the file has a row of more than \(Self.maximumPartBytes >> 20) MiB; is a quote left open?")
        }
        return parts
    }

    /// What is left at the end of the file; may be empty.
    public mutating func finish() -> [UInt8] {
        defer { self = CSVCutter(partBytes: partBytes) }
        return waiting
    }
}
