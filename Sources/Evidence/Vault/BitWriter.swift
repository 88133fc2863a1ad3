/// Puts bits into memory, lowest first, in the fixed code of RFC 1951 section 3.2.6.
struct BitWriter {
    private let output: UnsafeMutableRawBufferPointer
    private let tables: FixedCode.Tables
    private var bits: UInt64 = 0
    private var width: UInt64 = 0
    private(set) var count = 0

    /// Writes into memory that is large enough for the worst case: nine bits a byte and 20 bytes around them.
    init(_ output: UnsafeMutableBufferPointer<UInt8>, _ tables: FixedCode.Tables) {
        self.output = UnsafeMutableRawBufferPointer(output)
        self.tables = tables
    }

    /// The two bytes of RFC 1950 for a window of 8 KiB, the dictionary's name, and the head of the one block.
    mutating func putHead(dictionary: UInt32) {
        // CM 8, CINFO 5; FDICT set, and the check that makes the two bytes a multiple of 31.
        let head = UInt16(0x58) << 8 | 0x20
        let checked = head + (31 - head % 31) % 31
        putByte(UInt8(checked >> 8))
        putByte(UInt8(truncatingIfNeeded: checked))
        putNumber(dictionary)
        // Last block, fixed code.
        put(0b011, 3)
    }

    mutating func putEnd(adler: UInt32) {
        // The symbol 256.
        put(0, 7)
        while width > 0 {
            putByte(UInt8(truncatingIfNeeded: bits))
            bits >>= 8
            width = width > 8 ? width - 8 : 0
        }
        putNumber(adler)
    }

    @inline(__always)
    mutating func putLiteral(_ byte: UInt8) {
        let code = tables.literals[Int(byte)]
        put(UInt64(code.bits), UInt64(code.width))
    }

    @inline(__always)
    mutating func putMatch(length: Int, distance: Int) {
        let code = tables.lengths[length]
        put(UInt64(code.bits), UInt64(code.width))
        let far = UInt64(truncatingIfNeeded: distance - 1)
        guard far >= 4 else { return put(UInt64(tables.distances[Int(far)]), 5) }
        let extra = UInt64(truncatingIfNeeded: 62 - far.leadingZeroBitCount)
        let symbol = 2 * (extra + 1) + (far >> extra & 1)
        put(UInt64(tables.distances[Int(symbol)]), 5)
        put(far & (1 << extra - 1), extra)
    }

    /// At most 32 bits at a time.
    @inline(__always)
    private mutating func put(_ value: UInt64, _ more: UInt64) {
        bits |= value << width
        width += more
        guard width >= 32 else { return }
        output.storeBytes(of: UInt32(truncatingIfNeeded: bits).littleEndian, toByteOffset: count, as: UInt32.self)
        count += 4
        bits >>= 32
        width -= 32
    }

    private mutating func putByte(_ byte: UInt8) {
        output[count] = byte
        count += 1
    }

    private mutating func putNumber(_ number: UInt32) {
        output.storeBytes(of: number.bigEndian, toByteOffset: count, as: UInt32.self)
        count += 4
    }
}

/// The fixed code of RFC 1951, its codes reversed as they go into the stream.
enum FixedCode {
    /// One symbol with its extra bits.
    struct Code {
        let bits: UInt16
        let width: UInt8
    }

    /// The codes by byte, by length of a match and by symbol of a distance.
    struct Tables {
        let literals: UnsafeBufferPointer<Code>
        let lengths: UnsafeBufferPointer<Code>
        let distances: UnsafeBufferPointer<UInt8>
    }

    /// Lends the tables where they lie.
    static func withTables<R>(_ body: (Tables) -> R) -> R {
        literals.withUnsafeBufferPointer { literals in
            lengths.withUnsafeBufferPointer { lengths in
                distances.withUnsafeBufferPointer { distances in
                    body(Tables(literals: literals, lengths: lengths, distances: distances))
                }
            }
        }
    }

    private static let literals: [Code] = (UInt64(0)..<256).map(literal)

    private static func literal(_ byte: UInt64) -> Code {
        guard byte >= 144 else { return Code(bits: UInt16(reversed(0x30 + byte, 8)), width: 8) }
        return Code(bits: UInt16(reversed(0x190 - 144 + byte, 9)), width: 9)
    }

    /// By length; what a length below 3 has is never asked for.
    private static let lengths: [Code] = (UInt64(0)...258).map(length)

    private static func length(_ length: UInt64) -> Code {
        guard length >= 3 else { return Code(bits: 0, width: 0) }
        guard length < 258 else { return symbol(285, extra: 0, width: 0) }
        let rest = length - 3
        guard rest >= 8 else { return symbol(257 + rest, extra: 0, width: 0) }
        let extra = UInt64(61 - rest.leadingZeroBitCount)
        return symbol(257 + 4 * (extra + 1) + (rest >> extra & 3), extra: rest & (1 << extra - 1), width: extra)
    }

    private static let distances: [UInt8] = (UInt64(0)..<32).map { UInt8(reversed($0, 5)) }

    private static func symbol(_ number: UInt64, extra: UInt64, width: UInt64) -> Code {
        // 256…279 have seven bits from 0, 280…287 eight from 0xC0.
        let (code, count): (UInt64, UInt64) = number < 280 ? (number - 256, 7) : (0xC0 + number - 280, 8)
        return Code(bits: UInt16(reversed(code, count) | extra << count), width: UInt8(count + width))
    }

    private static func reversed(_ value: UInt64, _ width: UInt64) -> UInt64 {
        var (rest, result) = (value, UInt64(0))
        for _ in 0..<width {
            result = result << 1 | rest & 1
            rest >>= 1
        }
        return result
    }
}
