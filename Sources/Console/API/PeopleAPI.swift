import Evidence
import Hummingbird
import Notices

/// People, their addresses, holds and erasure; issuing entities.
struct PeopleAPI: Sendable {
    let services: ConsoleServices

    var endpoints: [Endpoint] {
        let administer = Endpoint.Access.scope(.administer)
        let look = Endpoint.Access.key([.read, .administer])
        return [
            Endpoint(.post, Site.people, administer, answer: add),
            Endpoint(.get, Site.people, look, answer: list),
            Endpoint(.get, Site.person, look, answer: show),
            Endpoint(.put, Site.person, administer, answer: replace),
            Endpoint(.post, Site.challenge, administer, answer: challenge),
            Endpoint(.post, Site.confirmation, administer, answer: confirm),
            Endpoint(.post, Site.hold, administer, answer: hold),
            Endpoint(.post, Site.erasure, administer, answer: erase),
            Endpoint(.get, Site.issuers, look, answer: issuers),
            Endpoint(.get, Site.issuer, look, answer: issuer),
            Endpoint(.put, Site.issuer, administer, answer: saveIssuer),
        ]
    }

    // MARK: People

    private struct Particulars {
        let externalID: String?
        let name: String
        let language: String
        let addresses: [(ChannelKind, String)]

        init(body: JSONValue) throws(NoticeError) {
            var reader = ObjectReader(body: body)
            externalID = reader.optionalLine("externalID")
            let name = reader.line("name")
            let language = reader.line("language")
            addresses = reader.nestedList("addresses", maximum: 20) { address -> (ChannelKind, String)? in
                let channel = address.choice("channel", ChannelKind.self)
                let value = address.line("value", maximum: 400)
                guard let channel, let value else { return nil }
                return (channel, value)
            }
            try reader.finish()
            guard let name, let language else { throw reader.refusal }
            (self.name, self.language) = (name, language)
        }
    }

    private func add(_ call: Call) async throws -> Reply {
        let given = try Particulars(body: try call.json())
        let (person, isNew) = try await services.addresses.add(
            externalID: given.externalID, name: given.name, language: given.language, addresses: given.addresses,
            by: call.principal)
        return .json(person.json, status: isNew ? 201 : 200, headers: [("Location", Site.link(to: person.id))])
    }

    private func replace(_ call: Call) async throws -> Reply {
        let given = try Particulars(body: try call.json())
        let known = try await find(call)
        let person = try await services.addresses.save(
            id: known.id, externalID: given.externalID, name: given.name, language: given.language,
            addresses: given.addresses, by: call.principal)
        return .json(person.json)
    }

    private func list(_ call: Call) async throws -> Reply {
        let query = try call.query(["cursor", "limit", "externalID"])
        if let externalID = query["externalID"] {
            let found = try await services.recipients.person(externalID: externalID)
            return .json(.object(["items": .array([found].compactMap { $0?.json }), "next": .null]))
        }
        let page = try Page(query)
        let found = try await services.recipients.people(
            after: page.cursor.map { PersonID($0) }, limit: page.limit + 1)
        return page.reply(found, id: { $0.id.rawValue }, json: { $0.json })
    }

    private func show(_ call: Call) async throws -> Reply { .json(try await find(call).json) }

    private func find(_ call: Call) async throws -> Recipient {
        let id = PersonID(try call.parameter("person"))
        guard let person = try await services.recipients.recipients([id])[id] else {
            throw NoticeError(.notFound, "there is no person \"\(shortened(id.rawValue))\"")
        }
        return person
    }

    // MARK: Addresses

    private func channel(_ call: Call) throws -> ChannelKind {
        let name = try call.parameter("channel")
        guard let channel = ChannelKind(rawValue: name) else {
            let known = ChannelKind.allCases.map(\.rawValue).joined(separator: ", ")
            throw NoticeError(.notFound, "there is no channel \"\(shortened(name))\"; there are \(known)")
        }
        return channel
    }

    private func challenge(_ call: Call) async throws -> Reply {
        var reader = ObjectReader(body: try call.json())
        let issuer = reader.line("issuer")
        try reader.finish()
        guard let issuer else { throw reader.refusal }
        try await services.addresses.challenge(
            PersonID(try call.parameter("person")), channel: try channel(call), issuer: IssuerID(issuer))
        return .json(
            .object(["validForSeconds": .integer(OneTimeCodes.lifetime.components.seconds)]), status: 202)
    }

