/// Where a notice stands on its way through the six rooms.
public enum NoticeState: String, Sendable, Hashable, Codable, CaseIterable {
    /// Written and numbered; waits for its approvers.
    case awaitingApproval = "awaiting_approval"
    /// Approved, or of a kind that needs no approval; waits to be rendered and sealed.
    case approved
    /// Sealed; its deliveries are under way.
    case dispatching
    /// Every delivery has ended, well or badly. Late receipts are still taken.
    case closed
    /// Withdrawn before it was sealed, or before anything left us.
    case cancelled
    /// Taken out of the flow after three crashes; an operator must look. Nothing is deleted.
    case quarantined
}

/// Which notices go first when there is more to do than can be done at once.
public enum Priority: Int, Sendable, Hashable, Codable, Comparable, CaseIterable {
    /// Dismissals, recalls: never behind a batch, never held by quiet hours.
    case urgent = 0
    /// Ordinary notices.
    case normal = 1
    /// Client batches.
    case bulk = 2

    /// Orders by urgency, the most urgent first.
    public static func < (a: Priority, b: Priority) -> Bool { a.rawValue < b.rawValue }

    /// The name used in templates and the API.
    public var name: String {
        switch self {
        case .urgent: "urgent"
        case .normal: "normal"
        case .bulk: "bulk"
        }
    }

    /// The priority that bears a name, or nil.
    public init?(name: String) {
        guard let match = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = match
    }
}
