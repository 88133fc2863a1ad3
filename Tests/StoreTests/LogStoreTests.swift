import Evidence
import Notices
import SQL
import Store
import TestSupport
import Testing

@Suite struct LogStoreTests {
    static func entries(_ gateway: TestGateway, _ count: Int) throws -> [SignedEntry] {
        try (0..<count).map { _ in try gateway.recorder.entry(.serviceStarted, at: gateway.clock.now) }
    }

    @Test(arguments: Backend.allCases)
    func `the lease is held by one, renewed by its holder and taken after its end with a higher fence`(
        _ backend: Backend
    ) async throws {
        try await TestGateway.with(backend) { gateway in
            let now = gateway.clock.now
            func lease(_ owner: String, at: Timestamp) async throws -> SequencerLease? {
                try await gateway.log.acquireLease(owner: owner, until: at.adding(.seconds(10)), now: at)
            }
            let first = try #require(try await lease("x", at: now))
            #expect(try await lease("y", at: now.adding(.seconds(9))) == nil)
            let renewed = try #require(try await lease("x", at: now.adding(.seconds(9))))
            #expect(renewed.fence == first.fence)
            let taken = try #require(try await lease("y", at: now.adding(.seconds(20))))
            #expect(taken.fence > first.fence)
            #expect(try await lease("x", at: now.adding(.seconds(21))) == nil)
            // For the sequencer of this gateway, which checks at the end.
            gateway.pass(.seconds(60))
        }
    }

    @Test(arguments: Backend.allCases)
    func `an entry is staged once, however often it is brought`(_ backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            let entries = try Self.entries(gateway, 3)
            try await gateway.log.stage(entries)
            try await gateway.log.stage(entries)
            #expect(try await gateway.log.stagedEntries(limit: 10).map(\.id) == entries.map(\.id))
            #expect(
                try await gateway.log.stagedEntries(limit: 2).map(\.commitment) == entries.prefix(2).map(\.commitment))
        }
    }

    @Test(arguments: Backend.allCases)
    func `a batch whose reply was lost is not stored twice, a stale sequencer stores nothing (F44)`(_ backend: Backend)
        async throws
    {
        try await TestGateway.with(backend) { gateway in
            let spy = SpyingLog(gateway.log)
            let sequencer = Sequencer(
                store: spy, signer: gateway.keys.log, recorder: gateway.recorder, clock: gateway.clock,
                settings: .init(owner: "one"), elapsed: { .zero })
            try await gateway.log.stage(Self.entries(gateway, 5))
            spy.losesReply.store(true)
            await #expect(throws: SpyingLog.LostReply.self) { _ = try await sequencer.step() }
            // Persisted: the next step reads what is true and goes on from there.
            #expect(try await gateway.log.latestCheckpoint()?.size == 5)
            #expect(try await sequencer.step() == .idle)
            try await gateway.log.stage(Self.entries(gateway, 2))
            #expect(try await sequencer.step() == .sequenced(size: 7, entries: 2))

            let (batch, lease) = try #require(spy.lastCommit)
            #expect(try await gateway.log.commit(batch, lease: lease) == .sizeMoved(to: 7))
            let stale = SequencerLease(owner: lease.owner, fence: lease.fence - 1, until: lease.until)
            #expect(try await gateway.log.commit(batch, lease: stale) == .leaseLost)
        }
    }

    @Test(arguments: Backend.allCases)
    func `the first token of a checkpoint stays, and ends an outage`(_ backend: Backend) async throws {
        try await TestGateway.with(backend, checks: false) { gateway in
            try await gateway.log.stage(Self.entries(gateway, 1))
            _ = try await gateway.sequencer.step()
            #expect(try await gateway.log.latestTimestampedCheckpoint() == nil)
            let outage = TimestampOutage(
                since: gateway.clock.now, lastFailureAt: gateway.clock.now, failures: 2, reason: "no answer")
            try await gateway.log.recordTimestampFailure(outage, entry: Self.entries(gateway, 1)[0])
            #expect(try await gateway.log.timestampOutage() == outage)
            #expect(try await gateway.log.stagedEntries(limit: 10).count == 1)
            try await gateway.log.store(token: [1], forCheckpointOfSize: 1)
            try await gateway.log.store(token: [2], forCheckpointOfSize: 1)
            #expect(try await gateway.log.latestTimestampedCheckpoint()?.token == [1])
            #expect(try await gateway.log.timestampOutage() == nil)
        }
    }

    @Test(arguments: Backend.allCases)
    func `a log of several tiles verifies, and its pages are in order`(_ backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            for _ in 0..<3 {
                try await gateway.log.stage(Self.entries(gateway, 211))
                try await gateway.sequence()
                gateway.pass(.seconds(2))
            }
            let page = try await gateway.log.entries(from: 250, limit: 10)
            #expect(page.map(\.leafIndex) == Array(250..<260))
            #expect(try await gateway.log.entry(leafIndex: 632)?.leafIndex == 632)
            #expect(try await gateway.log.entry(leafIndex: 633) == nil)
            #expect(try await gateway.log.checkpoints(fromSize: 212, limit: 10).map(\.size) == [422, 633])
            #expect(try await gateway.check().size == 633)
        }
    }
}

