import People

extension Site {
    // MARK: Agreements

    /// The kinds of agreements.
    public static let agreementTemplates = "/v1/agreement-templates"
    /// Agreements: offer one, list those of a person.
    public static let agreements = "/v1/agreements"
    /// The set for a person's position.
    public static let agreementSets = "/v1/agreement-sets"
    /// The document of an agreement.
    public static let agreementDocument = "/v1/agreements/{agreement}/document"
    /// Sends the code that signs it.
    public static let agreementCode = "/v1/agreements/{agreement}/code"
    /// Signs it.
    public static let agreementSignature = "/v1/agreements/{agreement}/signature"
    /// Takes an offer back.
    public static let agreementWithdrawal = "/v1/agreements/{agreement}/withdrawal"
    /// Signed agreements with their proof, of a person or by number.
    public static let agreementProofs = "/v1/agreement-proofs"
    /// Running non-competes.
    public static let nonCompetes = "/v1/non-competes"
    /// Records a month's compensation.
    public static let compensation = "/v1/non-competes/{agreement}/payments"
    /// Releases somebody early.
    public static let nonCompeteRelease = "/v1/non-competes/{agreement}/release"
    /// What HR has to look into.
    public static let checkTasks = "/v1/check-tasks"
    /// Enters what was found.
    public static let checkOutcome = "/v1/check-tasks/{task}/outcome"

    // MARK: Training

    /// Policies: publish a version, list them.
    public static let policies = "/v1/policies"
    /// Begins the course of a policy, or goes on with it.
    public static let course = "/v1/policies/{policy}/course"
    /// Where a player is.
    public static let heartbeats = "/v1/policies/{policy}/heartbeats"
    /// Begins an exam.
    public static let exams = "/v1/policies/{policy}/exams"
    /// Hands an exam in.
    public static let examAnswers = "/v1/exams/{exam}/answers"
    /// Sends the code that signs the statement.
    public static let statementCode = "/v1/exams/{exam}/statement-code"
    /// Signs the statement.
    public static let statement = "/v1/exams/{exam}/statement"
    /// Everything on record about a person's training in a policy.
    public static let trainingProof = "/v1/policies/{policy}/proof"

    // MARK: Pay

    /// The rules in force.
    public static let payRules = "/v1/pay-rules"
    /// Tries rules on figures and keeps nothing.
    public static let payTrials = "/v1/pay-trials"
    /// Pay sheets: work one out, list those of a person.
    public static let paySheets = "/v1/pay-sheets"
    /// One sheet.
    public static let paySheet = "/v1/pay-sheets/{sheet}"
    /// Puts a sheet in force.
    public static let paySheetForce = "/v1/pay-sheets/{sheet}/force"
    /// Takes a sheet back.
    public static let paySheetWithdrawal = "/v1/pay-sheets/{sheet}/withdrawal"
}
