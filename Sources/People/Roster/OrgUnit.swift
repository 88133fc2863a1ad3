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
    /// The legal entity in whose name its notices go out; nil for that of the unit above.
    public let issuer: IssuerID?

    /// Describes a unit.
    public init(
        id: UnitID, parent: UnitID? = nil, name: String, manager: PersonID? = nil, currency: String = "CNY",
        issuer: IssuerID? = nil
    ) {
        self.id = id
        self.parent = parent
        self.name = name
        self.manager = manager
        self.currency = currency
        self.issuer = issuer
    }
}

extension [OrgUnit] {
    /// The unit and everything above it, from the inside out.
    public func chain(from unit: UnitID) -> [OrgUnit] {
        let byID = Dictionary(map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        var chain: [OrgUnit] = []
        var next = byID[unit]
        // The store refuses cycles; the bound keeps a damaged table from hanging us.
        while let one = next, chain.count < 100 {
            chain.append(one)
            next = one.parent.flatMap { byID[$0] }
        }
        return chain
    }

    /// The entity under which notices of a unit go out: its own, or that of the nearest unit above that has one.
    public func issuer(of unit: UnitID) -> IssuerID? { chain(from: unit).lazy.compactMap(\.issuer).first }
}
