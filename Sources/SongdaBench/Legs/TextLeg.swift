import Curl

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
            other: try TextGateway.channel(root: root, port: port, route: BenchGateway.mailRoute, exchange: exchange))
        let work = HandOver(gateway: gateway, count: count)
        try await work.prepare()
        let leg = try await work.run()
        try await gateway.close()
        return leg
    }
}
