import Evidence
import Notices

/// Keeps the units and the members of staff: who comes, what they become, and how they go.
///
/// Employments move only along ``EmploymentState/next``, each step with its day and its reason. A state takes effect
/// on access at once, because ``AccessPolicy`` is asked at every call. The last day by law is never moved by internal
/// clearance: when it is over, the employment has ended, whatever is still open.
public struct RosterDesk: Sendable {
    let store: any RosterStore
    let addresses: AddressDesk
    let directory: any RecipientStore
    let law: ServiceLaw
    let hooks: RosterHooks
    let acts: ActRecorder
    let clock: any WallClock
    let line = ImportLine()

    /// Makes a desk.
    public init(
        store: any RosterStore, addresses: AddressDesk, directory: any RecipientStore, law: ServiceLaw,
        hooks: RosterHooks, acts: ActRecorder, clock: any WallClock
    ) {
        self.store = store
        self.addresses = addresses
        self.directory = directory
        self.law = law
        self.hooks = hooks
        self.acts = acts
        self.clock = clock
    }

    /// The day it is in China.
    var today: CivilDate { CivilDate(inChina: clock.now) }

    // MARK: Units

    /// Adds a unit or replaces it; a unit cannot stand below itself (S-127).
    public func save(_ unit: OrgUnit, by actor: Actor) async throws {
        try AccessPolicy.require(.editRoster, actor)
        var faults: [PeopleError.Fault] = []
        func note(_ field: String, _ message: Sentence?) {
            if let message { faults.append(.init(field: field, message: message)) }
        }
        if !EmployeeCheck.isNumber(unit.id.rawValue) {
            note("id", "\"\(unit.id.rawValue.prefix(30))\" is not 1 to 60 letters, digits, dots, hyphens, underscores")
        }
        note("name", Wording.lineFault(unit.name))
        if !Currency.isKnown(unit.currency) {
            note("currency", "\"\(unit.currency.prefix(10))\" is not a currency of ISO 4217, such as CNY or HKD")
        }
        if let issuer = unit.issuer, try await directory.issuer(issuer) == nil {
            note("issuer", "there is no issuing entity \"\(issuer.rawValue.prefix(40))\"; add it first")
        }
        if let manager = unit.manager, try await store.employee(manager) == nil {
            note("manager", "there is no employee \"\(manager.rawValue.prefix(40))\"; put them on the roster first")
        }
        try PeopleError.check(faults, "unit \(unit.id.rawValue.prefix(40)) was not saved")
        let act = try acts.act(
            .unitSaved, by: actor, about: [.unit(unit.id)],
            [
                "parent": unit.parent.map { .string($0.rawValue) } ?? .null, "name": .string(unit.name),
                "manager": unit.manager.map { .string($0.rawValue) } ?? .null, "currency": .string(unit.currency),
                "issuer": unit.issuer.map { .string($0.rawValue) } ?? .null,
            ])
        try await store.save(unit, acts: [act])
    }

    /// All units, by id.
    public func units(by actor: Actor) async throws -> [OrgUnit] {
        try AccessPolicy.require(anyReach: .viewRoster, actor)
        return try await store.units()
    }

    /// The entity under which notices to a member of staff go out; nil when no unit above names one.
    public func issuer(for person: PersonID) async throws -> IssuerID? {
        try await store.units().issuer(of: try await store.require(person).unit)
    }

    // MARK: Reading

    /// A page of the roster as far as the actor's permission reaches.
    public func employees(
        in units: Set<UnitID>? = nil, states: Set<EmploymentState>? = nil, after number: String? = nil,
        limit: Int = 50, by actor: Actor
    ) async throws -> [Employee] {
        var wanted = units
        if try AccessPolicy.require(anyReach: .viewRoster, actor) != .all {
            wanted = actor.managedUnits.intersection(units ?? actor.managedUnits)
        }
        return try await store.employees(in: wanted, states: states, after: number, limit: limit)
    }

    /// One member of staff, by id or by number.
    public func employee(_ name: String, by actor: Actor) async throws -> Employee {
        let found = try await find(name)
        // Everybody may look at themselves.
        if actor.person == found.id {
            try AccessPolicy.require(.viewFile, actor, owner: found.id)
        } else {
            try AccessPolicy.require(.viewRoster, actor, unit: found.unit)
        }
        return found
    }

    /// Whom a number or an id names; asked by desks that check the permission themselves.
    public func person(_ name: String) async throws -> PersonID { try await find(name).id }

    /// Whom these names mean, by number or by id; a name that means nobody is taken for an id, which every desk refuses.
    public func people(named names: some Sequence<String>) async throws -> [String: PersonID] {
        let names = Set(names)
        let known = try await store.employees(numbers: names.filter(EmployeeCheck.isNumber))
        return Dictionary(uniqueKeysWithValues: names.map { ($0, known[$0]?.id ?? PersonID(rawValue: $0)) })
    }

    /// The member of staff with exactly this number; nil for nobody, and for whoever has left.
    ///
    /// For a sign-in: an id, which nobody keeps secret, opens nothing here.
    public func working(number: String) async throws -> PersonID? {
        guard EmployeeCheck.isNumber(number), let found = try await store.employee(number: number),
            found.state != .left
        else { return nil }
        return found.id
    }

    /// By number first: that is what people type.
    func find(_ name: String) async throws -> Employee {
        if let found = try await store.employee(number: name) { return found }
        return try await store.require(PersonID(name))
    }
}

/// The currencies in which wages are paid.
enum Currency {
    /// Whether a code is one of ISO 4217 that is in use as money.
    static func isKnown(_ code: String) -> Bool { codes.contains(code) }

    private static let codes = Set(
        """
        AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP
        CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR
        ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT
        MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD
        SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES
        VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG
        """.split(whereSeparator: \.isWhitespace).map(String.init))
}
