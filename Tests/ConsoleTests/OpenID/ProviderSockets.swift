import Console
import Curl

/// The way to a scripted provider as the program has it: libcurl, which follows no redirect.
///
/// Apart from the provider, whose library has types of the same names.
final class ProviderSockets: Sendable {
    private let exchange = HTTPExchange()

    var way: ProviderExchange {
        { [exchange] request in
            let answer = try await exchange.send(
                HTTPRequest(
                    method: request.method, url: request.url,
                    headers: request.headers.map { HTTPHeader(name: $0.name, value: $0.value) }, body: request.body,
                    timeout: .seconds(10), maxResponseBytes: request.maximumBytes))
            return ProviderAnswer(status: answer.status, body: answer.body)
        }
    }

    func close() { exchange.shutdown() }
}
