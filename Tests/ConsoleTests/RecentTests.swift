import Evidence
import TestSupport
import Testing

@testable import Console

/// What costs something is found out once in a while, however many ask.
@Suite struct RecentTests {
    @Test func `many who ask at once and soon after cost one answer`() async throws {
        let clock = ManualClock()
        let made = Box(0)
        let recent = Recent(for: .seconds(1), clock: clock) { () async -> Int in
            made.store(made.load() + 1)
            await Task.yield()
            return made.load()
        }
        let answers = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<50 { group.addTask { await recent.value() } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers == Array(repeating: 1, count: 50))
        clock.advance(by: .milliseconds(999))
        #expect(await recent.value() == 1)
        clock.advance(by: .milliseconds(1))
        #expect(await recent.value() == 2)
        clock.advance(by: .seconds(-60))
        #expect(await recent.value() == 3, "a clock that was set back keeps nothing")
    }

    @Test func `a hundred calls of readyz and metrics find out once`() async throws {
        let asked = Box(0)
        try await TestServer.with(onHealth: { asked.store(asked.load() + 1) }) { server in
            for _ in 0..<100 {
                _ = try await server.get(Site.ready)
            }
            #expect(asked.load() == 1)
            server.gateway.pass(.seconds(1))
            _ = try await server.get(Site.ready)
            #expect(asked.load() == 2)
        }
    }
}
