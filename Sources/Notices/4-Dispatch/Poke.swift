import Synchronization

/// Wakes a worker that waits for something to do.
///
/// Pokes that come while nobody waits are remembered as one, so that work stored between "nothing is due" and "wait" is
/// not overlooked until the next poll.
public final class Poke: Sendable {
    private struct State {
        var isPending = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    /// A poke nobody has used yet.
    public init() {}

    /// Wakes the worker, now or when it next waits.
    public func poke() {
        let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
            defer { state.waiter = nil }
            if state.waiter == nil { state.isPending = true }
            return state.waiter
        }
        waiter?.resume()
    }

    /// Returns when poked, after `timeout`, or when the task is cancelled.
    ///
    /// One worker waits at a time.
    public func wait(_ timeout: Duration) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.waitForPoke() }
            group.addTask {
                // Cancelled when the poke came first.
                try? await Task.sleep(for: timeout)
            }
            await group.next()
            group.cancelAll()
        }
    }

    private func waitForPoke() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let runNow = state.withLock { state -> Bool in
                    if state.isPending || Task.isCancelled {
                        state.isPending = false
                        return true
                    }
                    state.waiter = continuation
                    return false
                }
                if runNow { continuation.resume() }
            }
        } onCancel: {
            let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
                defer { state.waiter = nil }
                return state.waiter
            }
            waiter?.resume()
        }
    }
}
