import Evidence

extension EvidenceEvent {
    /// A person or their addresses were added or changed; the addresses are in it as keyed hashes.
    public static let addressesSaved = EvidenceEvent(rawValue: "AddressesSaved")
    /// An issuing entity was added or changed.
    public static let issuerSaved = EvidenceEvent(rawValue: "IssuerSaved")
}

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
    let normalise: @Sendable (ChannelKind, String) throws(AddressFault) -> String

    /// Makes a desk.
    ///
    /// - Parameter normalise: the channels' own checks of what an address looks like.
    public init(
        store: any RecipientStore, codes: OneTimeCodes, recorder: EvidenceRecorder, clock: any WallClock,
        normalise: @escaping @Sendable (ChannelKind, String) throws(AddressFault) -> String
    ) {
        self.store = store
        self.codes = codes
        self.recorder = recorder
        self.clock = clock
        self.normalise = normalise
    }

    /// Adds a person, or replaces what is on record of the one with this id.
    ///
    /// Addresses come without confirmations: those are earned. Who added and who took away which address is on record, by
    /// keyed hashes; where a confirmed one goes, an entry of its own says that its confirmation has ended.
    ///
    /// - Returns: the person as stored.
    public func save(
        id: PersonID?, externalID: String?, name: String, language: String, addresses: [(ChannelKind, String)],
        by principal: Principal
    ) async throws -> Recipient {
        let person = try check(
            id: id, externalID: externalID, name: name, language: language, addresses: addresses)
        return try await unhurried {
            let before = try await store.recipients([person.id])[person.id]
            return try await store(person, replacing: before, by: principal)
        }
    }

    /// Makes a change up again when somebody else was faster: what an entry says was there before was there.
    private func unhurried<T>(_ change: () async throws -> T?) async throws -> T {
        for _ in 0..<10 {
            if let done = try await change() { return done }
        }
        throw NoticeError(.conflict, "the person is being changed by others again and again; try again")
    }

    /// Nil if something else is on record by now.
    private func store(_ person: Recipient, replacing before: Recipient?, by principal: Principal) async throws
        -> Recipient?
    {
        let entries = try await entries(from: before, to: person, by: principal)
        guard try await store.save(person, replacing: before, evidence: entries) else { return nil }
        // Read back: confirmations of unchanged addresses were kept by the store.
        return try await store.recipients([person.id])[person.id] ?? person
    }

    /// Adds a person, or adds to what is on record of whoever has this external id.
    ///
    /// Nothing that is on record is lost by it: addresses that are not named stay, with their confirmations, and those that
    /// are named come last, which makes them the newest. Another name under the same external id is refused: it is either
    /// somebody else, to whom what is served then would be served wrongly, or a change that ``save(id:externalID:name:language:addresses:by:)``
    /// is asked to make.
    ///
    /// - Returns: the person as stored, and whether they are new.
    public func add(
        externalID: String?, name: String, language: String, addresses: [(ChannelKind, String)],
        by principal: Principal
    ) async throws -> (person: Recipient, isNew: Bool) {
        guard let externalID else {
            return (
                try await save(
                    id: nil, externalID: nil, name: name, language: language, addresses: addresses, by: principal), true
            )
        }
        return try await unhurried {
            let known = try await store.person(externalID: externalID)
            let given = try check(
                id: known?.id, externalID: externalID, name: name, language: language, addresses: addresses)
            guard let known else {
                do { return try await store(given, replacing: nil, by: principal).map { ($0, true) } } catch let error
                    as NoticeError where error.code == .conflict
                {
                    // Somebody else gave the same id to their new person a moment ago; the next look finds them.
                    return nil
                }
            }
            try Self.requireSame(given, known)
            let kept = known.addresses.filter { old in
                !given.addresses.contains { $0.channel == old.channel && $0.value == old.value }
            }
            let all = try check(
                id: known.id, externalID: externalID, name: name, language: language,
                addresses: (kept + given.addresses).map { ($0.channel, $0.value) })
            return try await store(all, replacing: known, by: principal).map { ($0, false) }
        }
    }

    /// Whoever adds to a person speaks of the one on record, in the language on record.
    private static func requireSame(_ given: Recipient, _ known: Recipient) throws {
        var faults: [NoticeError.Fault] = []
        if given.name != known.name {
            faults.append(.init(field: "name", message: "differs from the name on record of \(known.id)"))
        }
        if given.language != known.language {
            faults.append(.init(field: "language", message: "\(known.id) is written to in \(known.language)"))
        }
        guard !faults.isEmpty else { return }
        throw NoticeError(
            .conflict,
            "externalID \"\(known.externalID?.prefix(60) ?? "")\" is on record otherwise; correct it, or change the person "
                + "\(known.id) itself (PUT)", faults: faults)
    }

    /// What a change of a person is recorded as; nothing if nothing changes.
    private func entries(
        from before: Recipient?, to after: Recipient, by principal: Principal
    ) async throws -> [SignedEntry] {
        func isSame(_ a: ServiceAddress, _ b: ServiceAddress) -> Bool { a.channel == b.channel && a.value == b.value }
        let now = clock.now
        let old = before?.addresses ?? []
        let gone = old.filter { one in !after.addresses.contains { isSame($0, one) } }
        let new = after.addresses.filter { one in !old.contains { isSame($0, one) } }
        let isSameOrder = old.count == after.addresses.count && zip(old, after.addresses).allSatisfy(isSame)
        if let before, gone.isEmpty, new.isEmpty, isSameOrder, before.name == after.name,
            before.language == after.language, before.externalID == after.externalID
        {
            return []
        }
        var changed: [JSONValue] = []
        if let before {
            if before.name != after.name { changed.append("name") }
            if before.language != after.language { changed.append("language") }
            if before.externalID != after.externalID { changed.append("externalID") }
            if gone.isEmpty, new.isEmpty, !isSameOrder { changed.append("order of addresses") }
        }
        var entries = [
            try recorder.entry(
                .addressesSaved, person: after.id, at: now,
                [
                    "by": principal.facts, "isNew": .bool(before == nil), "changed": .array(changed),
                    "added": .array(try await hashed(new)), "removed": .array(try await hashed(gone)),
                ])
        ]
        for address in gone {
            guard let confirmation = address.confirmation else { continue }
            entries.append(
                try recorder.entry(
                    .addressRevoked, person: after.id, at: now,
                    [
                        "by": principal.facts, "channel": .string(address.channel.rawValue),
                        "addressHash": .string(try await store.keyedHash(of: address)),
                        "agreementHash": .string(confirmation.agreementHash.hex),
                        "provedAt": .string(confirmation.provedAt.rfc3339),
                        "reason": "the address was taken off record",
                    ]))
        }
        return entries
    }

    private func hashed(_ addresses: [ServiceAddress]) async throws -> [JSONValue] {
        var hashes: [JSONValue] = []
        for address in addresses {
            hashes.append(
                .object([
                    "channel": .string(address.channel.rawValue),
                    "hash": .string(try await store.keyedHash(of: address)),
                    "wasConfirmed": .bool(address.confirmation != nil),
                ]))
        }
        return hashes
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
                .invalid, "the person was not saved: \(NoticeError.needCorrection(faults.count))", faults: faults)
        }
        return Recipient(
            id: id ?? PersonID(SecureRandom.uuid(at: clock.now)), externalID: externalID, name: name,
            language: language, addresses: normal)
    }

    /// The normal form of an address, or the channel's sentence about what is wrong with it.
    public func normalForm(of value: String, on channel: ChannelKind) throws(AddressFault) -> String {
        try normalise(channel, value)
    }

    /// Adds or replaces an issuing entity; what it was before is in the entry.
    public func save(_ issuer: Issuer, by principal: Principal) async throws {
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
        if issuer.smsSignature.unicodeScalars.count > Issuer.longestSMSSignature {
            faults.append(
                .init(
                    field: "smsSignature",
                    message: "has \(issuer.smsSignature.unicodeScalars.count) characters; providers register at most "
                        + "\(Issuer.longestSMSSignature), so give the registered short name"))
        }
        let seal = try Certificate(pem: issuer.sealCertificatePEM, origin: "the seal of \(issuer.id)")
        if let fault = seal.fault(asSealOf: issuer.creditCode.text, named: issuer.fullName) {
            let isCode = seal.creditCode != issuer.creditCode.text
            faults.append(.init(field: isCode ? "creditCode" : "fullName", message: .said(fault)))
        }
        guard faults.isEmpty else {
            throw NoticeError(.invalid, "the issuing entity was not saved", faults: faults)
        }
        let before = try await store.issuer(issuer.id)
        guard before != issuer else { return }
        let entry = try recorder.entry(
            .issuerSaved, at: clock.now,
            ["by": principal.facts, "before": before?.facts ?? .null, "after": issuer.facts])
        try await store.save(issuer, evidence: [entry])
    }

    /// Sends a code to an address of a person, so that they can prove it is theirs.
    public func challenge(_ person: PersonID, channel: ChannelKind, issuer: IssuerID) async throws {
        let (recipient, address) = try await find(person, channel)
        guard let issuer = try await store.issuer(issuer) else {
            throw NoticeError(.notFound, "there is no issuing entity \"\(issuer.rawValue.prefix(60))\"")
        }
        _ = try await codes.send(
            to: address, of: recipient, purpose: .confirmAddress(channel),
            sender: Parcel.Sender(name: issuer.fullName, mailbox: issuer.mailbox, smsSignature: issuer.smsSignature))
    }

    /// Confirms an address with the code that was sent there and the signed agreement's hash.
    public func confirm(
        _ person: PersonID, channel: ChannelKind, code: String, agreementHash: Digest, agreedAt: Timestamp,
        by principal: Principal
    ) async throws {
        let now = clock.now
        guard agreedAt <= now.adding(.seconds(60)) else {
            throw NoticeError(.invalid, "agreedAt \(agreedAt.rfc3339) is in the future; correct it")
        }
        let proved = try await codes.check(code, person: person, purpose: .confirmAddress(channel))
        let confirmation = AddressConfirmation(
            agreementHash: agreementHash, agreedAt: agreedAt,
            provedBy: channel == .email ? "mail-code" : "one-time-code", provedAt: now)
        let entry = try recorder.entry(
            .addressConfirmed, person: person, at: now,
            [
                "channel": .string(channel.rawValue), "address": .string(proved.value),
                "agreementHash": .string(agreementHash.hex), "agreedAt": .string(agreedAt.rfc3339),
                "provedBy": .string(confirmation.provedBy), "by": principal.facts,
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

    /// Checked on scalars: a line break hides inside a grapheme.
    private static func lineFault(_ text: String, maximum: Int) -> Sentence? {
        if text.allSatisfy(\.isWhitespace) { return "it is empty" }
        if text.utf8.count > maximum { return "it has \(text.utf8.count) bytes, at most \(maximum) are kept" }
        if let bad = text.unicodeScalars.first(where: \.isUnprintable) {
            // Characters that reorder text make a name read differently from what is signed.
            let code = String(bad.value, radix: 16, uppercase: true)
            return "\(text.shortened) contains the invisible or control character U+\(code); remove it"
        }
        return nil
    }
}
