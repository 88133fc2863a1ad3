import Notices
import People

extension ConsoleServices {
    /// As whom somebody who has signed in acts in the HR core; looked up anew for each page.
    ///
    /// Scopes of the account give the roles of a department; the scope `staff` adds what the roster says of the person behind
    /// it. Whoever has left is refused, whatever their account says (S-86).
    func signedInActor(_ call: Call) async throws -> Actor {
        let account = try call.person().account
        var roles: Set<Role> = []
        if account.scopes.contains(.hr) { roles.insert(.hr) }
        if account.scopes.contains(.administer) { roles.insert(.administrator) }
        guard let person = account.person else { return Actor(principal: call.principal, roles: roles) }
        let employed: Actor
        do { employed = try await people.access.actor(call.principal, person: person) } catch let error as PeopleError
            where error.code == .forbidden && !account.scopes.contains(.staff)
        {
            // Not on the roster: outside counsel, for example, acts by the account alone.
            return Actor(principal: call.principal, person: person, roles: roles)
        }
        if employed.state == .left, let reason = AccessPolicy.employmentRefusal(employed, .viewFile) {
            throw PeopleError(.forbidden, reason)
        }
        return Actor(
            principal: call.principal, person: person,
            roles: account.scopes.contains(.staff) ? roles.union(employed.roles) : roles,
            managedUnits: account.scopes.contains(.staff) ? employed.managedUnits : [], state: employed.state,
            freezeReason: employed.freezeReason)
    }

    /// What people are called, by id; whoever was erased keeps the id.
    func names(_ people: [PersonID]) async throws -> Names {
        Names(try await recipients.recipients(Array(Set(people))).mapValues(\.name))
    }
}

/// What people are called.
struct Names: Sendable {
    private let names: [PersonID: String]

    init(_ names: [PersonID: String]) { self.names = names }

    subscript(_ person: PersonID) -> String {
        guard let name = names[person], !name.isEmpty else { return person.rawValue }
        return name
    }

    subscript(_ person: PersonID?) -> String { person.map { self[$0] } ?? "—" }
}

extension Endpoint.Access {
    /// Whoever may see pages of the HR core at all; the desks decide what.
    static let peoplePages = Endpoint.Access.session([.hr, .staff])
}

/// A label and a value.
struct Fact: Sendable {
    let label: String
    let value: String
}

extension PageMaker {
    /// The address of the next page of a list, with what was asked for.
    static func next(_ path: String, _ query: [String: String], cursor: String?) -> String? {
        guard let cursor else { return nil }
        var parts = ["cursor=\(cursor)"]
        for (name, value) in query.sorted(by: { $0.key < $1.key }) where name != "cursor" && name != "lang" {
            // Only what is a plain name goes into the address.
            if !value.isEmpty, value.utf8.allSatisfy(\.isNameByte) { parts.append("\(name)=\(value)") }
        }
        return path + "?" + parts.joined(separator: "&")
    }
}

extension Call {
    /// A cursor of the query, or nil; whatever no page of ours gave is refused.
    func cursor(in query: [String: String]) throws(Problem) -> String? {
        try Page(["cursor": query["cursor"]].compactMapValues { $0 }).cursor
    }

    /// What was chosen from a list, nil when nothing was; a value that is not in it must not look like an answer about all.
    func choice<T: RawRepresentable & CaseIterable>(
        _ name: String, in query: [String: String], _ type: T.Type
    ) throws(Problem) -> T? where T.RawValue == String {
        let known = T.allCases.map(\.rawValue)
        return try choice(name, in: query, among: known).flatMap { T(rawValue: $0) }
    }

    /// The same among names that are data.
    func choice(_ name: String, in query: [String: String], among known: [String]) throws(Problem) -> String? {
        guard let text = query[name], !text.isEmpty else { return nil }
        guard known.contains(text) else {
            let shown = known.isEmpty ? "nothing you may choose" : known.prefix(20).joined(separator: ", ")
            throw .malformed("\(name) \"\(shortened(text))\" is not among \(shown); choose again, or nothing")
        }
        return text
    }

    /// What was typed into a field, nil when nothing was.
    func typed(_ name: String) -> String? {
        guard let text = form[name], !text.allSatisfy(\.isWhitespace) else { return nil }
        return text
    }
}
