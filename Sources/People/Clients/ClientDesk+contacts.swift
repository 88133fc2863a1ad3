import Evidence
import Notices

/// A contact of a client that is to be told of something.
public struct ContactToTell: Sendable, Hashable {
    /// The client, as it is now.
    public let client: Client
    /// Who is told.
    public let contact: ClientContact
    /// Whether a notice of the newest change of hands was issued to them.
    public let isTold: Bool
}

/// A page of contacts to be told.
public struct ContactsToTell: Sendable, Hashable {
    /// Client by client.
    public let contacts: [ContactToTell]
    /// The client after which the next page begins; nil on the last.
    public let next: ClientID?
}

extension ClientDesk {
    /// The contacts of a page of the clients that somebody has or had, for those who move clients (S-46).
    ///
    /// - Parameter limit: how many clients, within what the rules allow at once; each look at one is on record.
    public func contacts(
        heldBy employee: PersonID, after: ClientID?, limit: Int, by actor: Actor
    ) async throws -> ContactsToTell {
        let found = try await clients(heldBy: employee, ever: true, after: after, limit: limit, by: actor)
        let clients = found.prefix(limit).map(\.client)
        let ids = clients.map(\.id)
        let (contacts, notices) = (try await store.contacts(of: ids), try await store.contactNotices(of: ids))
        var listed: [ContactToTell] = []
        for client in clients {
            let told = notices[client.id] ?? []
            let newest = told.map(\.position).max()
            for contact in contacts[client.id] ?? [] where !contact.name.isEmpty {
                listed.append(
                    ContactToTell(
                        client: client, contact: contact,
                        isTold: told.contains {
                            $0.person == contact.person && $0.position == newest && $0.notice != nil
                        }))
            }
        }
        return ContactsToTell(contacts: listed, next: found.count > limit ? ids.last : nil)
    }

    /// What the clients are called at which these people are contacts, as far as the actor may see them; each look is on
    /// record.
    public func clients(ofContacts people: [PersonID], by actor: Actor) async throws -> [PersonID: [Client]] {
        let scope = try await scope(of: actor)
        let found = try await store.clients(ofContacts: people).mapValues { $0.filter(scope.contains) }
        var seen: Set<ClientID> = []
        try await noteReading(found.values.flatMap(\.self).filter { seen.insert($0.id).inserted }, as: .list, actor)
        return found
    }
}
