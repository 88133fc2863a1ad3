/// One message the sandbox took, exactly as it came.
public struct ReceivedMail: Sendable, Hashable {
    /// One accepted recipient of the envelope.
    public struct Recipient: Sendable, Hashable {
        /// The address of RCPT TO.
        public let address: String
        /// The NOTIFY values in upper case; nil when the sender said nothing.
        public let notify: Set<String>?
        /// The ORCPT parameter as sent, xtext and type included.
        public let originalRecipient: String?
    }

    /// The sandbox's queue id, named in its reply.
    public let id: String
    /// Seconds since 1970.
    public let receivedAt: Int64
    /// The name the client gave with EHLO.
    public let helo: String
    /// The address of MAIL FROM; empty for a null sender.
    public let sender: String
    /// The ENVID parameter as sent.
    public let envelopeID: String?
    /// The accepted recipients.
    public let recipients: [Recipient]
    /// The message after removal of dot-stuffing.
    public let bytes: [UInt8]

    /// The header section without its final empty line.
    public var headerBytes: [UInt8] {
        let end = Array("\r\n\r\n".utf8)
        guard let cut = bytes.indices.first(where: { bytes[$0...].starts(with: end) }) else { return bytes }
        return Array(bytes[..<cut])
    }

    /// The unfolded value of the first header field of this name.
    public func header(_ name: String) -> String? {
        let text = String(decoding: headerBytes, as: UTF8.self).replacing("\r\n ", with: " ")
            .replacing("\r\n\t", with: " ")
        for line in text.split(separator: "\r\n") {
            let halves = line.split(separator: ":", maxSplits: 1)
            if halves.count == 2, halves[0].lowercased() == name.lowercased() {
                return String(halves[1].drop { $0 == " " })
            }
        }
        return nil
    }
}
