import Notices

/// Why an employment ends, as far as the count of days depends on it.
///
/// The raw value is the name of the period in the rules of law; a kind without a period has none to keep.
public enum DepartureKind: String, Sendable, Hashable, Codable, CaseIterable {
    /// Notice by the employee, thirty days (劳动合同法第三十七条).
    case resignation
    /// Notice by the employee in probation, three days.
    case resignationInProbation = "resignation-in-probation"
    /// Notice by the employer without a period: agreed, or for serious breach.
    case dismissal
    /// Notice by the employer with thirty days (劳动合同法第四十条).
    case dismissalWithNotice = "dismissal-with-notice"

    /// Whether the employee gave the notice.
    public var isByEmployee: Bool { self == .resignation || self == .resignationInProbation }
}

/// A departure as it is reported.
public struct Departure: Sendable, Hashable {
    /// Who leaves.
    public var person: PersonID
    /// Why.
    public var kind: DepartureKind
    /// The day on which the notice was received.
    public var noticeOn: CivilDate
    /// The last day of the employment; nil for the earliest day that the law allows.
    public var lastDay: CivilDate?
    /// In the words of whoever gave notice, or a summary.
    public var reason: String
    /// Who sees to it in HR; nil for the first who holds the role.
    public var officer: PersonID?
    /// Who takes the work over, where that is known already.
    public var successor: PersonID?
    /// In whose name notices go out; nil for the only entity there is.
    public var issuer: IssuerID?

    /// Reports a departure.
    public init(
        person: PersonID, kind: DepartureKind, noticeOn: CivilDate, lastDay: CivilDate? = nil, reason: String,
        officer: PersonID? = nil, successor: PersonID? = nil, issuer: IssuerID? = nil
    ) {
        self.person = person
        self.kind = kind
        self.noticeOn = noticeOn
        self.lastDay = lastDay
        self.reason = reason
        self.officer = officer
        self.successor = successor
        self.issuer = issuer
    }
}

/// The last day of an employment beside the earliest that the law allows (S-123).
///
/// An earlier day is taken as it is given, with a warning: it may rest on a written agreement, and moving it silently
/// would put a date into documents that nobody gave.
public struct LastDay: Sendable, Hashable {
    /// The day on which the employment ends; nothing in the handover moves it.
    public let day: CivilDate
    /// The earliest day of the period of notice; nil where there is no period.
    public let earliest: CivilDate?
    /// The rule, its version and its article; nil where there is no period.
    public let rule: String?
    /// What is to be said when the day is too early.
    public let warning: BilingualText?

    /// Gathers it.
    public init(day: CivilDate, earliest: CivilDate?, rule: String?, warning: BilingualText?) {
        self.day = day
        self.earliest = earliest
        self.rule = rule
        self.warning = warning
    }

    /// Counts by the rules of law.
    public init(of departure: Departure, law: ServiceLaw) throws(PeopleError) {
        guard let period = law.period(departure.kind.rawValue) else {
            guard let day = departure.lastDay else {
                throw PeopleError(
                    .invalid, "lastDay: a \(departure.kind.rawValue) has no period of notice; give the day")
            }
            self.init(day: day, earliest: nil, rule: nil, warning: nil)
            return
        }
        let earliest = period.lastDay(receivedOn: departure.noticeOn)
        let checked = period.check(planned: departure.lastDay ?? earliest, receivedOn: departure.noticeOn)
        self.init(
            day: checked.planned, earliest: checked.earliest,
            rule: "\(law.id) v\(law.version) \(period.id) (\(period.source))", warning: checked.warning)
    }
}
