import Evidence
import Notices

extension ClientDesk {
    /// Takes in what the CRM says of a client (S-31): idempotent by its number, each fact with its source and time.
    public func sync(_ update: ClientUpdate, by actor: Actor) async throws -> ClientSync {
        try AccessPolicy.require(.syncClients, actor)
        return try await save(update, owner: nil, as: .sync, by: actor) { _ in [] }
    }

    /// Puts a client on record whom a member of staff has won; they take charge of it (S-33, S-83).
    public func add(
        externalID: String?, fields: [String: String], contacts: [ContactUpdate], by actor: Actor
    ) async throws -> ClientSync {
        guard let person = actor.person else {
            throw PeopleError(.forbidden, "only a member of staff wins clients; a program sends them as another system")
        }
        try AccessPolicy.require(.addClient, actor, owner: person)
        let now = clock.now
        let number = externalID ?? "SD-\(SecureRandom.uuid(at: now))"
        let update = ClientUpdate(
            externalID: number, source: "staff:\(person)", changedAt: now, fields: fields, contacts: contacts)
        return try await save(update, owner: person, as: .edit, by: actor) { id in
            [
                try acts.act(
                    .clientAdded, by: actor, about: subjects(actor, [.client(id)]),
                    ["externalID": .string(number), "facts": .array(fields.keys.sorted().map { .string($0) })])
            ]
        }
    }

    private func save(
        _ update: ClientUpdate, owner: PersonID?, as kind: ClientOperation.Kind, by actor: Actor,
        acts: (ClientID) throws -> [Act]
    ) async throws -> ClientSync {
        let now = clock.now
        var checks = ClientChecks(now: now)
        checks.key("externalID", update.externalID)
        checks.key("source", update.source)
        checks.instant("changedAt", update.changedAt)
        for (name, value) in update.fields.sorted(by: { $0.key < $1.key }) {
            checks.factName(name)
            if name == "name" { checks.line("fields.name", value) } else { checks.text("fields.\(name)", value) }
        }
        if update.fields.count > 100 { checks.fault("fields", "has \(update.fields.count); at most 100 are kept") }
        var contacts: [CheckedContact] = []
        for (index, contact) in update.contacts.enumerated() {
            if let one = try await check(contact, update.source, "contacts[\(index)]", &checks) { contacts.append(one) }
        }
        var inCharge = owner
        if let number = update.ownerNumber {
            inCharge = try await store.employee(number: number)?.id
            if inCharge == nil {
                checks.fault("owner", "there is no employee \"\(number.prefix(60))\"; import the roster first")
            }
        }
        // Somebody else may put the same client on record meanwhile; then it is looked up again.
        for _ in 0..<5 {
            let known = try await store.client(externalID: update.externalID)
            if kind == .edit, known != nil {
                throw PeopleError(
                    .conflict,
                    "externalID: there is a client \"\(update.externalID.prefix(60))\" already; ask who is in charge")
            }
            if known == nil, update.fields["name"] == nil {
                checks.fault("fields.name", "is missing; a new client needs one")
            }
            try PeopleError.check(
                checks.faults, "the client was not saved: \(NoticeError.needCorrection(checks.faults.count))")
            let id = known?.id ?? ClientID(SecureRandom.uuid(at: now))
            let operation = ClientOperation(
                kind, id, by: actor, at: now,
                detail: "\(update.source): \(update.fields.keys.sorted().joined(separator: ", "))")
            if let outcome = try await store.sync(
                update, id: id, contacts: contacts, owner: inCharge, log: operation, acts: try acts(id))
            {
                return outcome
            }
        }
        throw PeopleError(.conflict, "client \"\(update.externalID)\" is being changed by others; send it again")
    }

    private func check(
        _ contact: ContactUpdate, _ source: String, _ place: String, _ checks: inout ClientChecks
    ) async throws -> CheckedContact? {
        checks.key("\(place).externalID", contact.externalID)
        checks.line("\(place).position", contact.position)
        let number = "\(source):\(contact.externalID)"
        let known = try await directory.person(externalID: number)?.id
        do {
            let person = try addresses.check(
                id: known, externalID: number, name: contact.name, language: contact.language,
                addresses: contact.addresses)
            return CheckedContact(person: person.withInbox, position: contact.position)
        } catch {
            for one in error.faults { checks.add(one.at("\(place).\(one.field)")) }
            return nil
        }
    }

    /// Takes in an order, a payment, a conversation or a follow-up from another system (S-32).
    ///
    /// - Returns: false when it, or something newer about the same thing, was known.
    public func record(_ event: ClientEventUpdate, by actor: Actor) async throws -> Bool {
        try AccessPolicy.require(.syncClients, actor)
        let client = try await check(event)
        return try await store.record(
            event, client: client.id,
            log: ClientOperation(
                .sync, client.id, by: actor, at: clock.now,
                detail: "\(event.source): \(event.content.kind.rawValue) \(event.externalID)"), acts: [])
    }

    /// Refuses an event that cannot be, or whose client is not on record (S-33).
    func check(_ event: ClientEventUpdate) async throws -> Client {
        var checks = ClientChecks(now: clock.now)
        checks.key("source", event.source)
        checks.key("externalID", event.externalID)
        checks.instant("changedAt", event.changedAt)
        switch event.content {
        case .order(_, _, let currency, let placedAt):
            checks.currency("currency", currency)
            checks.instant("placedAt", placedAt)
            if placedAt > event.changedAt {
                checks.fault(
                    "placedAt", "\(placedAt.rfc3339) is after changedAt; an order cannot change before it is placed")
            }
        case .payment(_, let currency, let paidAt, let source, let order):
            checks.currency("currency", currency)
            checks.instant("paidAt", paidAt)
            if (source == nil) != (order == nil) {
                checks.fault("order", "give both its source and its number, or neither")
            }
        case .conversation(let channel, let text, let happenedAt):
            checks.line("channel", channel, maximum: 40)
            checks.text("text", text)
            checks.instant("happenedAt", happenedAt)
        case .followUp(let text, _, _, let happenedAt):
            checks.text("text", text)
            checks.instant("happenedAt", happenedAt)
        }
        try PeopleError.check(checks.faults, "the \(event.content.kind.rawValue) was not recorded")
        guard let client = try await store.client(externalID: event.client) else {
            throw PeopleError(
                .notFound,
                "there is no client \"\(event.client.prefix(60))\"; put the client on record before anything about it")
        }
        if case .order = event.content,
            let known = try await store.order(source: event.source, externalID: event.externalID),
            known.client != client.id
        {
            throw PeopleError(
                .conflict,
                "order \"\(event.externalID.prefix(60))\" of \(event.source) belongs to another client; correct its number"
            )
        }
        return client
    }
}

extension Recipient {
    /// Whoever has no account still has an inbox, behind the link in the mail and the text message.
    fileprivate var withInbox: Recipient {
        guard !addresses.contains(where: { $0.channel == .inbox }) else { return self }
        return Recipient(
            id: id, externalID: externalID, name: name, language: language,
            addresses: addresses + [ServiceAddress(channel: .inbox, value: id.rawValue)])
    }
}
