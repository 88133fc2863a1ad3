import Evidence
import Foundation
import Notices
import SQL
import Synchronization

/// Notices that come at a constant rate, whatever becomes of those before them, while all workers run.
struct LoadLeg {
    static let acceptance = "accept p99 ms"
    static let handOver = "accept to SMTP 250 p99 ms"
    static let late = "share later than 10 s, of 100,000"
    static let lastTenth = "last tenth by the first"
    static let log = "largest WAL MiB"
    static let growth = "RSS growth MiB a minute"
    private static let principal = "key-load"
    private static let people = 2_000

    let directory: String
    let root: String
    let port: Int
    let counter: String
    /// Notices a second.
    let rate: Double
    let seconds: Int
    /// As in ``MailLeg``.
    var hole: Int?

    func run() async throws -> Leg {
        let schedule = ArrivalSchedule(rate: rate, for: seconds)
        let gateway = try await BenchGateway(directory: directory, root: root, port: port, connections: 16)
        try await gateway.addPeople(Self.people)
        try await gateway.drainLog()
        let first = try await gateway.verifiedCheckpoint()?.size ?? 0
        let hole = try hole.map { try HoleDispatcher(gateway: gateway, port: $0) }
        let accepted = Mutex(Histogram())
        let watch = Watch(log: directory + "/songda.db-wal", sink: SinkCounter(path: counter), seconds: seconds)
        let consumption = try Consumption.begin()
        let (start, wall) = (ContinuousClock.now, gateway.clock.now)
        try await gateway.whileWorking(beside: hole) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await watch.run(since: start) }
                try await Self.send(schedule, since: start, gateway) { time in
                    accepted.withLock { $0.add(microseconds: Int(time.inSeconds * 1e6)) }
                }
                try await group.waitForAll()
            }
            try await Self.waitUntilProved(schedule.count, from: first, gateway, watch.sink)
        }
        var facts = try consumption.facts(units: schedule.count)
        let handedOver = try await Self.handOvers(gateway, schedule, since: wall)
        let size = try await gateway.verifiedCheckpoint()?.size ?? 0
        let logged = try await gateway.logged(.attemptAccepted, from: first, below: size)
        let lost = try await hole?.begun() ?? 0
        try await gateway.close()
        facts.merge(Self.facts(accepted.withLock { $0 }, handedOver)) { first, _ in first }
        facts.merge(watch.facts) { first, _ in first }
        if hole != nil { facts[HoleDispatcher.begun] = Double(lost) }
        let counts = [accepted.withLock { $0.count }, watch.sink.messages(), logged, handedOver.count]
        var fault: String?
        if counts != [Int](repeating: schedule.count, count: counts.count) {
            fault = "of \(schedule.count) due, accepted, in the sink, in the log and with a time: \(counts)"
        } else if hole != nil, lost == 0 {
            fault = "nothing was handed to the provider that never answers"
        }
        return Leg(seconds: Double(seconds), units: schedule.count, facts: facts, fault: fault)
    }

    /// Issues each when it is due; tells how long after that moment it was durable.
    private static func send(
        _ schedule: ArrivalSchedule, since start: ContinuousClock.Instant, _ gateway: BenchGateway,
        _ report: @escaping @Sendable (Duration) -> Void
    ) async throws {
        try await withThrowingDiscardingTaskGroup { group in
            var next = 0
            while next < schedule.count {
                for index in next..<max(next, schedule.dueBy(ContinuousClock.now - start)) {
                    group.addTask {
                        let claim = IdempotencyClaim(
                            principal: principal, key: "\(index)",
                            requestHash: SHA256.hash(Corpus.fields(index).canonicalBytes))
                        try await gateway.issue(index, to: index % people, idempotency: claim)
                        report(ContinuousClock.now - start - schedule.due(index))
                    }
                    next = index + 1
                }
                if next < schedule.count {
                    try await Task.sleep(until: start + schedule.due(next), clock: .continuous)
                }
            }
        }
    }

    private static func waitUntilProved(
        _ count: Int, from first: Int, _ gateway: BenchGateway, _ sink: SinkCounter
    ) async throws {
        let limit = ContinuousClock.now + .seconds(180)
        while true {
            if sink.messages() >= count,
                try await gateway.hasProved(count, from: first, on: BenchGateway.mailRoute)
            {
                return
            }
            guard ContinuousClock.now < limit else {
                throw BenchError("180 s after the last was accepted, \(sink.messages()) of \(count) mails")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// From when each was due to when the server's 250 was read; as many as have one.
    private static func handOvers(
        _ gateway: BenchGateway, _ schedule: ArrivalSchedule, since wall: Timestamp
    ) async throws -> Histogram {
        var times = Histogram()
        var last = ""
        while true {
            let after = last
            let rows = try await gateway.database.read { tx in
                try tx.query(
                    """
                    SELECT k.idempotency_key, a.finished_at
                    FROM idempotency_keys k JOIN deliveries d ON d.notice = k.notice JOIN attempts a ON a.delivery = d.id
                    WHERE k.principal = \(principal) AND k.idempotency_key > \(after) AND a.state = 'accepted'
                    ORDER BY k.idempotency_key LIMIT 5000
                    """)
            }
            for row in rows {
                last = try row.get("idempotency_key")
                let finished: Timestamp = try row.get("finished_at")
                guard let index = Int(last) else { throw BenchError("idempotency key \(last) is not ours") }
                times.add(microseconds: Int((finished.since(wall) - schedule.due(index)).inSeconds * 1e6))
            }
            if rows.count < 5_000 { return times }
        }
    }

    private static func facts(_ accepted: Histogram, _ handedOver: Histogram) -> [String: Double] {
        func milliseconds(_ microseconds: Int) -> Double { (Double(microseconds) / 1e3).rounded(to: 2) }
        return [
            acceptance: milliseconds(accepted.microseconds(at: 99_000)),
            "accept median ms": milliseconds(accepted.microseconds(at: 50_000)),
            "accept longest ms": milliseconds(accepted.longest),
            handOver: milliseconds(handedOver.microseconds(at: 99_000)),
            "accept to SMTP 250 median ms": milliseconds(handedOver.microseconds(at: 50_000)),
            "accept to SMTP 250 longest ms": milliseconds(handedOver.longest),
            late: ((1 - handedOver.share(within: 10_000_000)) * 1e5).rounded(to: 1),
        ]
    }
}
