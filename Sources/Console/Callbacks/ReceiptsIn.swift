import Evidence
import Hummingbird
import Logging
import Notices

/// Takes the call-backs of gateways at secret paths.
///
/// The answer that lets a gateway forget a report is given once it is on disk. Whatever else happens, it gets an error and
/// calls again; the desk records a repeated report once.
struct ReceiptsIn: Sendable {
    let services: ConsoleServices
    let logger: Logger
    /// Wrong secrets, a client.
    private let failures = TokenBuckets(burst: 10, every: .seconds(6))

    init(services: ConsoleServices, logger: Logger) {
        self.services = services
        self.logger = logger
    }

    var endpoints: [Endpoint] {
        // The path's own limit is the largest of the feeds'; each feed's is checked once it is known which it is.
        let limit = services.callbacks.map(\.maximumBytes).max() ?? 0
        return [HTTPRequest.Method.get, .post].map {
            Endpoint($0, Site.receipts, .open, bodyLimit: limit, answer: take)
        }
    }

    private func take(_ call: Call) async throws -> Reply {
        guard let feed = feed(call.parameters["feed"] ?? "") else {
            if let wait = failures.take(call.client, at: services.clock.now) {
                throw Problem.tooMany(retryAfter: wait, "too many wrong addresses; check the configured call-back URL")
            }
            throw Problem.notFound()
        }
        guard call.body.count <= feed.maximumBytes else { throw Problem.tooLarge(feed.maximumBytes) }
        let callback: Callback
        do {
            callback = try feed.read(request(call))
            // Read once before it is taken: what cannot be read is the sender's fault, all that fails later is ours.
            _ = try callback.parser.parse(callback.raw, receivedAt: services.clock.now)
        } catch {
            // The error may quote the report, and with it somebody's number: the log gets the kind of fault alone.
            logger.warning("callback refused feed=\(feed.name) bytes=\(call.body.count) fault=\(type(of: error))")
            throw Problem.malformed("this is not a report that the feed can read; check version and signature")
        }
        let tally = try await services.pipeline.receive.take(callback.raw, by: callback.parser)
        logger.info(
            "callback feed=\(feed.name) recorded=\(tally.recorded) duplicates=\(tally.duplicates) unmatched=\(tally.unmatched) forged=\(tally.forged)"
        )
        return Reply(status: 200, contentType: callback.reply.contentType, body: callback.reply.body)
    }

    /// Every feed is compared, by hashes, so that time tells neither which came close nor how many there are to try.
    private func feed(_ secret: String) -> CallbackFeed? {
        let given = SHA256.hash(Array(secret.utf8)).bytes
        var found: CallbackFeed?
        for feed in services.callbacks
        where ConstantTime.equal(given, SHA256.hash(Array(feed.secret.utf8)).bytes) {
            found = feed
        }
        return found
    }

    private func request(_ call: Call) -> CallbackRequest {
        let base = services.settings.publicBaseURL ?? "http://\(call.authority)"
        let query = call.rawQuery.isEmpty ? "" : "?\(call.rawQuery)"
        return CallbackRequest(
            method: call.method, url: base + call.path + query,
            headers: call.headers.map { (name: $0.name.rawName, value: $0.value) }, query: call.rawQuery,
            body: call.body)
    }
}
