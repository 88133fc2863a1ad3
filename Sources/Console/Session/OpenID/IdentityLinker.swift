import Evidence
import Notices
import People

/// Says who may enter an account through an identity provider, and takes it back.
public struct IdentityLinker: Sendable {
    private let store: any AccountStore
    private let acts: ActRecorder
    private let clock: any WallClock

    init(store: any AccountStore, acts: ActRecorder, clock: any WallClock) {
        self.store = store
        self.acts = acts
        self.clock = clock
    }

    /// Makes a linker.
    public init(store: any AccountStore, recorder: EvidenceRecorder, clock: any WallClock) {
        self.init(store: store, acts: ActRecorder(recorder: recorder, clock: clock), clock: clock)
    }

    /// The account that a login or an id names.
    public func account(_ name: String) async throws -> Account {
        if let found = try await store.account(login: name.lowercased()) { return found }
        if let found = try await store.account(AccountID(name)) { return found }
        throw PeopleError(.notFound, "there is no account \"\(name.prefix(60))\"; `songda accounts list` shows all")
    }

    /// Lets whoever the provider names so enter an account.
    ///
    /// Refuses an account that is shut or has a link to this provider, and an identity that opens another account.
    ///
    /// - Parameter claim: by which the provider itself named the person; nil when somebody says so.
    public func link(_ account: Account, to identity: ProviderIdentity, by actor: Actor, claim: String? = nil)
        async throws
    {
        var faults: [PeopleError.Fault] = []
        if let fault = OpenIDSettings.fault(issuer: identity.issuer) {
            faults.append(.init(field: "issuer", message: .said(fault)))
        }
        if let fault = ProviderIdentity.fault(subject: identity.subject) {
            faults.append(.init(field: "subject", message: fault))
        }
        try PeopleError.check(faults, "the account \(account.login) was not linked")
        guard account.disabledAt == nil else {
            throw PeopleError(.conflict, "the account \(account.login) is shut; nobody can enter it")
        }
        let act = try acts.act(
            .identityLinked, by: actor, about: [Subject(.account, account.id)],
            [
                "account": .string(account.id.rawValue), "issuer": .string(identity.issuer),
                "claim": claim.map { .string($0) } ?? .null,
            ])
        try await store.link(
            IdentityLink(account: account.id, identity: identity, linkedAt: clock.now), acts: [act])
    }

    /// Takes every link of an account away, and ends the sessions that began by one.
    public func unlink(_ account: Account, by actor: Actor) async throws {
        let links = try await store.links(of: account.id)
        guard !links.isEmpty else { throw PeopleError(.notFound, "the account \(account.login) has no link") }
        for link in links {
            let act = try acts.act(
                .identityUnlinked, by: actor, about: [Subject(.account, account.id)],
                ["account": .string(account.id.rawValue), "issuer": .string(link.identity.issuer)])
            try await store.unlink(link, acts: [act])
        }
    }
}
