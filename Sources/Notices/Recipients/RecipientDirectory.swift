import Evidence

/// Who a person is and which addresses they have confirmed.
///
/// The HR core answers it from its roster; a gateway without the HR core keeps its own list through
/// ``RecipientStore``.
public protocol RecipientDirectory: Sendable {
    /// The people with these ids; unknown ids are absent from the answer.
    func recipients(_ ids: [PersonID]) async throws -> [PersonID: Recipient]
    /// The issuing entity with this id.
    func issuer(_ id: IssuerID) async throws -> Issuer?
}

/// The gateway's own list of people and issuing entities.
public protocol RecipientStore: RecipientDirectory {
    /// Adds a person or replaces name, language and addresses; confirmations of unchanged addresses are kept.
    ///
    /// - Parameter before: what was on record when the change was made up; nil for somebody new.
    /// - Returns: false, with nothing written, if something else is on record by now.
    func save(_ person: Recipient, replacing before: Recipient?, evidence: [SignedEntry]) async throws -> Bool
    /// Adds an issuing entity or replaces it; the seal certificate of sealed notices stays with them.
    func save(_ issuer: Issuer, evidence: [SignedEntry]) async throws
    /// Marks an address as confirmed; false if the person has no such address.
    func confirm(
        _ person: PersonID, channel: ChannelKind, value: String, confirmation: AddressConfirmation,
        evidence: [SignedEntry]
    ) async throws -> Bool
    /// Names an address in entries without saying it: only who holds our key can find it again.
    func keyedHash(of address: ServiceAddress) async throws -> String
    /// All people, a page at a time, by id.
    func people(after: PersonID?, limit: Int) async throws -> [Recipient]
    /// The person the caller's own system knows by this id.
    func person(externalID: String) async throws -> Recipient?
    /// Those who are reached at an address, which is given in its channel's normal form.
    func people(at value: String, on channel: ChannelKind, limit: Int) async throws -> [Recipient]
    /// Those of this name, whatever the case of its letters and the spaces in it.
    func people(named name: String, limit: Int) async throws -> [Recipient]
    /// All issuing entities.
    func issuers() async throws -> [Issuer]
}
