import Evidence
import Notices

/// What a handover needs to know of one client: everything the successor has to take over.
struct ClientBrief: Sendable {
    let client: Client
    let contacts: [ClientContact]
    let orders: [ClientOrder]
    let receivables: [ClientOrder]
    let promises: [FollowUp]

    /// Everything about the clients somebody is in charge of, by client.
    static func all(of person: PersonID, from reader: any ClientReader) async throws -> [ClientBrief] {
        var briefs: [ClientBrief] = []
        var last: ClientID?
        while true {
            let page = try await reader.clients(ownedBy: person, after: last, limit: 500)
            guard let end = page.last else { return briefs }
            last = end.id
            let ids = page.map(\.id)
            let contacts = try await reader.contacts(of: ids)
            let orders = try await reader.openOrders(of: ids)
            let receivables = try await reader.receivables(of: ids)
            let promises = try await reader.openFollowUps(of: ids)
            briefs += page.map { client in
                ClientBrief(
                    client: client, contacts: contacts[client.id] ?? [], orders: orders[client.id] ?? [],
                    receivables: receivables[client.id] ?? [], promises: promises[client.id] ?? [])
            }
        }
    }

    /// The newest word on the follow-up, for the client list.
    var followUpState: String {
        guard let next = promises.first else { return "无未完成跟进" }
        return "未完成跟进\(promises.count)项：\(next.text.prefix(60))"
    }

    /// The content of the client's item (S-63).
    var content: JSONValue {
        .object([
            "title": .string(client.name), "client": .string(client.externalID),
            "contacts": .array(contacts.map(Self.contact)),
            "orders": .array(orders.map(Self.order)),
            "unfinishedService": .array(promises.map(Self.promise)),
        ])
    }

    /// The client's row on the client list (S-76).
    var listRow: JSONValue {
        .object([
            "ref": .string(client.externalID), "name": .string(client.name),
            "contact": .string(contacts.map { "\($0.name) \($0.addresses.first?.value ?? "")" }.joined(separator: "、")),
            "followUp": .string(followUpState),
        ])
    }

    private static func contact(_ contact: ClientContact) -> JSONValue {
        .object([
            "person": .string(contact.person.rawValue), "name": .string(contact.name),
            "position": .string(contact.position),
            "addresses": .array(contact.addresses.map { .string($0.value) }),
        ])
    }

    static func order(_ order: ClientOrder) -> JSONValue {
        .object([
            "ref": .string(order.externalID), "state": .string(order.state.rawValue),
            "amount": .string(order.amount.description), "currency": .string(order.currency),
            "placedAt": .string(order.placedAt.rfc3339),
        ])
    }

    private static func promise(_ promise: FollowUp) -> JSONValue {
        .object([
            "text": .string(promise.text), "dueOn": promise.dueOn.map { .string($0.description) } ?? .null,
        ])
    }
}
