/// Who a message is from and for: one recipient a transaction, so that each reply belongs to one person.
public struct MailEnvelope: Sendable, Hashable {
    /// The return path; empty for `<>`, which only reports may use.
    public var sender: String
    /// The one address this transaction is for.
    public var recipient: String
    /// Comes back in delivery reports as `Original-Envelope-Id`; at most 100 printable ASCII characters.
    public var envelopeID: String?
    /// Asks for reports on success, failure and delay (RFC 3461) where the server offers them.
    public var requestsDSN: Bool

    /// Describes an envelope.
    public init(sender: String, recipient: String, envelopeID: String? = nil, requestsDSN: Bool = false) {
        self.sender = sender
        self.recipient = recipient
        self.envelopeID = envelopeID
        self.requestsDSN = requestsDSN
    }
}
