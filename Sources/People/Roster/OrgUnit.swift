import Notices

/// A department, a branch or a store.
public struct OrgUnit: Sendable, Hashable {
    /// Names it; chosen by the caller, so that an import can be repeated.
    public let id: UnitID
    /// The unit above; nil at the top.
    public let parent: UnitID?
    /// What people call it.
    public let name: String
    /// Who heads it.
    public let manager: PersonID?
    /// The currency of its pay lines, ISO 4217.
    public let currency: String

    /// Describes a unit.
    public init(id: UnitID, parent: UnitID? = nil, name: String, manager: PersonID? = nil, currency: String = "CNY") {
        self.id = id
        self.parent = parent
        self.name = name
        self.manager = manager
        self.currency = currency
    }
}
