extension JSONValue {
    /// Deepest nesting the parser follows.
    public static let maximumDepth = 64

    /// Reads one JSON value and nothing after it.
    ///
    /// Stricter than RFC 8259 wherever two readers could disagree: members with one name, nesting beyond 64, invalid
    /// UTF-8, unpaired surrogates, numbers beyond a double and texts over `maximumBytes` are refused.
    public init(parsing bytes: [UInt8], maximumBytes: Int = 16 << 20) throws(JSONError) {
        guard bytes.count <= maximumBytes else {
            throw JSONError(
                reason: "\(bytes.count) bytes are more than the \(maximumBytes) allowed",
                chinese: "\(bytes.count) 字节超过允许的 \(maximumBytes) 字节", offset: 0)
        }
        var parser = JSONParser(bytes: bytes)
        self = try parser.document()
    }

    /// Reads one JSON value from text, under the same rules.
    public init(parsing text: String) throws(JSONError) {
        self = try JSONValue(parsing: Array(text.utf8))
    }
}

private struct JSONParser {
    let bytes: [UInt8]
    var position = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    private func fault(_ reason: String, _ chinese: String) -> JSONError {
        JSONError(reason: reason, chinese: chinese, offset: position)
    }

    mutating func document() throws(JSONError) -> JSONValue {
        guard !bytes.starts(with: [0xEF, 0xBB, 0xBF]) else {
            throw fault("it begins with a byte order mark; save it as UTF-8 without one", "以字节顺序标记开头；请存为不带该标记的 UTF-8")
        }
        skipSpace()
        let value = try value(depth: 1)
        skipSpace()
        guard position == bytes.count else { throw fault("something follows the value; remove it", "值之后另有内容；请删去") }
        return value
    }