/// The real log; it only loses one reply when told to, and remembers what was committed.
final class SpyingLog: EvidenceLogStore {
    struct LostReply: Error {}

    let log: SQLEvidenceLogStore
    let losesReply = Box(false)
    private let commits = Box<(SequencedBatch, SequencerLease)?>(nil)

    init(_ log: SQLEvidenceLogStore) { self.log = log }

    var lastCommit: (SequencedBatch, SequencerLease)? { commits.load() }

    func commit(_ batch: SequencedBatch, lease: SequencerLease) async throws -> CommitVerdict {
        commits.store((batch, lease))
        let verdict = try await log.commit(batch, lease: lease)
        if losesReply.exchange(false) { throw LostReply() }
        return verdict
    }

    func acquireLease(owner: String, until: Timestamp, now: Timestamp) async throws -> SequencerLease? {
        try await log.acquireLease(owner: owner, until: until, now: now)
    }
    func stage(_ entries: [SignedEntry]) async throws { try await log.stage(entries) }
    func stagedEntries(limit: Int) async throws -> [StagedEntry] { try await log.stagedEntries(limit: limit) }
    func latestCheckpoint() async throws -> StoredCheckpoint? { try await log.latestCheckpoint() }
    func tiles(_ coordinates: [TileCoordinate]) async throws -> [Tile] { try await log.tiles(coordinates) }
    func latestTimestampedCheckpoint() async throws -> StoredCheckpoint? {
        try await log.latestTimestampedCheckpoint()
    }
    func store(token: [UInt8], forCheckpointOfSize size: Int) async throws {
        try await log.store(token: token, forCheckpointOfSize: size)
    }
    func timestampOutage() async throws -> TimestampOutage? { try await log.timestampOutage() }
    func recordTimestampFailure(_ outage: TimestampOutage, entry: SignedEntry?) async throws {
        try await log.recordTimestampFailure(outage, entry: entry)
    }
    func entries(from first: Int, limit: Int) async throws -> [LoggedEntry] {
        try await log.entries(from: first, limit: limit)
    }
    func entry(leafIndex: Int) async throws -> LoggedEntry? { try await log.entry(leafIndex: leafIndex) }
    func entry(id: String) async throws -> LoggedEntry? { try await log.entry(id: id) }
    func entries(notice: String, belowSize size: Int) async throws -> [LoggedEntry] {
        try await log.entries(notice: notice, belowSize: size)
    }
    func checkpoints(fromSize size: Int, limit: Int) async throws -> [StoredCheckpoint] {
        try await log.checkpoints(fromSize: size, limit: limit)
    }
}
