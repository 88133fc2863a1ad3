import Evidence
import Notices

/// A member of staff; the person behind is a ``Recipient`` of the gateway, so that notices reach them.
public struct Employee: Sendable, Hashable {
    /// The person, the same id as in the gateway.
    public let id: PersonID
    /// The number in the company's own books (工号), unique.
    public let number: String
    /// Name as on formal documents.
    public let name: String
    /// Where they work.
    public let unit: UnitID
    /// What they work as, in the company's words.
    public let position: String
    /// Where the employment stands.
    public let state: EmploymentState
    /// The day since which it stands there.
    public let stateSince: CivilDate
    /// The first day of work.
    public let hiredOn: CivilDate
    /// The last day of the employment by law or agreement, once it is set; internal clearance never moves it.
    public let lastDay: CivilDate?
    /// Why access is frozen; nil when it is not.
    public let freezeReason: String?
    /// The last day of probation; nil without one.
    public let probationUntil: CivilDate?
    /// The last day of a contract for a fixed term; nil for one without a term.
    public let contractUntil: CivilDate?

    /// Gathers what the roster keeps.
    public init(
        id: PersonID, number: String, name: String, unit: UnitID, position: String, state: EmploymentState,
        stateSince: CivilDate, hiredOn: CivilDate, lastDay: CivilDate? = nil, freezeReason: String? = nil,
        probationUntil: CivilDate? = nil, contractUntil: CivilDate? = nil
    ) {
        self.id = id
        self.number = number
        self.name = name
        self.unit = unit
        self.position = position
        self.state = state
        self.stateSince = stateSince
        self.hiredOn = hiredOn
        self.lastDay = lastDay
        self.freezeReason = freezeReason
        self.probationUntil = probationUntil
        self.contractUntil = contractUntil
    }
}

/// A step of an employment, as the time line shows it (S-118).
public struct EmploymentStep: Sendable, Hashable {
    /// Who.
    public let person: PersonID
    /// Where the employment stands from that day on.
    public let state: EmploymentState
    /// The day from which it holds.
    public let effectiveOn: CivilDate
    /// The unit and position from that day on.
    public let unit: UnitID
    /// What they work as from that day on.
    public let position: String
    /// The last day, once it is set.
    public let lastDay: CivilDate?
    /// Why, in words.
    public let reason: String

    /// Describes a step.
    public init(
        person: PersonID, state: EmploymentState, effectiveOn: CivilDate, unit: UnitID, position: String,
        lastDay: CivilDate?, reason: String
    ) {
        self.person = person
        self.state = state
        self.effectiveOn = effectiveOn
        self.unit = unit
        self.position = position
        self.lastDay = lastDay
        self.reason = reason
    }
}
