import Synchronization

/// Tells the workers to finish what they began and begin nothing new.
///
/// It is not task cancellation: an attempt that has begun must reach its outcome and the disk.
public final class StopSignal: Sendable {
    private struct State {
        var isStopped = false
        var pokes: [Poke] = []
    }

    private let state = Mutex(State())

    /// A signal nobody has given yet.
    public init() {}

    /// Whether the signal was given.
    public var isStopped: Bool { state.withLock { $0.isStopped } }

    /// Gives the signal and wakes the workers that wait.
    public func stop() {
        let pokes = state.withLock { state -> [Poke] in
            state.isStopped = true
            return state.pokes
        }
        for poke in pokes { poke.poke() }
    }

    /// Wakes this worker too when the signal is given.
    public func wakes(_ poke: Poke) {
        let isStopped = state.withLock { state -> Bool in
            state.pokes.append(poke)
            return state.isStopped
        }
        if isStopped { poke.poke() }
    }
}