    private func confirm(_ call: Call) async throws -> Reply {
        var reader = ObjectReader(body: try call.json())
        let code = reader.converted("code", "a code of six digits") { $0.isOneTimeCode ? $0 : nil }
        let hash = reader.digest("agreementHash")
        let agreedAt = reader.instant("agreedAt")
        try reader.finish()
        guard let code, let hash, let agreedAt else { throw reader.refusal }
        let person = try await find(call)
        try await services.addresses.confirm(
            person.id, channel: try channel(call), code: code, agreementHash: hash, agreedAt: agreedAt,
            by: call.principal)
        return .json(try await find(call).json)
    }

    // MARK: Retention

    private func hold(_ call: Call) async throws -> Reply {
        var reader = ObjectReader(body: try call.json())
        let held = reader.bool("held")
        let reason = reader.text("reason", maximum: 2000)
        try reader.finish()
        guard let held, let reason else { throw reader.refusal }
        let person = try await find(call)
        try await services.retention.setHold(person.id, held: held, reason: reason, by: call.principal)
        return .json(.object(["person": .string(person.id.rawValue), "held": .bool(held)]))
    }

    private func erase(_ call: Call) async throws -> Reply {
        var reader = ObjectReader(body: try call.json())
        let basis = reader.text("basis", maximum: 2000)
        try reader.finish()
        guard let basis else { throw reader.refusal }
        let person = try await find(call)
        try await services.retention.erase(person.id, basis: basis, by: call.principal)
        return .json(.object(["person": .string(person.id.rawValue), "erased": true]))
    }

    // MARK: Issuing entities

    private func issuers(_ call: Call) async throws -> Reply {
        _ = try call.query([])
        return .json(.object(["items": .array(try await services.recipients.issuers().map(\.json))]))
    }

    private func issuer(_ call: Call) async throws -> Reply {
        let id = IssuerID(try call.parameter("issuer"))
        guard let issuer = try await services.recipients.issuer(id) else {
            throw NoticeError(.notFound, "there is no issuing entity \"\(shortened(id.rawValue))\"")
        }
        return .json(issuer.json)
    }

    private func saveIssuer(_ call: Call) async throws -> Reply {
        var reader = ObjectReader(body: try call.json())
        let fullName = reader.line("fullName")
        let code = reader.line("creditCode")
        let contact = reader.line("contact")
        let mailbox = reader.line("mailbox", maximum: 400)
        let signature = reader.line("smsSignature")
        var checked: UnifiedSocialCreditCode?
        if let code {
            do throws(NoticeError) { checked = try UnifiedSocialCreditCode(code) } catch {
                reader.fault("creditCode", error.reason)
            }
        }
        try reader.finish()
        guard let fullName, let checked, let contact, let mailbox, let signature else { throw reader.refusal }
        let id = IssuerID(try call.parameter("issuer"))
        // An entity that cannot seal must not be able to issue: its notices would be accepted and then set aside.
        let certificate: String
        do { certificate = try services.sealCertificate(id) } catch let error as EvidenceError {
            throw NoticeError(
                .conflict,
                "\"\(shortened(id.rawValue))\" cannot seal yet: \(error.reason); make a seal with songda keygen, or put "
                    + "the entity's own in its place, and save it again")
        }
        try await services.addresses.save(
            Issuer(
                id: id, fullName: fullName, creditCode: checked, contact: contact, mailbox: mailbox,
                smsSignature: signature, sealCertificatePEM: certificate), by: call.principal)
        return try await issuer(call)
    }
}

extension String {
    /// Whether it has the form of a code that was sent.
    var isOneTimeCode: Bool { utf8.count == 6 && utf8.allSatisfy { (0x30...0x39).contains($0) } }
}

extension Recipient {
    /// The person as the API shows them.
    var json: JSONValue {
        .object([
            "id": .string(id.rawValue), "externalID": externalID.map { .string($0) } ?? .null, "name": .string(name),
            "language": .string(language),
            "addresses": .array(
                addresses.map { address in
                    .object([
                        "channel": .string(address.channel.rawValue), "value": .string(address.value),
                        "confirmation": address.confirmation?.json ?? .null,
                    ])
                }),
        ])
    }
}

extension AddressConfirmation {
    /// What makes the address a designated one.
    var json: JSONValue {
        .object([
            "agreementHash": .string(agreementHash.hex), "agreedAt": .string(agreedAt.rfc3339),
            "provedBy": .string(provedBy), "provedAt": .string(provedAt.rfc3339),
        ])
    }
}

extension Issuer {
    /// The entity as the API shows it.
    var json: JSONValue {
        .object([
            "id": .string(id.rawValue), "fullName": .string(fullName), "creditCode": .string(creditCode.text),
            "contact": .string(contact), "mailbox": .string(mailbox), "smsSignature": .string(smsSignature),
            "sealCertificate": .string(sealCertificatePEM),
        ])
    }
}
