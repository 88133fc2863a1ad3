import Evidence
import Notices

/// Clients: what is known of them, who is in charge, who looks (S-31 to S-47).
///
/// Every verb asks ``AccessPolicy`` first, and every look and every change enters the operation log, before anything is
/// shown or together with the change. Nothing here deletes a client.
public struct ClientDesk: Sendable {
    let store: any PeopleStores
    let acts: ActRecorder
    let sender: NoticeSender
    let directory: any RecipientStore
    let addresses: AddressDesk
    let clauses: any CoveringClauseReader
    let rules: RuleFile<ClientRules>
    let clock: any WallClock

    /// Makes a desk.
    public init(
        store: any PeopleStores, acts: ActRecorder, sender: NoticeSender, directory: any RecipientStore,
        addresses: AddressDesk, clauses: any CoveringClauseReader, rules: RuleFile<ClientRules>, clock: any WallClock
    ) {
        self.store = store
        self.acts = acts
        self.sender = sender
        self.directory = directory
        self.addresses = addresses
        self.clauses = clauses
        self.rules = rules
        self.clock = clock
    }

    /// The same desk, citing the clauses that somebody knows.
    public func citing(_ clauses: any CoveringClauseReader) -> ClientDesk {
        ClientDesk(
            store: store, acts: acts, sender: sender, directory: directory, addresses: addresses, clauses: clauses,
            rules: rules, clock: clock)
    }

    /// Whose clients the actor may see: their own with those they learn, their units', or everybody's (S-35).
    func scope(of actor: Actor) async throws -> ClientScope {
        switch try AccessPolicy.require(anyReach: .viewClients, actor) {
        case .all: return .all
        case .units:
            return ClientScope(units: actor.managedUnits, owners: try await visibleOwners(actor))
        case .own: return ClientScope(owners: try await visibleOwners(actor))
        }
    }

    private func visibleOwners(_ actor: Actor) async throws -> Set<PersonID> {
        guard let person = actor.person else { return [] }
        let learnt = try await store.shadows(for: person, on: CivilDate(inChina: clock.now))
        return Set(learnt.map(\.employee)).union([person])
    }

    /// Asks whether the actor may do something to a client; a refusal is on record before it is answered (S-37).
    func require(
        _ permission: Permission, _ actor: Actor, _ client: Client, as kind: ClientOperation.Kind
    ) async throws {
        do throws(PeopleError) {
            try AccessPolicy.require(permission, actor, owner: client.owner, unit: client.unit)
        } catch {
            try await store.log([
                ClientOperation(kind, client.id, by: actor, at: clock.now, isRefused: true, detail: error.reason)
            ])
            throw error
        }
    }

    /// The subjects of an act: the one who acts first, where it is a member of staff.
    func subjects(_ actor: Actor, _ others: [Subject]) -> [Subject] {
        let own = actor.person.map { Subject.employee($0) }
        return (own.map { [$0] } ?? []) + others.filter { $0 != own }
    }

    /// Refuses a reason that says nothing.
    func check(reason: String) throws(PeopleError) {
        var checks = ClientChecks(now: clock.now)
        checks.text("reason", reason, maximum: 500)
        try PeopleError.check(checks.faults, "a reason is kept with it")
    }
}
