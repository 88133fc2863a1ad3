import TestSupport
import Testing

@testable import Evidence

struct SequencerTests {
    @Test func `staged entries get leaves in order under a signed checkpoint`() async throws {
        let log = try LogFixture()
        let sequencer = log.sequencer()
        let entries = try await log.stage(3)
        #expect(try await sequencer.step() == .sequenced(size: 3, entries: 3))
        #expect(try await sequencer.step() == .idle)
        #expect(log.store.snapshot.leaves == entries.map(\.id))
        try await log.check(expectedSize: 3)
    }

    @Test func `a large backlog is worked off in batches`() async throws {
        let log = try LogFixture()
        let sequencer = log.sequencer(batchLimit: 100)
        try await log.stage(650)
        for size in [100, 200, 300, 400, 500, 600] {
            #expect(try await sequencer.step() == .sequenced(size: size, entries: 100))
        }
        #expect(try await sequencer.step() == .sequenced(size: 650, entries: 50))
        try await log.check(expectedSize: 650)
    }

    @Test func `a new process continues where the last one stopped`() async throws {
        let log = try LogFixture()
        for round in 1...9 {
            let sequencer = log.sequencer()
            try await sequencer.recover()
            try await log.stage(40)
            #expect(try await sequencer.step() == .sequenced(size: 40 * round, entries: 40))
        }
        try await log.check(expectedSize: 360)
    }

