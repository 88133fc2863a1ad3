/// What has been observed of one delivery; never what is hoped.
///
/// The words shown to people are in `WORDS.md`. A state moves forward only, see ``merged(with:)``.
public enum DeliveryState: String, Sendable, Hashable, Codable, CaseIterable {
    /// Nothing has left us.
    case queued
    /// The intent is on disk, no answer yet.
    case attempting
    /// The peer refused for now; another try is due.
    case deferred
    /// The connection was lost after the end of data, or we crashed: the peer may have it.
    case unknown
    /// A server or gateway took it. This is not arrival at the person.
    case accepted
    /// Passed on to a system that gives no receipts (DSN "relayed").
    case relayed
    /// The carrier or mail system reports arrival at the address.
    case delivered
    /// Placed in the inbox, in the same transaction as the notice's own state.
    case available
    /// Opened by an identified person, bound to the hash that was shown.
    case opened
    /// The person confirmed receipt by an explicit act.
    case acknowledged
    /// A permanent "no" from the peer, or an explicit refusal by the person.
    case refused
    /// The mail system or carrier reports that it could not be delivered.
    case failed
    /// Our own time limit passed without a result.
    case expired
    /// The notice was withdrawn before this delivery began.
    case cancelled

    /// Whether no further attempt will be made by the dispatcher.
    public var endsDispatch: Bool {
        switch self {
        case .queued, .attempting, .deferred: false
        default: true
        }
    }

    /// Whether it reports that service did not happen on this way.
    public var isNegative: Bool { self == .refused || self == .failed || self == .expired }

    /// How much is known; a later observation of a lower strength never replaces a higher one.
    private var strength: Int {
        switch self {
        case .queued: 0
        case .attempting: 1
        case .deferred: 2
        case .unknown: 3
        case .cancelled: 4
        case .expired: 5
        case .accepted: 6
        case .relayed: 7
        case .refused, .failed: 8
        case .delivered, .available: 9
        case .opened: 10
        case .acknowledged: 11
        }
    }

    /// The state after one more observation, whatever the order in which observations arrive.
    ///
    /// A bounce lowers "accepted" to "failed", because acceptance never claimed arrival; it does not lower "delivered" or
    /// "opened", which rest on stronger facts. The weaker fact is still in the evidence as an entry of its own.
    /// A refusal by the person after opening is an entry, not a state.
    public func merged(with observed: DeliveryState) -> DeliveryState {
        observed.strength > strength ? observed : self
    }
}
