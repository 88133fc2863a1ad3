/// Reads the text of a formula by recursive descent; everything it does not know is a fault with its column.
struct FormulaParser {
    private let bytes: [UInt8]
    private var position = 0
    private var depth = 0
    private(set) var names: [String] = []

    /// The longest formula; a rule that needs more is several lines of the pay sheet.
    static let sizeLimit = 500
    /// The deepest nesting.
    static let depthLimit = 24

    init(_ text: String) { bytes = Array(text.utf8) }

    mutating func parse() throws(Formula.Fault) -> Formula.Node {
        guard bytes.count <= Self.sizeLimit else {
            throw fault("has \(bytes.count) bytes; at most \(Self.sizeLimit) are read, split it into lines")
        }
        let node = try comparison()
        skipSpace()
        guard position == bytes.count else { throw fault("\"\(rest)\" does not continue a formula; write an operator") }
        return node
    }

    private mutating func comparison() throws(Formula.Fault) -> Formula.Node {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.depthLimit else { throw fault("is nested deeper than \(Self.depthLimit); split it") }
        let left = try sum()
        skipSpace()
        // Longer signs first, or "<=" would be read as "<".
        for sign in [Formula.Operator.lessOrEqual, .moreOrEqual, .equal, .unequal, .less, .more] {
            let column = column
            if take(sign.rawValue) { return .operation(sign, left, try sum(), column: column) }
        }
        return left
    }

    private mutating func sum() throws(Formula.Fault) -> Formula.Node {
        var node = try product()
        while true {
            skipSpace()
            let column = column
            if take("+") {
                node = .operation(.add, node, try product(), column: column)
            } else if take("-") {
                node = .operation(.subtract, node, try product(), column: column)
            } else {
                return node
            }
        }
    }

    private mutating func product() throws(Formula.Fault) -> Formula.Node {
        var node = try factor()
        while true {
            skipSpace()
            let column = column
            if take("*") {
                node = .operation(.multiply, node, try factor(), column: column)
            } else if take("/") {
                let divisor = try factor()
                if case .number(let number) = divisor, number.isZero {
                    throw Formula.Fault(column: column, reason: "divides by zero; write another divisor")
                }
                node = .operation(.divide, node, divisor, column: column)
            } else {
                return node
            }
        }
    }

    private mutating func factor() throws(Formula.Fault) -> Formula.Node {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.depthLimit else { throw fault("is nested deeper than \(Self.depthLimit); split it") }
        if take("-") { return .negation(try factor()) }
        if take("(") {
            let inner = try comparison()
            guard take(")") else { throw fault("a closing ) is missing") }
            return inner
        }
        skipSpace()
        let column = column
        let word = readWord()
        guard let first = word.utf8.first else {
            throw fault(position == bytes.count ? "ends where a value is due" : "\"\(rest)\" is not a value")
        }
        if (0x30...0x39).contains(first) {
            guard let number = ExactNumber(word) else {
                throw Formula.Fault(column: column, reason: "\"\(word)\" is not a number like 0.5 or 5000")
            }
            return .number(number)
        }
        guard take("(") else {
            guard Formula.Function(rawValue: word) == nil else {
                throw Formula.Fault(column: column, reason: "\(word) is a function; write \(word)(…)")
            }
            if !names.contains(word) { names.append(word) }
            return .name(word, column: column)
        }
        return try call(word, column)
    }

    private mutating func call(_ word: String, _ column: Int) throws(Formula.Fault) -> Formula.Node {
        guard let function = Formula.Function(rawValue: word) else {
            let known = Formula.Function.allCases.map(\.rawValue).joined(separator: ", ")
            throw Formula.Fault(column: column, reason: "there is no function \"\(word)\"; there are \(known)")
        }
        var parts = [try comparison()]
        while take(",") { parts.append(try comparison()) }
        guard take(")") else { throw fault("a closing ) is missing after \(word)") }
        guard function.arity.contains(parts.count) else {
            throw Formula.Fault(column: column, reason: "\(word) has \(parts.count) values; it takes \(function.arity)")
        }
        return .call(function, parts, column: column)
    }

    // MARK: Bytes

    private var column: Int { position + 1 }
    private var rest: String { String(String(decoding: bytes[position...], as: UTF8.self).prefix(20)) }
    private func fault(_ reason: String) -> Formula.Fault { Formula.Fault(column: column, reason: reason) }

    private mutating func skipSpace() {
        while position < bytes.count, bytes[position] == 0x20 { position += 1 }
    }

    private mutating func take(_ sign: String) -> Bool {
        skipSpace()
        let wanted = Array(sign.utf8)
        guard bytes[position...].starts(with: wanted) else { return false }
        position += wanted.count
        return true
    }

    /// Letters, digits and dots; what they mean is decided by the first.
    private mutating func readWord() -> String {
        let start = position
        while position < bytes.count {
            switch bytes[position] {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2E: position += 1
            default: return String(decoding: bytes[start..<position], as: UTF8.self)
            }
        }
        return String(decoding: bytes[start...], as: UTF8.self)
    }
}