    @Test func `running wakes for a poke and ends when cancelled`() async throws {
        let log = try LogFixture()
        let sequencer = log.sequencer()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await sequencer.run() }
            await log.clock.waitForSleepers()
            try await log.stage(5)
            sequencer.poke()
            while log.store.snapshot.checkpoints.isEmpty { await Task.yield() }
            group.cancelAll()
            await #expect(throws: CancellationError.self) { try await group.waitForAll() }
        }
        try await log.check(expectedSize: 5)
    }

    @Test func `running looks again after the interval without a poke`() async throws {
        let log = try LogFixture()
        let sequencer = log.sequencer()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await sequencer.run() }
            await log.clock.waitForSleepers()
            try await log.stage(5)
            log.pass(.milliseconds(250))
            while log.store.snapshot.checkpoints.isEmpty { await Task.yield() }
            group.cancelAll()
        }
        try await log.check(expectedSize: 5)
    }

    @Test func `an entry staged just after a look has its place within 250 ms although the commit takes 100`()
        async throws
    {
        let log = try LogFixture()
        let done = Box<[Timestamp]>([])
        let sequencer = log.sequencer(onCheckpoint: { _ in
            log.pass(.milliseconds(100))
            done.store(done.load() + [log.clock.now])
        })
        try await log.stage(1)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await sequencer.run() }
            while done.load().isEmpty { await Task.yield() }
            for round in 1...3 {
                await log.clock.waitForSleepers()
                log.pass(.milliseconds(1))
                let staged = log.clock.now
                try await log.stage(1)
                while done.load().count == round {
                    await log.clock.waitForSleepers()
                    if done.load().count == round { log.pass(.milliseconds(1)) }
                }
                #expect(done.load()[round].since(staged) <= .milliseconds(250))
            }
            group.cancelAll()
        }
        try await log.check(expectedSize: 4)
    }

    @Test func `an idle sequencer writes nothing, however often it looks`() async throws {
        let log = try LogFixture()
        let sequencer = log.sequencer()
        try await log.stage(1)
        #expect(try await sequencer.step() == .sequenced(size: 1, entries: 1))
        let lease = log.store.snapshot.lease
        for _ in 0..<100 {
            log.pass(.milliseconds(250))
            #expect(try await sequencer.step() == .idle)
        }
        #expect(log.store.snapshot.lease == lease)
    }

    // MARK: Two processes

    @Test func `a second process stands by until the lease runs out`() async throws {
        let log = try LogFixture()
        let (one, two) = (log.sequencer(owner: "one"), log.sequencer(owner: "two"))
        try await log.stage(1)
        #expect(try await one.step() == .sequenced(size: 1, entries: 1))
        try await log.stage(1)
        #expect(try await two.step() == .standby)
        log.pass(.seconds(11))
        #expect(try await two.step() == .sequenced(size: 2, entries: 1))
        try await log.check(expectedSize: 2)
    }

    @Test func `F4: a process that was paused past its lease changes nothing`() async throws {
        let log = try LogFixture()
        let now = log.clock.now
        let stale = try #require(
            try await log.store.acquireLease(owner: "one", until: now.adding(.seconds(10)), now: now))
        log.pass(.seconds(11))
        try await log.stage(2)
        let two = log.sequencer(owner: "two")
        #expect(try await two.step() == .sequenced(size: 2, entries: 2))
        let checkpoint = try #require(try await log.store.latestCheckpoint())
        let late = SequencedBatch(previousSize: 2, entries: [], tiles: [], checkpoint: checkpoint)
        #expect(try await log.store.commit(late, lease: stale) == .leaseLost)
        #expect(try await log.sequencer(owner: "one").step() == .standby)
        try await log.check(expectedSize: 2)
    }

    // MARK: F44: each step fails, stored or not

    @Test(arguments: InMemoryLogStore.Fault.allCases, [InMemoryLogStore.Verb.acquireLease, .commit])
    func `F44: a step that fails once is repeated without harm`(
        fault: InMemoryLogStore.Fault, verb: InMemoryLogStore.Verb
    ) async throws {
        let log = try LogFixture()
        let sequencer = log.sequencer()
        try await log.stage(300)
        if verb == .commit {
            // Some history first, so that the edge has to be read back.
            #expect(try await sequencer.step() == .sequenced(size: 300, entries: 300))
            try await log.stage(7)
        }
        log.store.fail(verb, fault)
        await #expect(throws: InMemoryLogStore.InjectedFault(verb: verb)) { try await sequencer.step() }
        let wasStored = verb == .commit && fault == .persisted
        try await log.check(expectedSize: verb == .commit ? (wasStored ? 307 : 300) : 0)
        let outcome = try await sequencer.step()
        #expect(
            outcome
                == (wasStored
                    ? .idle : .sequenced(size: verb == .commit ? 307 : 300, entries: verb == .commit ? 7 : 300)))
        try await log.check(expectedSize: verb == .commit ? 307 : 300)
    }

    @Test(arguments: InMemoryLogStore.Fault.allCases)
    func `F44: a process that dies with the commit is followed by one that finds the truth`(
        fault: InMemoryLogStore.Fault
    ) async throws {
        let log = try LogFixture()
        let first = log.sequencer(owner: "one")
        try await log.stage(10)
        log.store.fail(.commit, fault)
        await #expect(throws: InMemoryLogStore.InjectedFault.self) { try await first.step() }
        log.pass(.seconds(11))
        let second = log.sequencer(owner: "two")
        try await second.recover()
        _ = try await second.step()
        try await log.check(expectedSize: 10)
    }

    @Test func `F44: storage errors are retried while running, with one alarm`() async throws {
        let log = try LogFixture()
        let sequencer = log.sequencer()
        try await log.stage(4)
        for fault in [InMemoryLogStore.Fault.notPersisted, .notPersisted, .persisted] { log.store.fail(.commit, fault) }
        await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await sequencer.run() }
            while log.store.snapshot.checkpoints.isEmpty {
                await log.clock.waitForSleepers()
                log.pass(.milliseconds(500))
            }
            group.cancelAll()
        }
        try await log.check(expectedSize: 4)
        #expect(log.alarms.count == 1)
    }

    // MARK: F20: the log went back

    @Test func `F20: a log older than a published checkpoint is not extended`() async throws {
        let log = try LogFixture()
        try await log.stage(3)
        _ = try await log.sequencer().step()
        let old = log.store.snapshot
        try await log.stage(3)
        _ = try await log.sequencer().step()
        let newest = try #require(try await log.store.latestCheckpoint())
        let witnessed = try Checkpoint(verifying: newest.note, keys: [log.signer.key])
        log.store.tamper { $0 = old }
        await #expect(throws: EvidenceError(.logRolledBack, "")) {
            try await log.sequencer(witnessed: [witnessed]).recover()
        }
        // Without a witness nobody can tell: that is why there is one.
        await #expect(throws: Never.self) { try await log.sequencer().recover() }
    }

    @Test func `F20: a log rolled back under a running sequencer is noticed by it`() async throws {
        let log = try LogFixture()
        let sequencer = log.sequencer()
        try await log.stage(3)
        _ = try await sequencer.step()
        let old = log.store.snapshot
        try await log.stage(3)
        _ = try await sequencer.step()
        log.store.tamper { $0 = old }
        // The lease is renewed with another fence: the state is read again.
        log.store.tamper { $0.lease = SequencerLease(owner: "else", fence: 9, until: .earliest) }
        log.pass(.seconds(11))
        await #expect(throws: EvidenceError(.logRolledBack, "")) { try await sequencer.step() }
    }

    @Test func `F45: a log with another history than the published one is not extended`() async throws {
        let log = try LogFixture()
        try await log.stage(5)
        _ = try await log.sequencer().step()
        let seen = try #require(try await log.store.latestCheckpoint())
        let witnessed = try Checkpoint(verifying: seen.note, keys: [log.signer.key])
        // An insider with the log key starts over with other entries.
        log.store.tamper { $0 = InMemoryLogStore.Contents() }
        try await log.stage(9)
        _ = try await log.sequencer().step()
        await #expect(throws: EvidenceError(.logForked, "")) {
            try await log.sequencer(witnessed: [witnessed]).recover()
        }
    }

    @Test func `F19: a damaged edge is not extended`() async throws {
        let log = try LogFixture()
        try await log.stage(300)
        _ = try await log.sequencer().step()
        let whole = log.store.snapshot
        for coordinate in whole.tiles.keys where coordinate != TileCoordinate(level: 0, index: 0) {
            let tile = try #require(whole.tiles[coordinate])
            for position in [0, tile.hashes.count - 1] {
                var hashes = tile.hashes
                hashes[position] ^= 0x10
                log.store.tamper { $0.tiles[coordinate] = Tile(coordinate, hashes: hashes) }
                await #expect(throws: EvidenceError(.logDamaged, "")) { try await log.sequencer().recover() }
            }
            log.store.tamper { $0.tiles[coordinate] = nil }
            await #expect(throws: EvidenceError(.logDamaged, "")) { try await log.sequencer().recover() }
            log.store.tamper { $0 = whole }
        }
        await #expect(throws: Never.self) { try await log.sequencer().recover() }
    }

    @Test func `a checkpoint of another key is not extended`() async throws {
        let log = try LogFixture()
        try await log.stage(3)
        _ = try await log.sequencer().step()
        let other = try LogFixture(store: log.store)
        await #expect(throws: EvidenceError(.badCheckpoint, "")) { try await other.sequencer().recover() }
        #expect(log.store.snapshot.checkpoints.count == 1)
    }
}

