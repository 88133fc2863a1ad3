import Notices

/// Names one organisation unit: a department or a store.
public struct UnitID: Identifier {
    /// The identifier as text.
    public let rawValue: String
    /// Wraps a string that is known to name a unit.
    public init(rawValue: String) { self.rawValue = rawValue }
}

/// Names one import into the roster.
public struct ImportID: Identifier {
    /// The identifier as text.
    public let rawValue: String
    /// Wraps a string that is known to name an import.
    public init(rawValue: String) { self.rawValue = rawValue }
}
