import Notices
import SQL
import Synchronization

/// The dispatcher on PostgreSQL with a channel that takes everything at once: what remains is its own work.
struct DispatchLeg {
    static let batch = 50
    let root: String
    let count: Int
    /// The database, empty.
    let conninfo: String

    func run() async throws -> Leg {
        let channel = NoOpChannel()
        // Its batch is half of what may be under way.
        let gateway = try await BenchGateway(
            database: try await PostgresDatabase(conninfo: conninfo), root: root, port: 1, connections: 1,
            inFlight: Self.batch * 2, other: channel)
        let work = HandOver(gateway: gateway, count: count) { channel.taken }
        try await work.prepare()
        var leg = try await work.run()
        try await gateway.close()
        if channel.taken != count { leg.fault = leg.fault ?? "the channel was given \(channel.taken) of \(count)" }
        return leg
    }
}

/// Takes every parcel at once, and counts.
final class NoOpChannel: Channel {
    static let name = RouteID("no-op")
    let kind = ChannelKind.email
    let route = name
    private let count = Mutex(0)

    /// How many it was given.
    var taken: Int { count.withLock { $0 } }

    func deliver(_ parcel: Parcel) async -> DeliveryOutcome {
        count.withLock { $0 += 1 }
        return Self.outcome(address: parcel.address, key: parcel.messageKey)
    }

    /// What it says of each.
    static func outcome(address: String, key: String) -> DeliveryOutcome {
        DeliveryOutcome(
            .accepted(reference: reference(key)), peer: "127.0.0.1:25",
            transcript: ["> \(address)", "< \(reference(key))"])
    }

    /// A mail server's words on taking a message.
    static func reference(_ key: String) -> String { "250 2.0.0 Ok: queued as \(key)" }
}
