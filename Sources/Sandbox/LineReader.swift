/// Cuts a byte stream into lines that end with CRLF; a bare LF never ends one.
///
/// Reading a bare LF as a line end is what makes SMTP smuggling possible, so it is left inside the line and
/// the protocol above refuses it.
struct LineReader {
    /// A line, or the news that it is longer than any protocol allows.
    enum Line: Equatable {
        case complete([UInt8])
        case tooLong
    }

    private var buffer: [UInt8] = []
    private var start = 0
    private var scanned = 0
    private let limit: Int

    init(limit: Int) {
        self.limit = limit
    }

    mutating func append(_ bytes: some Collection<UInt8>) {
        if start > 0 {
            buffer.removeFirst(start)
            scanned -= start
            start = 0
        }
        buffer.append(contentsOf: bytes)
    }

    /// The next whole line without its ending, or nil until more bytes come.
    mutating func next() -> Line? {
        var index = max(scanned, start + 1)
        while index < buffer.count {
            if buffer[index] == 0x0A && buffer[index - 1] == 0x0D {
                let line = Array(buffer[start..<(index - 1)])
                start = index + 1
                scanned = start
                return line.count > limit ? .tooLong : .complete(line)
            }
            index += 1
        }
        scanned = index
        if buffer.count - start > limit + 2 { return .tooLong }
        return nil
    }
}
