import Evidence
import TestSupport
import Testing

@Suite struct TimestampTests {
    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0),
        ("1969-12-31T23:59:59.999999Z", -1),
        ("2026-11-21T10:32:05.123456Z", 1_795_257_125_123_456),
        ("2026-11-21T18:32:05.123456789+08:00", 1_795_257_125_123_456),
        ("2000-02-29T23:59:59Z", 951_868_799_000_000),
        ("2024-12-31T23:59:59.5Z", 1_735_689_599_500_000),
        ("0000-01-01T00:00:00Z", -62_167_219_200_000_000),
        ("9999-12-31T23:59:59.999999Z", 253_402_300_799_999_999),
    ])
    func `an instant is read from RFC 3339`(text: String, microseconds: Int64) {
        #expect(Timestamp(rfc3339: text)?.microseconds == microseconds)
    }

    @Test(arguments: [
        "", "2026-11-21", "2026-11-21 10:32:05Z", "2026-11-21T10:32:05", "2026-11-21T10:32:05.Z",
        "2026-02-29T00:00:00Z",
        "2100-02-29T00:00:00Z", "2026-04-31T00:00:00Z", "2026-13-01T00:00:00Z", "2026-11-21T24:00:00Z",
        "2026-11-21T23:59:60Z", "2026-11-21T10:32:05Z ", "+026-11-21T10:32:05Z", "2026-11-21T10:32:05+0800",
        "2026-11-21T10:32:05+24:00", "2026-11-21T10:32:05Z\0", "2026-11-21T10:32:0５Z",
    ])
    func `text that is not exactly an instant is refused`(text: String) {
        #expect(Timestamp(rfc3339: text) == nil)
    }

    @Test func `every day of four centuries survives writing and reading`() {
        for day in stride(from: Int64(-135_140), through: 11_016, by: 1) {
            let instant = Timestamp(microseconds: day * 86_400_000_000 + 86_399_000_001)
            #expect(Timestamp(rfc3339: instant.rfc3339) == instant)
        }
    }

    @Test func `the fraction is always written with six digits`() {
        #expect(Timestamp(microseconds: 1_795_257_125_100_000).rfc3339 == "2026-11-21T10:32:05.100000Z")
    }

    @Test func `adding a span that leaves the calendar stays at its end`() {
        #expect(Timestamp(microseconds: 0).adding(.seconds(Int64.max)) == .latest)
        #expect(Timestamp(microseconds: 0).adding(.seconds(Int64.min)) == .earliest)
        let later = Timestamp(microseconds: 5).adding(.microseconds(-7))
        #expect(later.microseconds == -2)
        #expect(later.since(Timestamp(microseconds: 5)) == .microseconds(-7))
    }

    @Test func `the system clock is in this millennium and moves`() async throws {
        let clock = SystemClock()
        let before = clock.now
        try await clock.sleep(for: .milliseconds(2))
        #expect(clock.now >= before.adding(.milliseconds(2)))
        #expect(before > Timestamp(microseconds: 1_700_000_000_000_000))
    }
}

@Suite struct ManualClockTests {
    @Test func `a sleeper wakes when the clock is moved to its instant and not before`() async throws {
        let clock = ManualClock()
        let start = clock.now
        try await withThrowingTaskGroup(of: Timestamp.self) { group in
            group.addTask {
                try await clock.sleep(for: .seconds(10))
                return clock.now
            }
            await clock.waitForSleepers()
            clock.advance(by: .seconds(9))
            #expect(clock.sleeperCount == 1)
            clock.advance(by: .seconds(1))
            let woken = try await group.next()
            #expect(woken == start.adding(.seconds(10)))
        }
    }

    @Test func `a cancelled sleeper leaves the clock`() async {
        let clock = ManualClock()
        await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await clock.sleep(for: .seconds(10)) }
            await clock.waitForSleepers()
            group.cancelAll()
            await #expect(throws: CancellationError.self) { try await group.next() }
        }
        #expect(clock.sleeperCount == 0)
    }
}
