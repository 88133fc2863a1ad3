import Evidence
import Notices

/// Lays a delivery's rows beside its entries.
struct DeliveryComparison {
    private let delivery: NoticePage.Delivery
    private let notice: NoticePage.Notice
    private let entries: [EntryFacts]

    init(_ delivery: NoticePage.Delivery, in notice: NoticePage.Notice) {
        self.delivery = delivery
        self.notice = notice
        entries = notice.entries.filter { $0.delivery == delivery.id }
    }

    func run(_ report: inout StateReport) {
        compareAttempts(&report)
        compareReceipts(&report)
        compareState(&report)
    }

    private func compareAttempts(_ report: inout StateReport) {
        let started = Set(entries.filter { $0.event == .attemptStarted }.compactMap(\.attempt))
        for number in delivery.attemptRows.subtracting(started).sorted() {
            report.add("attempts", "\(delivery.id) \(number)", "no AttemptStarted entry stands behind it")
        }
        for number in started.subtracting(delivery.attemptRows).sorted() {
            report.add("attempts", "\(delivery.id) \(number)", "the attempt was begun, and the row is gone")
        }
        if delivery.attempts != started.max() ?? 0 {
            report.add(
                "deliveries", delivery.id, "it counts \(delivery.attempts) attempts, the entries \(started.max() ?? 0)")
        }
    }

    private func compareReceipts(_ report: inout StateReport) {
        guard !isErased else { return }
        // Each report that came in from outside is a row, and one entry or more with the hash of what was received. That two
        // of them contradict each other is noted with the later one, which may be an answer we have already.
        let reported = Set(entries.filter { $0.event != .receiptContradicted }.compactMap { $0["rawHash"] }).count
        if reported > delivery.receipts {
            report.add("receipts", delivery.id, "\(reported) are on record, and \(delivery.receipts) rows are there")
        }
        let told = Set(entries.compactMap(Self.receiptState))
        for state in Set(delivery.receiptStates).subtracting(told) {
            report.add("receipts", delivery.id, "one says \(state.rawValue), and no entry does: the row is forged")
        }
    }

    private func compareState(_ report: inout StateReport) {
        guard let state = delivery.state else {
            report.add("deliveries", delivery.id, "this program does not know its state")
            return
        }
        guard !isErased else { return }
        let expected = told
        // An outcome that came too late is on record and does not count: then only what is claimed can be judged.
        let isFenced = entries.contains { $0.event == .attemptFenced }
        if isFenced ? !claims.contains(state) : expected != state {
            report.add(
                "deliveries", delivery.id, "it is \(state.rawValue), the entries say \(expected.rawValue)")
        }
    }

    private var isErased: Bool { entries.contains { $0.facts == nil } }

    /// Every state that some entry speaks of, and the one before any.
    private var claims: Set<DeliveryState> {
        Set(entries.compactMap { Self.outcome($0) ?? Self.receiptState($0) } + [first, .attempting, told])
    }

    private var first: DeliveryState { delivery.channel == ChannelKind.inbox.rawValue ? .available : .queued }

    /// The state that follows from the entries, as the store merges them.
    private var told: DeliveryState {
        var state = first
        for entry in entries {
            if entry.event == .attemptStarted {
                if [.queued, .deferred, .unknown].contains(state) { state = .attempting }
            } else if let outcome = Self.outcome(entry) {
                let isOpen = [.attempting, .queued, .deferred, .unknown].contains(state)
                state = isOpen ? outcome : state.merged(with: outcome)
            } else if let observed = Self.receiptState(entry) {
                state = state.merged(with: observed)
            }
        }
        // A withdrawal ends what waits; what had begun stays what it was.
        let isWithdrawn = !notice.all(.noticeCancelled).isEmpty
        return isWithdrawn && [.queued, .deferred].contains(state) ? .cancelled : state
    }

    /// What an attempt ended in.
    private static func outcome(_ entry: EntryFacts) -> DeliveryState? {
        switch entry.event {
        case .attemptAccepted: .accepted
        case .attemptRefused: .refused
        case .attemptDeferred: .deferred
        case .outcomeUnknown: .unknown
        case .deliveryExpired: .expired
        default: nil
        }
    }

    /// What a receipt, a reader or a person at the door has said.
    private static func receiptState(_ entry: EntryFacts) -> DeliveryState? {
        // What nobody signed, and one part of a message, is on record and moves nothing.
        if [.receiptClaimed, .receiptPartDelivered, .receiptDelayed].contains(entry.event) { return nil }
        if let claimed = entry["claims"] { return DeliveryState(rawValue: claimed) }
        return switch entry.event {
        case .contentOpened: .opened
        case .acknowledged, .signedInPerson: .acknowledged
        case .refusedByRecipient: .refused
        case .postalHandedOver, .publicNoticePosted: .accepted
        case .proxySigned, .leftOnSite: .delivered
        case .postalReturned: .failed
        default: nil
        }
    }
}
