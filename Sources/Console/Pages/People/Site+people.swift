import Notices
import People

extension Site {
    // MARK: Pages of the HR core

    /// The roster.
    public static let peopleList = "/people"
    /// One member of staff.
    public static let personPage = "/people/{employee}"
    /// Records that they leave.
    public static let personDeparture = "/people/{employee}/departure"
    /// Everything about them as one file that verifies offline.
    public static let personDossier = "/people/{employee}/dossier"
    /// Clients.
    public static let clientList = "/clients"
    /// One client.
    public static let clientPage = "/clients/{client}"
    /// Logs what was done for it.
    public static let clientFollowUp = "/clients/{client}/follow-ups"
    /// Handovers under way.
    public static let handoverList = "/handovers"
    /// One handover.
    public static let handoverPage = "/handovers/{handover}"
    /// Closes a stage, or passes a step.
    public static let handoverMove = "/handovers/{handover}/moves"
    /// Names who takes over.
    public static let handoverAssign = "/handovers/{handover}/assignment"
    /// Does something about one item.
    public static let handoverItem = "/handovers/{handover}/items/{item}"
    /// What the watchers of clients have found.
    public static let alertList = "/alerts"

    /// The page of a member of staff; numbers are plain segments.
    static func page(person number: String) -> String { "/people/\(number)" }
    /// The page of a client.
    static func page(client: ClientID) -> String { "/clients/\(client.rawValue)" }
    /// The page of a handover.
    static func page(handover: HandoverID) -> String { "/handovers/\(handover.rawValue)" }
}
