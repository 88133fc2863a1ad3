/// Reads DER elements one after the other, refusing every encoding but the distinguished one.
///
/// Lengths are checked against what is really there before anything is copied, and nesting is limited, so that bytes
/// from a stranger can cost neither memory nor stack.
struct DERReader {
    private let source: [UInt8]
    private var position: Int
    private let end: Int
    private let depth: Int
    /// What is being read, for error messages.
    let name: String

    static let deepest = 24

    init(_ bytes: [UInt8], name: String, limit: Int = 1 << 20) throws(EvidenceError) {
        guard bytes.count <= limit else {
            throw EvidenceError(
                .tooLarge, "\(name) has \(bytes.count) bytes; at most \(limit) are accepted",
                chinese: "\(ChineseWording.source(name))有 \(bytes.count) 字节；最多接受 \(limit) 字节")
        }
        source = bytes
        position = 0
        end = bytes.count
        depth = 0
        self.name = name
    }

    fileprivate init(inside value: DERValue) throws(EvidenceError) {
        guard value.depth < DERReader.deepest else {
            throw EvidenceError(
                .malformed, "\(value.name) is nested deeper than \(DERReader.deepest) levels",
                chinese: "\(ChineseWording.source(value.name))的嵌套超过 \(DERReader.deepest) 层")
        }
        source = value.source
        position = value.contentRange.lowerBound
        end = value.contentRange.upperBound
        depth = value.depth + 1
        name = value.name
    }

    var isAtEnd: Bool { position == end }

    /// The tag of the next element, if there is one.
    var nextTag: UInt8? { isAtEnd ? nil : source[position] }

    mutating func next() throws(EvidenceError) -> DERValue {
        let start = position
        guard end - position >= 2 else { throw cutShort }
        let tag = source[position]
        guard tag & 0x1F != 0x1F else {
            throw fault("has an unknown kind of element at byte \(position)", "在字节 \(position) 处有种类不明的元素")
        }
        let first = source[position + 1]
        var cursor = position + 2
        var length = Int(first)
        if first >= 0x80 {
            let size = Int(first & 0x7F)
            guard (1...4).contains(size), end - cursor >= size, source[cursor] != 0 else {
                throw fault("has an unusual length at byte \(position + 1)", "在字节 \(position + 1) 处的长度不合常规")
            }
            length = source[cursor..<cursor + size].reduce(0) { $0 << 8 | Int($1) }
            guard length >= 0x80 else {
                throw fault(
                    "has a length that is not the shortest at byte \(position + 1)", "在字节 \(position + 1) 处的长度不是最短写法")
            }
            cursor += size
        }
        guard length <= end - cursor else {
            throw fault("is cut short: an element at byte \(start) runs past its end", "不完整：字节 \(start) 处的元素超出末尾")
        }
        position = cursor + length
        return DERValue(
            tag: tag, source: source, encodedRange: start..<position, contentRange: cursor..<position, depth: depth,
            name: name)
    }

    mutating func next(_ tag: UInt8) throws(EvidenceError) -> DERValue {
        guard let found = nextTag else { throw cutShort }
        guard found == tag else {
            let (there, due) = (Hex.encode([found]), Hex.encode([tag]))
            throw fault(
                "has element 0x\(there) at byte \(position) where 0x\(due) belongs",
                "在字节 \(position) 处的元素是 0x\(there)，应为 0x\(due)")
        }
        return try next()
    }

    mutating func optional(_ tag: UInt8) throws(EvidenceError) -> DERValue? {
        nextTag == tag ? try next() : nil
    }

    func finish() throws(EvidenceError) {
        guard isAtEnd else {
            throw fault(
                "has \(end - position) bytes too many at byte \(position)",
                "在字节 \(position) 处多出 \(end - position) 字节")
        }
    }

    /// Reads all that is left, refusing more than this many elements.
    mutating func rest(atMost limit: Int = 64) throws(EvidenceError) -> [DERValue] {
        var values: [DERValue] = []
        while !isAtEnd {
            guard values.count < limit else {
                throw fault("has more than \(limit) elements in one list", "的一个列表超过 \(limit) 个元素")
            }
            values.append(try next())
        }
        return values
    }

    private var cutShort: EvidenceError { fault("is cut short at byte \(position)", "在字节 \(position) 处中断，不完整") }