    private mutating func skipSpace() {
        while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    private mutating func value(depth: Int) throws(JSONError) -> JSONValue {
        switch current {
        case 0x7B: return try object(depth: depth)
        case 0x5B: return try array(depth: depth)
        case 0x22: return .string(try text())
        case 0x74: return try literal("true", .bool(true))
        case 0x66: return try literal("false", .bool(false))
        case 0x6E: return try literal("null", .null)
        case .some(0x30...0x39), 0x2D: return try number()
        case nil: throw fault("the text ends where a value should stand", "在应有值之处文本已结束")
        default: throw fault("no value begins with this byte", "该字节不能作为值的开头")
        }
    }

    private mutating func literal(_ word: String, _ value: JSONValue) throws(JSONError) -> JSONValue {
        guard bytes[position...].starts(with: word.utf8) else {
            throw fault("expected \(word)", "此处应为 \(word)")
        }
        position += word.utf8.count
        return value
    }

    // MARK: Containers

    private mutating func enter(depth: Int) throws(JSONError) {
        guard depth <= JSONValue.maximumDepth else {
            throw fault("nested deeper than \(JSONValue.maximumDepth) levels", "嵌套超过 \(JSONValue.maximumDepth) 层")
        }
        position += 1
        skipSpace()
    }

    /// Consumes a comma (true) or the closing bracket (false).
    private mutating func continues(closing: UInt8) throws(JSONError) -> Bool {
        skipSpace()
        guard let byte = current, byte == 0x2C || byte == closing else {
            throw fault("expected a comma or the closing bracket", "此处应为逗号或者右括号")
        }
        position += 1
        skipSpace()
        return byte == 0x2C
    }

    private mutating func array(depth: Int) throws(JSONError) -> JSONValue {
        try enter(depth: depth)
        var elements: [JSONValue] = []
        if current == 0x5D {
            position += 1
            return .array(elements)
        }
        repeat { elements.append(try value(depth: depth + 1)) } while try continues(closing: 0x5D)
        return .array(elements)
    }

    private mutating func object(depth: Int) throws(JSONError) -> JSONValue {
        try enter(depth: depth)
        var members: [String: JSONValue] = [:]
        if current == 0x7D {
            position += 1
            return .object(members)
        }
        repeat {
            guard current == 0x22 else { throw fault("expected a member's name in quotes", "此处应为引号内的名称") }
            let start = position
            let name = try text()
            guard members[name] == nil else {
                throw JSONError(
                    reason: "the member \"\(name.prefix(40))\" stands twice; keep one",
                    chinese: "“\(name.prefix(40))”项出现两次；请保留一项", offset: start)
            }
            skipSpace()
            guard current == 0x3A else { throw fault("expected a colon after the member's name", "名称之后应为冒号") }
            position += 1
            skipSpace()
            members[name] = try value(depth: depth + 1)
        } while try continues(closing: 0x7D)
        return .object(members)
    }

    // MARK: Numbers

    private mutating func digits() throws(JSONError) {
        let start = position
        while case .some(0x30...0x39) = current { position += 1 }
        guard position > start else { throw fault("expected a digit", "此处应为数字") }
    }

    private mutating func number() throws(JSONError) -> JSONValue {
        let start = position
        if current == 0x2D { position += 1 }
        let hasLeadingZero = current == 0x30
        let firstDigit = position
        try digits()
        guard !hasLeadingZero || position == firstDigit + 1 else {
            throw fault("a number has a leading zero", "数字带有前导零")
        }
        var isWhole = true
        if current == 0x2E {
            isWhole = false
            position += 1
            try digits()
        }
        if current == 0x65 || current == 0x45 {
            isWhole = false
            position += 1
            if current == 0x2B || current == 0x2D { position += 1 }
            try digits()
        }
        let literal = String(decoding: bytes[start..<position], as: UTF8.self)
        if isWhole, let integer = Int64(literal), integer.magnitude < 1 << 53 { return .integer(integer) }
        guard let double = Double(literal), double.isFinite else {
            throw JSONError(
                reason: "the number \(literal.prefix(40)) is too large for a double",
                chinese: "数 \(literal.prefix(40)) 超出双精度浮点数的范围", offset: start)
        }
        return .number(double)
    }

    // MARK: Strings

    private mutating func text() throws(JSONError) -> String {
        position += 1
        let start = position
        skipPlain()
        if current == 0x22 {
            position += 1
            return try valid(bytes[start..<(position - 1)], at: start)
        }
        var unescaped = Array(bytes[start..<position])
        while let byte = current {
            switch byte {
            case 0x22:
                position += 1
                return try valid(unescaped[...], at: start)
            case 0x5C: try escape(into: &unescaped)
            case ..<0x20: throw fault("a control character in a string must be escaped", "字符串中的控制字符须转义")
            default:
                let from = position
                skipPlain()
                unescaped += bytes[from..<position]
            }
        }
        throw fault("a string does not end", "字符串没有结束")
    }

    /// Goes to the next quote, backslash or control character; most of a text has none.
    private mutating func skipPlain() {
        let start = position
        position = bytes.withUnsafeBufferPointer { bytes in
            var position = start
            while position < bytes.count, bytes[position] != 0x22, bytes[position] != 0x5C, bytes[position] >= 0x20 {
                position += 1
            }
            return position
        }
    }

    private func valid(_ utf8: ArraySlice<UInt8>, at start: Int) throws(JSONError) -> String {
        guard let text = String(validating: utf8, as: UTF8.self) else {
            throw JSONError(reason: "a string is not valid UTF-8", chinese: "字符串不是有效的 UTF-8", offset: start)
        }
        return text
    }

    private mutating func escape(into out: inout [UInt8]) throws(JSONError) {
        position += 1
        guard let kind = current else { throw fault("a string does not end", "字符串没有结束") }
        position += 1
        switch kind {
        case 0x22, 0x5C, 0x2F: out.append(kind)
        case 0x62: out.append(0x08)
        case 0x66: out.append(0x0C)
        case 0x6E: out.append(0x0A)
        case 0x72: out.append(0x0D)
        case 0x74: out.append(0x09)
        case 0x75: out.append(contentsOf: try String(unicodeEscape()).utf8)
        default: throw fault("no escape is written this way", "转义写法无效")
        }
    }

    private mutating func unicodeEscape() throws(JSONError) -> Unicode.Scalar {
        let first = try codeUnit()
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard first < 0xDC00, current == 0x5C, position + 1 < bytes.count, bytes[position + 1] == 0x75 else {
            throw fault("an unpaired surrogate", "代理对不完整")
        }
        position += 2
        let second = try codeUnit()
        guard (0xDC00...0xDFFF).contains(second),
            let scalar = Unicode.Scalar(0x10000 + UInt32(first & 0x3FF) << 10 + UInt32(second & 0x3FF))
        else { throw fault("an unpaired surrogate", "代理对不完整") }
        return scalar
    }

    private mutating func codeUnit() throws(JSONError) -> UInt16 {
        guard position + 4 <= bytes.count else {
            throw fault("a \\u escape needs four hexadecimal digits", "\\u 转义须有四位十六进制数字")
        }
        var unit: UInt16 = 0
        for byte in bytes[position..<(position + 4)] {
            let digit: UInt8
            switch byte {
            case 0x30...0x39: digit = byte - 0x30
            case 0x41...0x46: digit = byte - 0x37
            case 0x61...0x66: digit = byte - 0x57
            default: throw fault("a \\u escape needs four hexadecimal digits", "\\u 转义须有四位十六进制数字")
            }
            unit = unit << 4 | UInt16(digit)
        }
        position += 4
        return unit
    }
}
