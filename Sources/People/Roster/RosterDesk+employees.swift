import Evidence
import Notices

extension RosterDesk {
    /// Puts a member of staff on record, or brings what is on record up to date (S-131).
    ///
    /// The number decides which: sent again it changes nothing, so a caller that lost the answer repeats the request. The
    /// state of an employment that is on record is moved with its day and reason, not here.
    @discardableResult
    public func upsert(_ draft: EmployeeDraft, by actor: Actor) async throws -> RosterOutcome {
        try AccessPolicy.require(.importRoster, actor)
        return try await enter(draft, by: actor, mayAdd: true)
    }

    /// Puts a new member of staff on record; refuses a number that is taken.
    public func add(_ draft: EmployeeDraft, by actor: Actor) async throws -> Employee {
        try AccessPolicy.require(.editRoster, actor)
        guard try await store.employee(number: draft.number) == nil else {
            throw PeopleError(
                .conflict, "number \"\(draft.number.prefix(60))\" is on the roster already; change it, or use another")
        }
        return try await enter(draft, by: actor, mayAdd: true).employee
    }

    /// Changes what the roster says of a member of staff: name, terms, addresses; unit and position by a transfer.
    public func change(_ name: String, to draft: EmployeeDraft, by actor: Actor) async throws -> Employee {
        try AccessPolicy.require(.editRoster, actor)
        let known = try await find(name)
        guard known.number == draft.number else {
            throw PeopleError(
                .invalid, "the number stays with the person; add another employee instead",
                faults: [.init(field: "number", message: "is \(known.number) on the roster")])
        }
        return try await enter(draft, by: actor, mayAdd: false).employee
    }

    private func enter(_ draft: EmployeeDraft, by actor: Actor, mayAdd: Bool) async throws -> RosterOutcome {
        let planner = try await RosterPlanner(desk: self, drafts: [draft])
        let planned: RosterPlan
        switch planner.plan(draft) {
        case .success(let plan): planned = plan
        case .failure(let error): throw error
        }
        guard case .entry(let entry) = planned else {
            return RosterOutcome(employee: planned.employee, kind: .unchanged)
        }
        let kind: RosterOutcome.Kind = entry.isNew ? .added : .changed
        try await store.enter(
            [entry], importing: nil,
            acts: [
                try acts.act(
                    entry.isNew ? .employeeAdded : .employeeChanged, by: actor,
                    about: [.employee(entry.employee.id), .unit(entry.employee.unit)], entry.facts)
            ])
        return RosterOutcome(employee: entry.employee, kind: kind)
    }

    /// Refuses while a mandatory agreement is not signed (S-91).
    func requireSigned(_ employee: Employee) async throws {
        let missing = try await hooks.gate.missingAgreements(of: employee)
        guard missing.isEmpty else {
            throw PeopleError(
                .locked,
                "\(employee.number) cannot become active: not signed are \(missing.joined(separator: ", ")); have them signed"
            )
        }
    }
}

/// What became of a draft.
public struct RosterOutcome: Sendable, Hashable {
    /// What was done.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// A new member of staff is on record.
        case added
        /// What was on record was changed.
        case changed
        /// The roster says so already.
        case unchanged
    }

    /// The member of staff as on record now.
    public let employee: Employee
    /// What was done.
    public let kind: Kind
}
