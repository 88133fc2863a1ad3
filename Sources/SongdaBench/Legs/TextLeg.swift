import Channels
import Curl
import Evidence
import Foundation
import Notices

/// Text messages through the generic gateway, with the description of the sandbox's JSON gateway.
struct TextLeg {
    let directory: String
    let root: String
    let count: Int
    /// Of the web sink.
    let port: Int

    func run() async throws -> Leg {
        let exchange = HTTPExchange()
        defer { exchange.shutdown() }
        let gateway = try await BenchGateway(
            directory: directory, root: root, port: 1, connections: 1, inFlight: TextBenchmark.connections,
            other: try channel(exchange))
        let work = HandOver(gateway: gateway, count: count)
        try await work.prepare()
        let leg = try await work.run()
        try await gateway.close()
        return leg
    }

    private func channel(_ exchange: HTTPExchange) throws -> SMSChannel {
        let file = root + "/config/gateways/sandbox.yaml"
        let gateway = try GenericGateway(
            description: try GatewayDescription(yaml: String(contentsOfFile: file, encoding: .utf8), file: file),
            settings: ["url": "http://127.0.0.1:\(port)", "callback": "https://hr.example.com/c"],
            secrets: ["token": "bench"])
        return SMSChannel(route: RouteID("sink"), gateway: gateway, clock: SystemClock(), exchange: exchange)
    }
}
