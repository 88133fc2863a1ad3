extension Site {
    // MARK: Handover

    /// Departures: record one.
    public static let departures = "/v1/departures"
    /// Handovers: list them.
    public static let handovers = "/v1/handovers"
    /// One handover with its list.
    public static let handover = "/v1/handovers/{handover}"
    /// Who takes part in it, and by when.
    public static let handoverAssignment = "/v1/handovers/{handover}/assignment"
    /// Closes the stage that is under way.
    public static let handoverStage = "/v1/handovers/{handover}/stages/{stage}"
    /// Passes a step of the approval flow.
    public static let handoverStep = "/v1/handovers/{handover}/steps/{step}"
    /// Its internal clearance beside the end of the employment.
    public static let handoverClearance = "/v1/handovers/{handover}/clearance"
    /// The notices that it led to.
    public static let handoverMessages = "/v1/handovers/{handover}/messages"
    /// Items: add one by hand.
    public static let handoverItems = "/v1/handovers/{handover}/items"
    /// What the leaver hands in for an item.
    public static let handoverSubmission = "/v1/handovers/{handover}/items/{item}/submission"
    /// The confirmation of whoever takes an item over.
    public static let handoverTaking = "/v1/handovers/{handover}/items/{item}/taking"
    /// The client's confirmation of an item.
    public static let handoverClient = "/v1/handovers/{handover}/items/{item}/client"
    /// The review of an item.
    public static let handoverReview = "/v1/handovers/{handover}/items/{item}/review"
    /// Gives an item up.
    public static let handoverWaiver = "/v1/handovers/{handover}/items/{item}/waiver"
    /// What happened to an item.
    public static let handoverHistory = "/v1/handovers/{handover}/items/{item}/history"
    /// Files of an item: hand one in.
    public static let handoverFiles = "/v1/handovers/{handover}/items/{item}/files"
    /// One file.
    public static let handoverFile = "/v1/handovers/{handover}/files/{file}"
    /// What a person holds, by list.
    public static let holdings = "/v1/holdings/{employee}/{list}"
    /// Consent to keep places of visits.
    public static let visitConsent = "/v1/visit-consent"
}
