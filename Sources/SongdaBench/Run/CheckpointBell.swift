import Synchronization

/// Lets many wait for the next checkpoint.
final class CheckpointBell: Sendable {
    private struct State {
        var rings = 0
        var isClosed = false
        var waiting: [CheckedContinuation<Int, Never>] = []
    }

    private let state = Mutex(State())

    /// How often it has rung.
    var rings: Int { state.withLock { $0.rings } }

    /// Wakes everybody who waits.
    func ring() { wake { $0.rings += 1 } }

    /// Wakes everybody and lets nobody wait any more.
    func close() { wake { $0.isClosed = true } }

    /// Returns how often it has rung once that is more than was seen.
    func wait(beyond seen: Int) async throws -> Int {
        let rings = await withCheckedContinuation { (continuation: CheckedContinuation<Int, Never>) in
            let now = state.withLock { state -> Int? in
                guard state.rings <= seen, !state.isClosed else { return state.rings }
                state.waiting.append(continuation)
                return nil
            }
            if let now { continuation.resume(returning: now) }
        }
        guard rings > seen else { throw BenchError("the sequencer ended while somebody waited for a checkpoint") }
        return rings
    }

    private func wake(_ change: (inout State) -> Void) {
        let (rings, waiting) = state.withLock { state -> (Int, [CheckedContinuation<Int, Never>]) in
            change(&state)
            defer { state.waiting = [] }
            return (state.rings, state.waiting)
        }
        for one in waiting { one.resume(returning: rings) }
    }
}

/// Times that many tasks report.
final class Times: Sendable {
    private let times = Mutex<[Double]>([])
    /// All of them, ascending.
    var sorted: [Double] { times.withLock { $0.sorted() } }
    func add(_ time: Double) { times.withLock { $0.append(time) } }
}
