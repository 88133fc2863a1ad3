import Evidence

/// The legal entity (用人单位) in whose name a notice is given; a group has many.
public struct Issuer: Sendable, Hashable {
    /// Names it in requests.
    public let id: IssuerID
    /// Full registered name.
    public let fullName: String
    /// 统一社会信用代码, checked by its check character.
    public let creditCode: UnifiedSocialCreditCode
    /// Who answers questions, with a number, as printed on notices.
    public let contact: String
    /// The From address of its mail.
    public let mailbox: String
    /// The approved SMS signature, without the brackets 【】.
    public let smsSignature: String
    /// PEM of the certificate its seal is verified with.
    public let sealCertificatePEM: String

    /// The most characters an SMS signature has: Alibaba Cloud registers 2 to 12, others a few more.
    static let longestSMSSignature = 20

    /// Gathers what is known of an issuing entity.
    public init(
        id: IssuerID, fullName: String, creditCode: UnifiedSocialCreditCode, contact: String, mailbox: String,
        smsSignature: String, sealCertificatePEM: String
    ) {
        self.id = id
        self.fullName = fullName
        self.creditCode = creditCode
        self.contact = contact
        self.mailbox = mailbox
        self.smsSignature = smsSignature
        self.sealCertificatePEM = sealCertificatePEM
    }
}

/// The 18-character code of an organisation (GB 32100-2015), held only when its check character is right.
public struct UnifiedSocialCreditCode: Sendable, Hashable, CustomStringConvertible {
    /// The code, upper case.
    public let text: String
    /// The code as text.
    public var description: String { text }

    /// The alphabet of GB 32100: digits and capitals without I, O, S, V, Z.
    private static let alphabet = Array("0123456789ABCDEFGHJKLMNPQRTUWXY".utf8)

    /// Checks and wraps a code; the error names the first thing that is wrong with it.
    public init(_ text: String) throws(NoticeError) {
        let bytes = Array(text.utf8)
        guard bytes.count == 18 else {
            throw NoticeError(
                .invalid, "credit code \"\(text.prefix(24))\" has \(bytes.count) characters; 18 are needed")
        }
        var values: [Int] = []
        for byte in bytes {
            guard let value = Self.alphabet.firstIndex(of: byte) else {
                let shown = Character(Unicode.Scalar(byte))
                throw NoticeError(
                    .invalid, "credit code \"\(text)\" has \"\(shown)\"; only 0–9 and A–Y without I, O, S, V occur")
            }
            values.append(value)
        }
        // GB 32100: weights are powers of three modulo 31.
        var weight = 1
        var sum = 0
        for value in values.dropLast() {
            sum += value * weight
            weight = weight * 3 % 31
        }
        let check = (31 - sum % 31) % 31
        guard values[17] == check else {
            let expected = Character(Unicode.Scalar(Self.alphabet[check]))
            throw NoticeError(
                .invalid,
                "credit code \"\(text)\" has a wrong check character: \"\(expected)\" fits the first 17; check for a typo"
            )
        }
        self.text = text
    }
}

extension Issuer {
    /// The entity as data, for entries.
    var facts: JSONValue {
        .object([
            "id": .string(id.rawValue), "fullName": .string(fullName), "creditCode": .string(creditCode.text),
            "contact": .string(contact), "mailbox": .string(mailbox), "smsSignature": .string(smsSignature),
            "sealCertificateHash": .string(SHA256.hash(Array(sealCertificatePEM.utf8)).hex),
        ])
    }
}
