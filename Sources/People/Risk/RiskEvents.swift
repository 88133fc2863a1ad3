import Evidence

extension EvidenceEvent {
    /// A new version of the rules is in force.
    public static let riskRulesApplied = EvidenceEvent(rawValue: "RiskRulesApplied")
    /// A rule file was refused; the version before stays in force.
    public static let riskRulesRefused = EvidenceEvent(rawValue: "RiskRulesRefused")
    /// A rule fired and an alert was made or raised.
    public static let alertRaised = EvidenceEvent(rawValue: "AlertRaised")
    /// The records behind an alert turned out otherwise.
    public static let alertRetracted = EvidenceEvent(rawValue: "AlertRetracted")
    /// Nobody confirmed an alert in time; the heads of the unit were told.
    public static let alertEscalated = EvidenceEvent(rawValue: "AlertEscalated")
    /// Somebody took an alert, or was given it.
    public static let alertAssigned = EvidenceEvent(rawValue: "AlertAssigned")
    /// An alert was closed with an outcome and a reason.
    public static let alertClosed = EvidenceEvent(rawValue: "AlertClosed")
    /// Something was done on account of an alert.
    public static let interventionRecorded = EvidenceEvent(rawValue: "InterventionRecorded")
    /// A person agreed to a kind of signal.
    public static let consentGiven = EvidenceEvent(rawValue: "ConsentGiven")
    /// A person withdrew their agreement; the signals were dropped.
    public static let consentWithdrawn = EvidenceEvent(rawValue: "ConsentWithdrawn")
    /// Counted signals were taken in.
    public static let signalsImported = EvidenceEvent(rawValue: "SignalsImported")
    /// Somebody read matched snippets of conversations.
    public static let snippetsViewed = EvidenceEvent(rawValue: "SnippetsViewed")
    /// A rule was tried on history.
    public static let ruleBacktested = EvidenceEvent(rawValue: "RuleBacktested")
}

extension Subject.Kind {
    /// An alert.
    public static let alert = Subject.Kind(rawValue: "alert")
    /// A version of the rules.
    public static let riskRules = Subject.Kind(rawValue: "risk-rules")
}
