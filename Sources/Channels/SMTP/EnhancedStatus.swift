import Notices

/// A status code with three parts (RFC 3463), `5.1.1`.
public struct EnhancedStatus: Sendable, Hashable, CustomStringConvertible {
    /// 2 success, 4 temporary, 5 permanent.
    public let statusClass: Int
    /// What it is about: 1 addressing, 2 mailbox, 3 system, 4 network, 5 protocol, 6 content, 7 policy.
    public let subject: Int
    /// Which case of the subject.
    public let detail: Int

    /// The code at the start of a text, or nil if there is none.
    public init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8.drop { $0 == 0x20 || $0 == 0x09 })
        var end = 0
        while end < bytes.count, (0x30...0x39).contains(bytes[end]) || bytes[end] == 0x2E { end += 1 }
        // What follows must end the code: "5.1.1x" and "5.1.1.7" (an address, a version) are not codes.
        if end < bytes.count, Mailbox.isAlphanumeric(bytes[end]) || bytes[end] == 0x2D { return nil }
        let parts = bytes[..<end].split(separator: 0x2E, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].count == 1, parts[1...].allSatisfy({ (1...3).contains($0.count) }),
            let first = Self.number(parts[0]), [2, 4, 5].contains(first),
            let second = Self.number(parts[1]), let third = Self.number(parts[2])
        else { return nil }
        (statusClass, subject, detail) = (first, second, third)
    }

    /// The first code anywhere in a text, for servers that put it after other words.
    static func first(in text: String) -> EnhancedStatus? {
        let separators: Set<UInt8> = [0x20, 0x09, 0x0A, 0x0D, 0x28, 0x23, 0x3B, 0x3A, 0x2D, 0x5B, 0x3E, 0x22]
        for word in text.utf8.split(whereSeparator: { separators.contains($0) }) {
            let word = String(decoding: word.filter { $0 != 0x29 && $0 != 0x5D && $0 != 0x2C }, as: UTF8.self)
            if let status = EnhancedStatus(word) { return status }
        }
        return nil
    }

    /// `5.1.1`.
    public var description: String { "\(statusClass).\(subject).\(detail)" }

    /// What a rule should make of it; an unknown detail counts as its subject (RFC 3463 section 2).
    public var reasonCode: DeliveryOutcome.ReasonCode {
        switch (subject, detail) {
        case (_, _) where statusClass == 2: .none
        case (1, 1), (1, 2), (1, 3), (1, 6), (1, 10), (2, 1): .addressInvalid
        // 5.1.7 and 5.1.8 blame the sender's address: an operator's matter, not the recipient's.
        case (1, 7), (1, 8): .policy
        case (1, _): .addressInvalid
        case (2, 2): .mailboxFull
        case (7, _): .policy
        case (4, _): .connection
        default: .other
        }
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int? { Int(String(decoding: digits, as: UTF8.self)) }
}

/// Judges the reply of a server to MAIL, RCPT or DATA.
public enum RefusalReason {
    /// The reason behind a reply: its enhanced code first, then the plain code.
    public static func code(reply: Int, text: String) -> DeliveryOutcome.ReasonCode {
        if let status = EnhancedStatus(text), status.statusClass == reply / 100 {
            let code = status.reasonCode
            // X.0.0 says nothing; the plain code may still say more.
            if status.subject != 0 { return code }
        }
        switch reply {
        case 200..<400: return .none
        case 550 where mentionsPolicy(text): return .policy
        case 550, 551, 553: return .addressInvalid
        case 452, 552: return .mailboxFull
        case 421: return .connection
        case 530, 534, 535, 538, 554: return .policy
        default: return .other
        }
    }

    /// Servers without enhanced codes use 550 for "no such user" and for "we dislike you" alike.
    ///
    /// Taking the second for the first would send the notice down a weaker way for our own fault.
    private static func mentionsPolicy(_ text: String) -> Bool {
        let lower = text.lowercased()
        return ["spam", "policy", "blocked", "blacklist", "denied", "spf", "dkim", "dmarc", "reputation", "frequency"]
            .contains { lower.contains($0) }
    }
}
