extension Site {
    // MARK: Attendance

    /// Punches of clocks and apps, many at once.
    public static let punches = "/v1/attendance/punches"
    /// Requests for leave, as the office system has them.
    public static let leaves = "/v1/attendance/leaves"
    /// How a day stands.
    public static let board = "/v1/attendance/board"
    /// Late arrivals and early leaves of a person by month.
    public static let trend = "/v1/attendance/trends/{person}"
    /// One shift plan.
    public static let shiftPlan = "/v1/attendance/plans/{plan}"
    /// Puts a plan into force or withdraws it.
    public static let shiftPlanState = "/v1/attendance/plans/{plan}/state"
    /// What a plan costs against another.
    public static let shiftPlanComparison = "/v1/attendance/plans/{plan}/comparison"

    // MARK: Performance

    /// One goal.
    public static let goal = "/v1/goals/{goal}"
    /// Signatures under it.
    public static let goalSignatures = "/v1/goals/{goal}/signatures"
    /// Its end before its time.
    public static let goalWithdrawal = "/v1/goals/{goal}/withdrawal"
    /// The goals of a person with their progress.
    public static let goalsOf = "/v1/performance/{person}/goals"
    /// The reviews of a person.
    public static let reviewsOf = "/v1/performance/{person}/reviews"
    /// Progress of goals from project systems.
    public static let goalProgress = "/v1/performance:progress"
    /// How much of a month's target was reached.
    public static let completions = "/v1/performance:completions"
    /// Who is below target.
    public static let belowTarget = "/v1/performance:below-target"
    /// Reviews: score a period.
    public static let reviews = "/v1/reviews"
    /// One review.
    public static let review = "/v1/reviews/{review}"
    /// The member of staff confirms it.
    public static let reviewConfirmation = "/v1/reviews/{review}/confirmation"
    /// The member of staff appeals.
    public static let reviewAppeal = "/v1/reviews/{review}/appeal"
    /// HR decides an appeal.
    public static let reviewDecision = "/v1/reviews/{review}/decision"
    /// HR approves.
    public static let reviewApproval = "/v1/reviews/{review}/approval"
    /// The member of staff signs the result.
    public static let reviewSignature = "/v1/reviews/{review}/signature"

    // MARK: Risk

    /// Alerts.
    public static let alerts = "/v1/risk/alerts"
    /// One alert.
    public static let alert = "/v1/risk/alerts/{alert}"
    /// Who deals with it.
    public static let alertAssignment = "/v1/risk/alerts/{alert}/assignment"
    /// What was done about it.
    public static let interventions = "/v1/risk/alerts/{alert}/interventions"
    /// Its end.
    public static let alertClosure = "/v1/risk/alerts/{alert}/closure"
    /// A successor who learns the clients.
    public static let alertShadow = "/v1/risk/alerts/{alert}/shadow"
    /// The words around the keywords.
    public static let snippets = "/v1/risk/alerts/{alert}/snippets"
    /// What is known of a person.
    public static let profile = "/v1/risk/profiles/{person}"
    /// Before, during and after, in one view.
    public static let riskCase = "/v1/risk/cases/{person}"
    /// The rules in force.
    public static let riskRules = "/v1/risk/rules"
    /// Tries a rule on history.
    public static let backtests = "/v1/risk/backtests"
    /// How well the rules foretold.
    public static let ruleQuality = "/v1/risk/quality"
    /// Runs the rules now.
    public static let riskRuns = "/v1/risk/runs"
    /// Counted signals.
    public static let riskSignals = "/v1/risk/signals/{series}"
    /// Work conversations with clients.
    public static let conversations = "/v1/risk/conversations"
    /// What a person agreed to.
    public static let consents = "/v1/risk/consents/{person}"
    /// Agrees to a kind of signal, or withdraws, for oneself.
    public static let consent = "/v1/risk/consent/{kind}"
}
