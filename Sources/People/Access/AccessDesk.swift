import Evidence
import Notices

/// Finds out as whom somebody acts, gives and takes roles, freezes and thaws.
public struct AccessDesk: Sendable {
    let store: any RosterStore
    let acts: ActRecorder
    let hooks: RosterHooks

    /// Makes a desk.
    public init(store: any RosterStore, acts: ActRecorder, hooks: RosterHooks) {
        self.store = store
        self.acts = acts
        self.hooks = hooks
    }

    /// The member of staff behind a principal, with the roles and the state of employment of this moment.
    ///
    /// Asked at every call and never remembered: whoever left a minute ago is refused now (S-86, S-88).
    public func actor(_ principal: Principal, person: PersonID) async throws -> Actor {
        guard let employee = try await store.employee(person) else {
            throw PeopleError(.forbidden, "\(person) is not on the roster; ask HR to add you")
        }
        let units = try await store.units()
        let managed = Self.unitsBelow(Set(units.filter { $0.manager == person }.map(\.id)), units)
        var roles = try await store.roles(of: person).union([.employee])
        if !managed.isEmpty { roles.insert(.manager) }
        return Actor(
            principal: principal, person: person, roles: roles, managedUnits: managed, state: employee.state,
            freezeReason: employee.freezeReason)
    }

    /// Gives a role to a person, or takes it.
    public func setRole(_ role: Role, of person: PersonID, granted: Bool, reason: String, by actor: Actor) async throws
    {
        try AccessPolicy.require(.manageRoles, actor)
        let employee = try await store.require(person)
        if let fault = Wording.reasonFault(reason, maximum: 500) {
            throw PeopleError(
                .invalid, "the role \(role.rawValue) was not changed", faults: [.init(field: "reason", message: fault)])
        }
        guard role != .employee, role != .manager, role != .integration else {
            throw PeopleError(
                .invalid, "role \(role.rawValue) follows from the roster and the units, or from a key; it is not given")
        }
        guard person != actor.person else {
            throw PeopleError(.forbidden, "nobody changes their own roles; ask another administrator")
        }
        let act = try acts.act(
            granted ? .roleGranted : .roleRevoked, by: actor, about: [.employee(employee.id)],
            [
                "role": .string(role.rawValue), "reason": .string(reason),
                "handover": try await hooks.handover.handoverProgress(of: employee.id).facts,
            ])
        try await store.setRole(role, of: person, granted: granted, acts: [act])
    }

    /// Freezes a person's access at once, or opens it again with a reason (S-73, S-87).
    ///
    /// - Parameter trigger: when that happened which led to it, so that the time to the closure can be told (S-88); nil
    ///   for this call.
    public func setFreeze(
        _ person: PersonID, frozen: Bool, reason: String, trigger: Timestamp? = nil, by actor: Actor
    ) async throws {
        let asked = acts.now
        try AccessPolicy.require(.freezeAccess, actor)
        let employee = try await store.require(person)
        if let fault = Wording.reasonFault(reason, maximum: 500) {
            throw PeopleError(
                .invalid, "the access of \(employee.number) was not changed",
                faults: [.init(field: "reason", message: fault)])
        }
        let progress = try await hooks.handover.handoverProgress(of: employee.id)
        let act = try acts.act(
            frozen ? .accessFrozen : .accessThawed, by: actor, about: [.employee(employee.id)],
            [
                "reason": .string(reason), "state": .string(employee.state.rawValue), "handover": progress.facts,
            ].merging(ActRecorder.span(from: trigger ?? asked, to: acts.now)) { first, _ in first })
        try await store.setFreeze(person, reason: frozen ? reason : nil, acts: [act])
    }

    /// These units and all below them.
    static func unitsBelow(_ tops: Set<UnitID>, _ units: [OrgUnit]) -> Set<UnitID> {
        var found = tops
        var frontier = tops
        while !frontier.isEmpty {
            frontier = Set(units.filter { $0.parent.map(frontier.contains) ?? false }.map(\.id)).subtracting(found)
            found.formUnion(frontier)
        }
        return found
    }
}
