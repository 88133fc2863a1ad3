/// The identity of a message, without its angle brackets (RFC 5322 section 3.6.4).
///
/// It is made from the delivery and not from the attempt: a retry carries the same one, so that a server
/// can drop the copy and a judge sees that it is one notice.
public struct MessageID: Sendable, Hashable, CustomStringConvertible {
    /// `left@right`.
    public let value: String

    /// The Message-ID of every attempt of one delivery.
    public init(delivery: String, domain: String) throws(MailError) {
        try self.init("\(delivery.lowercased())@\(domain.lowercased())")
    }

    /// An id as written, with or without angle brackets.
    public init(_ text: String) throws(MailError) {
        var bytes = Array(text.utf8)[...]
        if bytes.first == 0x3C, bytes.last == 0x3E { bytes = bytes.dropFirst().dropLast() }
        let ats = bytes.count { $0 == 0x40 }
        let sound = bytes.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x3C && $0 != 0x3E }
        guard sound, ats == 1, bytes.first != 0x40, bytes.last != 0x40, bytes.count <= 200 else {
            throw MailError(
                .badMessageID, field: "Message-ID",
                "\"\(FieldText.shortened(text))\" is not of the form left@right in printable ASCII, 200 bytes at most")
        }
        value = String(decoding: bytes, as: UTF8.self)
    }

    /// The part before the at sign: our delivery id, if the message is ours.
    public var left: String {
        value.utf8.firstIndex(of: 0x40).map { String(value[..<$0]) } ?? value
    }

    /// The part after the at sign, in lower case.
    public var right: String {
        guard let at = value.utf8.firstIndex(of: 0x40) else { return "" }
        return String(value[value.utf8.index(after: at)...]).lowercased()
    }

    /// With angle brackets, as a header field has it.
    public var description: String { "<\(value)>" }

    /// All ids in a field such as References; what is not an id is passed over.
    static func all(in text: String) -> [MessageID] {
        text.utf8.split(separator: 0x3C, omittingEmptySubsequences: false).dropFirst().compactMap { piece in
            guard let end = piece.firstIndex(of: 0x3E) else { return nil }
            // Foreign mail: an id that we would not write is of no use for matching.
            return try? MessageID(String(decoding: piece[..<end], as: UTF8.self))
        }
    }
}
