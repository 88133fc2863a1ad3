import Evidence
import Foundation
import TestSupport
import Testing

/// Senders that issue notices one after the other until they are told to end, and a book of what was acknowledged to them.
actor SteadyLoad {
    /// A notice that was acknowledged, and when.
    struct Acknowledgement: Sendable {
        let key: String
        let notice: String
        let at: ContinuousClock.Instant
        /// How many requests it took; all but the last were refused or not answered.
        let requests: Int
    }

    private let caller: Caller
    private let person: String
    private var isOver = false
    private(set) var book: [Acknowledgement] = []
    /// What was answered beside acknowledgements, and how often.
    private(set) var refusals: [String: Int] = [:]

    private init(caller: Caller, person: String) {
        self.caller = caller
        self.person = person
    }

    /// Runs a body beside senders, lets each of them finish what it has begun, and returns the book.
    static func run(
        _ caller: Caller, to person: String, named name: String, _ body: (SteadyLoad) async throws -> Void
    ) async throws -> SteadyLoad {
        let load = SteadyLoad(caller: caller, person: person)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for sender in 0..<4 {
                group.addTask { try await load.send("\(name)-\(sender)") }
            }
            do { try await body(load) } catch {
                await load.end()
                throw error
            }
            await load.end()
            try await group.waitForAll()
        }
        return load
    }

    private func end() { isOver = true }

    private func send(_ name: String) async throws {
        var index = 0
        while !isOver, !Task.isCancelled {
            try await issue("\(name)-\(index)")
            index += 1
            try await Task.sleep(for: .milliseconds(200))
        }
    }

    private func issue(_ key: String) async throws {
        let end = ContinuousClock.now + .seconds(120)
        var requests = 0
        while true {
            requests += 1
            let answer = try? await caller.send(
                // As a client that will not wait for ever: it asks again while the first request may be under way still.
                "POST", "/v1/notices", Requests.alert(to: person), key: key, within: .seconds(8))
            if let answer, answer.status == 202 {
                let notice = try #require(try JSONValue(parsing: answer.body)["id"]?.string)
                book.append(Acknowledgement(key: key, notice: notice, at: .now, requests: requests))
                return
            }
            let said = answer.map { "\($0.status) \(String(decoding: $0.body, as: UTF8.self))" } ?? "no answer"
            refusals[said, default: 0] += 1
            let isFinal = answer.map { $0.status < 500 && $0.status != 409 } ?? false
            guard !isFinal, ContinuousClock.now < end else { throw TestSupportError("\(key): \(said)") }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    /// The longest time without an acknowledgement since an instant, and when it was over.
    func longestSilence(since start: ContinuousClock.Instant) -> (length: Duration, end: ContinuousClock.Instant) {
        let times = [start] + book.map(\.at).filter { $0 > start }.sorted()
        let silences = zip(times, times.dropFirst()).map { (length: $0.duration(to: $1), end: $1) }
        return silences.max { $0.length < $1.length } ?? (.zero, start)
    }

    /// Waits until so many more notices are acknowledged.
    nonisolated func wait(forMore count: Int, within limit: Duration) async throws {
        let before = await book.count
        do {
            try await eventually("\(count) acknowledgements", within: limit) { await book.count >= before + count }
        } catch {
            throw TestSupportError("\(error); refused were \(await refusals)")
        }
    }
}
