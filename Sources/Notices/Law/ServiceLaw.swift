/// The law of service and notice as versioned data, read from `config/rules/service-law.yaml`.
///
/// It decides nothing by itself: ``ServiceCalculator`` applies the service rules, ``NoticePeriod`` the periods, and
/// pre-flight asks for what a ground demands.
public struct ServiceLaw: Sendable, Hashable {
    /// The name of this body of rules.
    public let id: String
    /// The version, counted from 1; named in every conclusion.
    public let version: Int
    /// The first day on which this version is used.
    public let effectiveFrom: CivilDate
    /// When a notice is deemed served, in the order of the file.
    public let service: [ServiceRule]
    /// Periods of notice.
    public let periods: [NoticePeriod]
    /// What each ground of dismissal demands.
    public let grounds: [DismissalGround]
    /// The protected situations of article 42.
    public let protected: [ProtectedStatus]
    /// When notices that can wait do wait.
    public let quietHours: QuietHours
    /// The least number of years evidence is kept.
    public let minimumRetentionYears: Int

    /// The period with a name.
    public func period(_ id: String) -> NoticePeriod? { periods.first { $0.id == id } }

    /// The ground with a name.
    public func ground(_ id: String) -> DismissalGround? { grounds.first { $0.id == id } }

    /// Whether a retention setting is allowed; a lower one is refused (S-119).
    public func allows(retentionYears: Int) -> Bool { retentionYears >= minimumRetentionYears }
}

/// One rule by which an observation leads to service.
public struct ServiceRule: Sendable, Hashable {
    /// Whether the address must be one that the person confirmed.
    public enum Need: String, Sendable, Hashable, CaseIterable {
        /// Any address of the person.
        case any
        /// Only an address confirmed in a signed 送达地址确认书.
        case confirmed
    }

    /// How firmly the rule binds an employer's own notice.
    public enum Weight: String, Sendable, Hashable, Codable, CaseIterable {
        /// It speaks of such notices.
        case direct
        /// It speaks of courts and is applied by analogy.
        case analogy
    }

    /// Its name, stored in every conclusion.
    public let id: String
    /// The channels it looks at.
    public let channels: [ChannelKind]
    /// The observed states that lead to service.
    public let states: [DeliveryState]
    /// What the address must be.
    public let need: Need
    /// Who must have taken the document, where a person takes it; anyone, if empty.
    public let persons: [ServiceObservation.Taker]
    /// Whether every other way must have been tried or been impossible.
    public let requiresExhaustion: Bool
    /// Days after the observation; 0 means at once.
    public let days: Int
    /// How firmly it binds.
    public let weight: Weight
    /// The article or document.
    public let source: String
    /// The rule in words.
    public let text: BilingualText
}

/// What must be at hand before a dismissal on a ground may leave.
public struct DismissalGround: Sendable, Hashable {
    /// When compensation under article 46 is due.
    public enum Compensation: String, Sendable, Hashable, CaseIterable {
        /// In every case.
        case always
        /// In no case.
        case never
        /// When the employer proposed the agreement.
        case ifEmployerProposed = "if-employer-proposed"
    }

    /// Things a ground asks for.
    public enum Demand: String, Sendable, Hashable, CaseIterable {
        /// A signed agreement of both parties.
        case agreement
        /// Facts that can be proved.
        case facts
        /// References to the evidence.
        case evidence
        /// The clause of the rules or the condition of recruitment, with how it was made known.
        case rule
        /// The substantial damage.
        case damage
        /// A demand to end it, other work, training or transfer, or talks on a change.
        case priorSteps = "prior-steps"
        /// A final criminal judgment.
        case judgment
        /// The explanation to union or staff thirty days before.
        case staffBriefing = "staff-briefing"
        /// The report to the labour authority.
        case authorityReport = "authority-report"
    }

    /// Its name, as in the dismissal template: `39-2`.
    public let id: String
    /// The article.
    public let source: String
    /// Whether the union must be notified beforehand (article 43).
    public let needsUnionNotice: Bool
    /// Whether article 42 forbids it for protected persons.
    public let isBarredForProtected: Bool
    /// Whether thirty days' notice or one extra month's wage is due (article 40).
    public let needsNoticeOrPay: Bool
    /// When compensation is due.
    public let compensation: Compensation
    /// What must be at hand.
    public let demands: [Demand]
}

/// One situation of article 42.
public struct ProtectedStatus: Sendable, Hashable {
    /// Its name.
    public let id: String
    /// The situation in words.
    public let label: BilingualText
}

/// The hours in which what can wait waits.
public struct QuietHours: Sendable, Hashable {
    /// The first quiet minute of the day in China, counted from midnight.
    public let fromMinute: Int
    /// The first minute that is no longer quiet.
    public let toMinute: Int
    /// The article.
    public let source: String
}
