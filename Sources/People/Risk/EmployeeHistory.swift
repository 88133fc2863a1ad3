import Evidence
import Notices

/// Everything the rules may know of one person, loaded for many people at once.
public struct EmployeeHistory: Sendable {
    let employee: Employee
    let judge: DayJudge
    /// The first day whose punches are here; nothing may be concluded about days before it.
    let punchesFrom: CivilDate
    let performance: [Month: PerformanceMonth]
    let series: PersonSeries
    /// The signals of a kind that was not agreed to are not here at all; the rule looks again all the same.
    let consents: Set<ConsentKind>
}

/// The counted signals of one person.
public struct PersonSeries: Sendable, Hashable {
    /// Messages a day in the office system.
    public var messages: [CivilDate: Int] = [:]
    /// Visits to job sites a day.
    public var siteVisits: [CivilDate: Int] = [:]
    /// Keyword hits: the day, the keyword.
    public var hits: [KeywordHit] = []
    /// Begins with none.
    public init() {}
}

/// A keyword found in a conversation; the snippet stays sealed in the store.
public struct KeywordHit: Sendable, Hashable {
    /// The day of the conversation.
    public let day: CivilDate
    /// The keyword.
    public let keyword: String

    /// Describes a hit.
    public init(day: CivilDate, keyword: String) {
        self.day = day
        self.keyword = keyword
    }
}

/// What a rule found in a history.
public struct Finding: Sendable, Hashable {
    /// Names the facts: the same facts never raise twice.
    public let occurrence: String
    /// The first and the last day looked at.
    public let window: ClosedRange<CivilDate>
    /// The figures that fill in the text.
    public let values: [String: String]
    /// Each record that fired the rule, in words.
    public let signals: [BilingualText]
    /// The day it is about, as its sentences say it; `{day}` stands for it.
    public var day: BilingualText?
    /// The days that must still stand for an absence to stand.
    public var absentDays: [CivilDate] = []
}
