import Evidence
import Notices

/// A client's page: everything about it but the time line, which has pages of its own.
public struct ClientFile: Sendable {
    /// The client.
    public let client: Client
    /// The facts, each with its source and last update.
    public let fields: [ClientField]
    /// The people there.
    public let contacts: [ClientContact]
    /// Orders that are not finished.
    public let openOrders: [ClientOrder]
    /// Orders on which money is owed.
    public let receivables: [ClientOrder]
    /// Promises that are not kept yet.
    public let openFollowUps: [FollowUp]
    /// Who was in charge, oldest first.
    public let assignments: [ClientAssignment]
    /// What was told to the contacts when it changed hands.
    public let notices: [ContactNotice]
    /// The signed clause by which the client belongs to the company (S-42); nil when the one in charge signed none.
    public let clause: CoveringClause?
}

extension ClientDesk {
    /// One client's page; the look is on record before it is shown.
    public func show(_ id: ClientID, by actor: Actor) async throws -> ClientFile {
        let client = try await visible(id, actor, as: .view)
        let contacts = try await store.contacts(of: [id])[id] ?? []
        let assignments = try await store.assignments(of: id)
        return ClientFile(
            client: client, fields: try await store.fields(of: id), contacts: contacts,
            openOrders: try await store.openOrders(of: [id])[id] ?? [],
            receivables: try await store.receivables(of: [id])[id] ?? [],
            openFollowUps: try await store.openFollowUps(of: [id])[id] ?? [], assignments: assignments,
            notices: try await store.contactNotices(of: [id])[id] ?? [], clause: try await clause(covering: assignments)
        )
    }

    /// The clause of whoever developed the client: the first in charge who signed one.
    private func clause(covering assignments: [ClientAssignment]) async throws -> CoveringClause? {
        let clauses = try await clauses.coveringClauses(of: assignments.map(\.employee))
        return assignments.compactMap { clauses[$0.employee] }.first
    }

    /// A page of a client's time line, the newest first; whoever takes over sees what was before them (S-40).
    public func timeline(
        of id: ClientID, before: ClientEvent.Cursor?, limit: Int, by actor: Actor
    ) async throws -> [ClientEvent] {
        _ = try await visible(id, actor, as: .view)
        return try await store.timeline(of: id, before: before, limit: limit)
    }

    /// The values that were replaced, the newest first.
    public func replacedFields(of id: ClientID, by actor: Actor) async throws -> [ReplacedField] {
        _ = try await visible(id, actor, as: .view)
        return try await store.replacedFields(of: id)
    }

    /// A page of the clients the actor may see, by id (S-35).
    ///
    /// Without the permission to export, no page is longer than the rules allow (S-34); one more than asked for may come
    /// back, which says that there is another page.
    public func list(after: ClientID?, limit: Int, by actor: Actor) async throws -> [Client] {
        let scope = try await scope(of: actor)
        return try await shown(as: .list, limit, actor) { try await store.clients(in: scope, after: after, limit: $0) }
    }

    /// The clients that fit a query among those the actor may see; no more than a page.
    public func search(_ query: ClientQuery, limit: Int, by actor: Actor) async throws -> [Client] {
        let scope = try await scope(of: actor)
        let query = try check(query)
        return try await shown(as: .search, limit, actor) {
            try await store.search(query, in: scope, limit: $0)
        }
    }

    private func check(_ query: ClientQuery) throws -> ClientQuery {
        var checks = ClientChecks(now: clock.now)
        switch query {
        case .name(let text):
            checks.line("name", text)
            if text.unicodeScalars.count > Self.longestSearch {
                checks.fault("name", "has more than \(Self.longestSearch) characters; a part of the name is enough")
            }
        case .externalID(let text): checks.key("externalID", text)
        case .address(let channel, let text):
            do {
                return .address(channel, try addresses.normalForm(of: text, on: channel))
            } catch { checks.fault(channel == .email ? "email" : "phone", "\(error)") }
        }
        try PeopleError.check(checks.faults, "the search cannot be run")
        return query
    }

    /// The longest part of a name by which clients are found.
    public static let longestSearch = 24

