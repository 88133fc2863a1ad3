import Channels
import Curl
import Evidence
import Foundation
import Notices

/// The dispatcher of text messages with a provider that takes connections and never says anything.
///
/// A channel of its own, as in `songda serve`: what it cannot hand over must not hold up the mail.
final class HoleDispatcher: Sendable {
    static let begun = "handed to the provider that never answers"
    private static let route = RouteID("hole")
    let dispatcher: Dispatcher
    private let gateway: BenchGateway
    private let exchange = HTTPExchange()

    init(gateway: BenchGateway, port: Int) throws {
        self.gateway = gateway
        let channel = try TextGateway.channel(root: gateway.root, port: port, route: Self.route, exchange: exchange)
        dispatcher = Dispatcher(
            channel: .sms, routes: RouteTable([.init(channel: channel, weight: 1)]), store: gateway.store,
            recorder: gateway.recorder, clock: gateway.clock, schedule: .sms,
            parcels: ParcelMaker(links: gateway.links), expectReceiptWithin: .seconds(86_400), owner: "bench",
            quietHours: gateway.law.quietHours)
    }

    /// Ends what waits for an answer; whatever was begun is then on record as unknown.
    func breakOff() { exchange.shutdown() }

    /// How many attempts were begun there.
    func begun() async throws -> Int {
        try await gateway.database.read { tx in
            try tx.first("SELECT count(*) AS n FROM attempts WHERE route = \(Self.route.rawValue)")?.get("n") ?? 0
        }
    }
}

/// The generic gateway for text messages with the description of the sandbox's JSON gateway.
enum TextGateway {
    static func channel(root: String, port: Int, route: RouteID, exchange: HTTPExchange) throws -> SMSChannel {
        let file = root + "/config/gateways/sandbox.yaml"
        let gateway = try GenericGateway(
            description: try GatewayDescription(yaml: String(contentsOfFile: file, encoding: .utf8), file: file),
            settings: ["url": "http://127.0.0.1:\(port)", "callback": "https://hr.example.com/c"],
            secrets: ["token": "bench"])
        return SMSChannel(route: route, gateway: gateway, clock: SystemClock(), exchange: exchange)
    }
}
