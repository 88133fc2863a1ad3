/// Sends HTTP requests over kept connections: one libcurl multi on one thread for the whole program.
///
/// Follows no redirect, undoes no content coding, verifies TLS always, and never repeats a request that may have side effects.
/// Cancelling the task takes the request off the wire.
public final class HTTPExchange: Sendable {
    private let engine: HTTPEngine

    /// Starts the thread; if the system refuses one, every `send` says so.
    public init() {
        engine = HTTPEngine()
        engine.start()
    }

    deinit { engine.stop() }

    /// Sends a request and waits for the whole response.
    ///
    /// `HTTPFailure.notSent` means that no byte of the request has left: only then is sending again without a query safe.
    public func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
        let checked = try CheckedRequest(request)
        let id = engine.reserve()
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { answer in
                engine.submit(HTTPTransfer(id: id, checked, answer: answer))
            }
        } onCancel: {
            engine.cancel(id)
        }
        return try result.get()
    }

    /// Ends all requests with what is known about them and closes all connections.
    public func shutdown() { engine.stop() }
}
