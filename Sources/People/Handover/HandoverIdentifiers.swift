import Notices

/// Names one handover: everything that one departure sets going.
public struct HandoverID: Identifier {
    /// The identifier as text.
    public let rawValue: String
    /// Wraps a string that is known to name a handover.
    public init(rawValue: String) { self.rawValue = rawValue }
}

/// Names one item of a handover's list.
public struct HandoverItemID: Identifier {
    /// The identifier as text.
    public let rawValue: String
    /// Wraps a string that is known to name an item.
    public init(rawValue: String) { self.rawValue = rawValue }
}

/// Names one file that was handed in.
public struct HandoverFileID: Identifier {
    /// The identifier as text.
    public let rawValue: String
    /// Wraps a string that is known to name a file.
    public init(rawValue: String) { self.rawValue = rawValue }
}

extension Subject.Kind {
    /// A handover.
    public static let handover = Subject.Kind(rawValue: "handover")
    /// An item of a handover's list.
    public static let handoverItem = Subject.Kind(rawValue: "handover-item")
}
