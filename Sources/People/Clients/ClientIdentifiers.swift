import Notices

/// Names one client of the company; chosen by us, stable whatever the CRM calls it.
public struct ClientID: Identifier {
    /// The identifier as text.
    public let rawValue: String
    /// Wraps a string that is known to name a client.
    public init(rawValue: String) { self.rawValue = rawValue }
}

/// Names one follow-up that somebody has logged.
public struct FollowUpID: Identifier {
    /// The identifier as text.
    public let rawValue: String
    /// Wraps a string that is known to name a follow-up.
    public init(rawValue: String) { self.rawValue = rawValue }
}

extension Subject.Kind {
    /// A client of the company.
    public static let client = Subject.Kind(rawValue: "client")
}

extension Subject {
    /// A client of the company.
    public static func client(_ id: ClientID) -> Subject { Subject(.client, id) }
}
