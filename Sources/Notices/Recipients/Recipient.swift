import Evidence

/// The natural person to whom a notice is given (受送达人).
public struct Recipient: Sendable, Hashable {
    /// Names the person.
    public let id: PersonID
    /// The person's id in the caller's own system, unique where given.
    public let externalID: String?
    /// Name as on formal documents.
    public let name: String
    /// `zh-CN` or `en`.
    public let language: String
    /// Where service may be made.
    public let addresses: [ServiceAddress]

    /// Gathers what is known of a person.
    public init(id: PersonID, externalID: String?, name: String, language: String, addresses: [ServiceAddress]) {
        self.id = id
        self.externalID = externalID
        self.name = name
        self.language = language
        self.addresses = addresses
    }

    /// The address to use on a channel: a confirmed one first, then the newest.
    public func address(for channel: ChannelKind) -> ServiceAddress? {
        let usable = addresses.filter { $0.channel == channel }
        return usable.last { $0.confirmation != nil } ?? usable.last
    }
}

/// A phone, mailbox, inbox account or postal address of one person (送达地址).
public struct ServiceAddress: Sendable, Hashable, Codable {
    /// Which channel it belongs to.
    public let channel: ChannelKind
    /// The address itself; for the inbox, the person's id.
    public let value: String
    /// The signed confirmation behind it, if the person gave one that is still in force.
    public let confirmation: AddressConfirmation?

    /// Names an address.
    public init(channel: ChannelKind, value: String, confirmation: AddressConfirmation? = nil) {
        self.channel = channel
        self.value = value
        self.confirmation = confirmation
    }
}

/// What makes an address a designated one (送达地址确认书; 民法典 137, 电子签名法 11).
public struct AddressConfirmation: Sendable, Hashable, Codable {
    /// SHA-256 of the signed agreement.
    public let agreementHash: Digest
    /// When the person signed it.
    public let agreedAt: Timestamp
    /// How ownership was proved: `one-time-code` for a phone, `mail-link` for a mailbox, `account` for the inbox.
    public let provedBy: String
    /// When ownership was proved.
    public let provedAt: Timestamp

    /// Records a confirmation.
    public init(agreementHash: Digest, agreedAt: Timestamp, provedBy: String, provedAt: Timestamp) {
        self.agreementHash = agreementHash
        self.agreedAt = agreedAt
        self.provedBy = provedBy
        self.provedAt = provedAt
    }
}
