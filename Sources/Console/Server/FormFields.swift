import Evidence

/// The fields of a query or of a form without files, decoded strictly.
struct FormFields: Sendable, Hashable {
    /// Each name once.
    let values: [String: String]

    init(values: [String: String]) { self.values = values }

    /// Reads `a=b&c=d`; refuses broken escapes, bytes that are not UTF-8, NUL, and names that come twice.
    init(_ bytes: [UInt8], what: String) throws(Problem) {
        var values: [String: String] = [:]
        for pair in bytes.split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: true) {
            let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            let name = try Self.decode(parts[0], what)
            let value = parts.count > 1 ? try Self.decode(parts[1], what) : ""
            guard values.updateValue(value, forKey: name) == nil else {
                throw .malformed("\(what) names \"\(shortened(name))\" twice; name it once")
            }
        }
        self.values = values
    }

    private static func decode(_ bytes: some Collection<UInt8>, _ what: String) throws(Problem) -> String {
        var decoded: [UInt8] = []
        var rest = bytes[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+"): decoded.append(0x20)
            case UInt8(ascii: "%"):
                guard let high = rest.popFirst().flatMap(nibble), let low = rest.popFirst().flatMap(nibble) else {
                    throw .malformed("\(what) has a % that two hexadecimal digits do not follow; write %25 for a %")
                }
                decoded.append(high << 4 | low)
            default: decoded.append(byte)
            }
        }
        guard let text = String(validating: decoded, as: UTF8.self), !decoded.contains(0) else {
            throw .malformed("\(what) is not UTF-8 text without NUL")
        }
        return text
    }

    private static func nibble(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x37
        case 0x61...0x66: byte - 0x57
        default: nil
        }
    }
}
