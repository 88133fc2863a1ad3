import Evidence

/// An unsigned report that its provider has not answered for yet.
public struct ReceiptClaim: Sendable, Hashable {
    /// The key of the report.
    public let dedupeKey: String
    /// What it claims of the delivery.
    public let state: DeliveryState
    /// When that is said to have happened.
    public let happenedAt: ObservedTime

    /// Gathers it.
    public init(dedupeKey: String, state: DeliveryState, happenedAt: ObservedTime) {
        self.dedupeKey = dedupeKey
        self.state = state
        self.happenedAt = happenedAt
    }
}

/// A delivery about which its provider is to be asked, because an unsigned report claims something of it.
public struct DueClaim: Sendable, Hashable {
    /// The message to ask about.
    public let message: AwaitingReport
    /// Since when the oldest claim waits.
    public let claimedAt: Timestamp
    /// How often the provider was asked before.
    public let asked: Int

    /// Gathers it.
    public init(message: AwaitingReport, claimedAt: Timestamp, asked: Int) {
        self.message = message
        self.claimedAt = claimedAt
        self.asked = asked
    }

    /// How long to wait before the question number `asked` is repeated: providers learn of a report a little later
    /// themselves.
    public static func wait(afterQuestion asked: Int) -> Duration {
        let seconds: [Int64] = [10, 60, 300, 1800, 7200, 21_600]
        return .seconds(seconds[min(max(asked, 1), seconds.count) - 1])
    }

    /// How long a provider is asked about one claim.
    public static let patience = Duration.seconds(3 * 86_400)
}

/// The entries of one receipt, some of which depend on what the transaction finds.
public struct ReceiptEvidence: Sendable {
    /// Written whenever the receipt is new.
    public var always: [SignedEntry]
    /// Written when this receipt makes the parts of a message complete.
    public var onCompletion: [SignedEntry] = []
    /// Written when this receipt settles claims; where it is the only entry, the receipt is kept only together with it.
    public var onSettlement: [SignedEntry] = []

    /// Entries without a condition.
    public init(_ always: [SignedEntry]) { self.always = always }
}

/// How many parts a text message was cut into, as far as it is known.
public enum PartCount: Sendable, Hashable {
    /// The attempt has no outcome yet; it will say.
    case notYetKnown
    /// So many, by the provider's count or else by ours.
    case known(Int)
    /// Nobody counted, for example because we crashed before the answer.
    case neverKnown
}
