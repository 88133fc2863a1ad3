/// Where an employment stands; it moves only along ``EmploymentState/next``.
public enum EmploymentState: String, Sendable, Hashable, Codable, CaseIterable {
    /// Hired; agreements are not signed yet.
    case onboarding
    /// At work.
    case active
    /// Not terminated, not at work (暂停履行); a state that must not be forgotten.
    case suspended
    /// Has given or been given notice; the last day is set.
    case resigned
    /// Hands over.
    case handover
    /// The employment has ended.
    case left

    /// The states that may follow.
    public var next: Set<EmploymentState> {
        switch self {
        case .onboarding: [.active, .left]
        case .active: [.suspended, .resigned, .handover, .left]
        case .suspended: [.active, .resigned, .left]
        case .resigned: [.active, .handover, .left]
        case .handover: [.active, .left]
        // Somebody who comes back begins again.
        case .left: [.onboarding]
        }
    }
}
