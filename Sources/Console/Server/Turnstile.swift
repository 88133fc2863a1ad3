import Synchronization

/// Lets a bounded number of requests work at once, the callers in turn, and turns away whoever has too many waiting.
///
/// A request is let in before its body is read, so that a burst costs connections and never the memory of its bodies. A
/// caller who floods fills their own queue and gets 429; others go in as soon as any place is free, ahead of that queue.
final class Turnstile: Sendable {
    /// How many may work and wait.
    struct Limits: Sendable, Hashable {
        /// Requests at work, of all callers.
        var atWork = 64
        /// Requests at work of one caller: some places stay free for others.
        var atWorkEach = 48
        /// Requests of one caller that wait.
        var waitingEach = 128
        /// Requests that wait, of all callers.
        var waiting = 1024
    }

    fileprivate struct Waiter {
        let number: Int
        let continuation: CheckedContinuation<Bool, Never>
    }

    fileprivate struct State {
        var atWork: [String: Int] = [:]
        var total = 0
        var queues: [String: [Waiter]] = [:]
        /// Callers with a queue, whoever is next first.
        var turns: [String] = []
        var waiting = 0
        var number = 0
        /// Numbers of waiters on their way into a queue; false for those who have left meanwhile.
        var arriving: [Int: Bool] = [:]
    }

    private let limits: Limits
    private let state = Mutex(State())

    /// Makes a turnstile with these limits.
    init(_ limits: Limits = Limits()) { self.limits = limits }

    /// Does something once it is the caller's turn; throws 429 at once if too much waits already.
    func pass<T>(_ caller: String, _ body: () async throws -> T) async throws -> T {
        try await enter(caller)
        defer { leave(caller) }
        return try await body()
    }

    /// How many wait.
    var waiting: Int { state.withLock { $0.waiting } }
    /// Whether any request is at work.
    var isBusy: Bool { state.withLock { $0.total > 0 } }

    private enum Way { case free, full, queue(Int) }

    private func enter(_ caller: String) async throws {
        let way = state.withLock { state -> Way in
            if hasPlace(for: caller, state), state.queues[caller] == nil {
                state.begin(caller)
                return .free
            }
            guard state.waiting < limits.waiting, state.queues[caller, default: []].count < limits.waitingEach
            else { return .full }
            state.number += 1
            state.waiting += 1
            state.arriving[state.number] = true
            return .queue(state.number)
        }
        switch way {
        case .free: return
        case .full:
            throw Problem.tooMany(
                retryAfter: 2, "more requests wait than this server takes; send fewer at once, and again after a pause")
        case .queue(let number):
            let isIn = await withTaskCancellationHandler {
                await withCheckedContinuation { wait(caller, Waiter(number: number, continuation: $0)) }
            } onCancel: {
                abandon(caller, number)
            }
            guard isIn else { throw CancellationError() }
        }
    }

    private func hasPlace(for caller: String, _ state: State) -> Bool {
        state.total < limits.atWork && state.atWork[caller, default: 0] < limits.atWorkEach
    }

    private func wait(_ caller: String, _ waiter: Waiter) {
        let ready = state.withLock { state -> [(Waiter, Bool)] in
            if state.arriving.removeValue(forKey: waiter.number) == false {
                state.waiting -= 1
                return [(waiter, false)]
            }
            if state.queues[caller] == nil { state.turns.append(caller) }
            state.queues[caller, default: []].append(waiter)
            // A place may have become free since it was looked for.
            return admit(&state).map { ($0, true) }
        }
        for (one, isIn) in ready { one.continuation.resume(returning: isIn) }
    }

    private func leave(_ caller: String) {
        let ready = state.withLock { state -> [Waiter] in
            state.end(caller)
            return admit(&state)
        }
        for one in ready { one.continuation.resume(returning: true) }
    }

    private func abandon(_ caller: String, _ number: Int) {
        let waiter = state.withLock { state -> Waiter? in
            if state.arriving[number] != nil { state.arriving[number] = false }
            guard let index = state.queues[caller]?.firstIndex(where: { $0.number == number }) else { return nil }
            return state.take(caller, at: index)
        }
        waiter?.continuation.resume(returning: false)
    }

    /// Lets in one of each caller in turn, as long as there are places.
    private func admit(_ state: inout State) -> [Waiter] {
        var admitted: [Waiter] = []
        while let next = state.turns.firstIndex(where: { hasPlace(for: $0, state) }) {
            let caller = state.turns.remove(at: next)
            state.turns.append(caller)
            guard let waiter = state.take(caller, at: 0) else { break }
            state.begin(caller)
            admitted.append(waiter)
        }
        return admitted
    }
}

extension Turnstile.State {
    fileprivate mutating func begin(_ caller: String) {
        total += 1
        atWork[caller, default: 0] += 1
    }

    fileprivate mutating func end(_ caller: String) {
        total -= 1
        let left = atWork[caller, default: 1] - 1
        atWork[caller] = left == 0 ? nil : left
    }

    fileprivate mutating func take(_ caller: String, at index: Int) -> Turnstile.Waiter? {
        guard var queue = queues[caller], queue.indices.contains(index) else { return nil }
        let waiter = queue.remove(at: index)
        waiting -= 1
        queues[caller] = queue.isEmpty ? nil : queue
        if queue.isEmpty { turns.removeAll { $0 == caller } }
        return waiter
    }
}
