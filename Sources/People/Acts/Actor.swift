import Evidence
import Notices

/// What somebody is in the HR core, beside being employed.
public enum Role: String, Sendable, Hashable, Codable, CaseIterable {
    /// A member of staff: their own file, clients, goals, signatures.
    case employee
    /// The head of units: everybody below.
    case manager
    /// Human resources: everybody.
    case hr
    /// Legal: reads files and dossiers, changes nothing.
    case legal
    /// Reads the operation log; sees no contents.
    case auditor
    /// Keeps roles and access; sees no contents.
    case administrator
    /// May take client data out in bulk; held beside another role.
    case exporter
    /// A program that feeds us: CRM, punch clocks, project systems.
    case integration
}

/// Who acts, as what, and whether their employment lets them.
///
/// Every desk takes one and asks it before anything is read or written, so that no way into the HR core goes around the
/// permissions. ``AccessPolicy`` holds the table.
public struct Actor: Sendable, Hashable {
    /// As evidence names them.
    public let principal: Principal
    /// The member of staff, where it is one.
    public let person: PersonID?
    /// What they are.
    public let roles: Set<Role>
    /// The units they head, with all units below.
    public let managedUnits: Set<UnitID>
    /// The state of their own employment; nil for programs.
    public let state: EmploymentState?
    /// Why their access is frozen; nil when it is not.
    public let freezeReason: String?

    /// Describes an actor.
    public init(
        principal: Principal, person: PersonID? = nil, roles: Set<Role>, managedUnits: Set<UnitID> = [],
        state: EmploymentState? = nil, freezeReason: String? = nil
    ) {
        self.principal = principal
        self.person = person
        self.roles = roles
        self.managedUnits = managedUnits
        self.state = state
        self.freezeReason = freezeReason
    }

    /// Songda's own timers.
    public static let songda = Actor(principal: .songda, roles: Set(Role.allCases))

    /// How an actor is written into entries.
    public var facts: JSONValue {
        guard case .object(var members) = principal.facts else { return principal.facts }
        members["person"] = person.map { .string($0.rawValue) }
        members["roles"] = .array(roles.map(\.rawValue).sorted().map { .string($0) })
        return .object(members)
    }
}
