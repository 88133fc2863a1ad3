import Evidence

/// Reads one raw value as its field's type, or says what is wrong with it.
struct FieldReader {
    let field: FieldDefinition

    /// The most items a list may have.
    static let itemLimit = 100

    func value(_ raw: JSONValue) throws(FieldFault) -> FieldValue {
        switch field.type {
        case .integer: return .integer(try integer(raw))
        case .list: return .list(try items(raw))
        case .multiline: return .paragraphs(try paragraphs(try text(raw)))
        default: return try single(try line(try text(raw)))
        }
    }

    private func single(_ text: String) throws(FieldFault) -> FieldValue {
        switch field.type {
        case .date:
            guard let date = CivilDate(text) else {
                throw fault(text, zh: "不是有效日期，请按 2026-11-30 的格式填写", en: "is not a day; write it like 2026-11-30")
            }
            return .date(date)
        case .amount:
            guard let amount = Amount(text) else {
                throw fault(
                    text, zh: "不是有效金额，请填写最多两位小数、不含分隔符的数字，如 12345.60",
                    en: "is not an amount; write digits with at most two decimals and no separators, like 12345.60")
            }
            try bound(text, amount, field.minimum.flatMap { Amount($0) }, field.maximum.flatMap { Amount($0) })
            return .amount(amount)
        case .choice:
            guard let option = field.options.first(where: { $0.id == text }) else {
                let known = field.options.map(\.id)
                throw fault(
                    text, zh: "不在可选项之内，可选：\(known.joined(separator: "、"))",
                    en: "is not an option; choose one of \(known.joined(separator: ", "))")
            }
            return .choice(option)
        case .phone:
            guard Self.isPhone(text) else {
                throw fault(
                    text, zh: "不是有效电话号码，请只填数字、空格、连字符，可以 + 开头",
                    en: "is not a telephone number; use 5 to 20 digits with spaces or hyphens, optionally a leading +")
            }
        case .email:
            guard Self.isMailAddress(text) else {
                throw fault(
                    text, zh: "不是有效邮箱地址，请按 name@example.com 填写",
                    en: "is not a mail address; write it like name@example.com")
            }
        case .personName:
            guard text.unicodeScalars.allSatisfy(Self.canStandInName) else {
                throw fault(
                    text, zh: "含有姓名中不应出现的符号，请填写证件上的姓名",
                    en: "has signs no name has; write it as on the identity document")
            }
        default: break
        }
        return .text(text)
    }

    private func text(_ raw: JSONValue) throws(FieldFault) -> String {
        switch raw {
        case .string(let text):
            // Bytes first: counting the scalars of a hostile 10 MB value would cost as much as rendering it.
            guard text.utf8.count <= field.maximumLength * 4, text.unicodeScalars.count <= field.maximumLength else {
                throw tooLong(text)
            }
            return text
        // A whole number has one spelling; a fraction does not survive binary floating point, so it must be text.
        case .integer(let integer) where field.type == .amount: return String(integer)
        default: throw wrongType(raw)
        }
    }

    private func line(_ raw: String) throws(FieldFault) -> String {
        let text = raw.trimmed
        if let bad = text.unicodeScalars.first(where: \.isUnprintable) {
            throw fault(
                raw, zh: "含有不可用的控制字符 U+\(bad.hex)，请删除；本项只能填写一行",
                en: "contains the control character U+\(bad.hex); remove it, this field is a single line")
        }
        return text
    }

