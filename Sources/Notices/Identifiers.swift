/// A name that cannot be mistaken for the name of something else.
///
/// Conformers wrap one string; the compiler then refuses a `NoticeID` where a `DeliveryID` is meant.
public protocol Identifier: RawRepresentable, Hashable, Sendable, Codable, CustomStringConvertible
where RawValue == String {
    /// Wraps a string that is known to name such a thing.
    init(rawValue: String)
}

extension Identifier {
    /// The wrapped string, for logs and paths.
    public var description: String { rawValue }

    /// Wraps a string that is known to name such a thing.
    public init(_ rawValue: String) { self.init(rawValue: rawValue) }
}

/// Names one notice: a UUIDv7 in lower case.
public struct NoticeID: Identifier {
    /// The identifier as text.
    public let rawValue: String
    /// Wraps a string that is known to name a notice.
    public init(rawValue: String) { self.rawValue = rawValue }
}

/// Names one delivery (one recipient, one channel, one address) of a notice.
public struct DeliveryID: Identifier {
    /// The identifier as text.
    public let rawValue: String
    /// Wraps a string that is known to name a delivery.
    public init(rawValue: String) { self.rawValue = rawValue }
}

/// Names one natural person: an employee or the contact of a client.
public struct PersonID: Identifier {
    /// The identifier as text.
    public let rawValue: String
    /// Wraps a string that is known to name a person.
    public init(rawValue: String) { self.rawValue = rawValue }
}

/// Names one legal entity (用人单位) in whose name notices are given.
public struct IssuerID: Identifier {
    /// The identifier as text.
    public let rawValue: String
    /// Wraps a string that is known to name an issuing entity.
    public init(rawValue: String) { self.rawValue = rawValue }
}

/// Names one route: a mail relay or an SMS gateway as the configuration calls it.
public struct RouteID: Identifier {
    /// The identifier as text.
    public let rawValue: String
    /// Wraps a string that is known to name a route.
    public init(rawValue: String) { self.rawValue = rawValue }
}

/// Names one web hook: an address of another system that is told of events.
public struct WebhookID: Identifier {
    /// The identifier as text.
    public let rawValue: String
    /// Wraps a string that is known to name a web hook.
    public init(rawValue: String) { self.rawValue = rawValue }
}
