import Evidence
import Notices

/// What the other folders need to know of the roster.
public protocol RosterReader: Sendable {
    /// The members of staff with these ids; unknown and erased ones are absent.
    func employees(_ ids: [PersonID]) async throws -> [PersonID: Employee]
    /// The member of staff with this number.
    func employee(number: String) async throws -> Employee?
    /// The members of staff with these numbers; unknown ones are absent.
    func employees(numbers: [String]) async throws -> [String: Employee]
    /// The people whom the gateway knows by these external ids.
    func people(externalIDs: [String]) async throws -> [String: Recipient]
    /// Those who have not left though their last day lies before a day, the earliest first.
    func employees(lastDayBefore day: CivilDate, limit: Int) async throws -> [Employee]
    /// Those who are suspended, or whose last day or term lies before a day, and who have not left.
    func employees(inLimboOn day: CivilDate, limit: Int) async throws -> [Employee]
    /// Members of staff by number, a page at a time; of these units and in these states where given.
    func employees(
        in units: Set<UnitID>?, states: Set<EmploymentState>?, after number: String?, limit: Int
    ) async throws -> [Employee]
    /// All units.
    func units() async throws -> [OrgUnit]
    /// The roles given to a person.
    func roles(of person: PersonID) async throws -> Set<Role>
    /// Who holds a role.
    func holders(of role: Role) async throws -> [PersonID]
    /// The steps of an employment, oldest first.
    func steps(of person: PersonID) async throws -> [EmploymentStep]
}

extension RosterReader {
    /// One member of staff.
    public func employee(_ id: PersonID) async throws -> Employee? { try await employees([id])[id] }

    /// One member of staff, or a refusal that names the id.
    public func require(_ id: PersonID) async throws -> Employee {
        guard let found = try await employee(id) else {
            throw PeopleError(.notFound, "there is no employee \"\(id.rawValue.prefix(60))\"; look it up by number")
        }
        return found
    }
}

/// The roster as it is written; each verb is one transaction of state and acts.
public protocol RosterStore: RosterReader, RosterImportStore, EmployeeFileStore, ActStore {
    /// Adds a unit or replaces it; refuses a cycle.
    func save(_ unit: OrgUnit, acts: [Act]) async throws
    /// Adds a member of staff with their first step; the person must be on record in the gateway.
    func add(_ employee: Employee, step: EmploymentStep, acts: [Act]) async throws
    /// Adds and changes members of staff, with their people and addresses, all of them or none.
    ///
    /// A conflict names the number where somebody else was faster.
    func enter(_ entries: [RosterEntry], importing: ImportID?, acts: [Act]) async throws
    /// Moves an employment on if it still stands where the caller saw it; false if somebody else moved it first.
    func move(_ step: EmploymentStep, from state: EmploymentState, acts: [Act]) async throws -> Bool
    /// Moves an employment on if state, day, unit and position are still those the caller saw.
    func move(_ step: EmploymentStep, from seen: Employee, acts: [Act]) async throws -> Bool
    /// Freezes access, or opens it with nil.
    func setFreeze(_ person: PersonID, reason: String?, acts: [Act]) async throws
    /// Gives or takes a role.
    func setRole(_ role: Role, of person: PersonID, granted: Bool, acts: [Act]) async throws
}
