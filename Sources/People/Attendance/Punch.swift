import Evidence
import Notices

/// Where a punch came from.
public enum PunchSource: String, Sendable, Hashable, CaseIterable {
    case fingerprint, face, card, location, dingtalk, wecom
    /// Entered by hand, with the act that says by whom.
    case manual
}

/// One punch of one person.
public struct Punch: Sendable, Hashable {
    /// Who.
    public let person: PersonID
    /// When, by the clock of the source.
    public let at: Timestamp
    /// Which kind of clock.
    public let source: PunchSource
    /// The working day it belongs to.
    public let day: CivilDate

    /// Describes a punch.
    public init(person: PersonID, at: Timestamp, source: PunchSource, day: CivilDate) {
        self.person = person
        self.at = at
        self.source = source
        self.day = day
    }
}

/// A line of a punch import: the number stands for the person.
public struct PunchLine: Sendable, Hashable {
    /// The number of the member of staff.
    public let number: String
    /// When.
    public let at: Timestamp
    /// Which kind of clock.
    public let source: PunchSource

    /// Describes a line.
    public init(number: String, at: Timestamp, source: PunchSource) {
        self.number = number
        self.at = at
        self.source = source
    }
}

/// What an import did.
public struct ImportReport: Sendable, Hashable {
    /// New rows.
    public let added: Int
    /// Rows that were known already; an import may be repeated.
    public let repeated: Int
    /// Rows that were refused, each with its place, its value and the cure.
    public let refused: [PeopleError.Fault]

    /// States what was done.
    public init(added: Int, repeated: Int, refused: [PeopleError.Fault]) {
        self.added = added
        self.repeated = repeated
        self.refused = refused
    }
}

/// The first and the last punch of a working day.
public struct PunchDay: Sendable, Hashable {
    /// The working day.
    public let day: CivilDate
    /// The first punch.
    public let first: Timestamp
    /// The last punch; the same as the first when there is only one.
    public let last: Timestamp
    /// How many there are.
    public let punches: Int

    /// Describes a day.
    public init(day: CivilDate, first: Timestamp, last: Timestamp, punches: Int) {
        self.day = day
        self.first = first
        self.last = last
        self.punches = punches
    }
}

/// A request for leave, as the office system reports it.
public struct Leave: Sendable, Hashable {
    /// Where a request stands.
    public enum State: String, Sendable, Hashable, CaseIterable {
        case requested, approved, refused, withdrawn
    }

    /// Its id in the office system; an import may be repeated.
    public let id: String
    /// Who.
    public let person: PersonID
    /// The first day.
    public let from: CivilDate
    /// The last day.
    public let to: CivilDate
    /// The day of the request; rules count requests by it.
    public let requestedOn: CivilDate
    /// Where it stands.
    public let state: State
    /// Annual, sick, … in the company's words.
    public let kind: String
    /// Why, in words; sealed under the person's key.
    public let reason: String?
    /// The system that reported it.
    public let source: String

    /// Describes a request.
    public init(
        id: String, person: PersonID, from: CivilDate, to: CivilDate, requestedOn: CivilDate, state: State,
        kind: String, reason: String? = nil, source: String
    ) {
        self.id = id
        self.person = person
        self.from = from
        self.to = to
        self.requestedOn = requestedOn
        self.state = state
        self.kind = kind
        self.reason = reason
        self.source = source
    }

    /// The same request of the person whom the office system means.
    public func of(_ person: PersonID) -> Leave {
        Leave(
            id: id, person: person, from: from, to: to, requestedOn: requestedOn, state: state, kind: kind,
            reason: reason, source: source)
    }

    /// Whether it excuses a day.
    public func excuses(_ day: CivilDate) -> Bool { state == .approved && from <= day && day <= to }
}
