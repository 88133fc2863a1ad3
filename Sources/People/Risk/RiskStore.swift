import Evidence
import Notices

/// A counted signal that is kept a day.
public enum SeriesKind: String, Sendable, Hashable, CaseIterable {
    /// Messages in the office system; with consent.
    case messages
    /// Visits to job sites; with consent.
    case siteVisits = "site-visits"
    /// Projects the person takes part in.
    case projects

    /// The consent without which nothing is taken in.
    var consent: ConsentKind? {
        switch self {
        case .messages: .messages
        case .siteVisits: .siteVisits
        case .projects: nil
        }
    }
}

/// One counted signal.
public struct SeriesPoint: Sendable, Hashable {
    /// Who.
    public let person: PersonID
    /// The day.
    public let day: CivilDate
    /// The count.
    public let value: Int

    /// Describes a count.
    public init(person: PersonID, day: CivilDate, value: Int) {
        self.person = person
        self.day = day
        self.value = value
    }
}

/// A keyword found in one conversation, with the words around it.
public struct Snippet: Sendable, Hashable {
    /// Who spoke.
    public let person: PersonID
    /// The id of the message in its system.
    public let message: String
    /// The keyword.
    public let keyword: String
    /// The day.
    public let day: CivilDate
    /// The words around it; sealed under the person's key.
    public let text: String

    /// Describes a find.
    public init(person: PersonID, message: String, keyword: String, day: CivilDate, text: String) {
        self.person = person
        self.message = message
        self.keyword = keyword
        self.day = day
        self.text = text
    }
}

/// A raise that is to be written.
public struct NewRaise: Sendable {
    /// The alert it belongs to.
    public let alert: AlertID
    /// Whether that alert begins with it.
    public let isNew: Bool
    /// About whom.
    public let person: PersonID
    /// The topic.
    public let topic: String
    /// Why.
    public let raise: AlertRaise
    /// The day about which the person is asked; nil when they are not.
    public let questionDay: CivilDate?
    /// What is recorded with it.
    public let acts: [Act]
}

/// Somebody with new data, and how new it was when they were looked at.
public struct DirtyMark: Sendable, Hashable {
    /// Who.
    public let person: PersonID
    /// Counts up with every change of their data.
    public let revision: Int

    /// Describes a mark.
    public init(person: PersonID, revision: Int) {
        self.person = person
        self.revision = revision
    }
}

/// What happened to the prediction of one alert.
public struct AlertCase: Sendable, Hashable {
    /// About whom.
    public let person: PersonID
    /// The rule.
    public let rule: String
    /// When it first fired.
    public let raisedOn: CivilDate
    /// How HR closed it.
    public let outcome: Alert.Outcome

    /// Describes a case.
    public init(person: PersonID, rule: String, raisedOn: CivilDate, outcome: Alert.Outcome) {
        self.person = person
        self.rule = rule
        self.raisedOn = raisedOn
        self.outcome = outcome
    }
}

/// What the rules and their reports ask of the store.
public protocol RiskReader: Sendable {
    /// The newest version of the rules that was applied.
    func newestRules() async throws -> (version: Int, hash: String, text: String)?
    /// What people agreed to: the hash of the words, by kind.
    func consents(of people: [PersonID]) async throws -> [PersonID: [ConsentKind: String]]
    /// The counted signals of these people.
    func series(of people: [PersonID], from: CivilDate, to: CivilDate) async throws -> [PersonID: PersonSeries]
    /// The days of one series of a person with its source and last update, newest first.
    func series(
        _ kind: SeriesKind, of person: PersonID, limit: Int
    ) async throws -> [(day: CivilDate, value: Int, source: String, receivedAt: Timestamp)]
    /// The snippets of a person, opened.
    func snippets(of person: PersonID, from: CivilDate, to: CivilDate) async throws -> [Snippet]
    /// What has been raised about these people, as `rule occurrence`.
    func raised(about people: [PersonID]) async throws -> [PersonID: Set<String>]
    /// The open alerts of these people, with their raises unopened: the windows and rules suffice.
    func openAlerts(of people: [PersonID]) async throws -> [PersonID: [OpenAlert]]
    /// Whoever has new data, a page at a time.
    func dirty(after person: PersonID?, limit: Int) async throws -> [DirtyMark]
    /// Staff at work without a punch on a day, a page at a time; those with a shift that begins in these minutes where
    /// given, else those without any shift on the day.
    func unpunched(
        on day: CivilDate, shiftsFrom minutes: ClosedRange<Int>?, after person: PersonID?, limit: Int
    ) async throws -> [PersonID]
    /// Until when a recurring look has come.
    func mark(_ name: String) async throws -> Timestamp?
    /// One alert with everything in it.
    func alert(_ id: AlertID) async throws -> Alert?
    /// Alerts, the newest first.
    func alerts(_ filter: AlertFilter, before: AlertID?, limit: Int) async throws -> [Alert]
    /// What was done on account of an alert, oldest first.
    func interventions(for alert: AlertID) async throws -> [Intervention]
    /// Who learns the clients of a person on this occasion.
    func shadow(for employee: PersonID, occasion: String) async throws -> ShadowAssignment?
    /// Open alerts whose present level HR was not told of yet.
    func unnotified(limit: Int) async throws -> [Alert]
    /// Open alerts that nobody has confirmed by now, and about which nobody else was told yet.
    func unacknowledged(at now: Timestamp, limit: Int) async throws -> [Alert]
    /// Raises about which the person is still to be asked.
    func unasked(limit: Int) async throws -> [PendingQuestion]
    /// Closed cases whose rules fired in a span.
    func closedCases(from: CivilDate, to: CivilDate) async throws -> [AlertCase]
    /// The first day on which each person had given notice or left, in a span.
    func departures(from: CivilDate, to: CivilDate) async throws -> [PersonID: CivilDate]
    /// How many people were employed at some time in a span.
    func headcount(from: CivilDate, to: CivilDate) async throws -> Int
}

