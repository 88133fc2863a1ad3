import People

extension Site {
    // MARK: Pages of risk alerts

    /// Risk alerts.
    public static let riskList = "/risk"
    /// One alert.
    public static let riskPage = "/risk/{alert}"
    /// Who deals with it.
    public static let riskAssignment = "/risk/{alert}/assignment"
    /// What was done about it.
    public static let riskMeasures = "/risk/{alert}/measures"
    /// Its end.
    public static let riskClosure = "/risk/{alert}/closure"
    /// The rules: those in force, tries on history, and a change.
    public static let riskRulesPage = "/risk-rules"

    /// A page about one alert.
    static func page(_ pattern: String, alert: AlertID) -> String {
        pattern.replacing("{alert}", with: alert.rawValue)
    }
}
