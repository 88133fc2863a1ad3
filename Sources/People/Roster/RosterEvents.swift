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
    /// An import into the roster was begun.
    public static let rosterImportBegun = EvidenceEvent(rawValue: "RosterImportBegun")
    /// Members of staff came on record, or were changed, by an import.
    public static let employeesImported = EvidenceEvent(rawValue: "EmployeesImported")
    /// An import was read to its end; how many rows it brought, and how many were wrong.
    public static let rosterImportEnded = EvidenceEvent(rawValue: "RosterImportEnded")
    /// What an import brought was put back.
    public static let rosterImportUndone = EvidenceEvent(rawValue: "RosterImportUndone")
    /// The roster was taken out.
    public static let rosterExported = EvidenceEvent(rawValue: "RosterExported")
    /// A document was linked to a member of staff.
    public static let documentFiled = EvidenceEvent(rawValue: "DocumentFiled")
    /// A reward was entered into somebody's file.
    public static let rewardFiled = EvidenceEvent(rawValue: "RewardFiled")
    /// A punishment was entered into somebody's file.
    public static let punishmentFiled = EvidenceEvent(rawValue: "PunishmentFiled")
    /// Somebody read another person's file.
    public static let fileRead = EvidenceEvent(rawValue: "EmployeeFileRead")
}
