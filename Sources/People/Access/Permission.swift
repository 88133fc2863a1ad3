/// What can be done in the HR core; the least that is ever granted or refused.
public enum Permission: String, Sendable, Hashable, CaseIterable {
    // Roster
    case viewRoster, viewFile, editRoster, importRoster, exportRoster
    // Clients
    case viewClients, addClient, editClient, startOrder, finishWork, logFollowUp, assignClients, exportClients,
        syncClients, viewOperations
    // Handover and access
    case submitHandover, resign, reviewHandover, manageDepartures, manageRoles, freezeAccess
    // Attendance, performance, risk
    case viewAttendance, recordAttendance, setGoals, confirmGoals, scorePerformance, approvePerformance, appeal,
        recordProgress, recordSignals, viewAlerts, viewSnippets, handleAlerts, configureRules, consent
    // Agreements, training, pay
    case manageAgreements, sign, viewAgreements, manageTraining, train, viewTraining, managePay, viewPay
    // Evidence
    case viewDossier
}

/// Over whom a permission reaches.
public enum Reach: Int, Sendable, Hashable, Comparable {
    /// The actor's own things.
    case own = 1
    /// Those of everybody in the units the actor heads.
    case units
    /// Everybody's.
    case all

    /// Orders from narrow to wide.
    public static func < (a: Reach, b: Reach) -> Bool { a.rawValue < b.rawValue }
}
