import Evidence
import Notices
import People

/// Makes accounts of the console.
///
/// Whoever approves, reads evidence or gives rights gets an authenticator; the secret and the recovery codes are told once.
public struct AccountMaker: Sendable {
    private let store: any AccountStore
    private let acts: ActRecorder
    private let clock: any WallClock

    /// What is told once and kept nowhere.
    public struct Told: Sendable {
        /// The account.
        public let account: Account
        /// What an authenticator app takes; nil for an account without a second factor.
        public let authenticatorURI: String?
        /// Ten codes, each good once in place of the authenticator.
        public let recoveryCodes: [String]
    }

    /// Makes a maker.
    public init(store: any AccountStore, recorder: EvidenceRecorder, clock: any WallClock) {
        self.store = store
        acts = ActRecorder(recorder: recorder, clock: clock)
        self.clock = clock
    }

    /// Adds an account; refuses a weak password, a login that is no name, and scopes that ask for a person without one.
    public func add(
        login: String, name: String, password: String, scopes: Set<APIKey.Scope>, person: PersonID?, by actor: Actor
    ) async throws -> Told {
        var faults: [PeopleError.Fault] = []
        let login = login.lowercased()
        if !(2...60).contains(login.utf8.count) || !login.utf8.allSatisfy({ $0.isNameByte || $0 == 0x40 }) {
            faults.append(
                .init(field: "login", message: "\"\(login.prefix(20))\" is not 2 to 60 of a–z, 0–9, . - _ and @"))
        }
        if name.isEmpty || name.utf8.count > 200 || name.unicodeScalars.contains(where: { $0.value < 0x20 }) {
            faults.append(.init(field: "name", message: "it is not one line of 1 to 200 bytes"))
        }
        if let fault = Password.fault(password, login: login) {
            faults.append(.init(field: "password", message: fault))
        }
        if person == nil, scopes.contains(where: \.actsForPerson) {
            faults.append(.init(field: "person", message: "the scopes inbox and staff ask for a person on record"))
        }
        try PeopleError.check(faults, "the account was not made")
        let secret = Account.needsSecondFactor(scopes) ? OneTimePassword.secret() : nil
        let codes = secret == nil ? [] : (0..<10).map { _ in Hex.encode(SecureRandom.bytes(5)) }
        let account = Account(
            id: AccountID("u-" + Hex.encode(SecureRandom.bytes(6))), login: login, name: name, person: person,
            scopes: scopes, passwordHash: try Password.hash(password), authenticator: secret)
        let act = try acts.act(
            .accountAdded, by: actor, about: [Subject(.account, account.id)],
            [
                "account": .string(account.id.rawValue),
                "scopes": .array(scopes.map(\.rawValue).sorted().map { .string($0) }),
                "person": person.map { .string($0.rawValue) } ?? .null,
            ])
        try await store.add(account, recovery: codes.map { SHA256.hash(Array($0.utf8)) }, acts: [act])
        return Told(
            account: account, authenticatorURI: secret.map { OneTimePassword.uri($0, login: login) },
            recoveryCodes: codes)
    }
}