    func fault(_ what: String, _ chinese: String) -> EvidenceError {
        EvidenceError(.malformed, "\(name) \(what)", chinese: ChineseWording.source(name) + chinese)
    }
}

/// One element read by `DERReader`.
struct DERValue {
    let tag: UInt8
    fileprivate let source: [UInt8]
    fileprivate let encodedRange: Range<Int>
    fileprivate let contentRange: Range<Int>
    fileprivate let depth: Int
    fileprivate let name: String

    var content: [UInt8] { Array(source[contentRange]) }
    /// The element with its tag and length.
    var encoded: [UInt8] { Array(source[encodedRange]) }

    /// A reader of what is inside a constructed element.
    func reader() throws(EvidenceError) -> DERReader {
        guard tag & 0x20 != 0 else { throw fault("has a plain element where a list belongs", "在应为列表处有单个元素") }
        return try DERReader(inside: self)
    }

    func oid() throws(EvidenceError) -> OID {
        guard tag == 0x06, let value = OID(content: content) else {
            throw fault("has a broken object identifier", "的对象标识符有误")
        }
        return value
    }

    /// The big-endian digits of a natural number, without leading zeros; negative numbers are refused.
    func natural() throws(EvidenceError) -> [UInt8] {
        let bytes = content
        guard tag == 0x02, let first = bytes.first, first < 0x80, bytes.count == 1 || first != 0 || bytes[1] >= 0x80
        else { throw fault("has a number that is negative or not in its shortest form", "的一个数为负数，或者不是最短写法") }
        return Array(bytes.drop { $0 == 0 })
    }

    func smallNatural() throws(EvidenceError) -> Int {
        let digits = tag == 0x02 ? try natural() : try DERValue.retagged(self).natural()
        guard digits.count <= 4 else { throw fault("has a number that is too large", "的一个数过大") }
        return digits.reduce(0) { $0 << 8 | Int($1) }
    }

    func boolean() throws(EvidenceError) -> Bool {
        guard tag == 0x01, content == [0xFF] || content == [0x00] else {
            throw fault("has a broken truth value", "的一个真假值有误")
        }
        return content == [0xFF]
    }

    /// The instant in a UTCTime or GeneralizedTime; the latter may have a fraction without trailing zeros.
    func time() throws(EvidenceError) -> Timestamp {
        var digits = DigitReader(content)
        var year: Int?
        if tag == 0x17 {
            year = digits.number(2).map { $0 < 50 ? 2000 + $0 : 1900 + $0 }
        } else if tag == 0x18 {
            year = digits.number(4)
        }
        guard let year, let month = digits.number(2), let day = digits.number(2), let hour = digits.number(2),
            let minute = digits.number(2), let second = digits.number(2)
        else { throw brokenTime }
        var microsecond = 0
        if tag == 0x18, digits.take(0x2E) {
            guard let fraction = digits.fraction(), content[digits.position - 1] != 0x30 else {
                throw fault("has a time whose fraction is broken", "的时间中秒的小数有误")
            }
            microsecond = fraction
        }
        let civil = CivilTime(
            year: year, month: month, day: day, hour: hour, minute: minute, second: second, microsecond: microsecond)
        guard digits.take(0x5A), digits.isAtEnd, let instant = civil.instant else { throw brokenTime }
        return instant
    }

    /// Text of any of the string kinds that certificates use for names.
    var text: String? {
        switch tag {
        case 0x0C, 0x13, 0x16: String(validating: content, as: UTF8.self)
        default: nil
        }
    }

    private var brokenTime: EvidenceError { fault("has a broken time", "的时间有误") }

    func fault(_ what: String, _ chinese: String) -> EvidenceError {
        let place = encodedRange.lowerBound
        return EvidenceError(
            .malformed, "\(name) \(what) at byte \(place)",
            chinese: "\(ChineseWording.source(name))\(chinese)（字节 \(place) 处）")
    }

    /// An implicitly tagged INTEGER read as one.
    private static func retagged(_ value: DERValue) -> DERValue {
        DERValue(
            tag: 0x02, source: value.source, encodedRange: value.encodedRange, contentRange: value.contentRange,
            depth: value.depth, name: value.name)
    }
}
