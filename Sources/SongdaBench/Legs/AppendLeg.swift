import Evidence
import Foundation
import SQL
import Store

/// Entries into the log: signed, sealed, staged in batches, sequenced with a signed checkpoint a batch.
///
/// Signing of the next batch goes on while the last one is written, as it does in the gateway.
struct AppendLeg {
    static let batch = 256
    let directory: String
    let count: Int

    func run() async throws -> Leg {
        let clock = SystemClock()
        // In files, because the audit of P5 reads what this leg has written.
        let keys = try LogKeys.make(in: directory)
        let database = try SQLiteDatabase(path: directory + "/songda.db")
        _ = try await Migrator(Migrations.all).migrate(database)
        let (_, log) = SQLNoticeStore.stores(in: database, vault: keys.vault, clock: clock)
        let recorder = EvidenceRecorder(signer: keys.entries, clock: clock)
        let sequencer = Sequencer(
            store: log, signer: keys.log, recorder: recorder, clock: clock,
            settings: .init(owner: "bench", batchLimit: Self.batch))
        let commitsBefore = database.statistics.groups
        let batches = (count + Self.batch - 1) / Self.batch
        let count = count
        let corpus = EventCorpus()
        let processor = ProcessorTime.seconds
        let start = ContinuousClock.now
        let checkpoints = try await withThrowingTaskGroup(of: Int.self) { group in
            group.addTask {
                try await concurrently(batches, width: 4) { index in
                    let range = (index * Self.batch)..<min((index + 1) * Self.batch, count)
                    try await log.stage(try range.map { try recorder.sign(corpus.draft($0, at: clock.now)) })
                }
                return 0
            }
            group.addTask {
                var (placed, checkpoints) = (0, 0)
                while placed < count {
                    switch try await sequencer.step() {
                    case .sequenced(let size, _):
                        placed = size
                        checkpoints += 1
                    case .idle: try await Task.sleep(for: .microseconds(500))
                    case .standby, .clockHeld: throw BenchError("the sequencer was held")
                    }
                }
                return checkpoints
            }
            return try await group.reduce(0, +)
        }
        let seconds = (ContinuousClock.now - start).inSeconds
        let perUnit = ProcessorTime.microseconds(since: processor, units: count)
        let commits = database.statistics.groups - commitsBefore
        var fault: String?
        if let stored = try await log.latestCheckpoint() {
            let size = try Checkpoint(verifying: stored.note, keys: [keys.log.key]).size
            let rows: Int = try await database.read { tx in
                try tx.first("SELECT count(*) AS n FROM evidence_entries WHERE leaf_index < \(size)")?.get("n") ?? 0
            }
            if size != count || rows != count { fault = "\(count) appended, checkpoint over \(size), \(rows) rows" }
        } else {
            fault = "there is no checkpoint"
        }
        await database.close()
        return Leg(
            seconds: seconds, units: count,
            facts: ["commits": Double(commits), "checkpoints": Double(checkpoints), "CPU µs each": perUnit],
            fault: fault)
    }
}

/// Events whose canonical body has about 1 KiB.
///
/// Their facts are made before the clock starts, as the bodies of the baseline are; everything else is made for each.
struct EventCorpus: Sendable {
    private let facts: [JSONValue]

    init() { facts = (0..<4_096).map(Self.facts) }

    func draft(_ index: Int, at now: Timestamp) -> EvidenceDraft {
        EvidenceDraft(
            event: .attemptAccepted,
            subject: EvidenceSubject(
                notice: "notice-\(index)", recipient: "client-\(index % 1000)", delivery: "delivery-\(index)",
                attempt: 1),
            happenedAt: ObservedTime(at: now, clock: "smtp:mx.example.com"), facts: facts[index % facts.count])
    }

    private static func facts(_ index: Int) -> JSONValue {
        let words = (0..<12).map { Corpus.name(index &* 17 &+ $0 &* 5) }.joined(separator: "，")
        // 1 KiB with what every entry has: id, salt, times, key.
        let transcript = "250 2.0.0 Ok: queued as \(Hex.encode(SHA256.hash(Array("\(index)".utf8)).bytes)) " + words
        return .object([
            "channel": "email", "route": "main", "peer": "mx.example.com:25", "reason": .string(transcript),
            "reference": .string(transcript), "dsnOffered": true, "tls": true,
            "messageID": .string("<\(index).notice@songda.example>"),
            "messageBytes": .integer(Int64(8000 + index % 400)),
        ])
    }
}
