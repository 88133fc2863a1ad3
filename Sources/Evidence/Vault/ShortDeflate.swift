/// Compression of short texts into the zlib format (RFC 1950, RFC 1951), much faster than zlib compresses them.
///
/// zlib builds two Huffman codes for every message, whatever strategy it is given; for an entry of 1 KiB that is most of
/// its work. This writes one block in the fixed code, with matches into the message and into a dictionary that holds what our
/// records have in common. zlib reads it back, so nothing of this is needed to open what was stored.
struct ShortDeflate {
    /// The longest text this is for: with the dictionary it fits the window, and from here on a code of its own pays.
    static let mostBytes = 3_000

    private let dictionary: [UInt8]
    /// The dictionary's checksum, by which a stream names it.
    let adler: UInt32
    /// Where the dictionary has a sequence with this hash.
    private let known: [UInt16]

    /// Up to here a text is looked up in the dictionary alone: it holds next to nothing twice, and to set up the search in it
    /// costs ten times what the text does.
    private static let mostLookedUp = 64

    private static let window = 8_192
    private static let hashBits = 11

    /// Prepares a dictionary.
    init(dictionary: [UInt8]) {
        precondition(dictionary.count <= Self.window - Self.mostBytes, "the dictionary does not fit the window")
        self.dictionary = dictionary
        adler = Zlib.adler(dictionary)
        var known = [UInt16](repeating: .max, count: 1 << Self.hashBits)
        dictionary.withUnsafeBytes { bytes in
            for position in 0..<max(0, bytes.count - 3) { known[Self.hash(bytes, position)] = UInt16(position) }
        }
        self.known = known
    }

    /// The zlib stream for a text of at most `mostBytes`.
    func compress(_ text: [UInt8]) -> [UInt8] {
        precondition(text.count <= Self.mostBytes, "\(text.count) bytes are not a short text")
        guard text.count > Self.mostLookedUp else { return lookUp(text) }
        let joined = dictionary + text
        var latest = known
        // The worst case: nine bits a byte, the heads, the end.
        return [UInt8](unsafeUninitializedCapacity: text.count + text.count / 8 + 24) { output, count in
            count = FixedCode.withTables { tables in
                var writer = BitWriter(output, tables)
                writer.putHead(dictionary: adler)
                joined.withUnsafeBytes { bytes in
                    latest.withUnsafeMutableBufferPointer { latest in
                        Self.write(bytes, from: dictionary.count, latest, to: &writer)
                    }
                }
                writer.putEnd(adler: Zlib.adler(text))
                return writer.count
            }
        }
    }

    /// The stream for a text of few bytes: matches into the dictionary, and nothing is copied or noted.
    private func lookUp(_ text: [UInt8]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: text.count + text.count / 8 + 24) { output, count in
            count = FixedCode.withTables { tables in
                var writer = BitWriter(output, tables)
                writer.putHead(dictionary: adler)
                text.withUnsafeBytes { text in
                    dictionary.withUnsafeBytes { dictionary in
                        known.withUnsafeBufferPointer { Self.write(text, dictionary, $0, to: &writer) }
                    }
                }
                writer.putEnd(adler: Zlib.adler(text))
                return writer.count
            }
        }
    }

    private static func write(
        _ text: UnsafeRawBufferPointer, _ dictionary: UnsafeRawBufferPointer, _ known: UnsafeBufferPointer<UInt16>,
        to writer: inout BitWriter
    ) {
        var position = 0
        while position < text.count {
            if position + 4 <= text.count {
                // An empty slot names a place beyond every dictionary.
                let candidate = Int(known[hash(text, position)])
                let limit = min(258, dictionary.count - candidate, text.count - position)
                var length = 0
                while length < limit, dictionary[candidate + length] == text[position + length] { length += 1 }
                if length >= 4 {
                    writer.putMatch(length: length, distance: dictionary.count - candidate + position)
                    position += length
                    continue
                }
            }
            writer.putLiteral(text[position])
            position += 1
        }
    }

    @inline(__always)
    private static func hash(_ bytes: UnsafeRawBufferPointer, _ position: Int) -> Int {
        let four = bytes.loadUnaligned(fromByteOffset: position, as: UInt32.self)
        return Int(truncatingIfNeeded: (four &* 0x9E37_79B1) >> UInt32(32 - hashBits))
    }

    /// Greedy: the nearest earlier place that begins with the same four bytes is taken as it is.
    private static func write(
        _ bytes: UnsafeRawBufferPointer, from start: Int, _ latest: UnsafeMutableBufferPointer<UInt16>,
        to writer: inout BitWriter
    ) {
        var position = start
        let lastHashed = bytes.count - 4
        while position <= lastHashed {
            let slot = hash(bytes, position)
            let candidate = Int(latest[slot])
            latest[slot] = UInt16(truncatingIfNeeded: position)
            let length = candidate < position ? matchLength(bytes, candidate, position) : 0
            if length >= 4 {
                writer.putMatch(length: length, distance: position - candidate)
                // The end of a match is where the next one often begins; noting every place costs more than it finds.
                let end = position + length
                if end - 2 <= lastHashed { latest[hash(bytes, end - 2)] = UInt16(truncatingIfNeeded: end - 2) }
                position = end
            } else {
                writer.putLiteral(bytes[position])
                position += 1
            }
        }
        while position < bytes.count {
            writer.putLiteral(bytes[position])
            position += 1
        }
    }

    /// How many bytes at two places agree, at most the 258 that one match can say.
    private static func matchLength(_ bytes: UnsafeRawBufferPointer, _ earlier: Int, _ position: Int) -> Int {
        let limit = min(258, bytes.count - position)
        var length = 0
        while length + 8 <= limit {
            let left = bytes.loadUnaligned(fromByteOffset: earlier + length, as: UInt64.self)
            let right = bytes.loadUnaligned(fromByteOffset: position + length, as: UInt64.self)
            // Little-endian, as are all machines this runs on: the first byte is the lowest.
            guard left == right else { return length + (left ^ right).littleEndian.trailingZeroBitCount / 8 }
            length += 8
        }
        while length < limit, bytes[earlier + length] == bytes[position + length] { length += 1 }
        return length
    }
}
