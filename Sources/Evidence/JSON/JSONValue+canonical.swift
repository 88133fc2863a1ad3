extension JSONValue {
    /// The canonical form of RFC 8785: no spaces, members sorted by UTF-16 code units, ECMAScript numbers.
    ///
    /// A number JSON cannot carry exactly takes the form any other writer would give it (a non-finite one becomes
    /// `null`, a large integer its nearest double). What is to be signed goes through `exactCanonicalBytes()`.
    public var canonicalBytes: [UInt8] {
        var writer = CanonicalWriter()
        writer.write(self)
        return writer.bytes
    }

    /// Returns the canonical form, or nil when it would not carry every number exactly.
    public func exactCanonicalBytes() -> [UInt8]? {
        var writer = CanonicalWriter()
        writer.write(self)
        return writer.isExact ? writer.bytes : nil
    }

    /// The canonical form as text.
    public var canonicalText: String { String(decoding: canonicalBytes, as: UTF8.self) }
}

/// Writes canonical JSON straight into bytes: every entry passes here, so no string is built on the way.
struct CanonicalWriter {
    var bytes: [UInt8] = []
    var isExact = true

    init() { bytes.reserveCapacity(1024) }

    mutating func write(_ value: JSONValue) {
        switch value {
        case .null: append("null")
        case .bool(true): append("true")
        case .bool(false): append("false")
        case .integer(let integer): write(integer)
        case .number(let number): write(number)
        case .string(let text): write(text)
        case .array(let elements):
            bytes.append(0x5B)
            var isFirst = true
            for element in elements {
                if !isFirst { bytes.append(0x2C) }
                isFirst = false
                write(element)
            }
            bytes.append(0x5D)
        case .object(let members):
            bytes.append(0x7B)
            for (name, member) in Self.sorted(members) { writeMember(name, member) }
            bytes.append(0x7D)
        }
    }

    /// Writes the members of an object whose names are given in their order.
    mutating func writeObject(_ members: [(name: String, value: JSONValue?)]) {
        bytes.append(0x7B)
        for (name, value) in members {
            if let value { writeMember(name, value) }
        }
        bytes.append(0x7D)
    }

    private mutating func writeMember(_ name: String, _ value: JSONValue) {
        if bytes.last != 0x7B { bytes.append(0x2C) }
        write(name)
        bytes.append(0x3A)
        write(value)
    }

    /// The members in the order of their names; objects are small, and mostly the first bytes decide.
    private static func sorted(_ members: [String: JSONValue]) -> [(name: String, value: JSONValue)] {
        var marked: [(mark: UInt64, name: String, value: JSONValue)] = []
        marked.reserveCapacity(members.count)
        var isPlain = true
        for (name, value) in members {
            var mark: UInt64 = 0
            var shift: UInt64 = 64
            for byte in name.utf8.prefix(8) {
                shift -= 8
                mark |= UInt64(byte) << shift
                if byte >= 0xEE { isPlain = false }
            }
            marked.append((mark, name, value))
        }
        if isPlain {
            marked.sort { $0.mark == $1.mark ? precedes($0.name, $1.name) : $0.mark < $1.mark }
        } else {
            marked.sort { precedes($0.name, $1.name) }
        }
        return marked.map { ($0.name, $0.value) }
    }

    private mutating func append(_ literal: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
    }

    /// UTF-16 order from UTF-8 bytes: both orders agree except that surrogates (lead F0…F4) sort below U+E000…U+FFFF
    /// (lead EE, EF), and the first byte that differs is always enough to tell.
    private static func precedes(_ a: String, _ b: String) -> Bool {
        var left = a.utf8.makeIterator()
        var right = b.utf8.makeIterator()
        while true {
            guard let y = right.next() else { return false }
            guard let x = left.next() else { return true }
            if x == y { continue }
            if x >= 0xF0, y == 0xEE || y == 0xEF { return true }
            if y >= 0xF0, x == 0xEE || x == 0xEF { return false }
            return x < y
        }
    }

