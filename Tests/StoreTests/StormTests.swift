import Evidence
import Notices
import SQL
import Store
import TestSupport
import Testing

/// Two workers and a third party tread on each other's rows in a real PostgreSQL (F42).
@Suite struct StormTests {
    @Test func `F42 lost races, deadlocks and lock timeouts are run again, boundedly, and double no evidence`()
        async throws
    {
        try await TestGateway.with(.postgres) { first in
            first.mail.alwaysAccepts()
            first.sms.alwaysAccepts()
            try await first.person()
            for _ in 0..<40 { _ = try await first.issue(first.riskAlert()) }
            try await first.database.write { tx in
                let name = try #require(try tx.first("SELECT current_database() AS name")).get("name", as: String.self)
                for setting in ["lock_timeout = '40ms'", "deadlock_timeout = '15ms'"] {
                    try tx.execute(Query(stringLiteral: "ALTER DATABASE \(name) SET \(setting)"))
                }
            }
            // Sessions opened from here on have little patience.
            let workers = [
                try await first.restarted { $0.owner = "one" }, try await first.restarted { $0.owner = "two" },
            ]
            let isOver = Box(false)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await Self.storm(first.database, until: isOver) }
                try await withThrowingTaskGroup(of: Void.self) { work in
                    for worker in workers { work.addTask { try await Self.drain(worker) } }
                    try await work.waitForAll()
                }
                isOver.store(true)
                try await group.waitForAll()
            }
            let retries = workers.map(\.database.statistics.retries).reduce(0, +)
            let writes = workers.map(\.database.statistics.writes).reduce(0, +)
            #expect(retries > 0, "the storm touched nobody")
            #expect(retries < 20 * writes, "\(retries) repetitions for \(writes) transactions")
            // Each of eighty deliveries left once, under one beginning and one outcome.
            #expect(first.mail.parcels.count == 40 && first.sms.parcels.count == 40)
            #expect(Set((first.mail.parcels + first.sms.parcels).map(\.messageKey)).count == 80)
            for event in ["AttemptStarted", "AttemptAccepted"] {
                #expect(try await first.count("evidence_entries", where: "event = '\(event)'") == 80, "\(event)")
            }
            for event in ["DocumentSealed", "PlacedInInbox"] {
                #expect(try await first.count("evidence_entries", where: "event = '\(event)'") == 40, "\(event)")
            }
            #expect(try await first.count("deliveries", where: "state = 'accepted'") == 80)
            for worker in workers { await worker.close() }
        }
    }

    /// Seals and hands over side by side with the other worker, until nothing is left.
    private static func drain(_ worker: TestGateway) async throws {
        var idle = 0
        while idle < 5 {
            var did = try await worker.pipeline.seal.runOnce(limit: 7)
            for dispatcher in worker.pipeline.dispatch { did += try await dispatcher.runOnce() }
            idle = did == 0 ? idle + 1 : 0
            if did == 0 { await Poke().wait(.milliseconds(50)) }
        }
    }

    /// Locks notices and deliveries in changing order and holds them a moment, as a careless program would.
    private static func storm(_ database: any SQLDatabase, until isOver: Box<Bool>) async throws {
        var round = 0
        while !isOver.load() {
            round += 1
            let order: Query = round.isMultiple(of: 2) ? "ORDER BY id" : "ORDER BY id DESC"
            try await database.write { tx in
                try tx.query("SELECT id FROM deliveries " + order + " LIMIT 30 FOR UPDATE")
                try tx.query("SELECT id FROM notices " + order + " LIMIT 10 FOR UPDATE")
                try tx.query("SELECT pg_sleep(0.06)")
                try tx.execute("UPDATE notices SET batch = batch WHERE id IN (SELECT id FROM notices LIMIT 5)")
            }
            await Poke().wait(.milliseconds(20))
        }
    }
}
