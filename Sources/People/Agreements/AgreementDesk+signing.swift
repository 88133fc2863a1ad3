import Evidence
import Notices

extension AgreementDesk {
    /// The document of an agreement; that the person was shown it is recorded before it leaves.
    public func document(of id: AgreementID, by actor: Actor) async throws -> (Agreement, AgreementFile) {
        let agreement = try await find(id, .viewAgreements, actor)
        guard let file = try await store.file(of: id) else {
            throw PeopleError(.notFound, "the document of \(agreement.number) was erased")
        }
        if actor.person == agreement.person {
            try await store.record([try act(.agreementShown, agreement, by: actor)])
        }
        return (agreement, file)
    }

    /// Sends the person the code that signs this agreement and no other.
    public func askToSign(_ id: AgreementID, channel: ChannelKind, by actor: Actor) async throws -> Agreement {
        let agreement = try await find(id, .sign, actor)
        try requireOffer(agreement)
        let issuer = try await signing.issuer(agreement.issuer)
        try await signing.challenge(agreement.person, channel: channel, hash: agreement.documentHash, issuer: issuer)
        try await store.record([
            try act(.agreementCodeSent, agreement, by: actor, ["channel": .string(channel.rawValue)])
        ])
        return agreement
    }

    /// Signs an agreement: the person is identified by the code, says what they want, and names the bytes they read; the
    /// company seals the same bytes in the same transaction (S-92).
    ///
    /// Whoever was never shown the document signs nothing: its hash is on the notice as well, and proves no reading.
    ///
    /// - Parameters:
    ///   - documentHash: what the person read; another hash is refused, so that nobody signs what they did not see.
    ///   - intent: ``Agreement/intent``, said by the person.
    public func sign(
        _ id: AgreementID, code: String, documentHash: Digest, intent: String, by actor: Actor
    ) async throws -> Agreement {
        let agreement = try await find(id, .sign, actor)
        try requireOffer(agreement)
        var faults: [PeopleError.Fault] = []
        if documentHash != agreement.documentHash {
            faults.append(
                .init(
                    field: "documentHash",
                    message: "\(documentHash.hex.prefix(16))… is not the document of \(agreement.number); read it again"
                ))
        }
        if intent != agreement.intent {
            faults.append(.init(field: "intent", message: "must say \"\(agreement.intent)\""))
        }
        try PeopleError.check(faults, "nothing was signed")
        guard try await wasShown(agreement) else {
            throw PeopleError(
                .locked, "\(agreement.number) is not signed: its document was not opened yet; read it, and then sign")
        }
        guard let offer = try await store.file(of: id), SHA256.hash(offer.bytes) == agreement.documentHash else {
            throw PeopleError(
                .unavailable,
                "the stored document of \(agreement.number) is not the one that was offered; run `songda audit`")
        }
        let issuer = try await signing.issuer(agreement.issuer)
        // Sealed first: a code is spent once it is right, and a missing seal must not cost the person theirs.
        let sealed = try signing.seal(offer.bytes, issuer: issuer)
        let proof = try await signing.prove(
            agreement.person, code: code, intent: intent, hash: agreement.documentHash)
        let signed = agreement.signed(at: proof.at)
        var facts = proof.facts
        facts["sealHash"] = .string(SHA256.hash(sealed.signature).hex)
        facts["clauses"] = .array(agreement.clauses.map { .string($0) })
        let file = AgreementFile(
            values: offer.values, bytes: offer.bytes,
            seal: .init(
                signature: sealed.signature, certificatePEM: sealed.certificatePEM, sealedAt: sealed.sealedAt),
            signature: proof)
        guard
            try await store.sign(signed, file: file, acts: [try act(.agreementSigned, signed, by: actor, facts)])
        else {
            throw PeopleError(.conflict, "\(agreement.number) was signed or withdrawn a moment ago; look at it again")
        }
        return signed
    }

    /// Whether the person has opened the document; ``document(of:by:)`` records it.
    public func wasShown(_ agreement: Agreement) async throws -> Bool {
        try await store.acts(about: Subject(.agreement, agreement.id)).contains {
            $0.entry.event == .agreementShown && $0.subjects.contains(.employee(agreement.person))
        }
    }

    private func requireOffer(_ agreement: Agreement) throws(PeopleError) {
        guard agreement.state == .offered else {
            throw PeopleError(.conflict, "\(agreement.number) is \(agreement.state.rawValue); there is nothing to sign")
        }
    }
}

extension Agreement {
    /// The agreement as it is once signed.
    func signed(at moment: Timestamp) -> Agreement {
        Agreement(
            id: id, number: number, person: person, issuer: issuer, kind: kind, version: version,
            templateHash: templateHash, language: language, title: title, state: .signed, isMandatory: isMandatory,
            signBy: signBy, clauses: clauses, documentHash: documentHash, offeredAt: offeredAt, signedAt: moment)
    }
}
