/// A reply of an authority, read but not yet believed (RFC 3161, 2.4.2).
struct TimestampReply {
    let status: Int
    let statusText: String
    /// The names of the failInfo bits that are set.
    let failures: [String]
    let tokenDER: [UInt8]?

    /// Replies are some kilobytes with a chain of certificates; more is not a reply.
    static let limit = 1 << 18

    init(_ der: [UInt8]) throws(EvidenceError) {
        do throws(EvidenceError) {
            var outer = try DERReader(der, name: "the timestamp reply", limit: TimestampReply.limit)
            var reply = try outer.next(0x30).reader()
            try outer.finish()
            var information = try reply.next(0x30).reader()
            status = try information.next(0x02).smallNatural()
            let words = try information.optional(0x30)
            if let words { statusText = try TimestampReply.text(words) } else { statusText = "" }
            failures = try information.optional(0x03).map(TimestampReply.names) ?? []
            try information.finish()
            tokenDER = try reply.optional(0x30)?.encoded
            try reply.finish()
        } catch {
            throw EvidenceError(.timestampNotAReply, error.reason, detail: error.detail)
        }
    }

    /// The token of a granted reply; a refusal is an error with the authority's own words.
    func grantedToken(by authority: String) throws(EvidenceError) -> [UInt8] {
        guard status <= 1 else {
            let words = ([statusText] + failures).filter { !$0.isEmpty }.joined(separator: ", ")
            throw EvidenceError(
                .timestampRefused,
                "\(authority) refused to stamp: \(TimestampReply.meaning(of: status))\(words.isEmpty ? "" : " (\(words))")"
            )
        }
        guard let tokenDER else {
            throw EvidenceError(.timestampNotAReply, "\(authority) says it granted a token but sent none")
        }
        return tokenDER
    }

    private static func meaning(of status: Int) -> String {
        switch status {
        case 2: "rejected"
        case 3: "waiting"
        case 4: "its certificate is about to be revoked"
        case 5: "its certificate has been revoked"
        default: "status \(status)"
        }
    }

    private static func text(_ value: DERValue) throws(EvidenceError) -> String {
        var lines = try value.reader()
        let words = try lines.rest().compactMap(\.text).joined(separator: " ")
        // A stranger's words end up in logs and on pages: one line, no control characters, not endless.
        let safe = words.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7F }.prefix(200)
        return String(String.UnicodeScalarView(safe))
    }

    private static func names(_ value: DERValue) -> [String] {
        let known = [
            0: "badAlg", 2: "badRequest", 5: "badDataFormat", 14: "timeNotAvailable", 15: "unacceptedPolicy",
            16: "unacceptedExtension", 17: "addInfoNotAvailable", 25: "systemFailure",
        ]
        let bytes = value.content.dropFirst()
        return (0..<min(bytes.count * 8, 64)).compactMap { bit in
            let byte = bytes[bytes.startIndex + bit / 8]
            guard byte & (0x80 >> UInt8(bit % 8)) != 0 else { return nil }
            return known[bit] ?? "failure bit \(bit)"
        }
    }
}
