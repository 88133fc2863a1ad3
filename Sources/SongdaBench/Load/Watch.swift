import Foundation
import Synchronization

/// Looks now and then at what a run leaves behind: the write-ahead log, the memory, and how many mails the sink has.
final class Watch: Sendable {
    private static let parts = 10

    let sink: SinkCounter
    private let log: String
    private let span: Duration
    private let seen = Mutex(Seen())

    private struct Seen {
        var largestLog = 0
        var memory = Slope()
        /// What the sink had at the end of each tenth.
        var counts: [Int] = []
    }

    /// - Parameters:
    ///   - log: the file of the write-ahead log.
    ///   - seconds: how long to look.
    init(log: String, sink: SinkCounter, seconds: Int) { (self.log, self.sink, span) = (log, sink, .seconds(seconds)) }

    /// Looks ten times a second until the time is over.
    func run(since start: ContinuousClock.Instant) async throws {
        let part = span / Self.parts
        var elapsed = Duration.zero
        var nextReading = part
        while elapsed < span {
            try await Task.sleep(for: .milliseconds(100))
            elapsed = ContinuousClock.now - start
            let size = Self.size(of: log)
            seen.withLock { $0.largestLog = max($0.largestLog, size) }
            // Caches and connections fill in the first tenth, which says nothing about what goes on for days.
            if elapsed >= nextReading {
                let memory = try ProcessStatus.own.mebibytes("VmRSS")
                seen.withLock { $0.memory.add(at: elapsed.inSeconds / 60, memory) }
                nextReading = elapsed + .seconds(1)
            }
            let done = min(Self.parts, Int(elapsed / part))
            let count = sink.messages()
            seen.withLock { seen in while seen.counts.count < done { seen.counts.append(count) } }
        }
    }

    /// What was seen; without the growth of memory where the run was too short to tell.
    var facts: [String: Double] {
        seen.withLock { seen in
            var facts = [LoadLeg.log: (Double(seen.largestLog) / 1_048_576).rounded(to: 1)]
            facts[LoadLeg.growth] = seen.memory.perUnit?.rounded(to: 2)
            facts[LoadLeg.lastTenth] = Self.lastByFirst(seen.counts)?.rounded(to: 3)
            return facts
        }
    }

    /// How many came in the last part by how many came in the first; nil before there were two, or when none came at first.
    static func lastByFirst(_ counts: [Int]) -> Double? {
        guard counts.count >= 2, let first = counts.first, first > 0 else { return nil }
        return Double(counts[counts.count - 1] - counts[counts.count - 2]) / Double(first)
    }

    private static func size(of path: String) -> Int {
        // There is none before the first write.
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        return (attributes?[.size] as? Int) ?? 0
    }
}
