import Evidence
import Notices
import SQL

/// How long the service has been ready, a row a day (S-130).
public struct ServiceLedger: Sendable {
    /// Between two looks that are further apart nobody knows what was.
    public static let longestGap: Duration = .seconds(20)
    private let database: any SQLDatabase

    /// The ledger of this database.
    public init(_ database: any SQLDatabase) { self.database = database }

    /// Notes that the service is ready; the time since the look before counts if that was a moment ago.
    ///
    /// Two processes that share a database count the same second once.
    ///
    /// - Parameter wasReady: whether this process itself saw it ready at its look before; otherwise something lies between.
    public func noteReady(at now: Timestamp, wasReady: Bool) async throws {
        let day = CivilDate(inChina: now)
        try await database.write { tx in
            let last: Timestamp? = try tx.first("SELECT max(seen_until) AS at FROM service_days")?.get("at")
            let gap = last.map { now.since($0) } ?? .zero
            let counts = wasReady && gap > .zero && gap <= Self.longestGap
            let served =
                counts ? gap.components.seconds * 1_000 + gap.components.attoseconds / 1_000_000_000_000_000 : 0
            try tx.execute(
                """
                INSERT INTO service_days (day, seen_from, seen_until, served_ms) VALUES (\(day), \(now), \(now), \(served))
                ON CONFLICT (day) DO UPDATE SET served_ms = service_days.served_ms + excluded.served_ms,
                    seen_until = CASE WHEN service_days.seen_until < excluded.seen_until
                        THEN excluded.seen_until ELSE service_days.seen_until END
                """)
        }
    }

    /// What was seen of the last so many days; nothing before the first look.
    public func shares(of spans: [Int], at now: Timestamp) async throws -> [ServedShare] {
        let today = CivilDate(inChina: now)
        return try await database.read { tx in
            let first: Timestamp? = try tx.first("SELECT min(seen_from) AS at FROM service_days")?.get("at")
            guard let first else { return [] }
            return try spans.map { days in
                let begin = today.adding(days: 1 - days)
                let served: Int64? = try tx.first(
                    "SELECT sum(served_ms) AS n FROM service_days WHERE day >= \(begin)")?.get("n")
                let from = max(first, begin.startInChina)
                return ServedShare(
                    days: days, from: from, served: .milliseconds(served ?? 0), watched: max(.zero, now.since(from)))
            }
        }
    }
}
