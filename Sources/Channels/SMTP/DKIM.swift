import Evidence

/// Signs messages for a domain, once with each key (RFC 6376, RFC 8463).
///
/// Give an RSA key and an Ed25519 key: many verifiers still know RSA alone. Signing is the last step over the
/// exact bytes. The signature's time is the message's own date, so a retry has the same bytes.
public struct DKIM: Sendable {
    /// One key and the selector under which its public half is published.
    public struct Key: Sendable {
        /// The label before `._domainkey.`.
        public let selector: String
        /// RSA with SHA-256, or Ed25519.
        public let signer: any Signer

        /// Names a key by its selector.
        public init(selector: String, signer: any Signer) {
            self.selector = selector
            self.signer = signer
        }
    }

    /// The domain that takes responsibility.
    public let domain: String
    private let keys: [(selector: String, algorithm: String, signer: any Signer)]

    /// Listed once more than they occur: nobody can add a second one without breaking the signature.
    private static let signedFields = [
        "from", "from", "subject", "subject", "to", "to", "date", "date", "message-id", "reply-to", "in-reply-to",
        "references", "mime-version", "content-type", "content-transfer-encoding", "content-language",
        "auto-submitted", "disposition-notification-to", "x-songda-notice",
    ]

    /// Signs for a domain with each of the keys.
    public init(domain: String, keys: [Key]) throws(MailError) {
        guard Mailbox.isDomain(Array(domain.utf8)[...]) else {
            throw MailError(
                .badSignature, field: "dkim domain", "\"\(FieldText.shortened(domain))\" is not a domain name")
        }
        self.domain = domain.lowercased()
        var checked: [(selector: String, algorithm: String, signer: any Signer)] = []
        for key in keys {
            guard Mailbox.isDomain(Array(key.selector.utf8)[...]) else {
                throw MailError(
                    .badSignature, field: "dkim selector",
                    "\"\(FieldText.shortened(key.selector))\" is not a selector; use letters, digits and hyphens")
            }
            switch key.signer.algorithm {
            case .rsaSHA256: checked.append((key.selector, "rsa-sha256", key.signer))
            case .ed25519: checked.append((key.selector, "ed25519-sha256", key.signer))
            default:
                throw MailError(
                    .badSignature, field: "dkim key",
                    "\(key.selector) is a \(key.signer.algorithm.rawValue) key; DKIM knows RSA and Ed25519 only")
            }
        }
        self.keys = checked
    }

    /// Whether its domain is a sender's domain or a parent of it, as DMARC's relaxed alignment asks.
    func covers(_ senderDomain: String) -> Bool {
        senderDomain == domain || senderDomain.hasSuffix("." + domain)
    }

    /// The message with one DKIM-Signature field in front for each key.
    public func signed(_ message: [UInt8], at time: Timestamp) throws -> [UInt8] {
        let parts = DKIMCanonical.split(message)
        let bodyHash = Base64.encode(SHA256.hash(DKIMCanonical.body(parts.body)).bytes)
        var result: [UInt8] = []
        for key in keys {
            let unsigned = field(for: key, time: time, bodyHash: bodyHash, fields: parts.fields)
            let input = DKIMCanonical.signingInput(
                fields: parts.fields, names: names(in: parts.fields), signature: unsigned)
            // RFC 8463 section 3: Ed25519 signs the SHA-256 of the input, not the input.
            let signature = try key.signer.sign(key.algorithm == "rsa-sha256" ? input : SHA256.hash(input).bytes)
            result += unsigned
            result += Self.folded(Base64.encode(signature))
            result += [0x0D, 0x0A]
        }
        return result + message
    }

    private func names(in fields: [DKIMCanonical.Field]) -> [String] {
        // Optional fields are listed only if present; From, Subject, To and Date twice whatever happens.
        let present = Set(fields.map(\.name))
        return Self.signedFields.filter { present.contains($0) || ["from", "subject", "to", "date"].contains($0) }
    }

    /// The field up to and including `b=`.
    private func field(
        for key: (selector: String, algorithm: String, signer: any Signer), time: Timestamp, bodyHash: String,
        fields: [DKIMCanonical.Field]
    ) -> [UInt8] {
        var lines = "DKIM-Signature: v=1; a=\(key.algorithm); c=relaxed/relaxed;\r\n d=\(domain); s=\(key.selector);"
        lines += "\r\n t=\(time.microseconds / 1_000_000);\r\n h="
        var column = 3
        for (index, name) in names(in: fields).enumerated() {
            let piece = index == 0 ? name : ":" + name
            if column + piece.utf8.count > 74 {
                lines += "\r\n "
                column = 1
            }
            lines += piece
            column += piece.utf8.count
        }
        return Array("\(lines);\r\n bh=\(bodyHash);\r\n b=".utf8)
    }

    private static func folded(_ text: String) -> [UInt8] {
        var result: [UInt8] = []
        for (index, byte) in text.utf8.enumerated() {
            if index > 0, index.isMultiple(of: 72) { result += [0x0D, 0x0A, 0x20] }
            result.append(byte)
        }
        return result
    }
}
