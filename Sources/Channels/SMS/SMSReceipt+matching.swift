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
    /// A part of a long message that arrived is not the message that arrived, see ``arrivedPart``; but a part that failed is
    /// a failure.
    public var deliveryState: DeliveryState? {
        switch state {
        case .delivered: arrivedPart == nil ? .delivered : nil
        case .failed: .failed
        case .pending: .accepted
        case .unknown: nil
        }
    }

    /// The part that arrived, where the report speaks of one of several or of one of nobody knows how many.
    public var arrivedPart: Receipt.Part? {
        guard state == .delivered, let part, part.total != 1 else { return nil }
        return Receipt.Part(name: part.name, total: part.total)
    }

    /// The provider's words, for people and evidence.
    public var reason: String {
        rawText.isEmpty ? rawCode : "\(rawCode): \(rawText)"
    }
}
