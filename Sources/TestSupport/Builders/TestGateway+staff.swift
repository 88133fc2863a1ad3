import Evidence
import Notices
import People

extension TestGateway {
    /// Adds a unit, with a head where one is named.
    public func unit(_ id: String = "sales", parent: String? = nil, manager: PersonID? = nil) async throws {
        try await peopleStore.save(
            OrgUnit(id: UnitID(id), parent: parent.map { UnitID($0) }, name: "部门 \(id)", manager: manager), acts: [])
    }

    /// Puts a member of staff on the roster; the unit is made when it is not there.
    @discardableResult
    public func employee(
        _ name: String = "张三", id: String = "p-zhangsan", unit: String = "sales", position: String = "销售经理",
        state: EmploymentState = .active, hiredOn: CivilDate = CivilDate(dayNumber: 19_000), roles: Set<Role> = []
    ) async throws -> PersonID {
        let person = try await person(name, id: id, email: "\(id)@example.com")
        if try await !peopleStore.units().contains(where: { $0.id == UnitID(unit) }) { try await self.unit(unit) }
        let today = CivilDate(inChina: clock.now)
        try await peopleStore.add(
            Employee(
                id: person, number: "N-\(id)", name: name, unit: UnitID(unit), position: position, state: state,
                stateSince: today, hiredOn: hiredOn),
            step: EmploymentStep(
                person: person, state: state, effectiveOn: hiredOn, unit: UnitID(unit), position: position,
                lastDay: nil, reason: "入职"),
            acts: [])
        for role in roles { try await peopleStore.setRole(role, of: person, granted: true, acts: []) }
        return person
    }

    /// Somebody on the roster as an actor, with what they are allowed at this moment.
    public func actor(_ person: PersonID) async throws -> Actor {
        try await people.access.actor(
            Principal(id: "u-\(person.rawValue)", kind: .person, method: "session"), person: person)
    }
}

extension Actor {
    /// Somebody of the HR department who is on nobody's roster.
    public static let hr = Actor(principal: Principal(id: "key-hr", kind: .apiKey, method: "api-key"), roles: [.hr])
    /// Who keeps roles and access.
    public static let administrator = Actor(
        principal: Principal(id: "key-admin", kind: .apiKey, method: "api-key"), roles: [.administrator])
    /// A program that feeds us.
    public static let integration = Actor(
        principal: Principal(id: "key-crm", kind: .apiKey, method: "api-key"), roles: [.integration])
}
