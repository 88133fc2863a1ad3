import Evidence

/// Puts people, their addresses and issuing entities on record, and confirms addresses (送达地址确认).
///
/// An address becomes a designated one when two things are on record: the hash of the agreement that the person signed, and
/// a proof that the address is theirs (a code that was sent there and came back).
public struct AddressDesk: Sendable {
    let store: any RecipientStore
    let codes: OneTimeCodes
    let recorder: EvidenceRecorder
    let clock: any WallClock
    /// Checks an address of a channel and returns its normal form; throws a sentence.
    let normalise: @Sendable (ChannelKind, String) throws -> String

    /// Makes a desk.
    ///
    /// - Parameter normalise: the channels' own checks of what an address looks like.
    public init(
        store: any RecipientStore, codes: OneTimeCodes, recorder: EvidenceRecorder, clock: any WallClock,
        normalise: @escaping @Sendable (ChannelKind, String) throws -> String
    ) {
        self.store = store
        self.codes = codes
        self.recorder = recorder
        self.clock = clock
        self.normalise = normalise
    }

    /// Adds or replaces a person.
    ///
    /// Addresses come without confirmations: those are earned.
    ///
    /// - Returns: the person as stored.
    public func save(
        id: PersonID?, externalID: String?, name: String, language: String, addresses: [(ChannelKind, String)]
    ) async throws -> Recipient {
        let checked = try check(
            id: id, externalID: externalID, name: name, language: language, addresses: addresses)
        var known: PersonID?
        if id == nil, let externalID { known = try await store.person(externalID: externalID)?.id }
        let person = known.map { checked.named($0) } ?? checked
        try await store.save(person, evidence: [])
        // Read back: confirmations of unchanged addresses were kept by the store.
        return try await store.recipients([person.id])[person.id] ?? person
    }

    /// A person as they would be stored, every address in the normal form of its channel; refuses with every fault.
    ///
    /// Without an id a new one is made.
    public func check(
        id: PersonID?, externalID: String?, name: String, language: String, addresses: [(ChannelKind, String)]
    ) throws(NoticeError) -> Recipient {
        var faults: [NoticeError.Fault] = []
        if let fault = Self.lineFault(name, maximum: 200) { faults.append(.init(field: "name", message: fault)) }
        if NoticeLanguage(rawValue: language) == nil {
            faults.append(.init(field: "language", message: "\"\(language.prefix(20))\" is not one of zh-CN, en"))
        }
        if let externalID, let fault = Self.lineFault(externalID, maximum: 200) {
            faults.append(.init(field: "externalID", message: fault))
        }
        var normal: [ServiceAddress] = []
        for (index, address) in addresses.enumerated() {
            do {
                normal.append(
                    ServiceAddress(channel: address.0, value: try normalise(address.0, address.1)))
            } catch {
                faults.append(.init(field: "addresses[\(index)].value", message: "\(error)"))
            }
        }
        if addresses.count > 20 { faults.append(.init(field: "addresses", message: "at most 20 addresses are kept")) }
        guard faults.isEmpty else {
            throw NoticeError(
                .invalid, "the person was not saved: \(faults.count) place(s) need correction", faults: faults)
        }
        return Recipient(
            id: id ?? PersonID(SecureRandom.uuid(at: clock.now)), externalID: externalID, name: name,
            language: language, addresses: normal)
    }

    /// The normal form of an address, or the channel's sentence about what is wrong with it.
    public func normalForm(of value: String, on channel: ChannelKind) throws -> String { try normalise(channel, value) }

    /// Adds or replaces an issuing entity.
    public func save(_ issuer: Issuer) async throws {
        var faults: [NoticeError.Fault] = []
        for (field, value) in [
            ("id", issuer.id.rawValue), ("fullName", issuer.fullName), ("contact", issuer.contact),
            ("smsSignature", issuer.smsSignature),
        ] {
            if let fault = Self.lineFault(value, maximum: 200) { faults.append(.init(field: field, message: fault)) }
        }
        do { _ = try normalise(.email, issuer.mailbox) } catch {
            faults.append(.init(field: "mailbox", message: "\(error)"))
        }
        if issuer.smsSignature.contains("【") || issuer.smsSignature.contains("】") {
            faults.append(.init(field: "smsSignature", message: "leave out the brackets 【】; they are added"))
        }
        guard faults.isEmpty else {
            throw NoticeError(.invalid, "the issuing entity was not saved", faults: faults)
        }
        try await store.save(issuer, evidence: [])
    }

    /// Sends a code to an address of a person, so that they can prove it is theirs.
    public func challenge(_ person: PersonID, channel: ChannelKind, issuer: IssuerID) async throws {
        let (recipient, address) = try await find(person, channel)
        guard let issuer = try await store.issuer(issuer) else {
            throw NoticeError(.notFound, "there is no issuing entity \"\(issuer.rawValue.prefix(60))\"")
        }
        _ = try await codes.send(
            to: address, of: recipient, purpose: Self.purpose(channel),
            sender: Parcel.Sender(name: issuer.fullName, mailbox: issuer.mailbox, smsSignature: issuer.smsSignature))
    }

    /// Confirms an address with the code that was sent there and the signed agreement's hash.
    public func confirm(
        _ person: PersonID, channel: ChannelKind, code: String, agreementHash: Digest, agreedAt: Timestamp
    ) async throws {
        let now = clock.now
        guard agreedAt <= now.adding(.seconds(60)) else {
            throw NoticeError(.invalid, "agreedAt \(agreedAt.rfc3339) is in the future; correct it")
        }
        let proved = try await codes.check(code, person: person, purpose: Self.purpose(channel))
        let confirmation = AddressConfirmation(
            agreementHash: agreementHash, agreedAt: agreedAt,
            provedBy: channel == .email ? "mail-code" : "one-time-code", provedAt: now)
        let entry = try recorder.entry(
            .addressConfirmed, person: person, at: now,
            [
                "channel": .string(channel.rawValue), "address": .string(proved.value),
                "agreementHash": .string(agreementHash.hex), "agreedAt": .string(agreedAt.rfc3339),
                "provedBy": .string(confirmation.provedBy),
            ])
        let isKnown = try await store.confirm(
            person, channel: channel, value: proved.value, confirmation: confirmation, evidence: [entry])
        guard isKnown else {
            throw NoticeError(.conflict, "the address was changed after the code was sent; ask for a new code")
        }
    }

    private func find(_ person: PersonID, _ channel: ChannelKind) async throws -> (Recipient, ServiceAddress) {
        guard let recipient = try await store.recipients([person])[person] else {
            throw NoticeError(.notFound, "there is no person \"\(person.rawValue.prefix(60))\"")
        }
        guard let address = recipient.addresses.last(where: { $0.channel == channel }) else {
            throw NoticeError(.notFound, "\(person) has no address for \(channel.rawValue); add one first")
        }
        return (recipient, address)
    }

    private static func purpose(_ channel: ChannelKind) -> String { "confirm:\(channel.rawValue)" }

    /// Checked on scalars: a line break hides inside a grapheme.
    private static func lineFault(_ text: String, maximum: Int) -> String? {
        if text.allSatisfy(\.isWhitespace) { return "it is empty" }
        if text.utf8.count > maximum { return "it has \(text.utf8.count) bytes, at most \(maximum) are kept" }
        if text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) {
            return "\"\(text.prefix(20))\" contains a control character or line break; remove it"
        }
        return nil
    }
}
