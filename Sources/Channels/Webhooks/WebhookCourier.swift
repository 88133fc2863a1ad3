import Curl
import Evidence
import Notices

/// Carries messages to web hooks over HTTPS: one POST, no redirect, bounded in time and size.
///
/// An administrator chooses the address, who need not be the operator of this machine. So it may lead to public hosts alone,
/// judged by the address that is connected to, unless the operator has allowed others.
public struct WebhookCourier: Sendable {
    /// How much of an answer is kept to be looked at.
    static let keptBytes = 300
    /// How much of an answer is read at all; a receiver has nothing to say but its status.
    static let maximumResponseBytes = 64 << 10

    private let exchange: HTTPExchange
    private let allowsPrivate: Bool

    /// Makes a courier; with `allowsPrivate` messages may go to this machine, there without TLS too, and to private networks.
    public init(exchange: HTTPExchange, allowsPrivate: Bool) {
        self.exchange = exchange
        self.allowsPrivate = allowsPrivate
    }

    /// What stands against an address before anything is looked up; nil when nothing does.
    public func fault(in url: String) -> String? {
        if !allowsPrivate, !url.lowercased().hasPrefix("https://") {
            return "must begin with https://; who sits in between would read and change what is told"
        }
        if url.contains("#") { return "has a part after #, which is never sent; leave it out" }
        guard let fault = request(to: url).fault else { return nil }
        if case .notSent(let reason) = fault { return reason }
        return fault.description
    }

    /// Makes one attempt.
    public func post(_ message: WebhookRequest) async -> WebhookAnswer {
        // The operator may have changed their mind since it was registered.
        if let fault = fault(in: message.url) { return .failed("the address \(fault)") }
        var request = request(to: message.url)
        request.headers = message.headers.map { HTTPHeader(name: $0.name, value: $0.value) }
        request.body = message.body
        do {
            let response = try await exchange.send(request)
            return .answered(
                status: response.status,
                words: String(decoding: response.body.prefix(Self.keptBytes), as: UTF8.self),
                retryAfter: response.header("Retry-After").flatMap { Int($0) }.flatMap {
                    (1...604_800).contains($0) ? .seconds($0) : nil
                })
        } catch {
            return .failed(error.description)
        }
    }

    private func request(to url: String) -> HTTPRequest {
        HTTPRequest(
            method: "POST", url: url, timeout: .seconds(15), connectTimeout: .seconds(5),
            maxResponseBytes: Self.maximumResponseBytes, reach: allowsPrivate ? .anywhere : .publicOnly)
    }
}