/// Which alerts are wanted.
public struct AlertFilter: Sendable, Hashable {
    /// Only these states.
    public var states: Set<Alert.State>?
    /// Only about people in these units.
    public var units: Set<UnitID>?
    /// Only about this person.
    public var person: PersonID?
    /// Never about this person: nobody reads what rules say of themselves here.
    public var hiding: PersonID?
    /// Wants all, unless told otherwise.
    public init(
        states: Set<Alert.State>? = nil, units: Set<UnitID>? = nil, person: PersonID? = nil, hiding: PersonID? = nil
    ) {
        self.states = states
        self.units = units
        self.person = person
        self.hiding = hiding
    }
}

/// The part of an open alert that the engine needs.
public struct OpenAlert: Sendable, Hashable {
    /// Names it.
    public let id: AlertID
    /// Its topic.
    public let topic: String
    /// Its raises: the rule and the window.
    public let raises: [(rule: String, window: ClosedRange<CivilDate>)]

    /// Gathers it.
    public init(id: AlertID, topic: String, raises: [(rule: String, window: ClosedRange<CivilDate>)]) {
        self.id = id
        self.topic = topic
        self.raises = raises
    }

    /// By id.
    public static func == (a: OpenAlert, b: OpenAlert) -> Bool { a.id == b.id }
    /// By id.
    public func hash(into hasher: inout Hasher) { hasher.combine(id) }
}

/// A question that is to be put to a person.
public struct PendingQuestion: Sendable, Hashable {
    /// To whom.
    public let person: PersonID
    /// The alert.
    public let alert: AlertID
    /// The rule.
    public let rule: String
    /// The facts.
    public let occurrence: String
    /// The day it is about.
    public let day: CivilDate

    /// Describes a question.
    public init(person: PersonID, alert: AlertID, rule: String, occurrence: String, day: CivilDate) {
        self.person = person
        self.alert = alert
        self.rule = rule
        self.occurrence = occurrence
        self.day = day
    }
}

/// Risk as it is written; each verb is one transaction, and the state decides between two who act at once.
public protocol RiskStore: RiskReader, ActStore {
    /// Applies a version of the rules; false if that version was applied before.
    func apply(_ rules: RiskRules, at: Timestamp, acts: [Act]) async throws -> Bool
    /// Records a consent, or replaces one for other words.
    func give(_ consent: ConsentKind, by person: PersonID, hash: Digest, at: Timestamp, acts: [Act]) async throws
    /// Withdraws a consent, drops every signal of its kind, and retracts open alerts that rest on nothing else.
    func withdraw(_ consent: ConsentKind, by person: PersonID, topics: Set<String>, acts: [Act]) async throws -> Bool
    /// Adds counts, or replaces them; only of people whose consent still stands at that moment. Returns who was taken.
    func record(
        _ points: [SeriesPoint], _ kind: SeriesKind, source: String, consent: Digest?, receivedAt: Timestamp,
        acts: [Act]
    ) async throws -> Int
    /// Adds snippets; only of people whose consent still stands at that moment. Returns how many were new.
    func record(
        _ snippets: [Snippet], source: String, consent: Digest, receivedAt: Timestamp, acts: [Act]
    ) async throws -> Int
    /// Writes raises and forgets the marks of whoever was looked at, unless newer data came meanwhile.
    func raise(_ raises: [NewRaise], looked: [DirtyMark]) async throws -> Set<AlertID>
    /// Retracts an open alert.
    func retract(_ alert: AlertID, acts: [Act]) async throws -> Bool
    /// Sets until when a recurring look has come.
    func setMark(_ name: String, at: Timestamp) async throws
    /// Records which notice told HR of a level, and by when it is to be confirmed.
    func recordNotice(_ notice: NoticeID, for alert: AlertID, level: Int, answerDue: Timestamp) async throws
    /// Records that the heads of the unit were told.
    func recordEscalation(of alert: AlertID, at: Timestamp, acts: [Act]) async throws -> Bool
    /// Records the notice by which the person was asked.
    func recordQuestion(_ question: PendingQuestion, notice: NoticeID) async throws
    /// Gives an alert to somebody if it stands as the caller saw it.
    func assign(_ alert: AlertID, from assignee: String?, to: String, acts: [Act]) async throws -> Bool
    /// Closes an assigned alert.
    func close(
        _ alert: AlertID, about person: PersonID, outcome: Alert.Outcome, reason: String, at: Timestamp, acts: [Act]
    ) async throws -> Bool
    /// Adds an intervention to an alert that is not closed.
    func add(_ intervention: Intervention, about person: PersonID, at: Timestamp, acts: [Act]) async throws -> Bool
}
