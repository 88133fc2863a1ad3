import Evidence
import Notices
import Synchronization

/// A channel that answers as a test has told it, and keeps every parcel it was given.
///
/// It stands for the outside world, so it is the one part that is not real. Asked more often than it was told to answer, it
/// answers "unknown" and remembers that; `TestGateway.check()` then fails.
public final class ScriptedChannel: Channel {
    /// What it does with a parcel.
    public enum Answer: Sendable {
        /// Returns this outcome.
        case outcome(
            DeliveryOutcome.Result, blamesRoute: Bool = false, facts: [String: JSONValue] = [:], parts: Int? = nil)
        /// Holds the parcel until ``ScriptedChannel/release()``, then says that it took it.
        case hold
    }

    private struct State {
        var answers: [Answer] = []
        var always: Answer?
        var parcels: [Parcel] = []
        var unprimed = 0
        var held: [CheckedContinuation<Void, Never>] = []
        var isReleased = false
        var watchers: [(count: Int, wake: CheckedContinuation<Void, Never>)] = []
    }

    /// Which of a person's addresses it serves.
    public let kind: ChannelKind
    /// Its name in entries.
    public let route: RouteID
    private let state = Mutex(State())

    /// A channel that was told nothing yet.
    public init(_ kind: ChannelKind, route: String) {
        self.kind = kind
        self.route = RouteID(route)
    }

    /// Answers the next parcels so, one after the other.
    public func answer(_ results: DeliveryOutcome.Result...) {
        state.withLock { $0.answers += results.map { .outcome($0) } }
    }

    /// Does this with the next parcel.
    public func next(_ answer: Answer) { state.withLock { $0.answers.append(answer) } }

    /// Does this with every parcel for which nothing else was told.
    public func always(_ answer: Answer) { state.withLock { $0.always = answer } }

    /// Accepts every parcel, each under a reference of its own.
    public func alwaysAccepts() { always(.outcome(.accepted(reference: ""))) }

    /// What it was given, in order.
    public var parcels: [Parcel] { state.withLock { $0.parcels } }

    /// How many parcels came for which nothing had been told.
    public var unprimed: Int { state.withLock { $0.unprimed } }

    /// Lets go of what it holds, and holds nothing more.
    public func release() {
        let held = state.withLock { state in
            state.isReleased = true
            defer { state.held = [] }
            return state.held
        }
        for one in held { one.resume() }
    }

    /// Returns once this many parcels have come in all.
    public func waitForParcels(_ count: Int) async {
        await withCheckedContinuation { wake in
            let isReady = state.withLock { state in
                if state.parcels.count >= count { return true }
                state.watchers.append((count, wake))
                return false
            }
            if isReady { wake.resume() }
        }
    }

    /// Keeps the parcel and does what was told.
    public func deliver(_ parcel: Parcel) async -> DeliveryOutcome {
        let (answer, number, ready) = state.withLock { state -> (Answer?, Int, [CheckedContinuation<Void, Never>]) in
            state.parcels.append(parcel)
            let count = state.parcels.count
            let ready = state.watchers.filter { $0.count <= count }.map(\.wake)
            state.watchers.removeAll { $0.count <= count }
            if !state.answers.isEmpty { return (state.answers.removeFirst(), count, ready) }
            if state.always == nil { state.unprimed += 1 }
            return (state.always, count, ready)
        }
        for watcher in ready { watcher.resume() }
        let peer = "\(route).example"
        switch answer {
        case nil:
            return DeliveryOutcome(.unknown(reason: "the test told nothing about this parcel"), peer: peer)
        case .hold:
            await hold()
            return outcome(.accepted(reference: ""), number, peer, facts: [:], blamesRoute: false)
        case .outcome(let result, let blamesRoute, let facts, let parts):
            return outcome(result, number, peer, facts: facts, parts: parts, blamesRoute: blamesRoute)
        }
    }

    private func outcome(
        _ result: DeliveryOutcome.Result, _ number: Int, _ peer: String, facts: [String: JSONValue], parts: Int? = nil,
        blamesRoute: Bool
    ) -> DeliveryOutcome {
        var result = result
        if case .accepted(let reference) = result, reference.isEmpty {
            result = .accepted(reference: "250 queued as \(route)-\(number)")
        }
        return DeliveryOutcome(
            result, peer: peer, transcript: ["> parcel \(number)", "< \(result)"], facts: facts,
            parts: parts, blamesRoute: blamesRoute)
    }

    private func hold() async {
        await withCheckedContinuation { continuation in
            let isReleased = state.withLock { state in
                if !state.isReleased { state.held.append(continuation) }
                return state.isReleased
            }
            if isReleased { continuation.resume() }
        }
    }
}
