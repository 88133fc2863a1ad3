import Evidence
import Notices
import Synchronization

/// What test keys have issued on a server whose other work is meant: taken as by a relay or gateway, given to nobody.
///
/// It stands at the very end of the way, so that everything before it is the real thing: rendering, seal, plan, intent,
/// attempt, outcome, and the report that follows. The newest messages are kept in memory, for the operators' page.
public final class SandboxTray: Sendable {
    /// One message as its reader would have seen it.
    public struct Message: Sendable, Hashable {
        /// The channel.
        public let channel: ChannelKind
        /// The mailbox or telephone it was addressed to.
        public let to: String
        /// The subject of a mail; nil for a text message.
        public let subject: String?
        /// The words.
        public let text: String
        /// When it came.
        public let at: Timestamp
    }

    private struct State {
        var messages: [Message] = []
        var reports: [[UInt8]] = []
    }

    private static let kept = 100
    private let clock: any WallClock
    private let state = Mutex(State())
    private let poke = Poke()

    /// An empty tray.
    public init(clock: any WallClock) { self.clock = clock }

    /// The newest messages, the oldest first.
    public var messages: [Message] { state.withLock { $0.messages } }

    /// The route by which a channel's parcels get here.
    public func route(_ kind: ChannelKind) -> RouteTable {
        RouteTable([.init(channel: SandboxChannel(kind: kind, tray: self), weight: 1)])
    }

    /// Takes a parcel.
    func take(_ parcel: Parcel, by kind: ChannelKind) {
        let text = kind == .email ? parcel.content.emailMarkdown : parcel.content.smsText
        let message = Message(
            channel: kind, to: parcel.address, subject: kind == .email ? parcel.content.subject : nil, text: text,
            at: clock.now)
        let report = SandboxReport(messageKey: parcel.messageKey, channel: kind).bytes
        state.withLock { state in
            state.messages.append(message)
            state.messages.removeFirst(max(0, state.messages.count - Self.kept))
            // A one-time code is no notice; nobody waits for a report of it.
            if !parcel.noticeNumber.isEmpty { state.reports.append(report) }
        }
        poke.poke()
    }

    /// Reports what has arrived, as a mail system or gateway would, until told to stop.
    ///
    /// - Parameter desk: takes the reports, and marks what it records as of a rehearsal.
    public func report(to desk: ReceiptDesk, until stop: StopSignal) async throws {
        stop.wakes(poke)
        while !stop.isStopped && !Task.isCancelled {
            if try await reportOnce(to: desk) == 0 { await poke.wait(.seconds(600)) }
        }
    }

    /// Reports what has arrived by now; used by tools and tests.
    ///
    /// - Returns: how many reports there were.
    @discardableResult
    public func reportOnce(to desk: ReceiptDesk) async throws -> Int {
        let reports = state.withLock { state in
            defer { state.reports = [] }
            return state.reports
        }
        guard !reports.isEmpty else { return 0 }
        _ = try await desk.take(reports.map { (raw: $0, parser: SandboxReportParser() as any ReceiptParser) })
        return reports.count
    }
}

/// Hands parcels to the tray.
struct SandboxChannel: Channel {
    let kind: ChannelKind
    let tray: SandboxTray

    var route: RouteID { RouteID("sandbox-\(kind.rawValue)") }

    func deliver(_ parcel: Parcel) async -> DeliveryOutcome {
        tray.take(parcel, by: kind)
        return DeliveryOutcome(
            .accepted(reference: SandboxReport.words), peer: "sandbox", transcript: [SandboxReport.words],
            facts: ["sandbox": true])
    }
}
