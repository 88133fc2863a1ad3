/// Writes the distinguished encoding rules of X.690, as much as CMS and X.509 need.
///
/// Every function returns one finished element. We write CMS ourselves because OpenSSL always adds attributes that
/// some profiles forbid.
enum DER {
    static func element(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
        var bytes = [tag]
        if content.count < 0x80 {
            bytes.append(UInt8(content.count))
        } else {
            let size = (0..<8).reversed().map { UInt8(truncatingIfNeeded: content.count >> ($0 * 8)) }.drop { $0 == 0 }
            bytes.append(0x80 | UInt8(size.count))
            bytes += size
        }
        return bytes + content
    }

    static func sequence(_ parts: [UInt8]...) -> [UInt8] { element(0x30, Array(parts.joined())) }
    static func sequence(of parts: [[UInt8]]) -> [UInt8] { element(0x30, Array(parts.joined())) }

    /// A SET OF, its members in the ascending order DER demands.
    static func set(of parts: [[UInt8]]) -> [UInt8] {
        element(0x31, Array(parts.sorted { $0.lexicographicallyPrecedes($1) }.joined()))
    }

    static func oid(_ identifier: OID) -> [UInt8] { element(0x06, identifier.content) }
    static let null: [UInt8] = [0x05, 0x00]
    static let yes: [UInt8] = [0x01, 0x01, 0xFF]

    /// An INTEGER from an unsigned big-endian number.
    static func integer(unsigned bytes: [UInt8]) -> [UInt8] {
        let digits = Array(bytes.drop { $0 == 0 })
        guard let first = digits.first else { return [0x02, 0x01, 0x00] }
        return element(0x02, first >= 0x80 ? [0] + digits : digits)
    }

    static func integer(_ value: Int) -> [UInt8] {
        precondition(value >= 0, "only natural numbers are written")
        return integer(unsigned: (0..<8).reversed().map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) })
    }

    static func octets(_ bytes: [UInt8]) -> [UInt8] { element(0x04, bytes) }
    /// A BIT STRING of whole bytes.
    static func bits(_ bytes: [UInt8]) -> [UInt8] { element(0x03, [0] + bytes) }
    static func utf8(_ text: String) -> [UInt8] { element(0x0C, Array(text.utf8)) }
    static func printable(_ text: String) -> [UInt8] { element(0x13, Array(text.utf8)) }
    /// A constructed element with a context tag, `[0]` to `[30]`.
    static func context(_ number: UInt8, _ content: [UInt8]) -> [UInt8] { element(0xA0 | number, content) }

    /// A time to the second as RFC 5280 and RFC 5652 want it: two-digit years until 2049, four digits outside that.
    static func time(_ instant: Timestamp) -> [UInt8] {
        let civil = CivilTime(instant)
        func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        let rest = [civil.month, civil.day, civil.hour, civil.minute, civil.second].map(two).joined() + "Z"
        if (1950..<2050).contains(civil.year) { return element(0x17, Array((two(civil.year % 100) + rest).utf8)) }
        return element(0x18, Array((two(civil.year / 100) + two(civil.year % 100) + rest).utf8))
    }

    /// An AlgorithmIdentifier; RSA's has an explicit NULL, the others have no parameters.
    static func algorithm(_ identifier: OID, null hasNull: Bool = false) -> [UInt8] {
        sequence(oid(identifier), hasNull ? null : [])
    }

    static func attribute(_ type: OID, _ value: [UInt8]) -> [UInt8] { sequence(oid(type), set(of: [value])) }
}
