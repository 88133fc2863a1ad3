import People

extension Site {
    /// Clients: put one on record, list and search them.
    public static let clients = "/v1/clients"
    /// What the CRM says of a client, by its number.
    public static let clientSync = "/v1/clients:sync"
    /// One event about a client from another system.
    public static let clientEvents = "/v1/clients:events"
    /// All of them, for those who may export.
    public static let clientExport = "/v1/clients:export"
    /// One client's page; its facts are changed here too.
    public static let client = "/v1/clients/{client}"
    /// What happened with it.
    public static let clientTimeline = "/v1/clients/{client}/timeline"
    /// The values that were replaced.
    public static let clientHistory = "/v1/clients/{client}/history"
    /// Who looked at it and who changed it.
    public static let clientOperations = "/v1/clients/{client}/operations"
    /// What was done for it, and promised.
    public static let followUps = "/v1/clients/{client}/follow-ups"
    /// The end of a promise.
    public static let followUpDone = "/v1/follow-ups/{followUp}/done"
    /// Orders taken by staff.
    public static let clientOrders = "/v1/clients/{client}/orders"
    /// Where an order of our own stands.
    public static let clientOrder = "/v1/orders/{order}/state"
    /// Who is in charge.
    public static let clientAssignments = "/v1/clients/{client}/assignments"
    /// Gives it to somebody else.
    public static let clientTransfer = "/v1/clients/{client}/transfer"
    /// The clients somebody has or had.
    public static let heldClients = "/v1/employees/{employee}/clients"
    /// Gives all of them to successors.
    public static let succession = "/v1/employees/{employee}/succession"
    /// Lets a successor learn them.
    public static let shadows = "/v1/employees/{employee}/shadows"
    /// What they ordered before and after the hand-over.
    public static let clientLoss = "/v1/employees/{employee}/client-loss"
    /// A comparison that was kept.
    public static let clientReport = "/v1/client-reports/{report}"
    /// How clients and revenue are spread.
    public static let concentration = "/v1/client-concentration"
    /// Who looked at what.
    public static let operations = "/v1/client-operations"
    /// Alarms about clients.
    public static let clientAlerts = "/v1/client-alerts"
    /// The rules in force.
    public static let clientRules = "/v1/client-rules"

    /// Where one client is.
    public static func link(to client: ClientID) -> String { "/v1/clients/\(client.rawValue)" }
}
