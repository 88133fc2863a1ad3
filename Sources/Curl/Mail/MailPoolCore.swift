/// What callers and workers of a pool share: the queue, the workers, and the end.
final class MailPoolCore: Sendable {
    private struct State {
        var nextID: UInt64 = 1
        /// Ids handed out and not yet answered, so that cancelling late leaves nothing behind.
        var live: Set<UInt64> = []
        var cancelled: Set<UInt64> = []
        var queue: [MailJob] = []
        var head = 0
        var idle = 0
        var workers: [ObjectIdentifier: MailWorker] = [:]
        var running: [ObjectIdentifier: UInt64] = [:]
        /// Workers that take no more messages but still say QUIT.
        var closing = 0
        var stopsAt: Instant?
        var afterStop: [CheckedContinuation<Void, Never>] = []

        var isQuiet: Bool { workers.isEmpty && closing == 0 }
        var waiting: Int { queue.count - head }

        mutating func pop() -> MailJob? {
            guard head < queue.count else { return nil }
            defer {
                head += 1
                // Dropped in bulk: removing the first of an array moves all others.
                if head == queue.count || head > 512 {
                    queue.removeFirst(head)
                    head = 0
                }
            }
            return queue[head]
        }

        mutating func take(_ id: UInt64) -> MailJob? {
            guard let index = queue.indices.dropFirst(head).first(where: { queue[$0].id == id }) else { return nil }
            return queue.remove(at: index)
        }
    }

    let relay: MailRelay
    let messagesPerConnection: Int
    private let maxConnections: Int
    private let idleTimeout: Duration
    private let queueLimit: Int
    private let state = Monitor(State())

    init(relay: MailRelay, maxConnections: Int, idleTimeout: Duration, queueLimit: Int, messagesPerConnection: Int) {
        self.relay = relay
        self.maxConnections = maxConnections
        self.idleTimeout = idleTimeout
        self.queueLimit = queueLimit
        self.messagesPerConnection = messagesPerConnection
    }

    /// A message that never came near a connection.
    func unsent(_ reason: String, _ phase: MailPhase) -> MailDelivery {
        MailDelivery(
            outcome: .deferred(reason: reason, reply: nil, phase: phase),
            peer: MailPeer(host: relay.host, ip: nil, port: relay.port))
    }

    func reserve() -> UInt64 {
        state.withLock { state in
            defer { state.nextID += 1 }
            state.live.insert(state.nextID)
            return state.nextID
        }
    }

    func submit(_ job: MailJob) {
        let refusal: String? = state.signal { state in
            let refusal: String? =
                if state.cancelled.remove(job.id) != nil {
                    LinkFault.interrupted.reason
                } else if state.stopsAt != nil {
                    "the pool of relay \(relay.name) is shut down"
                } else if state.waiting >= queueLimit {
                    "\(queueLimit) messages already wait for relay \(relay.name); send more slowly"
                } else if state.workers.isEmpty || (state.waiting >= state.idle && state.workers.count < maxConnections)
                {
                    startWorker(&state)
                } else {
                    nil
                }
            if refusal == nil { state.queue.append(job) } else { state.live.remove(job.id) }
            return refusal
        }
        if let refusal { job.answer.resume(returning: unsent(refusal, .connect)) }
    }

    func cancel(_ id: UInt64) {
        let queued: MailJob? = state.withLock { state in
            guard state.live.contains(id) else { return nil }
            if let job = state.take(id) {
                state.live.remove(id)
                return job
            }
            if let worker = state.running.first(where: { $0.value == id }).flatMap({ state.workers[$0.key] }) {
                worker.interrupt.set(.now)
            } else {
                state.cancelled.insert(id)
            }
            return nil
        }
        queued?.answer.resume(returning: unsent(LinkFault.interrupted.reason, .connect))
    }

    func stop(grace: Duration, then waiter: CheckedContinuation<Void, Never>? = nil) {
        let (dropped, isOver) = state.broadcast { state in
            let deadline = grace > .zero ? Instant.after(grace) : .now
            state.stopsAt = min(deadline, state.stopsAt ?? .never)
            for worker in state.workers.values { worker.interrupt.set(state.stopsAt ?? deadline) }
            let dropped = Array(state.queue.dropFirst(state.head))
            state.queue = []
            state.head = 0
            for job in dropped { state.live.remove(job.id) }
            if let waiter, !state.isQuiet { state.afterStop.append(waiter) }
            return (dropped, state.isQuiet)
        }
        for job in dropped {
            job.answer.resume(returning: unsent("the pool of relay \(relay.name) is shut down", .connect))
        }
        if isOver { waiter?.resume() }
    }

    // MARK: - For workers

    /// The next message for a worker; nil when it should end, and then it is no longer counted.
    func nextJob(for worker: MailWorker) -> MailJob? {
        enum Turn { case job(MailJob), end }
        state.withLock { $0.idle += 1 }
        let turn: Turn? = state.wait(until: .after(idleTimeout)) { state in
            if let job = assign(to: worker, &state) { return .job(job) }
            return state.stopsAt == nil ? nil : .end
        }
        if case .job(let job)? = turn { return job }
        // Between the time-out and here a message may have come for which no new worker was started.
        return state.withLock { state in
            if let job = assign(to: worker, &state) { return job }
            state.idle -= 1
            state.workers[ObjectIdentifier(worker)] = nil
            state.closing += 1
            return nil
        }
    }

    private func assign(to worker: MailWorker, _ state: inout State) -> MailJob? {
        guard let job = state.pop() else { return nil }
        state.idle -= 1
        state.running[ObjectIdentifier(worker)] = job.id
        // A cancellation was meant for the message before this one.
        worker.interrupt.set(state.stopsAt ?? .never)
        return job
    }

    func finish(_ job: MailJob, by worker: MailWorker, _ delivery: MailDelivery) {
        state.withLock { state in
            state.live.remove(job.id)
            state.cancelled.remove(job.id)
            state.running[ObjectIdentifier(worker)] = nil
        }
        job.answer.resume(returning: delivery)
    }

    /// A worker has closed its connection and its thread is about to end.
    func ended() {
        let waiters = state.withLock { state in
            state.closing -= 1
            guard state.isQuiet else { return [CheckedContinuation<Void, Never>]() }
            defer { state.afterStop = [] }
            return state.afterStop
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Starts a thread; a failure matters only when there is no other worker to do the job.
    private func startWorker(_ state: inout State) -> String? {
        let worker = MailWorker(pool: self)
        guard WorkerThread.start("mail \(relay.name)", worker.run) else {
            return state.workers.isEmpty ? "the system has no thread left for relay \(relay.name)" : nil
        }
        state.workers[ObjectIdentifier(worker)] = worker
        return nil
    }
}
