/// A bound on one of our facts, beside the ratio to the baseline.
struct Limit: Codable, Sendable {
    /// On which side of the bound the fact must lie.
    enum Side: String, Codable, Sendable {
        case atMost = "≤"
        case atLeast = "≥"
    }

    /// The name under which a leg reports it.
    var fact: String
    var side: Side
    var bound: Double

    init(_ fact: String, _ side: Side, _ bound: Double) {
        (self.fact, self.side, self.bound) = (fact, side, bound)
    }

    /// What was not reported is not met.
    func holds(_ value: Double?) -> Bool {
        guard let value else { return false }
        return side == .atMost ? value <= bound : value >= bound
    }
}

/// A benchmark in which neither side writes anything that has to last.
protocol ComputingBenchmark: Benchmark {}

extension ComputingBenchmark {
    func checkDurability(_ bench: Workbench) -> String { "neither side writes anything that has to last." }
}
