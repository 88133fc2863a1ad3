import Evidence
import Notices

extension ClientDesk {
    /// Changes facts about a client (S-36): only who may, and every old value is kept.
    public func edit(_ id: ClientID, _ edits: [FieldEdit], by actor: Actor) async throws {
        let client = try await store.require(id)
        try await require(.editClient, actor, client, as: .edit)
        var checks = ClientChecks(now: clock.now)
        if edits.isEmpty { checks.fault("fields", "is empty; name at least one fact") }
        for edit in edits {
            checks.factName(edit.name)
            if edit.name == "name" {
                checks.line("fields.name", edit.value)
            } else {
                checks.text("fields.\(edit.name)", edit.value)
            }
        }
        try PeopleError.check(checks.faults, "nothing was changed")
        let names = edits.map(\.name).sorted()
        let act = try acts.act(
            .clientEdited, by: actor, about: subjects(actor, [.client(id)]),
            [
                "facts": .array(
                    edits.sorted { $0.name < $1.name }.map {
                        ["name": .string($0.name), "value": .string(SHA256.hash(Array($0.value.utf8)).hex)]
                    }), "owner": client.owner.map { .string($0.rawValue) } ?? .null,
            ])
        try await store.edit(
            id, edits, ownedBy: client.owner, source: "staff:\(actor.person?.rawValue ?? actor.principal.id)",
            log: ClientOperation(.edit, id, by: actor, at: clock.now, detail: names.joined(separator: ", ")),
            acts: [act])
    }

    /// Logs what was done for a client, or promised (S-33); without the client's record it is refused.
    public func logFollowUp(
        _ id: ClientID, text: String, dueOn: CivilDate?, by actor: Actor
    ) async throws -> FollowUpID {
        let client = try await store.require(id)
        try await require(.logFollowUp, actor, client, as: .followUp)
        let now = clock.now
        let followUp = FollowUpID(SecureRandom.uuid(at: now))
        let event = ClientEventUpdate(
            client: client.externalID, source: "songda", externalID: followUp.rawValue, changedAt: now,
            content: .followUp(text: text, dueOn: dueOn, isDone: false, happenedAt: now))
        _ = try await check(event)
        let log = ClientOperation(.followUp, id, by: actor, at: now)
        guard try await store.record(event, client: id, log: log, acts: []) else {
            throw PeopleError(.conflict, "the follow-up was not logged; send it again")
        }
        return followUp
    }

    /// Marks a promise to a client as kept.
    public func finishFollowUp(_ id: FollowUpID, by actor: Actor) async throws {
        guard let followUp = try await store.followUp(id) else {
            throw PeopleError(.notFound, "there is no follow-up \"\(id.rawValue.prefix(60))\"")
        }
        let client = try await store.require(followUp.client)
        try await require(.finishWork, actor, client, as: .followUp)
        let log = ClientOperation(.followUp, client.id, by: actor, at: clock.now, detail: "done \(id)")
        guard try await store.finish(id, log: log, acts: []) else {
            throw PeopleError(.conflict, "the follow-up \(id) is done already")
        }
    }

    /// Starts an order for a client (S-83 closes this to whoever has resigned).
    public func startOrder(
        _ id: ClientID, number: String?, amount: Amount, currency: String, by actor: Actor
    ) async throws -> ClientOrder {
        let client = try await store.require(id)
        try await require(.startOrder, actor, client, as: .order)
        let now = clock.now
        return try await move(
            client, number ?? SecureRandom.uuid(at: now),
            .order(state: .placed, amount: amount, currency: currency, placedAt: now), by: actor)
    }

    /// Moves an order of our own on: shipped, completed, cancelled.
    public func moveOrder(_ number: String, to state: OrderState, by actor: Actor) async throws -> ClientOrder {
        guard let order = try await store.order(source: "songda", externalID: number) else {
            throw PeopleError(
                .notFound, "there is no order \"\(number.prefix(60))\" of our own; others are moved by their systems")
        }
        let client = try await store.require(order.client)
        try await require(.finishWork, actor, client, as: .order)
        guard order.state.isOpen, state != .placed, state != order.state else {
            throw PeopleError(
                .conflict, "order \(number) is \(order.state.rawValue); it cannot become \(state.rawValue)")
        }
        return try await move(
            client, number,
            .order(state: state, amount: order.amount, currency: order.currency, placedAt: order.placedAt),
            after: order.changedAt, by: actor)
    }

    private func move(
        _ client: Client, _ number: String, _ content: ClientEventUpdate.Content, after last: Timestamp? = nil,
        by actor: Actor
    ) async throws -> ClientOrder {
        let now = clock.now
        // Two steps within one tick of the clock still follow each other.
        let changedAt = last.map { max(now, $0.adding(.microseconds(1))) } ?? now
        let event = ClientEventUpdate(
            client: client.externalID, source: "songda", externalID: number, changedAt: changedAt, content: content)
        _ = try await check(event)
        let act = try acts.act(
            .clientOrderMoved, by: actor, about: subjects(actor, [.client(client.id)]),
            ["order": .string(number), "order-state": content.details])
        let log = ClientOperation(.order, client.id, by: actor, at: now, detail: number)
        guard try await store.record(event, client: client.id, log: log, acts: [act]),
            let order = try await store.order(source: "songda", externalID: number)
        else {
            throw PeopleError(.conflict, "order \(number) was moved by somebody else meanwhile; look again")
        }
        return order
    }
}
