/// What one question took of one store, asked many times.
///
/// A large store's rows lie on pages that the kernel may have to fetch from the disk, a small one's never do: how much
/// was fetched is told beside it.
struct Answers {
    /// Of each time it was asked, milliseconds and bytes that had to be fetched from the disk.
    private var costs: [(time: Double, fetched: Int)] = []

    /// Asks once.
    ///
    /// - Parameter counts: false for the first ones, which prepare statements and fill caches.
    /// - Returns: what the question found.
    mutating func ask(counts: Bool, _ question: () async throws -> Int) async throws -> Int {
        let fetched = try ProcessStatus.own.fetchedBytes
        let begun = ContinuousClock.now
        let found = try await question()
        let time = (ContinuousClock.now - begun).inSeconds * 1e3
        if counts { costs.append((time, try ProcessStatus.own.fetchedBytes - fetched)) }
        return found
    }

    /// Milliseconds that one in a hundred exceeds.
    var p99: Double { Self.p99(costs.map(\.time)) }

    /// The same of those for which nothing had to be fetched; nil if there are too few to tell.
    var p99FromMemory: Double? {
        let times = costs.filter { $0.fetched == 0 }.map(\.time)
        return times.count < 100 ? nil : Self.p99(times)
    }

    /// All that is told of them, under the question's name and the store's size.
    func facts(_ name: String, _ size: Int) -> [String: Double] {
        let fetched = Double(costs.map(\.fetched).reduce(0, +)) / 1_024
        var facts = [
            Self.p99(name, size): p99.rounded(to: 3),
            "\(name), KiB fetched each at \(size)": (fetched / Double(max(1, costs.count))).rounded(to: 1),
        ]
        facts[Self.p99FromMemory(name, size)] = p99FromMemory?.rounded(to: 3)
        return facts
    }

    /// The name of the fact.
    static func p99(_ name: String, _ size: Int) -> String { "\(name), p99 ms at \(size)" }
    static func p99FromMemory(_ name: String, _ size: Int) -> String { "\(name), p99 ms without the disk at \(size)" }

    private static func p99(_ times: [Double]) -> Double { Report.quantile(990, of: times.sorted()) }
}
