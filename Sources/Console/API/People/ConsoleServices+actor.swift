import Notices
import People

extension ConsoleServices {
    /// As whom a call acts in the HR core; looked up anew each time, so that whoever has left is refused at once.
    func actor(_ call: Call) async throws -> Actor {
        guard let key = call.key else { throw Problem.unauthorized("this address needs a key") }
        let principal = call.principal
        if key.scopes.contains(.staff) {
            guard let person = key.person else {
                throw Problem.forbidden("the key has the scope staff but names no person; make another key")
            }
            let actor = try await people.access.actor(principal, person: person)
            // Whoever has left is refused at every address, before anything else is looked at (S-86).
            if actor.state == .left, let reason = AccessPolicy.employmentRefusal(actor, .viewFile) {
                throw PeopleError(.forbidden, reason)
            }
            return actor
        }
        var roles: Set<Role> = []
        if key.scopes.contains(.hr) { roles.insert(.hr) }
        if key.scopes.contains(.administer) { roles.insert(.administrator) }
        if key.scopes.contains(.integrate) { roles.insert(.integration) }
        return Actor(principal: principal, roles: roles)
    }
}

extension ConsoleServices {
    /// Whom a name means, by number or by id; what means nobody is left for the desk to refuse.
    func person(_ name: String) async throws -> PersonID {
        try await people.roster.people(named: [name])[name] ?? PersonID(name)
    }

    /// The same, where a name may be left out.
    func person(_ name: String?) async throws -> PersonID? {
        guard let name else { return nil }
        return try await person(name) as PersonID
    }

    /// Members of staff whom lines of an import name, by number or by id.
    func people(in names: some Sequence<PersonID>) async throws -> [PersonID: PersonID] {
        let known = try await people.roster.people(named: names.map(\.rawValue))
        return Dictionary(uniqueKeysWithValues: known.map { (PersonID(rawValue: $0.key), $0.value) })
    }
}

extension Endpoint.Access {
    /// Whoever may act in the HR core at all; the desk decides what.
    static let people = Endpoint.Access.key([.staff, .hr, .administer, .integrate])
}
