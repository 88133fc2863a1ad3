import Evidence
import Notices
import Synchronization
import TestSupport
import Testing

@testable import Console

/// More than can be done: told so early, in turn, and without taking anything from others.
@Suite struct BurstTests {
    @Test func `F47 a burst gets 429 with Retry-After beyond the queue, and another caller is served meanwhile`()
        async throws
    {
        let limits = Turnstile.Limits(atWork: 4, atWorkEach: 2, waitingEach: 6, waiting: 20)
        try await TestServer.with(limits: limits) { server in
            try await server.gateway.person()
            let (flood, other) = (try await server.key(.issue), try await server.key(.issue))
            let answers = try await withThrowingTaskGroup(of: (isFlood: Bool, answer: RawAnswer).self) { group in
                for index in 0..<80 {
                    group.addTask {
                        (true, try await server.post(Site.notices, flood, TestServer.alert(), idempotency: "f\(index)"))
                    }
                }
                group.addTask {
                    var last: RawAnswer?
                    for index in 0..<8 {
                        let answer = try await server.post(
                            Site.notices, other, TestServer.alert(), idempotency: "o\(index)")
                        #expect(answer.status == 202, "\(answer.text)")
                        last = answer
                    }
                    return (false, try #require(last))
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            let statuses = answers.filter(\.isFlood).map(\.answer.status)
            #expect(Set(statuses) == [202, 429])
            for (_, answer) in answers where answer.status == 429 {
                #expect(answer.problem == "too_many_requests")
                #expect(Int(answer["retry-after"] ?? "").map { $0 >= 1 } == true)
            }
            // Whatever was answered 202 is there, and nothing else.
            let notices = try await server.gateway.store.notices(NoticeFilter(), before: nil, limit: 200)
            #expect(notices.count == statuses.count { $0 == 202 } + 8)
            // The burst over, the same caller is served again, and a refused request may simply be repeated.
            #expect(
                try await server.post(Site.notices, flood, TestServer.alert(), idempotency: "after").status == 202)
        }
    }

    @Test func `F47 whoever waits alone goes in before the queue of whoever floods`() async throws {
        let turnstile = Turnstile(.init(atWork: 1, atWorkEach: 1, waitingEach: 3, waiting: 10))
        let order = Order()
        let (gate, opened) = AsyncStream.makeStream(of: Void.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await turnstile.pass("flood") { for await _ in gate { break } }
            }
            try await self.until { order.isEmpty && turnstile.isBusy }
            for index in 0..<3 {
                group.addTask { try await turnstile.pass("flood") { order.add("flood \(index)") } }
            }
            try await self.until { turnstile.waiting == 3 }
            await #expect(throws: Problem.tooMany(retryAfter: 1, "")) {
                try await turnstile.pass("flood") { order.add("too many") }
            }
            group.addTask { try await turnstile.pass("other") { order.add("other") } }
            try await self.until { turnstile.waiting == 4 }
            opened.yield()
            try await group.waitForAll()
        }
        #expect(order.names.count == 4)
        #expect(order.names.prefix(2).contains("other"), "\(order.names)")
        #expect(turnstile.waiting == 0 && !turnstile.isBusy)
    }

    @Test func `a caller who hangs up leaves the queue, and the place goes to the next`() async throws {
        let turnstile = Turnstile(.init(atWork: 1, atWorkEach: 1, waitingEach: 3, waiting: 3))
        let (gate, opened) = AsyncStream.makeStream(of: Void.self)
        let order = Order()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await turnstile.pass("a") { for await _ in gate { break } } }
            try await self.until { turnstile.isBusy }
            try await withThrowingTaskGroup(of: Void.self) { leaving in
                leaving.addTask { try await turnstile.pass("a") { order.add("never") } }
                try await self.until { turnstile.waiting == 1 }
                leaving.cancelAll()
                do {
                    try await leaving.next()
                    Issue.record("it went in")
                } catch is CancellationError {}
            }
            #expect(turnstile.waiting == 0)
            group.addTask { try await turnstile.pass("b") { order.add("b") } }
            opened.yield()
            try await group.waitForAll()
        }
        #expect(order.names == ["b"])
    }

    private func until(_ condition: @Sendable () -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(30)
        while !condition() {
            guard ContinuousClock.now < deadline else { throw TestSupportError("waited half a minute in vain") }
            await Poke().wait(.milliseconds(5))
        }
    }
}

/// Names in the order in which they were added.
private final class Order: Sendable {
    private let added = Mutex<[String]>([])
    var names: [String] { added.withLock { $0 } }
    var isEmpty: Bool { names.isEmpty }
    func add(_ name: String) { added.withLock { $0.append(name) } }
}
