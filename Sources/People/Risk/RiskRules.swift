import Evidence
import Notices

/// One version of the attendance and risk rules, as `config/rules/risk.yaml` states them.
public struct RiskRules: Sendable, Hashable {
    /// The version; every alert names it.
    public let version: Int
    /// SHA-256 of the text.
    public let hash: Digest
    /// The text itself.
    public let text: String
    /// The hours where no shift plan says otherwise.
    public let hours: WorkingHours
    /// Who is told, and by when they confirm.
    public let notice: NoticePolicy
    /// What a rule is measured against.
    public let report: ReportTargets
    /// The words a person agrees to before a signal of a kind is taken in.
    public let consents: [ConsentKind: BilingualText]
    /// The rules.
    public let rules: [RiskRule]

    /// Who is told of an alert.
    public struct NoticePolicy: Sendable, Hashable {
        /// How long those who were told have to confirm.
        public let acknowledgeWithinHours: Int
        /// Numbers of staff who are told as well when nobody did.
        public let escalateTo: [String]
    }

    /// What a rule is measured against.
    public struct ReportTargets: Sendable, Hashable {
        /// A resignation so many days after an alert counts as foreseen.
        public let horizonDays: Int
        /// The accuracy that is wanted.
        public let targetAccuracyPercent: Int
        /// The days of preparation there were before there were alerts.
        public let baselineLeadDays: Int
        /// The days that are to be gained.
        public let targetGainDays: Int
    }

    /// The hash of the words a person agrees to.
    public func consentHash(_ kind: ConsentKind) -> Digest? {
        consents[kind].map { SHA256.hash(Array(($0.zh + "\n" + $0.en).utf8)) }
    }

    /// How many days of counted signals the rules ask for.
    var seriesDays: Int {
        rules.map { rule in
            switch rule.measure {
            case .keywords(_, _, let days), .siteVisits(_, let days): days
            case .messagesDrop(_, let days, let baseline): days + baseline
            default: 0
            }
        }.max() ?? 0
    }

    /// One rule by its id.
    public func rule(_ id: String) -> RiskRule? { rules.first { $0.id == id } }
}

/// A signal that is taken in only with the person's recorded consent (个人信息保护法).
public enum ConsentKind: String, Sendable, Hashable, CaseIterable {
    /// Work conversations with clients are searched for keywords.
    case conversations
    /// Messages in the office system are counted.
    case messages
    /// Visits to job sites are counted.
    case siteVisits = "site-visits"
}

/// One rule: what it looks at, when it fires, how serious that is, and what it says.
public struct RiskRule: Sendable, Hashable {
    /// Names it in alerts and reports.
    public let id: String
    /// Rules of one topic raise one alert.
    public let topic: String
    /// 1 attention, 2 warning, 3 alarm.
    public let level: Int
    /// Whether it makes alerts; a rule that is off can still be tried on history.
    public let isEnabled: Bool
    /// What it looks at.
    public let measure: RiskMeasure
    /// Whether the person themselves is asked on the same day (S-11).
    public let asksEmployee: Bool
    /// What it says; names in braces are filled in.
    public let text: BilingualText
    /// What could be done.
    public let suggestion: BilingualText?
}

/// What a rule looks at, and the figures between which it fires.
public enum RiskMeasure: Sendable, Hashable {
    case absence(days: Int)
    case lateness(moreThan: Int)
    case leaveSurge(factor: Int, baselineMonths: Int)
    case leaveCount(moreThan: Int)
    case scoreDrop(moreThanPercent: Int)
    case scoreTrend(atLeastPercent: Int, months: Int)
    case completion(belowPercent: Int, months: Int)
    case keywords(words: [String], atLeast: Int, days: Int)
    case siteVisits(moreThan: Int, days: Int)
    case messagesDrop(belowPercent: Int, days: Int, baselineDays: Int)

    /// The consent without which there is nothing to look at.
    public var consent: ConsentKind? {
        switch self {
        case .keywords: .conversations
        case .siteVisits: .siteVisits
        case .messagesDrop: .messages
        default: nil
        }
    }

    /// The names that its text may use.
    var placeholders: Set<String> {
        switch self {
        case .absence: ["name", "count", "day"]
        case .lateness, .leaveCount: ["name", "count"]
        case .leaveSurge: ["name", "count", "baseline", "factor"]
        case .scoreDrop: ["name", "previous", "current", "percent"]
        case .scoreTrend: ["name", "previous", "current", "percent", "months"]
        case .completion: ["name", "count", "threshold"]
        case .keywords, .siteVisits: ["name", "count", "days"]
        case .messagesDrop: ["name", "percent", "days"]
        }
    }

    /// The limit in words, as alerts store it.
    public var threshold: String {
        switch self {
        case .absence(let days): "absence for \(days) scheduled days in a row"
        case .lateness(let more): "late more than \(more) times in a month"
        case .leaveSurge(let factor, let months): "leave requests \(factor) times the mean of \(months) months"
        case .leaveCount(let more): "more than \(more) leave requests in a month"
        case .scoreDrop(let percent): "score down by more than \(percent)%"
        case .scoreTrend(let percent, let months): "score down by \(percent)% or more within \(months) months"
        case .completion(let percent, let months): "completion below \(percent)% for \(months) months"
        case .keywords(_, let least, let days): "keywords \(least) times or more within \(days) days"
        case .siteVisits(let more, let days): "more than \(more) visits to job sites within \(days) days"
        case .messagesDrop(let percent, let days, let baseline):
            "messages of \(days) days below \(percent)% of the \(baseline) days before"
        }
    }
}