    // MARK: Numbers

    private mutating func write(_ integer: Int64) {
        guard integer.magnitude < 1 << 53 else {
            isExact = false
            write(Double(integer))
            return
        }
        var magnitude = integer.magnitude
        if integer < 0 { bytes.append(0x2D) }
        let start = bytes.count
        repeat {
            bytes.append(0x30 + UInt8(truncatingIfNeeded: magnitude % 10))
            magnitude /= 10
        } while magnitude > 0
        bytes[start...].reverse()
    }

    // ECMA-262 Number::toString. Swift's description already has the right digits (shortest, nearest); only their
    // arrangement differs, so the digits are taken from it and set anew.
    private mutating func write(_ number: Double) {
        guard number.isFinite else {
            isExact = false
            append("null")
            return
        }
        guard number != 0 else { return bytes.append(0x30) }
        if number < 0 { bytes.append(0x2D) }
        let (digits, point) = Self.digits(of: number.magnitude)
        let zeros = { (count: Int) in repeatElement(UInt8(0x30), count: count) }
        switch point {
        case digits.count...21 where digits.count <= 21:
            bytes += digits
            bytes += zeros(point - digits.count)
        case 1...21:
            bytes += digits[..<point]
            bytes.append(0x2E)
            bytes += digits[point...]
        case -5...0:
            append("0.")
            bytes += zeros(-point)
            bytes += digits
        default:
            bytes.append(digits[0])
            if digits.count > 1 {
                bytes.append(0x2E)
                bytes += digits[1...]
            }
            append(point > 0 ? "e+" : "e-")
            write(Int64((point - 1).magnitude))
        }
    }

    /// Significant digits without leading or trailing zeros, and where the decimal point stands (0.d₁d₂… × 10^point).
    private static func digits(of magnitude: Double) -> (digits: [UInt8], point: Int) {
        var digits: [UInt8] = []
        var point = 0
        var seenPoint = false
        var exponent = 0
        var exponentSign = 1
        var inExponent = false
        for byte in magnitude.description.utf8 {
            switch byte {
            case 0x30...0x39 where inExponent: exponent = exponent * 10 + Int(byte - 0x30)
            case 0x30...0x39:
                if byte == 0x30, digits.isEmpty {
                    if seenPoint { point -= 1 }
                } else {
                    digits.append(byte)
                    if !seenPoint { point += 1 }
                }
            case 0x2E: seenPoint = true
            case 0x65: inExponent = true
            case 0x2D: exponentSign = -1
            default: break
            }
        }
        while digits.count > 1, digits.last == 0x30 { digits.removeLast() }
        return (digits, point + exponent * exponentSign)
    }

    // MARK: Strings

    private mutating func write(_ text: String) {
        bytes.append(0x22)
        var text = text
        text.withUTF8 { utf8 in
            var plainFrom = 0
            for position in 0..<utf8.count {
                let byte = utf8[position]
                guard byte < 0x20 || byte == 0x22 || byte == 0x5C else { continue }
                bytes.append(contentsOf: UnsafeBufferPointer(rebasing: utf8[plainFrom..<position]))
                writeEscape(of: byte)
                plainFrom = position + 1
            }
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: utf8[plainFrom...]))
        }
        bytes.append(0x22)
    }

    private mutating func writeEscape(of byte: UInt8) {
        bytes.append(0x5C)
        switch byte {
        case 0x22, 0x5C: bytes.append(byte)
        case 0x08: bytes.append(0x62)
        case 0x09: bytes.append(0x74)
        case 0x0A: bytes.append(0x6E)
        case 0x0C: bytes.append(0x66)
        case 0x0D: bytes.append(0x72)
        default:
            append("u00")
            bytes.append(0x30 + byte >> 4)
            let low = byte & 0x0F
            bytes.append(low < 10 ? 0x30 + low : 0x57 + low)
        }
    }
}
