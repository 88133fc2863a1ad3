import Evidence
import Notices

/// What the other folders need to know of clients; whoever calls it has asked ``AccessPolicy`` before.
public protocol ClientReader: Sendable {
    /// The clients with these ids; unknown ones are absent.
    func clients(_ ids: [ClientID]) async throws -> [ClientID: Client]
    /// The client with this number in the company's books.
    func client(externalID: String) async throws -> Client?
    /// The clients somebody is in charge of now, by id, a page at a time.
    func clients(ownedBy employee: PersonID, after: ClientID?, limit: Int) async throws -> [Client]
    /// The contacts of clients, in the order they came on record.
    func contacts(of clients: [ClientID]) async throws -> [ClientID: [ClientContact]]
    /// The clients at which people are contacts; who is nobody's contact is absent.
    func clients(ofContacts people: [PersonID]) async throws -> [PersonID: [Client]]
    /// The unfinished orders of clients, oldest first.
    func openOrders(of clients: [ClientID]) async throws -> [ClientID: [ClientOrder]]
    /// Every order of clients, oldest first.
    func orders(of clients: [ClientID]) async throws -> [ClientID: [ClientOrder]]
    /// The orders of clients on which money is still owed, oldest first.
    func receivables(of clients: [ClientID]) async throws -> [ClientID: [ClientOrder]]
    /// The promises to clients that nobody has kept yet, the most urgent first (unfinished service).
    func openFollowUps(of clients: [ClientID]) async throws -> [ClientID: [FollowUp]]
    /// Who was in charge of a client, oldest first.
    func assignments(of client: ClientID) async throws -> [ClientAssignment]
    /// The shadow assignments in which somebody learns the clients of others on a day.
    func shadows(for successor: PersonID, on day: CivilDate) async throws -> [ShadowAssignment]
}

extension ClientReader {
    /// One client.
    public func client(_ id: ClientID) async throws -> Client? { try await clients([id])[id] }

    /// One client, or a refusal that names the id.
    public func require(_ id: ClientID) async throws -> Client {
        guard let found = try await client(id) else {
            throw PeopleError(
                .notFound, "there is no client \"\(id.rawValue.prefix(60))\"; put it on record before anything about it"
            )
        }
        return found
    }
}
