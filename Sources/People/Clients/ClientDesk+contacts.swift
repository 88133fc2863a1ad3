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

extension ClientDesk {
    /// The most clients whose contacts are put together at once.
    public static let mostToTell = 500

    /// The contacts of every client that somebody has or had, for those who move clients; each look is on record (S-46).
    public func contacts(heldBy employee: PersonID, by actor: Actor) async throws -> [ContactToTell] {
        let person = try await store.require(employee)
        try AccessPolicy.require(.assignClients, actor, owner: nil, unit: person.unit)
        let held = try await store.clients(heldBy: employee, ever: true, after: nil, limit: Self.mostToTell + 1)
        guard held.count <= Self.mostToTell else {
            throw PeopleError(
                .invalid,
                "\(person.name) has or had more than \(Self.mostToTell) clients; send the batch as a file or by the API"
            )
        }
        try await noteReading(held.map(\.client), as: .list, actor)
        let contacts = try await store.contacts(of: held.map(\.client.id))
        var found: [ContactToTell] = []
        for client in held.map(\.client) {
            let told = try await store.contactNotices(of: client.id)
            let newest = told.map(\.position).max()
            for contact in contacts[client.id] ?? [] where !contact.name.isEmpty {
                found.append(
                    ContactToTell(
                        client: client, contact: contact,
                        isTold: told.contains {
                            $0.person == contact.person && $0.position == newest && $0.notice != nil
                        }))
            }
        }
        return found
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
