import Synchronization
import TestSupport
import Testing

@testable import Evidence

/// Proofs and the log share an authority without flooding it or waiting for one that is out (F22, P12).
@Suite struct SharedAuthorityTests {
    /// An authority that counts, and answers, fails or hangs as told.
    private final class Scripted: TimestampAuthority {
        enum Manner { case answers, fails, hangs }
        let real: EmbeddedAuthority
        let clock: ManualClock
        private let state = Mutex<(manner: Manner, asked: [Timestamp])>((.answers, []))
        var name: String { "tsa.example" }
        var isIndependent: Bool { true }
        var asked: [Timestamp] { state.withLock { $0.asked } }

        init(_ real: EmbeddedAuthority, _ clock: ManualClock) {
            self.real = real
            self.clock = clock
        }

        func be(_ manner: Manner) { state.withLock { $0.manner = manner } }

        func token(for digest: Digest) async throws -> TimestampToken {
            let manner = state.withLock { state in
                state.asked.append(clock.now)
                return state.manner
            }
            switch manner {
            case .answers: return try await real.token(for: digest)
            case .fails: throw EvidenceError(.timestampUnreachable, "tsa.example did not answer")
            case .hangs:
                try await clock.sleep(until: Timestamp(microseconds: .max))
                throw CancellationError()
            }
        }
    }

    private let clock: ManualClock
    private let scripted: Scripted
    private let shared: SharedAuthority
    private let digest = SHA256.hash([1])

    init() throws {
        let authority = try TestAuthority()
        clock = authority.clock
        scripted = Scripted(try authority.authority(), clock)
        shared = SharedAuthority(scripted, clock: clock)
    }

    @Test func `at most one request a second is made, whoever asks, and nobody in a hurry queues for long`()
        async throws
    {
        let (clock, shared, digest) = (clock, shared, digest)
        _ = try await shared.prompt.token(for: digest)
        async let second = shared.prompt.token(for: digest)
        await clock.waitForSleepers(1)
        async let third = shared.prompt.token(for: digest)
        await clock.waitForSleepers(2)
        // The next turn is three seconds away: that is too long for somebody who waits, and not for the log.
        await #expect(throws: EvidenceError(.timestampUnreachable, "")) { try await shared.prompt.token(for: digest) }
        async let patient = shared.patient.token(for: digest)
        await clock.waitForSleepers(3)
        clock.advance(by: .seconds(1))
        _ = try await second
        clock.advance(by: .seconds(1))
        _ = try await third
        clock.advance(by: .seconds(1))
        _ = try await patient
        let asked = scripted.asked
        #expect(zip(asked, asked.dropFirst()).map { $1.since($0) } == Array(repeating: .seconds(1), count: 3))
    }

    @Test func `F22: an authority that hangs costs one person three seconds, and the next nothing`() async throws {
        scripted.be(.hangs)
        let (clock, shared, digest) = (clock, shared, digest)
        async let first: TimestampToken = shared.prompt.token(for: digest)
        await clock.waitForSleepers(2)
        clock.advance(by: .seconds(3))
        do {
            _ = try await first
            Issue.record("an authority that hangs gave a token")
        } catch let error as EvidenceError { #expect(error.code == .timestampUnreachable) }
        #expect(scripted.asked.count == 1)
        // No time passes now: nobody is waited for.
        let error = await #expect(throws: EvidenceError.self) { try await shared.prompt.token(for: digest) }
        #expect(error?.description.contains("left alone") == true)
        #expect(scripted.asked.count == 1)

        scripted.be(.answers)
        clock.advance(by: .seconds(30))
        _ = try await shared.prompt.token(for: digest)
        #expect(scripted.asked.count == 2)
    }

    @Test func `background work asks an authority at rest, and its answer ends the rest`() async throws {
        scripted.be(.fails)
        await #expect(throws: EvidenceError(.timestampUnreachable, "")) { try await shared.patient.token(for: digest) }
        await #expect(throws: EvidenceError(.timestampUnreachable, "")) { try await shared.prompt.token(for: digest) }
        #expect(scripted.asked.count == 1)
        scripted.be(.answers)
        clock.advance(by: .seconds(2))
        _ = try await shared.patient.token(for: digest)
        clock.advance(by: .seconds(1))
        _ = try await shared.prompt.token(for: digest)
        #expect(scripted.asked.count == 3)
        #expect(shared.prompt.isIndependent && shared.patient.name == "tsa.example")
    }
}
