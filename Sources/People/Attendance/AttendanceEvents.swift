import Evidence

extension EvidenceEvent {
    /// A batch of punches was taken in; the rows are not entries of their own.
    public static let punchesImported = EvidenceEvent(rawValue: "PunchesImported")
    /// A punch was entered by hand for somebody.
    public static let punchEntered = EvidenceEvent(rawValue: "PunchEntered")
    /// A request for leave was recorded or its state changed.
    public static let leaveRecorded = EvidenceEvent(rawValue: "LeaveRecorded")
    /// A shift plan was drafted.
    public static let shiftPlanSaved = EvidenceEvent(rawValue: "ShiftPlanSaved")
    /// A shift plan came into force or was withdrawn.
    public static let shiftPlanMoved = EvidenceEvent(rawValue: "ShiftPlanMoved")
}

extension Subject.Kind {
    /// A shift plan.
    public static let shiftPlan = Subject.Kind(rawValue: "shift-plan")
}
