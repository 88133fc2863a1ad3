import Evidence

extension EvidenceEvent {
    /// A member of staff came on record.
    public static let employeeAdded = EvidenceEvent(rawValue: "EmployeeAdded")
    /// What the roster says of a member of staff was changed.
    public static let employeeChanged = EvidenceEvent(rawValue: "EmployeeChanged")
    /// An employment moved on: joined, was suspended, resigned, left.
    public static let employmentMoved = EvidenceEvent(rawValue: "EmploymentMoved")
    /// A member of staff was moved to another unit or position.
    public static let employeeTransferred = EvidenceEvent(rawValue: "EmployeeTransferred")
    /// Both sides agreed on another last day.
    public static let lastDayAgreed = EvidenceEvent(rawValue: "LastDayAgreed")
    /// What a person may do was changed, with the reason.
    public static let permissionsChanged = EvidenceEvent(rawValue: "PermissionsChanged")
    /// An organisation unit was added or changed.
    public static let unitSaved = EvidenceEvent(rawValue: "UnitSaved")
    /// A role was given to a person.
    public static let roleGranted = EvidenceEvent(rawValue: "RoleGranted")
    /// A role was taken from a person.
    public static let roleRevoked = EvidenceEvent(rawValue: "RoleRevoked")
    /// A person's access was frozen.
    public static let accessFrozen = EvidenceEvent(rawValue: "AccessFrozen")
    /// A person's frozen access was opened again.
    public static let accessThawed = EvidenceEvent(rawValue: "AccessThawed")
    /// A notice was issued on account of something in the HR core.
    public static let noticeOrdered = EvidenceEvent(rawValue: "NoticeOrdered")
}
