import Evidence

extension EvidenceEvent {
    /// A goal was written down.
    public static let goalSet = EvidenceEvent(rawValue: "GoalSet")
    /// One side signed a goal.
    public static let goalSigned = EvidenceEvent(rawValue: "GoalSigned")
    /// A goal is no longer pursued.
    public static let goalWithdrawn = EvidenceEvent(rawValue: "GoalWithdrawn")
    /// Progress or monthly figures were taken in from another system.
    public static let progressImported = EvidenceEvent(rawValue: "ProgressImported")
    /// A manager or HR scored a period.
    public static let performanceScored = EvidenceEvent(rawValue: "PerformanceScored")
    /// A member of staff confirmed a score.
    public static let performanceConfirmed = EvidenceEvent(rawValue: "PerformanceConfirmed")
    /// A member of staff appealed against a score.
    public static let performanceAppealed = EvidenceEvent(rawValue: "PerformanceAppealed")
    /// An appeal was decided.
    public static let appealDecided = EvidenceEvent(rawValue: "AppealDecided")
    /// HR approved a confirmed score.
    public static let performanceApproved = EvidenceEvent(rawValue: "PerformanceApproved")
    /// A member of staff signed the approved version.
    public static let performanceSigned = EvidenceEvent(rawValue: "PerformanceSigned")
}

extension Subject.Kind {
    /// A goal.
    public static let goal = Subject.Kind(rawValue: "goal")
    /// A review of a period.
    public static let review = Subject.Kind(rawValue: "review")
}
