/// An e-mail address with the name shown beside it.
///
/// The address is checked on bytes when the value is made: ASCII, no quoted local part, no brackets, no
/// space, no control. Whoever holds a `Mailbox` can write it into a header or an SMTP command as it is.
public struct Mailbox: Sendable, Hashable {
    /// The name shown, or nil.
    public let name: String?
    /// The bare address, `user@example.com`.
    public let address: String

    /// A mailbox whose address SMTP can carry; `field` names the place in the error message.
    public init(name: String? = nil, address: String, field: String = "address") throws(MailError) {
        if let name { try FieldText.check(name, field: field) }
        if let fault = Self.fault(of: address) {
            throw MailError(.badAddress, field: field, "\"\(FieldText.shortened(address))\" \(fault)")
        }
        self.name = name?.isEmpty == true ? nil : name
        self.address = address
    }

    /// The part after the at sign, in lower case.
    public var domain: String {
        let bytes = address.utf8
        guard let at = bytes.lastIndex(of: 0x40) else { preconditionFailure("checked when the value was made") }
        return String(address[address.utf8.index(after: at)...]).lowercased()
    }

    /// What is wrong with an address and what to do, or nil if it is sound.
    static func fault(of address: String) -> String? {
        let bytes = Array(address.utf8)
        guard bytes.allSatisfy({ $0 < 0x80 }) else {
            return "has non-ASCII characters; give the domain in its xn-- form and an ASCII local part"
        }
        guard bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return "has a space or control character; remove it" }
        guard bytes.count <= 254 else {
            return "has \(bytes.count) bytes; a mail path holds at most 254, so give a shorter one"
        }
        guard let at = bytes.lastIndex(of: 0x40) else { return "has no @; write it as name@example.com" }
        let local = bytes[..<at]
        let domain = bytes[(at + 1)...]
        guard !local.isEmpty, local.count <= 64 else { return "has \(local.count) bytes before the @; write 1 to 64" }
        guard isDotAtom(local) else {
            return
                "has a character or dot before the @ that needs quoting; write letters, digits and .!#$%&'*+-/=?^_`{|}~, no dot at an end"
        }
        guard isDomain(domain) else {
            return "has no host name after the @; write letters, digits, hyphens and dots, as in example.com"
        }
        return nil
    }

    /// RFC 5322 dot-atom: what every server takes without quoting.
    private static func isDotAtom(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.split(separator: 0x2E, omittingEmptySubsequences: false).allSatisfy { atom in
            !atom.isEmpty && atom.allSatisfy(isAtomByte)
        }
    }

    /// Labels of letters, digits and inner hyphens, 63 bytes at most each.
    static func isDomain(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.count <= 255
            && bytes.split(separator: 0x2E, omittingEmptySubsequences: false).allSatisfy { label in
                (1...63).contains(label.count) && label.first != 0x2D && label.last != 0x2D
                    && label.allSatisfy { isAlphanumeric($0) || $0 == 0x2D }
            }
    }

    /// RFC 5322 atext.
    static func isAtomByte(_ byte: UInt8) -> Bool {
        isAlphanumeric(byte) || "!#$%&'*+-/=?^_`{|}~".utf8.contains(byte)
    }

    static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }
}
