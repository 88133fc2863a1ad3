import Synchronization

/// Counts what is under way and lets the claimer wait for room.
final class InFlight: Sendable {
    private let limit: Int
    private let count = Mutex(0)
    private let freed = Poke()

    init(limit: Int) { self.limit = limit }

    func add(_ n: Int) { count.withLock { $0 += n } }

    func remove(_ n: Int) {
        count.withLock { $0 -= n }
        freed.poke()
    }

    /// Waits until at least a quarter of the window is free, so that claims come in batches; 0 when told to stop.
    func waitForRoom(until stop: StopSignal) async -> Int {
        while !stop.isStopped && !Task.isCancelled {
            let room = limit - count.withLock { $0 }
            if room >= max(1, limit / 4) { return room }
            await freed.wait(.milliseconds(200))
        }
        return 0
    }
}

/// A queue whose one reader takes everything that is there.
///
/// The reader is not woken by cancellation: what was added before ``close()`` is always taken.
final class Gathered<Element: Sendable>: Sendable {
    private struct State {
        var elements: [Element] = []
        var isClosed = false
        var reader: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    func add(_ element: Element) {
        wakeReader { $0.elements.append(element) }
    }

    func close() {
        wakeReader { $0.isClosed = true }
    }

    private func wakeReader(after change: (inout State) -> Void) {
        let reader = state.withLock { state -> CheckedContinuation<Void, Never>? in
            change(&state)
            defer { state.reader = nil }
            return state.reader
        }
        reader?.resume()
    }

    /// What has gathered, in order; nil when the queue is closed and empty.
    func take(atMost limit: Int) async -> [Element]? {
        while true {
            let (batch, isClosed) = state.withLock { state -> ([Element], Bool) in
                let batch = Array(state.elements.prefix(limit))
                state.elements.removeFirst(batch.count)
                return (batch, state.isClosed)
            }
            if !batch.isEmpty { return batch }
            if isClosed { return nil }
            await withCheckedContinuation { continuation in
                let isReady = state.withLock { state -> Bool in
                    if state.isClosed || !state.elements.isEmpty { return true }
                    state.reader = continuation
                    return false
                }
                if isReady { continuation.resume() }
            }
        }
    }
}
