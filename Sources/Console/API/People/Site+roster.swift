extension Site {
    // MARK: Roster

    /// Organisation units.
    public static let units = "/v1/units"
    /// One unit.
    public static let unit = "/v1/units/{unit}"
    /// Members of staff: add one, list them.
    public static let employees = "/v1/employees"
    /// One member of staff, by number or id.
    public static let employee = "/v1/employees/{employee}"
    /// A step of their employment.
    public static let employmentMoves = "/v1/employees/{employee}/moves"
    /// Their notice of resignation.
    public static let resignation = "/v1/employees/{employee}/resignation"
    /// Another last day that both sides agreed on.
    public static let lastDay = "/v1/employees/{employee}/last-day"
    /// Another unit or position.
    public static let transfer = "/v1/employees/{employee}/transfer"
    /// Their file: read it, put something in.
    public static let employeeFile = "/v1/employees/{employee}/file"
    /// Freezes or opens their access.
    public static let freeze = "/v1/employees/{employee}/freeze"
    /// Gives or takes a role.
    public static let roles = "/v1/employees/{employee}/roles"
    /// Contracts that are neither lived nor ended.
    public static let contractLimbos = "/v1/contract-limbos"
    /// The roster as CSV, a page at a time.
    public static let rosterExport = "/v1/roster-export"
    /// Imports of CSV files: begin one, list them.
    public static let rosterImports = "/v1/roster-imports"
    /// One import.
    public static let rosterImport = "/v1/roster-imports/{import}"
    /// The next part of its file.
    public static let rosterImportPart = "/v1/roster-imports/{import}/parts/{part}"
    /// What is wrong with its rows.
    public static let rosterImportFaults = "/v1/roster-imports/{import}/faults"
    /// Puts back what it brought.
    public static let rosterImportUndo = "/v1/roster-imports/{import}/undo"
}
