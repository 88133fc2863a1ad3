import Evidence
import Notices

extension SMSReceipt {
    /// How to find the delivery: by our own reference first, since it is known before the provider's id is.
    ///
    /// A receipt whose keys find nothing is kept unmatched by the desk; if nothing ever claims it, it was not ours.
    public func keys(route: RouteID) -> [ReceiptKey] {
        [reference.map { .messageKey($0) }, providerID.map { .reference(route: route, $0) }].compactMap { $0 }
    }

    /// What it says of the delivery's state; nil when it says nothing new about arrival.
    ///
    /// A part of a long message that arrived is not the message that arrived, but a part that failed is a failure.
    public var deliveryState: DeliveryState? {
        switch state {
        case .delivered: part == nil || part?.total == 1 ? .delivered : nil
        case .failed: .failed
        case .pending: .accepted
        case .unknown: nil
        }
    }

    /// The provider's words, for people and evidence.
    public var reason: String {
        rawText.isEmpty ? rawCode : "\(rawCode): \(rawText)"
    }

    /// This receipt as the gateway's own record for a known delivery.
    ///
    /// Without a readable time of the provider, the time we learnt it is used and named as ours.
    public func receipt(
        for delivery: DeliveryID, source: Receipt.Source, raw: [UInt8], learntAt: Timestamp
    ) -> Receipt {
        Receipt(
            source: source, delivery: delivery, dedupeKey: identity.hex, state: deliveryState, reason: reason,
            happenedAt: happenedAt ?? ObservedTime(at: learntAt, clock: "songda"), raw: raw)
    }
}