    /// The clients somebody has, and where asked had, without their help (S-41).
    public func clients(
        heldBy employee: PersonID, ever: Bool, after: ClientID?, limit: Int, by actor: Actor
    ) async throws -> [HeldClient] {
        let person = try await store.require(employee)
        try AccessPolicy.require(.viewClients, actor, owner: employee, unit: person.unit)
        // Whom they had and have no more belongs to others now.
        if ever { try AccessPolicy.require(.assignClients, actor, owner: nil, unit: person.unit) }
        let limit = try pageLimit(limit, actor)
        let found = try await store.clients(heldBy: employee, ever: ever, after: after, limit: limit + 1)
        try await noteReading(found.prefix(limit).map(\.client), as: .list, actor)
        return found
    }

    /// Every client the actor may export, handed over in portions; the whole is one act (S-34, S-38).
    ///
    /// - Returns: how many there were.
    @discardableResult
    public func export(
        reason: String, by actor: Actor, _ take: ([Client], [ClientID: [ClientField]]) async throws -> Void
    ) async throws -> Int {
        try AccessPolicy.require(.exportClients, actor)
        let scope = try await scope(of: actor)
        try check(reason: reason)
        try await store.record([
            try acts.act(.clientsExported, by: actor, about: subjects(actor, []), ["reason": .string(reason)])
        ])
        var after: ClientID?
        var count = 0
        while true {
            let page = try await store.clients(in: scope, after: after, limit: 200)
            guard let last = page.last else { return count }
            try await noteReading(page, as: .export, actor)
            var fields: [ClientID: [ClientField]] = [:]
            for client in page { fields[client.id] = try await store.fields(of: client.id) }
            try await take(page, fields)
            count += page.count
            after = last.id
        }
    }

    /// Operations on a client, or of an actor, the newest first (S-37); the log itself is read by few.
    public func operations(
        on client: ClientID?, of principal: String?, before: String?, limit: Int, by actor: Actor
    ) async throws -> [ClientOperation] {
        try AccessPolicy.require(.viewOperations, actor)
        return try await store.operations(on: client, by: principal, before: before, limit: limit)
    }

    // MARK: What every look does

    /// A client the actor may see; a refusal is on record.
    private func visible(_ id: ClientID, _ actor: Actor, as kind: ClientOperation.Kind) async throws -> Client {
        let scope = try await scope(of: actor)
        let client = try await store.require(id)
        guard scope.contains(client) else {
            try await store.log([
                ClientOperation(kind, id, by: actor, at: clock.now, isRefused: true, detail: "not among their clients")
            ])
            throw PeopleError(
                .forbidden, "client \(id) is not among those you may see; ask HR, or who is in charge of it")
        }
        try await noteReading([client], as: kind, actor)
        return client
    }

    private func shown(
        as kind: ClientOperation.Kind, _ limit: Int, _ actor: Actor, _ read: (Int) async throws -> [Client]
    ) async throws -> [Client] {
        let limit = try pageLimit(limit, actor)
        let found = try await read(limit + 1)
        try await noteReading(Array(found.prefix(limit)), as: kind, actor)
        return found
    }

    /// The longest page of clients that an actor is shown (S-34).
    public func longestPage(for actor: Actor) -> Int {
        AccessPolicy.reach(of: actor, for: .exportClients) == nil ? rules.current.pageLimit : 200
    }

    private func pageLimit(_ wanted: Int, _ actor: Actor) throws -> Int {
        let most = longestPage(for: actor)
        guard (1...most).contains(wanted) else {
            throw PeopleError(
                .invalid, "limit \(wanted) is not from 1 to \(most)",
                faults: [.init(field: "limit", message: "ask for 1 to \(most) at once, and for the next page after it")]
            )
        }
        return wanted
    }

    func noteReading(_ clients: [Client], as kind: ClientOperation.Kind, _ actor: Actor) async throws {
        try await noteReading(clients.map(\.id), as: kind, actor)
    }

    /// Puts on record which clients were shown, and looks whether they were very many (S-37, S-38).
    func noteReading(
        _ clients: [ClientID], as kind: ClientOperation.Kind, _ actor: Actor, detail: String? = nil
    ) async throws {
        guard !clients.isEmpty else { return }
        let now = clock.now
        try await store.log(clients.map { ClientOperation(kind, $0, by: actor, at: now, detail: detail) })
        try await watchBulk(actor.principal.id, actor.person, now: now)
    }
}