    private func paragraphs(_ raw: String) throws(FieldFault) -> [[String]] {
        var paragraphs: [[String]] = [[]]
        for rawLine in raw.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false) {
            var scalars = rawLine
            if scalars.last == "\r" { scalars = scalars.dropLast() }
            let text = String(String.UnicodeScalarView(scalars.map { $0 == "\t" ? " " : $0 })).trimmed
            if let bad = text.unicodeScalars.first(where: \.isUnprintable) {
                throw fault(
                    text, zh: "含有不可用的控制字符 U+\(bad.hex)，请删除",
                    en: "contains the control character U+\(bad.hex); remove it")
            }
            if text.isEmpty {
                if paragraphs.last?.isEmpty == false { paragraphs.append([]) }
            } else {
                paragraphs[paragraphs.count - 1].append(text)
            }
        }
        return paragraphs.filter { !$0.isEmpty }
    }

    private func integer(_ raw: JSONValue) throws(FieldFault) -> Int64 {
        let value: Int64
        switch raw {
        case .integer(let integer): value = integer
        case .string(let text) where text.utf8.count <= 20:
            guard let integer = Int64(text.trimmed) else {
                throw fault(text, zh: "不是整数，请只填数字", en: "is not a whole number; use digits only")
            }
            value = integer
        default: throw wrongType(raw)
        }
        try bound(String(value), value, field.minimum.flatMap { Int64($0) }, field.maximum.flatMap { Int64($0) })
        return value
    }

    private func items(_ raw: JSONValue) throws(FieldFault) -> [String] {
        guard case .array(let elements) = raw else { throw wrongType(raw) }
        guard elements.count <= Self.itemLimit else {
            throw FieldFault(
                field.name, zh: "“\(field.label.zh)”有\(elements.count)项，最多\(Self.itemLimit)项，请合并",
                en: "\(field.label.en) has \(elements.count) items; at most \(Self.itemLimit) are allowed, merge some")
        }
        var items: [String] = []
        for element in elements {
            guard case .string = element else { throw wrongType(element) }
            let item = try line(try text(element))
            guard !item.isEmpty else {
                throw FieldFault(
                    field.name, zh: "“\(field.label.zh)”的第\(items.count + 1)项为空，请填写或删除",
                    en: "item \(items.count + 1) of \(field.label.en) is empty; fill it in or remove it")
            }
            items.append(item)
        }
        return items
    }

    private func bound<Value: Comparable>(
        _ shown: String, _ value: Value, _ minimum: Value?, _ maximum: Value?
    ) throws(FieldFault) {
        if let minimum, value < minimum {
            throw fault(
                shown, zh: "小于最小值 \(field.minimum ?? "")", en: "is less than the minimum \(field.minimum ?? "")")
        }
        if let maximum, value > maximum {
            throw fault(
                shown, zh: "大于最大值 \(field.maximum ?? "")", en: "is more than the maximum \(field.maximum ?? "")")
        }
    }

    // MARK: Faults

    private func fault(_ value: String, zh: String, en: String) -> FieldFault {
        FieldFault(
            field.name, zh: "“\(field.label.zh)”的值\(value.shortened)\(zh)",
            en: "\(field.label.en) \(value.shortened) \(en)")
    }

    private func tooLong(_ text: String) -> FieldFault {
        // Of a hostile value only so many are counted that it is certain; a character has four bytes at most.
        let (most, limit) = (field.maximumLength, field.maximumLength * 10)
        let isHuge = text.utf8.count > limit * 4
        let count = isHuge ? limit : text.unicodeScalars.count
        return fault(
            text, zh: "过长（\(isHuge ? "超过" : "")\(count)字），最多\(most)字，请缩短",
            en: "is too long (\(isHuge ? "more than " : "")\(count) characters); at most \(most) are allowed, "
                + "shorten it")
    }

    private func wrongType(_ raw: JSONValue) -> FieldFault {
        let (zh, en) =
            switch field.type {
            case .integer: ("整数", "a whole number")
            case .list: ("文本数组", "an array of texts")
            default: ("文本", "a text")
            }
        return FieldFault(
            field.name, zh: "“\(field.label.zh)”的类型不对（给出的是\(raw.typeName.zh)），应为\(zh)",
            en: "\(field.label.en) has the wrong type (\(raw.typeName.en)); give \(en)")
    }

    // MARK: Shapes

    private static func isPhone(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        let digits = bytes.filter { (0x30...0x39).contains($0) }.count
        guard (5...20).contains(digits) else { return false }
        return bytes.enumerated().allSatisfy { index, byte in
            (0x30...0x39).contains(byte) || byte == 0x20 || byte == 0x2D || (byte == 0x2B && index == 0)
        }
    }

    /// Only what can stand in a document as an address; the mail channel has the full rules for sending.
    private static func isMailAddress(_ text: String) -> Bool {
        let parts = text.utf8.split(separator: 0x40, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, parts[0].count <= 64, parts[1].contains(0x2E),
            parts[1].first != 0x2E, parts[1].last != 0x2E
        else { return false }
        let refused = Set(" \"(),:;<>[\\]`".utf8)
        return text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !refused.contains($0) }
    }

    /// Letters and marks of any script, and the joints of compound names (`·`, `-`, `'`, `.`).
    private static func canStandInName(_ scalar: Unicode.Scalar) -> Bool {
        if " ·•-'’.．".unicodeScalars.contains(scalar) { return true }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .nonspacingMark,
            .spacingMark:
            return true
        default: return false
        }
    }
}

extension Unicode.Scalar {
    fileprivate var hex: String {
        let digits = String(value, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}

extension JSONValue {
    fileprivate var typeName: (zh: String, en: String) {
        switch self {
        case .null: ("空值", "null")
        case .bool: ("布尔值", "a boolean")
        case .integer, .number: ("数字", "a number")
        case .string: ("文本", "a text")
        case .array: ("数组", "an array")
        case .object: ("对象", "an object")
        }
    }
}
