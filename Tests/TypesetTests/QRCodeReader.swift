@testable import Typeset

/// A reader of QR codes for tests, written from ISO/IEC 18004 and not from the encoder.
///
/// Reads byte mode, versions 1 to 10, level M, from undamaged modules: format bits, mask, zigzag,
/// interleaved blocks. Error correction words are skipped, since nothing is damaged.
struct QRCodeReader {
    let size: Int
    let isDark: (Int, Int) -> Bool

    /// Blocks of level M by version: (data words in a short block, short blocks, long blocks of one word more).
    private static let blocks: [Int: (words: Int, short: Int, long: Int)] = [
        1: (16, 1, 0), 2: (28, 1, 0), 3: (44, 1, 0), 4: (32, 2, 0), 5: (43, 2, 0), 6: (27, 4, 0), 7: (31, 4, 0),
        8: (38, 2, 2), 9: (36, 3, 2), 10: (43, 4, 1),
    ]
    private static let alignment: [Int: [Int]] = [
        1: [], 2: [6, 18], 3: [6, 22], 4: [6, 26], 5: [6, 30], 6: [6, 34], 7: [6, 22, 38], 8: [6, 24, 42],
        9: [6, 26, 46], 10: [6, 28, 50],
    ]

    func text() -> String? {
        let version = (size - 17) / 4
        guard let layout = Self.blocks[version], let centres = Self.alignment[version] else { return nil }
        // Format bits 14 to 10 beside the upper left finder, under their fixed mask 10101 (0x5412 >> 10).
        let format = (0..<5).reduce(0) { $0 << 1 | (isDark($1, 8) ? 1 : 0) } ^ 0b10101
        guard format >> 3 == 0b00 else { return nil }  // level M
        let words = codewords(mask: format & 7, centres: centres, version: version)
        return decode(deinterleave(words, layout), version: version)
    }

    private func isFunction(_ x: Int, _ y: Int, centres: [Int], version: Int) -> Bool {
        if x < 9 && y < 9 || x >= size - 8 && y < 9 || x < 9 && y >= size - 8 || x == 6 || y == 6 { return true }
        if version >= 7, x >= size - 11 && y < 6 || y >= size - 11 && x < 6 { return true }
        guard let last = centres.last else { return false }
        for cy in centres {
            for cx in centres where !(cx == 6 && cy == 6 || cx == 6 && cy == last || cx == last && cy == 6) {
                if abs(x - cx) <= 2, abs(y - cy) <= 2 { return true }
            }
        }
        return false
    }

    private func isMasked(_ mask: Int, _ x: Int, _ y: Int) -> Bool {
        switch mask {
        case 0: (x + y) % 2 == 0
        case 1: y % 2 == 0
        case 2: x % 3 == 0
        case 3: (x + y) % 3 == 0
        case 4: (y / 2 + x / 3) % 2 == 0
        case 5: x * y % 2 + x * y % 3 == 0
        case 6: (x * y % 2 + x * y % 3) % 2 == 0
        default: ((x + y) % 2 + x * y % 3) % 2 == 0
        }
    }

    /// Two columns at a time from the right, up and down in turn, past the vertical timing column.
    private func codewords(mask: Int, centres: [Int], version: Int) -> [UInt8] {
        var bits: [UInt8] = []
        var right = size - 1
        var goesUp = true
        while right > 0 {
            if right == 6 { right -= 1 }
            for step in 0..<size {
                let y = goesUp ? size - 1 - step : step
                for x in [right, right - 1] where !isFunction(x, y, centres: centres, version: version) {
                    bits.append(isDark(x, y) != isMasked(mask, x, y) ? 1 : 0)
                }
            }
            goesUp.toggle()
            right -= 2
        }
        return stride(from: 0, to: bits.count - 7, by: 8).map { bits[$0..<$0 + 8].reduce(0) { $0 << 1 | $1 } }
    }

    private func deinterleave(_ words: [UInt8], _ layout: (words: Int, short: Int, long: Int)) -> [UInt8] {
        var blocks = [[UInt8]](repeating: [], count: layout.short + layout.long)
        var position = 0
        for round in 0...layout.words {
            for block in blocks.indices where round < layout.words || block >= layout.short {
                blocks[block].append(words[position])
                position += 1
            }
        }
        return blocks.flatMap { $0 }
    }

    private func decode(_ data: [UInt8], version: Int) -> String? {
        let bits = data.flatMap { byte in (0..<8).map { byte >> (7 - $0) & 1 } }
        func number(_ range: Range<Int>) -> Int { bits[range].reduce(0) { $0 << 1 | Int($1) } }
        guard number(0..<4) == 0b0100 else { return nil }
        let start = version < 10 ? 12 : 20
        let count = number(4..<start)
        let bytes = (0..<count).map { UInt8(number(start + $0 * 8..<start + $0 * 8 + 8)) }
        return String(validating: bytes, as: UTF8.self)
    }
}
