import Foundation

/// The one thread on which everything of Pango and Cairo happens.
///
/// Font caches gain nothing from more threads (measured: two are often slower than one), and the
/// caller's cooperative threads stay free while a page is drawn.
final class PressThread: Sendable {
    private let queue: JobQueue

    /// Starts the thread and waits until `open` has made the press there; what `open` throws is thrown here.
    init(open: @escaping @Sendable () throws -> Press) throws {
        let queue = JobQueue()
        let thread = Thread { queue.work(open: open) }
        thread.name = "songda.typeset"
        thread.stackSize = 4 << 20
        thread.start()
        self.queue = queue
        if let failure = queue.waitUntilOpen() { throw failure }
    }

    deinit { queue.close(then: {}) }

    /// Runs a job in turn; refuses with `closed` after `shutdown`.
    func run<Value: Sendable>(_ job: @escaping @Sendable (Press) throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            let isQueued = queue.append { press in
                continuation.resume(with: Result { try job(press) })
            }
            if !isQueued {
                continuation.resume(throwing: TypesetError(.closed, "the typesetter was shut down; make a new one"))
            }
        }
    }

    /// Lets queued jobs finish, then ends the thread.
    func shutdown() async {
        await withCheckedContinuation { continuation in queue.close { continuation.resume() } }
    }
}

/// Jobs in order of arrival, worked off by a single thread.
///
/// `@unchecked Sendable`: every field is read and written between `condition.lock()` and `unlock()`.
private final class JobQueue: @unchecked Sendable {
    private enum State {
        case opening, open, ended
        case failed(any Error)
    }

    private let condition = NSCondition()
    private var jobs: [@Sendable (Press) -> Void] = []
    private var state = State.opening
    private var isClosed = false
    private var afterEnd: [@Sendable () -> Void] = []

    func append(_ job: @escaping @Sendable (Press) -> Void) -> Bool {
        condition.withLock {
            guard !isClosed else { return false }
            jobs.append(job)
            condition.broadcast()
            return true
        }
    }

    func waitUntilOpen() -> (any Error)? {
        condition.withLock {
            while true {
                switch state {
                case .opening: condition.wait()
                case .open, .ended: return nil
                case .failed(let error): return error
                }
            }
        }
    }

    func close(then action: @escaping @Sendable () -> Void) {
        let hasEnded = condition.withLock {
            isClosed = true
            condition.broadcast()
            switch state {
            case .ended, .failed: return true
            case .opening, .open:
                afterEnd.append(action)
                return false
            }
        }
        if hasEnded { action() }
    }

    /// The thread's whole life; the press is made, used and freed here and nowhere else.
    func work(open: () throws -> Press) {
        do {
            let press = try open()
            change(to: .open)
            while let batch = nextBatch() {
                for job in batch { job(press) }
            }
        } catch {
            change(to: .failed(error))
            return
        }
        let actions = condition.withLock {
            state = .ended
            defer { afterEnd = [] }
            return afterEnd
        }
        for action in actions { action() }
    }

    private func change(to new: State) {
        condition.withLock {
            state = new
            condition.broadcast()
        }
    }

    private func nextBatch() -> [@Sendable (Press) -> Void]? {
        condition.withLock {
            while jobs.isEmpty {
                if isClosed { return nil }
                condition.wait()
            }
            defer { jobs = [] }
            return jobs
        }
    }
}
