import Evidence
import Notices

extension HandoverDesk {
    /// Counts a notice that a contact of the client has acknowledged as the client's confirmation (S-68).
    public func confirm(
        _ itemID: HandoverItemID, of id: HandoverID, byClientOn number: String, by actor: Actor
    ) async throws -> HandoverItem {
        try await requireSight(of: try await require(id).handover, actor)
        guard let notice = try await notices.notice(number: number) else {
            throw PeopleError(.notFound, "there is no notice with the number \"\(number.prefix(60))\"")
        }
        return try await change(id) { record in
            var item = try item(itemID, in: record)
            guard !item.isClosed else { throw Self.closed(item) }
            guard let client = item.client else {
                throw PeopleError(.invalid, "a \(item.kind.rawValue) is about no client; name the client's own item")
            }
            guard let confirmation = try await answer(to: notice, from: client, item) else {
                throw PeopleError(
                    .locked,
                    "notice \(notice.number) is not acknowledged by a contact of \(item.title), or its kind "
                        + "\(notice.kind) does not ask clients; ask them to confirm it, or upload their letter")
            }
            return (try clientConfirmed(confirmation, &item, record.handover, by: actor), item)
        }
    }

    func clientConfirmed(
        _ confirmation: ItemConfirmation, _ item: inout HandoverItem, _ handover: HandoverCase, by actor: Actor
    ) throws -> HandoverChange {
        var change = HandoverChange(handover)
        change.acts = [
            try act(
                .handoverClientConfirmed, on: &item, of: handover, by: actor, confirmation.statement.object ?? [:])
        ]
        item.confirmations.append(confirmation)
        change.items = [item]
        change.confirmations = [(item.id, confirmation)]
        return change
    }

    /// The acknowledgement of a notice by one of the client's contacts; nil while there is none.
    private func answer(
        to notice: Notice, from client: ClientID, _ item: HandoverItem
    ) async throws -> ItemConfirmation? {
        guard rules.current.clientConfirmations.contains(notice.kind) else { return nil }
        let contacts = Set(try await store.contacts(of: [client])[client]?.map(\.person) ?? [])
        let answered = try await notices.deliveries(of: notice.id).first {
            $0.state == .acknowledged && contacts.contains($0.person)
        }
        guard let answered else { return nil }
        return ItemConfirmation(
            party: .client, by: answered.person.rawValue, at: answered.stateAt.at, contentHash: item.contentHash,
            statement: [
                "notice": .string(notice.number), "delivery": .string(answered.id.rawValue),
                "acknowledgedAt": .string(answered.stateAt.at.rfc3339), "contact": .string(answered.person.rawValue),
            ])
    }

    /// The acknowledgement of a letter that we sent on account of the item; nil while there is none.
    func messageAnswer(
        _ client: ClientID, _ item: HandoverItem, _ handover: HandoverCase
    ) async throws -> ItemConfirmation? {
        for message in try await store.messages(of: handover.id) where message.item == item.id {
            guard let id = message.notice, let notice = try await notices.notice(id) else { continue }
            if let found = try await answer(to: notice, from: client, item) { return found }
        }
        return nil
    }

    /// Asks the contacts of a client to confirm the handover online (客户交接确认函).
    public func askClient(_ itemID: HandoverItemID, of id: HandoverID, by actor: Actor) async throws -> Int {
        let seen = try await require(id)
        try await requireSight(of: seen.handover, actor)
        guard actor.person != seen.handover.person else {
            throw PeopleError(.forbidden, "the company asks its clients, not the leaver; ask the successor or HR")
        }
        guard let successor = seen.handover.successor, let taker = try await store.employee(successor),
            let person = try await directory.recipients([successor])[successor]
        else { throw PeopleError(.locked, "nobody takes over yet; name a successor before clients are asked") }
        guard let phone = person.address(for: .sms)?.value, let mailbox = person.address(for: .email)?.value else {
            throw PeopleError(.locked, "\(taker.name) has no telephone or mailbox that clients could be told; add both")
        }
        return try await change(id) { record in
            let item = try item(itemID, in: record)
            guard let client = item.client, !item.isClosed else { throw Self.closed(item) }
            let contacts = try await store.contacts(of: [client])[client] ?? []
            guard !contacts.isEmpty else {
                throw PeopleError(.locked, "\(item.title) has no contact on record; upload the client's letter instead")
            }
            var change = HandoverChange(record.handover)
            change.messages = contacts.map { contact in
                HandoverMessage(
                    id: "\(item.id)/client/\(contact.person)", handover: id, item: item.id,
                    kind: "client-handover-confirmation", person: contact.person,
                    fields: .object([
                        "newContact": .string(taker.name), "newPhone": .string(phone), "newEmail": .string(mailbox),
                        "effectiveDate": .string("\(today)"),
                        "matters": .array(item.openMatters.map { .string($0) }),
                    ]))
            }
            return (change, contacts.count)
        }
    }
}

extension HandoverItem {
    /// What is open with a client, one line each, as the client is asked to confirm it.
    var openMatters: [String] {
        let orders = (content["orders"]?.array ?? []).compactMap { order in
            order["ref"]?.string.map { "订单 \($0)，金额 \(order["amount"]?.string ?? "—")" }
        }
        let service = (content["unfinishedService"]?.array ?? []).compactMap {
            $0["text"]?.string.map { String($0.prefix(80)) }
        }
        let all = orders + service
        return all.isEmpty ? ["无未完结事项"] : Array(all.prefix(20))
    }
}
