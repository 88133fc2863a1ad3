import Synchronization
import TestSupport
import Testing

@testable import Evidence

/// An authority in front of a real one that can be told to fail, and counts.
final class MoodyAuthority: TimestampAuthority {
    enum Mood { case sound, silent, otherImprint, hoursOff }
    struct Silence: Error {}

    let name = "moody"
    let isIndependent = true
    let inner: EmbeddedAuthority
    let clock: ManualClock
    private let state = Mutex((mood: Mood.sound, requests: 0))

    init(_ inner: EmbeddedAuthority, clock: ManualClock) {
        self.inner = inner
        self.clock = clock
    }

    var requests: Int { state.withLock { $0.requests } }
    func set(_ mood: Mood) { state.withLock { $0.mood = mood } }

    func token(for digest: Digest) async throws -> TimestampToken {
        let mood = state.withLock { state in
            state.requests += 1
            return state.mood
        }
        switch mood {
        case .sound: return try await inner.token(for: digest)
        case .silent: throw Silence()
        case .otherImprint: return try await inner.token(for: SHA256.hash(digest.bytes))
        case .hoursOff:
            clock.advance(by: .seconds(7200))
            defer { clock.advance(by: .seconds(-7200)) }
            return try await inner.token(for: digest)
        }
    }
}

struct TimestampSchedulerTests {
    private func started() async throws -> (BundleFixture, MoodyAuthority, TimestampScheduler) {
        let fixture = try BundleFixture()
        let authority = MoodyAuthority(fixture.authority, clock: fixture.log.clock)
        let scheduler = TimestampScheduler(
            store: fixture.log.store, authority: authority, recorder: fixture.log.recorder, clock: fixture.log.clock,
            alarm: { fixture.log.hear($0) })
        return (fixture, authority, scheduler)
    }

    private func grow(_ fixture: BundleFixture, _ count: Int = 1) async throws {
        for _ in 0..<count {
            try await fixture.log.stage(1)
            _ = try await fixture.log.sequencer().step()
        }
    }

    private func failed(_ outcome: TimestampScheduler.StepOutcome) -> Bool {
        if case .failed = outcome { true } else { false }
    }

    @Test func `one token covers the newest checkpoint, whatever came before`() async throws {
        let (fixture, authority, scheduler) = try await started()
        #expect(try await scheduler.step() == .idle)
        try await grow(fixture, 50)
        #expect(try await scheduler.step() == .stamped(size: 50))
        #expect(authority.requests == 1)
        let stored = try #require(try await fixture.log.store.latestTimestampedCheckpoint())
        let verdict = TimestampToken.verify(
            try #require(stored.token), over: SHA256.hash(stored.note), roots: [fixture.issuer.certificate])
        #expect(verdict.isValid)
        fixture.log.pass(.seconds(2))
        #expect(try await scheduler.step() == .idle)
        #expect(authority.requests == 1)
    }

    @Test func `there is at most one request a second`() async throws {
        let (fixture, authority, scheduler) = try await started()
        for _ in 0..<40 {
            try await grow(fixture)
            _ = try await scheduler.step()
            fixture.log.pass(.milliseconds(100))
        }
        #expect(authority.requests == 4)
    }

    @Test(arguments: [MoodyAuthority.Mood.silent, .otherImprint, .hoursOff])
    func `F22: without a sound token the checkpoint waits, and one entry tells of the outage`(
        mood: MoodyAuthority.Mood
    ) async throws {
        let (fixture, authority, scheduler) = try await started()
        authority.set(mood)
        try await grow(fixture)
        for _ in 0..<6 {
            #expect(failed(try await scheduler.step()))
            fixture.log.pass(.seconds(300))
        }
        let contents = fixture.log.store.snapshot
        #expect(contents.checkpoints.allSatisfy { $0.token == nil })
        #expect(contents.entries.values.filter { $0.event == .timestampFailed }.count == 1)
        #expect(contents.outage?.failures == 6)
        #expect(fixture.log.alarms.count == 1)
        // The authority is back: one token covers the backlog, and a later outage is a new one.
        authority.set(.sound)
        try await grow(fixture, 3)
        guard case .stamped = try await scheduler.step() else {
            Issue.record("not stamped")
            return
        }
        #expect(fixture.log.store.snapshot.outage == nil)
        authority.set(mood)
        try await grow(fixture)
        fixture.log.pass(.seconds(2))
        #expect(failed(try await scheduler.step()))
        #expect(fixture.log.store.snapshot.entries.values.filter { $0.event == .timestampFailed }.count == 2)
    }

    @Test func `retries come more and more slowly`() async throws {
        let (fixture, authority, scheduler) = try await started()
        authority.set(.silent)
        try await grow(fixture)
        for _ in 0..<1000 {
            _ = try await scheduler.step()
            fixture.log.pass(.seconds(1))
        }
        #expect((8...12).contains(authority.requests), "\(authority.requests)")
    }

    @Test(arguments: InMemoryLogStore.Fault.allCases)
    func `F44: a token whose storing fails is asked for again without harm`(fault: InMemoryLogStore.Fault) async throws
    {
        let (fixture, _, scheduler) = try await started()
        try await grow(fixture)
        fixture.log.store.fail(.storeToken, fault)
        await #expect(throws: InMemoryLogStore.InjectedFault.self) { try await scheduler.step() }
        fixture.log.pass(.seconds(2))
        #expect(try await scheduler.step() == (fault == .persisted ? .idle : .stamped(size: 1)))
        #expect(try await fixture.log.store.latestTimestampedCheckpoint()?.size == 1)
    }

    @Test(arguments: InMemoryLogStore.Fault.allCases)
    func `F44: an outage whose recording fails is told of once`(fault: InMemoryLogStore.Fault) async throws {
        let (fixture, authority, scheduler) = try await started()
        authority.set(.silent)
        try await grow(fixture)
        fixture.log.store.fail(.recordTimestampFailure, fault)
        await #expect(throws: InMemoryLogStore.InjectedFault.self) { try await scheduler.step() }
        fixture.log.pass(.seconds(600))
        #expect(failed(try await scheduler.step()))
        #expect(fixture.log.store.snapshot.entries.values.filter { $0.event == .timestampFailed }.count == 1)
    }

    @Test func `running stamps what it is poked for`() async throws {
        let (fixture, _, scheduler) = try await started()
        await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await scheduler.run() }
            await fixture.log.clock.waitForSleepers()
            _ = try? await grow(fixture)
            scheduler.poke()
            while fixture.log.store.snapshot.checkpoints.allSatisfy({ $0.token == nil }) { await Task.yield() }
            group.cancelAll()
        }
        #expect(try await fixture.log.store.latestTimestampedCheckpoint()?.size == 1)
    }
}
