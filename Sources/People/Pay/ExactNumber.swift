/// A fraction without rounding; money is rounded once, at the end of a pay line, and never before.
///
/// Binary floating point has no place here: 0.1 + 0.2 must be 0.3 to whoever is paid by it.
public struct ExactNumber: Sendable, Hashable, Comparable, CustomStringConvertible {
    // In lowest terms, the denominator positive, so that equal numbers are equal values.
    private let numerator: Int128
    private let denominator: Int128

    /// Zero.
    public static let zero = ExactNumber(0)
    /// One.
    public static let one = ExactNumber(1)

    /// A whole number.
    public init(_ whole: Int) { (numerator, denominator) = (Int128(whole), 1) }

    private init(_ numerator: Int128, _ denominator: Int128) {
        let divisor = Self.commonDivisor(numerator.magnitude, denominator.magnitude)
        let sign: Int128 = denominator < 0 ? -1 : 1
        self.numerator = sign * numerator / divisor
        self.denominator = sign * denominator / divisor
    }

    /// Reads at most 12 digits with at most 6 decimals and an optional minus, or gives nil.
    public init?(_ text: String) {
        var digits = Array(text.utf8)
        let isNegative = digits.first == UInt8(ascii: "-")
        if isNegative { digits.removeFirst() }
        let parts = digits.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), (1...12).contains(parts[0].count) else { return nil }
        if parts.count == 2, !(1...6).contains(parts[1].count) { return nil }
        var value: Int128 = 0
        for digit in parts.joined() {
            guard (0x30...0x39).contains(digit) else { return nil }
            value = value * 10 + Int128(digit - 0x30)
        }
        let scale = Self.power(parts.count == 2 ? parts[1].count : 0)
        self.init(isNegative ? -value : value, scale)
    }

    // MARK: Arithmetic; nil when a result is too large to be held exactly

    /// The sum.
    public func adding(_ other: ExactNumber) -> ExactNumber? {
        guard let a = Self.product(numerator, other.denominator), let b = Self.product(other.numerator, denominator),
            let below = Self.product(denominator, other.denominator)
        else { return nil }
        let (sum, overflow) = a.addingReportingOverflow(b)
        return overflow ? nil : ExactNumber(sum, below)
    }

    /// The difference.
    public func subtracting(_ other: ExactNumber) -> ExactNumber? { adding(other.negated) }

    /// The product.
    public func multiplied(by other: ExactNumber) -> ExactNumber? {
        guard let above = Self.product(numerator, other.numerator),
            let below = Self.product(denominator, other.denominator)
        else { return nil }
        return ExactNumber(above, below)
    }

    /// The quotient; nil by zero too, which callers refuse before they ask.
    public func divided(by other: ExactNumber) -> ExactNumber? {
        guard other.numerator != 0, let above = Self.product(numerator, other.denominator),
            let below = Self.product(denominator, other.numerator)
        else { return nil }
        return ExactNumber(above, below)
    }

    /// The number with the other sign.
    public var negated: ExactNumber { ExactNumber(-numerator, denominator) }
    /// Whether it is less than zero.
    public var isNegative: Bool { numerator < 0 }
    /// Whether it is zero.
    public var isZero: Bool { numerator == 0 }

    /// The largest whole number that is not greater.
    public var floored: ExactNumber {
        let quotient = numerator / denominator
        let isBelow = numerator < 0 && numerator % denominator != 0
        return ExactNumber(isBelow ? quotient - 1 : quotient, 1)
    }

    /// The nearest number with so many decimals; a half goes away from zero (四舍五入).
    public func rounded(to places: Int) -> ExactNumber? {
        let scale = Self.power(places)
        guard let scaled = Self.product(numerator, scale), let twice = Self.product(scaled, 2),
            let below = Self.product(denominator, 2)
        else { return nil }
        let (moved, overflow) = twice.addingReportingOverflow(numerator < 0 ? -denominator : denominator)
        return overflow ? nil : ExactNumber(moved / below, scale)
    }

    // MARK: Text

    /// The number with exactly so many decimals, rounded: `8900.00`.
    public func text(places: Int) -> String {
        guard let rounded = rounded(to: places) else { return description }
        let scale = Self.power(places)
        let units = (rounded.numerator * (scale / rounded.denominator)).magnitude
        let whole = String(units / UInt128(scale))
        guard places > 0 else { return (rounded.isNegative ? "-" : "") + whole }
        let fraction = String(units % UInt128(scale))
        return (rounded.isNegative ? "-" : "") + whole + "." + String(repeating: "0", count: places - fraction.count)
            + fraction
    }

    /// As few decimals as say it exactly, or the fraction where none do.
    public var description: String {
        for places in 0...6 where Self.power(places) % denominator == 0 { return text(places: places) }
        return "\(numerator)/\(denominator)"
    }

    /// Orders by size.
    public static func < (a: ExactNumber, b: ExactNumber) -> Bool {
        // Numbers that can be held can be compared: what does not fit is compared by the whole parts, then by the rest.
        guard let left = product(a.numerator, b.denominator), let right = product(b.numerator, a.denominator) else {
            let (x, y) = (a.floored.numerator, b.floored.numerator)
            guard x == y else { return x < y }
            return a.fraction < b.fraction
        }
        return left < right
    }

    /// What is above the floor, to thirty places; only told apart where the products do not fit.
    private var fraction: [Int128] {
        var rest = numerator - floored.numerator * denominator
        var digits: [Int128] = []
        for _ in 0..<30 {
            guard let next = Self.product(rest, 10) else { return digits }
            digits.append(next / denominator)
            rest = next % denominator
        }
        return digits
    }

    private static func product(_ a: Int128, _ b: Int128) -> Int128? {
        let (value, overflow) = a.multipliedReportingOverflow(by: b)
        return overflow || value == .min ? nil : value
    }

    private static func power(_ exponent: Int) -> Int128 { (0..<exponent).reduce(1) { value, _ in value * 10 } }

    private static func commonDivisor(_ a: UInt128, _ b: UInt128) -> Int128 {
        var (x, y) = (a, b)
        while y != 0 { (x, y) = (y, x % y) }
        return Int128(max(x, 1))
    }
}

private func < (a: [Int128], b: [Int128]) -> Bool { a.lexicographicallyPrecedes(b) }

extension ExactNumber: Codable {
    /// Reads the text of a number.
    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let number = ExactNumber(stored: text) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "\"\(text.prefix(40))\" is no exact number"))
        }
        self = number
    }

    /// Writes the number as text: a reader's floating point must not come between.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }

    private init?(stored text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        if parts.count == 2, let above = Int128(parts[0]), let below = Int128(parts[1]), below > 0 {
            self.init(above, below)
        } else {
            self.init(text)
        }
    }
}
