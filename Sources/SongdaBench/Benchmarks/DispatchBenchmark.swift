import Foundation

/// P9: the dispatcher alone on PostgreSQL, beside pgbench taking rows out of a queue on the same server.
struct DispatchBenchmark: Benchmark {
    let count: Int
    let id = "P9"
    let unit = "rows/s"
    let goal = 0.2
    private let server = PrivatePostgres()

    init(count: Int) { self.count = count }

    var method: String {
        "\(count) due deliveries claimed \(DispatchLeg.batch) at a time, each attempt on the disk before it is handed to a "
            + "channel that takes it at once and its outcome after, both signed and sequenced, until the log holds all under a "
            + "verified checkpoint; baseline: `pgbench -c 2 -j 2` on the same private server, each transaction one UPDATE of "
            + "the next \(DispatchLeg.batch) due rows (FOR UPDATE SKIP LOCKED), nothing else."
    }

    func checkDurability(_ bench: Workbench) throws -> String {
        let database = try server.createDatabase(bench)
        let shown = try ["fsync", "synchronous_commit", "full_page_writes"].map {
            try server.ask("SHOW \($0)", of: database)
        }
        guard shown.allSatisfy({ $0 == "on" }) else { throw BenchError("PostgreSQL is not durable: \(shown)") }
        return "`fsync`, `synchronous_commit` and `full_page_writes` read back as on."
    }

    func baseline(_ bench: Workbench) throws -> Leg {
        let database = try server.createDatabase(bench)
        // A row as wide as the indexed part of a delivery.
        _ = try server.ask(
            """
            CREATE TABLE queue (id bigint PRIMARY KEY, due_at bigint, lease_owner text, note text NOT NULL);
            INSERT INTO queue SELECT n, n, NULL, repeat('x', 200) FROM generate_series(1, \(count)) AS n;
            CREATE INDEX queue_due ON queue (due_at) WHERE lease_owner IS NULL;
            VACUUM ANALYZE queue
            """, of: database)
        // One more than needed, should the two clients part the last rows unevenly.
        let transactions = (count + DispatchLeg.batch * 2 - 1) / (DispatchLeg.batch * 2) + 1
        return try bench.withDirectory { directory in
            let script = directory + "/claim.sql"
            try """
            WITH due AS MATERIALIZED (
                SELECT id FROM queue WHERE lease_owner IS NULL ORDER BY due_at LIMIT \(DispatchLeg.batch)
                FOR UPDATE SKIP LOCKED)
            UPDATE queue SET lease_owner = 'pgbench' FROM due WHERE queue.id = due.id;

            """.write(toFile: script, atomically: true, encoding: .utf8)
            guard let pgbench = ChildProcess.find("pgbench") else {
                throw BenchError("pgbench is not there; apt install postgresql-15")
            }
            let start = ContinuousClock.now
            let child = try ChildProcess([
                pgbench, "-n", "-c", "2", "-j", "2", "-t", "\(transactions)", "-M", "prepared", "-f", script, database,
            ])
            let status = child.wait()
            let seconds = (ContinuousClock.now - start).inSeconds
            let taken = try server.ask("SELECT count(*) FROM queue WHERE lease_owner = 'pgbench'", of: database)
            return Leg(
                seconds: seconds, units: count,
                fault: status == 0 && taken == "\(count)" ? nil : "pgbench ended with \(status), \(taken) rows taken")
        }
    }

    func ours(_ bench: Workbench) throws -> Leg {
        let database = try server.createDatabase(bench)
        return try bench.withDirectory {
            try bench.leg(["dispatch", "--directory", $0, "--count", "\(count)", "--conninfo", database])
        }
    }
}
