/// A sum of money in yuan, exact to the fen; never a floating-point number.
public struct Amount: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The sum in fen.
    public let fen: Int64

    /// A sum in fen.
    public init(fen: Int64) { self.fen = fen }

    /// Reads digits with at most two decimals and no grouping (`12345.6`), or gives nil.
    ///
    /// Sums are limited to 9,999,999,999.99; a larger one in a notice to a person is a mistake.
    public init?(_ text: String) {
        let parts = text.utf8.split(separator: 0x2E, maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts.first, (1...10).contains(whole.count), whole.allSatisfy(Self.isDigit) else {
            return nil
        }
        guard whole.count == 1 || whole.first != 0x30 else { return nil }
        var value: Int64 = 0
        for digit in whole { value = value * 10 + Int64(digit - 0x30) }
        var fraction: Int64 = 0
        if parts.count == 2 {
            guard (1...2).contains(parts[1].count), parts[1].allSatisfy(Self.isDigit) else { return nil }
            for digit in parts[1] { fraction = fraction * 10 + Int64(digit - 0x30) }
            if parts[1].count == 1 { fraction *= 10 }
        }
        fen = value * 100 + fraction
    }

    /// Digits with exactly two decimals, as stored: `12345.60`.
    public var description: String { "\(fen / 100).\(fraction)" }

    /// Digits in groups of three, as printed: `12,345.60`.
    public var grouped: String {
        let digits = Array(String(fen / 100))
        var result = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { result.append(",") }
            result.append(digit)
        }
        return "\(result).\(fraction)"
    }

    /// The sum in the capital numerals of formal documents: `壹万贰仟叁佰肆拾伍元陆角整`.
    public var chineseCapitals: String {
        let numerals = ["零", "壹", "贰", "叁", "肆", "伍", "陆", "柒", "捌", "玖"]
        let (jiao, ones) = (Int(fen / 10 % 10), Int(fen % 10))
        var result = Self.wholeInCapitals(fen / 100, numerals)
        if !result.isEmpty { result += "元" }
        if jiao == 0, ones == 0 { return result.isEmpty ? "零元整" : result + "整" }
        if jiao > 0 { result += numerals[jiao] + "角" } else if !result.isEmpty { result += "零" }
        return ones > 0 ? result + numerals[ones] + "分" : result + "整"
    }

    /// Orders by size.
    public static func < (a: Amount, b: Amount) -> Bool { a.fen < b.fen }

    private var fraction: String {
        let cents = fen % 100
        return cents < 10 ? "0\(cents)" : "\(cents)"
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    /// Groups of four digits (亿, 万, ones); one 零 stands for any run of zeros inside the number.
    private static func wholeInCapitals(_ whole: Int64, _ numerals: [String]) -> String {
        var result = ""
        var gap = false
        for (divisor, unit) in [(Int64(100_000_000), "亿"), (10_000, "万"), (1, "")] {
            let group = Int(whole / divisor % 10_000)
            guard group > 0 else {
                gap = gap || !result.isEmpty
                continue
            }
            for (place, name) in [(1000, "仟"), (100, "佰"), (10, "拾"), (1, "")] {
                let digit = group / place % 10
                if digit == 0 {
                    gap = gap || !result.isEmpty
                } else {
                    result += (gap ? "零" : "") + numerals[digit] + name
                    gap = false
                }
            }
            gap = false
            result += unit
        }
        return result
    }
}
