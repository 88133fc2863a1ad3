/// Which channels are used, in which order, with which waits (送达方案).
///
/// Rung 0 starts at once. A later rung starts when its wait is over and its condition still holds; otherwise it is
/// skipped, and both facts are evidence.
public struct DeliveryPlan: Sendable, Hashable, Codable {
    /// The steps, the first at once.
    public let rungs: [Rung]

    /// Makes a plan; it must have at least one rung.
    public init(rungs: [Rung]) {
        precondition(!rungs.isEmpty, "a delivery plan needs a first rung")
        self.rungs = rungs
    }
}

/// One step of a plan: channels that start together.
public struct Rung: Sendable, Hashable, Codable {
    /// When a rung is still wanted once its wait is over.
    public enum Condition: String, Sendable, Hashable, Codable {
        /// In any case.
        case always
        /// Unless some channel reported arrival, or a person opened it.
        case notDelivered = "not_delivered"
        /// Unless an identified person opened or acknowledged it.
        case notOpened = "not_opened"
        /// Unless the person confirmed receipt.
        case notAcknowledged = "not_acknowledged"

        /// Whether the rung is wanted, given the states of the deliveries made so far.
        public func holds(for states: [DeliveryState]) -> Bool {
            switch self {
            case .always: true
            case .notDelivered:
                !states.contains { [.delivered, .opened, .acknowledged].contains($0) }
            case .notOpened: !states.contains { $0 == .opened || $0 == .acknowledged }
            case .notAcknowledged: !states.contains(.acknowledged)
            }
        }
    }

    /// How long after sealing, in seconds.
    public let afterSeconds: Int
    /// When it is still wanted.
    public let condition: Condition
    /// What starts together.
    public let channels: [ChannelKind]

    /// Makes a step.
    public init(afterSeconds: Int, condition: Condition, channels: [ChannelKind]) {
        self.afterSeconds = afterSeconds
        self.condition = condition
        self.channels = channels
    }
}
