import CCurl

/// The multi handle and the thread that drives it.
final class HTTPEngine: @unchecked Sendable {
    // Sendable: `running` belongs to the engine's thread; the rest is behind `state`; `curl_multi_wakeup` is thread-safe
    // and is called only while `state` says that the multi is open.
    private struct State {
        var multi: UnsafeMutableRawPointer?
        var nextID: UInt64 = 1
        var live: Set<UInt64> = []
        var incoming: [HTTPTransfer] = []
        var cancelled: Set<UInt64> = []
        var isStopping = false
    }

    private let state = Monitor(State())
    private var running: [UnsafeMutableRawPointer: HTTPTransfer] = [:]  // touched by the engine's thread only

    func start() {
        guard LibCurl.start == CURLE_OK, let multi = curl_multi_init() else { return }
        // A gateway must not be flooded, and this machine has only so many descriptors.
        _ = ccurl_multi_set_long(multi, CURLMOPT_MAX_HOST_CONNECTIONS, 64)
        _ = ccurl_multi_set_long(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, 256)
        state.withLock { $0.multi = multi }
        guard WorkerThread.start("http", { self.run() }) else {
            state.withLock { $0.multi = nil }
            curl_multi_cleanup(multi)
            return
        }
    }

    /// Gives a request its name, so that it can be cancelled even before it is submitted.
    func reserve() -> UInt64 {
        state.withLock { state in
            defer { state.nextID += 1 }
            state.live.insert(state.nextID)
            return state.nextID
        }
    }

    func submit(_ transfer: HTTPTransfer) {
        let refusal: String? = state.withLock { state in
            let refusal: String? =
                if state.cancelled.remove(transfer.id) != nil {
                    "the task was cancelled"
                } else if state.multi == nil || state.isStopping {
                    "the HTTP exchange is not running"
                } else {
                    nil
                }
            guard refusal == nil else {
                state.live.remove(transfer.id)
                return refusal
            }
            state.incoming.append(transfer)
            curl_multi_wakeup(state.multi)
            return nil
        }
        if let refusal { transfer.fail(refusal) }
    }

    func cancel(_ id: UInt64) {
        state.withLock { state in
            guard state.live.contains(id) else { return }
            state.cancelled.insert(id)
            if let multi = state.multi { curl_multi_wakeup(multi) }
        }
    }

    func stop() {
        state.withLock { state in
            state.isStopping = true
            if let multi = state.multi { curl_multi_wakeup(multi) }
        }
    }

    private func run() {
        guard let multi = state.withLock({ $0.multi }) else { return }
        while true {
            let (incoming, cancelled, isStopping) = takeWork()
            for transfer in incoming { add(transfer, to: multi) }
            for (easy, transfer) in running where cancelled.contains(transfer.id) {
                remove(easy, from: multi)?.fail("the task was cancelled")
            }
            if isStopping { break }
            var count: Int32 = 0
            curl_multi_perform(multi, &count)
            finishDone(multi)
            // libcurl shortens the wait to its own timers; the upper bound only guards against a lost wake-up.
            curl_multi_poll(multi, nil, 0, count > 0 ? 1000 : 60_000, nil)
        }
        for easy in Array(running.keys) { remove(easy, from: multi)?.fail("the HTTP exchange was shut down") }
        let late = state.withLock { state in
            state.multi = nil
            defer { state.incoming = [] }
            return state.incoming
        }
        for transfer in late { transfer.fail("the HTTP exchange was shut down") }
        curl_multi_cleanup(multi)
    }

    private func takeWork() -> ([HTTPTransfer], Set<UInt64>, Bool) {
        state.withLock { state in
            defer { state.incoming = [] }
            return (state.incoming, state.cancelled, state.isStopping)
        }
    }

    private func add(_ transfer: HTTPTransfer, to multi: UnsafeMutableRawPointer) {
        guard let handle = transfer.prepare() else {
            forget(transfer)
            return transfer.fail(transfer.handle?.optionFault ?? "libcurl has no memory for a request")
        }
        running[handle.raw] = transfer
        guard curl_multi_add_handle(multi, handle.raw) == CURLM_OK else {
            running[handle.raw] = nil
            forget(transfer)
            return transfer.fail("libcurl did not take the request")
        }
    }

    private func finishDone(_ multi: UnsafeMutableRawPointer) {
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle else { continue }
            // Removing the handle frees the message, so the result is read first.
            let code = ccurl_message_result(message)
            remove(easy, from: multi)?.finish(code)
        }
    }

    private func remove(_ easy: UnsafeMutableRawPointer, from multi: UnsafeMutableRawPointer) -> HTTPTransfer? {
        curl_multi_remove_handle(multi, easy)
        guard let transfer = running.removeValue(forKey: easy) else { return nil }
        forget(transfer)
        return transfer
    }

    private func forget(_ transfer: HTTPTransfer) {
        state.withLock { state in
            state.live.remove(transfer.id)
            state.cancelled.remove(transfer.id)
        }
    }
}
