import Evidence
import Foundation
import SQL
import Store

/// Sixteen at once who each add an entry and wait until it stands under a signed checkpoint.
struct WaiterLeg {
    static let waiters = 16
    static let p99 = "p99 ms"
    static let probe = "fdatasync p99 ms"
    static let unasked = "p99 ms when nobody asks for a checkpoint"

    let directory: String
    let count: Int

    func run() async throws -> Leg {
        let clock = SystemClock()
        let syncs = try SyncProbe.latencies(in: directory, for: .seconds(2)).sorted()
        let keys = try LogKeys.make(in: directory)
        let database = try SQLiteDatabase(path: directory + "/songda.db")
        _ = try await Migrator(Migrations.all).migrate(database)
        let (_, log) = SQLNoticeStore.stores(in: database, vault: keys.vault, clock: clock)
        let recorder = EvidenceRecorder(signer: keys.entries, clock: clock)
        let bell = CheckpointBell()
        let sequencer = Sequencer(
            store: log, signer: keys.log, recorder: recorder, clock: clock, settings: .init(owner: "bench"),
            onCheckpoint: { _ in bell.ring() })
        let work = Work(log: log, recorder: recorder, bell: bell, corpus: EventCorpus(), clock: clock)
        // A few rounds of the server's own interval are enough to see it.
        let few = min(count, Self.waiters * 8)
        let start = ContinuousClock.now
        let (asked, unasked) = try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                // Whoever waits is told that nobody will come any more.
                defer { bell.close() }
                try await sequencer.run()
            }
            // The first ones prepare statements and fill caches.
            _ = try await work.times(Self.waiters * 4) { sequencer.poke() }
            let asked = try await work.times(count) { sequencer.poke() }
            let unasked = try await work.times(few) {}
            group.cancelAll()
            while let result = await group.nextResult() {
                if case .failure(let error) = result, !(error is CancellationError) { throw error }
            }
            return (asked, unasked)
        }
        let seconds = (ContinuousClock.now - start).inSeconds
        let all = Self.waiters * 4 + count + few
        var size = 0
        if let stored = try await log.latestCheckpoint() {
            size = try Checkpoint(verifying: stored.note, keys: [keys.log.key]).size
        }
        await database.close()
        return Leg(
            seconds: seconds, units: count,
            facts: [
                Self.p99: Report.quantile(990, of: asked).rounded(to: 2),
                "median ms": Report.quantile(500, of: asked).rounded(to: 2),
                Self.unasked: Report.quantile(990, of: unasked).rounded(to: 2),
                Self.probe: (Report.quantile(990, of: syncs) * 1e3).rounded(to: 2),
            ],
            fault: size == all && asked.count == count ? nil : "\(all) entries added, \(size) under the checkpoint")
    }

    /// What every waiter does.
    private struct Work: Sendable {
        let log: SQLEvidenceLogStore
        let recorder: EvidenceRecorder
        let bell: CheckpointBell
        let corpus: EventCorpus
        let clock: SystemClock

        /// Adds so many entries, sixteen at once; returns how many milliseconds each waited, ascending.
        func times(_ count: Int, poke: @escaping @Sendable () -> Void) async throws -> [Double] {
            let times = Times()
            try await concurrently(count, width: WaiterLeg.waiters) { index in
                let start = ContinuousClock.now
                let entry = try recorder.sign(corpus.draft(index, at: clock.now))
                var seen = bell.rings
                try await log.stage([entry])
                poke()
                repeat { seen = try await bell.wait(beyond: seen) } while try await log.entry(id: entry.id) == nil
                times.add((ContinuousClock.now - start).inSeconds * 1e3)
            }
            return times.sorted
        }
    }
}
