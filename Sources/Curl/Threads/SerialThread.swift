/// Runs blocking work one piece after the other on a thread of its own.
///
/// The thread exists only while there is work.
final class SerialThread: Sendable {
    private struct State {
        var queue: [@Sendable () -> Void] = []
        var isRunning = false
    }

    private let name: String
    private let state = Monitor(State())

    init(_ name: String) { self.name = name }

    /// Runs `work` on the thread and returns what it returns.
    func run<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { answer in
            let mustStart = state.withLock { state in
                state.queue.append { answer.resume(returning: work()) }
                defer { state.isRunning = true }
                return !state.isRunning
            }
            guard mustStart, !WorkerThread.start(name, drain) else { return }
            let abandoned = state.withLock { state in
                defer { state = State() }
                return state.queue
            }
            // No thread left in the system: a slow answer is better than none.
            for work in abandoned { work() }
        }
    }

    @Sendable private func drain() {
        while true {
            let work: (@Sendable () -> Void)? = state.withLock { state in
                guard !state.queue.isEmpty else {
                    state.isRunning = false
                    return nil
                }
                return state.queue.removeFirst()
            }
            guard let work else { return }
            work()
        }
    }
}
