import Evidence
import Synchronization

/// A clock that stands still until a test moves it.
public final class ManualClock: WallClock {
    private struct Sleeper {
        let id: Int
        let until: Timestamp
        let wake: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var now: Timestamp
        var nextID = 0
        var sleepers: [Sleeper] = []
        var watchers: [(count: Int, wake: CheckedContinuation<Void, Never>)] = []
        /// Sleeps cancelled before their continuation was stored.
        var cancelledEarly: Set<Int> = []
    }

    private let state: Mutex<State>

    /// Makes a clock showing the given instant.
    public init(_ now: Timestamp = Timestamp(microseconds: 1_795_257_125_000_000)) {
        state = Mutex(State(now: now))
    }

    /// The instant last set.
    public var now: Timestamp { state.withLock { $0.now } }

    /// How many tasks are asleep on this clock.
    public var sleeperCount: Int { state.withLock { $0.sleepers.count } }

    /// Moves the clock on and wakes every sleeper whose instant has come, earliest first.
    public func advance(by span: Duration) { set(to: now.adding(span)) }

    /// Sets the clock, backwards too, and wakes every sleeper whose instant has come, earliest first.
    public func set(to instant: Timestamp) {
        let due = state.withLock { state in
            state.now = instant
            let due = state.sleepers.filter { $0.until <= instant }.sorted { $0.until < $1.until }
            state.sleepers.removeAll { $0.until <= instant }
            return due
        }
        for sleeper in due { sleeper.wake.resume() }
    }

    /// Sleeps until a test moves the clock to the instant or beyond.
    public func sleep(until instant: Timestamp) async throws {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { wake in
                enroll(Sleeper(id: id, until: instant, wake: wake))
            }
        } onCancel: {
            let cancelled = state.withLock { state -> Sleeper? in
                guard let index = state.sleepers.firstIndex(where: { $0.id == id }) else {
                    state.cancelledEarly.insert(id)
                    return nil
                }
                return state.sleepers.remove(at: index)
            }
            cancelled?.wake.resume(throwing: CancellationError())
        }
    }

    /// Returns once at least this many tasks are asleep, so that a test advances only when all are in place.
    public func waitForSleepers(_ count: Int = 1) async {
        await withCheckedContinuation { wake in
            let ready = state.withLock { state in
                if state.sleepers.count >= count { return true }
                state.watchers.append((count, wake))
                return false
            }
            if ready { wake.resume() }
        }
    }

    private func enroll(_ sleeper: Sleeper) {
        enum Outcome { case due, cancelled, asleep }
        let (outcome, ready) = state.withLock { state -> (Outcome, [CheckedContinuation<Void, Never>]) in
            if state.cancelledEarly.remove(sleeper.id) != nil { return (.cancelled, []) }
            if sleeper.until <= state.now { return (.due, []) }
            state.sleepers.append(sleeper)
            let asleep = state.sleepers.count
            let ready = state.watchers.filter { $0.count <= asleep }.map(\.wake)
            state.watchers.removeAll { $0.count <= asleep }
            return (.asleep, ready)
        }
        switch outcome {
        case .due: sleeper.wake.resume()
        case .cancelled: sleeper.wake.resume(throwing: CancellationError())
        case .asleep: for watcher in ready { watcher.resume() }
        }
    }
}