struct SequencerClockTests {
    private func started() async throws -> (LogFixture, Sequencer) {
        let log = try LogFixture()
        let sequencer = log.sequencer()
        try await log.stage(1)
        #expect(try await sequencer.step() == .sequenced(size: 1, entries: 1))
        try await log.stage(1)
        return (log, sequencer)
    }

    private func isHeld(_ outcome: Sequencer.StepOutcome) -> Bool {
        if case .clockHeld = outcome { true } else { false }
    }

    @Test(arguments: [Duration.seconds(864_000), .seconds(-864_000), .seconds(3), .seconds(-3)])
    func `F21: after a step of the clock nothing is signed and the anomaly is recorded once`(step: Duration)
        async throws
    {
        let (log, sequencer) = try await started()
        log.clock.advance(by: step)
        #expect(isHeld(try await sequencer.step()))
        #expect(isHeld(try await sequencer.step()))
        let contents = log.store.snapshot
        #expect(contents.checkpoints.count == 1)
        #expect(contents.entries.values.filter { $0.event == .clockAnomaly }.count == 1)
        #expect(log.alarms.count == 1)
        // The clock is set right again.
        log.clock.advance(by: .zero - step)
        log.pass(.seconds(1))
        #expect(try await sequencer.step() == .sequenced(size: 3, entries: 2))
        try await log.check(expectedSize: 3)
    }

    @Test func `F21: a correction of a few seconds heals after a minute of even running`() async throws {
        let (log, sequencer) = try await started()
        log.clock.advance(by: .seconds(5))
        #expect(isHeld(try await sequencer.step()))
        log.pass(.seconds(30))
        #expect(isHeld(try await sequencer.step()))
        log.pass(.seconds(31))
        #expect(try await sequencer.step() == .sequenced(size: 3, entries: 2))
    }

    @Test func `F21: a step of days does not heal by itself`() async throws {
        let (log, sequencer) = try await started()
        log.clock.advance(by: .seconds(864_000))
        for _ in 0..<10 {
            #expect(isHeld(try await sequencer.step()))
            log.pass(.seconds(60))
        }
    }

    @Test func `F21: a slow drift is no step`() async throws {
        let (log, sequencer) = try await started()
        for _ in 0..<50 {
            log.pass(.seconds(1))
            log.clock.advance(by: .milliseconds(20))
            _ = try await sequencer.step()
        }
        #expect(log.alarms.isEmpty)
    }

    @Test func `F21: the service does not start before its last checkpoint`() async throws {
        let (log, _) = try await started()
        log.clock.advance(by: .seconds(-60))
        await #expect(throws: EvidenceError(.clockBehind, "")) { try await log.sequencer().recover() }
        log.clock.advance(by: .seconds(60))
        await #expect(throws: Never.self) { try await log.sequencer().recover() }
    }
}
