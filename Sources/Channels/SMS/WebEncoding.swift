/// The escapings that gateways' requests are written in; each text is escaped for the place it stands in.
enum WebEncoding {
    /// Percent-encodes everything but RFC 3986's unreserved characters; a space becomes `%20`.
    static func percent(_ text: String) -> String {
        escape(text, spaceAsPlus: false)
    }

    /// Encodes for `application/x-www-form-urlencoded`; a space becomes `+`.
    static func form(_ text: String) -> String {
        escape(text, spaceAsPlus: true)
    }

    /// Joins fields as a form body, in the order given.
    static func form(_ fields: [(name: String, value: String)]) -> String {
        fields.map { "\(form($0.name))=\(form($0.value))" }.joined(separator: "&")
    }

    /// Joins fields as an RFC 3986 query, in the order given.
    static func query(_ fields: [(name: String, value: String)]) -> String {
        fields.map { "\(percent($0.name))=\(percent($0.value))" }.joined(separator: "&")
    }

    /// Reads a form body; nil when an escape is broken or the result is not UTF-8.
    static func fields(inForm bytes: [UInt8]) -> [(name: String, value: String)]? {
        var fields: [(name: String, value: String)] = []
        for pair in bytes.split(separator: UInt8(ascii: "&")) {
            let halves = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard let first = halves.first, let name = unescape(first),
                let value = halves.count == 2 ? unescape(halves[1]) : ""
            else { return nil }
            fields.append((name, value))
        }
        return fields
    }

    /// Escapes a text for the inside of a JSON string, without the quotes.
    static func jsonString(_ text: String) -> String {
        var out = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case "\r": out += "\\r"
            case "\t": out += "\\t"
            case _ where scalar.value < 0x20: out += unicodeEscape(UInt16(scalar.value))
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }

    /// Escapes a text for JSON in ASCII, the way many providers echo it.
    static func asciiJSONString(_ text: String) -> String {
        var out = ""
        for unit in jsonString(text).utf16 {
            if unit < 0x80, let scalar = Unicode.Scalar(unit) {
                out.unicodeScalars.append(scalar)
            } else {
                out += unicodeEscape(unit)
            }
        }
        return out
    }

    private static func unicodeEscape(_ unit: UInt16) -> String {
        let hex = String(unit, radix: 16)
        return "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
    }

    private static func escape(_ text: String, spaceAsPlus: Bool) -> String {
        var out: [UInt8] = []
        out.reserveCapacity(text.utf8.count * 3)
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: out.append(byte)
            case 0x20 where spaceAsPlus: out.append(UInt8(ascii: "+"))
            default: out += [UInt8(ascii: "%"), hexDigit(byte >> 4), hexDigit(byte & 15)]
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    private static func unescape(_ bytes: ArraySlice<UInt8>) -> String? {
        var out: [UInt8] = []
        var index = bytes.startIndex
        while index < bytes.endIndex {
            let byte = bytes[index]
            if byte == UInt8(ascii: "%") {
                guard index + 2 < bytes.endIndex, let high = value(bytes[index + 1]), let low = value(bytes[index + 2])
                else { return nil }
                out.append(high << 4 | low)
                index += 3
            } else {
                out.append(byte == UInt8(ascii: "+") ? 0x20 : byte)
                index += 1
            }
        }
        return String(validating: out, as: UTF8.self)
    }

    private static func hexDigit(_ nibble: UInt8) -> UInt8 {
        nibble < 10 ? 0x30 + nibble : 0x41 + nibble - 10
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case 0x30...0x39: digit - 0x30
        case 0x41...0x46: digit - 0x41 + 10
        case 0x61...0x66: digit - 0x61 + 10
        default: nil
        }
    }
}
