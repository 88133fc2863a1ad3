import Foundation

/// One side of a pair with the state of the machine just before it.
struct MeasuredLeg: Codable {
    var leg: Leg
    var syncsPerSecond: Double
    var load: String
}

/// A baseline and ours, one right after the other.
struct Pair: Codable {
    var baseline: MeasuredLeg
    var ours: MeasuredLeg
    /// Ours by the baseline's; 0 when either has a fault.
    var ratio: Double { baseline.leg.rate > 0 ? ours.leg.rate / baseline.leg.rate : 0 }
}

/// Everything measured for one benchmark.
struct Measured: Codable {
    var id: String
    var unit: String
    var goal: Double
    /// What is bounded beside the ratio.
    var limits: [Limit]
    var method: String
    var durability: String
    var pairs: [Pair]
    /// Pairs thrown away because the disk was not the same for both legs.
    var discarded: Int
}

/// Runs pairs in the order baseline, ours, ours, baseline, … so that a drift of the machine meets both sides.
struct PairRunner {
    let workbench: Workbench
    let pairs: Int
    /// A pair is repeated at most so often.
    private static let repeats = 3

    init(workbench: Workbench, pairs: Int) {
        self.workbench = workbench
        self.pairs = pairs
    }

    func run(_ benchmark: any Benchmark) throws -> Measured {
        workbench.say("\(benchmark.id): checking durability")
        var measured = Measured(
            id: benchmark.id, unit: benchmark.unit, goal: benchmark.goal, limits: benchmark.limits,
            method: benchmark.method, durability: try benchmark.checkDurability(workbench), pairs: [], discarded: 0)
        for index in 0..<pairs {
            var pair = try self.pair(benchmark, baselineFirst: index % 2 == 0)
            var repeats = 0
            while Self.disksDiffer(pair), repeats < Self.repeats {
                measured.discarded += 1
                repeats += 1
                pair = try self.pair(benchmark, baselineFirst: index % 2 == 0)
            }
            measured.pairs.append(pair)
            workbench.say(
                "\(benchmark.id) pair \(index + 1)/\(pairs): baseline \(Int(pair.baseline.leg.rate))/s, ours "
                    + "\(Int(pair.ours.leg.rate))/s, ratio \(pair.ratio.rounded(to: 3))"
                    + (pair.ours.leg.fault ?? pair.baseline.leg.fault).map { " — scores 0: \($0)" }.orEmpty)
        }
        return measured
    }

    private func pair(_ benchmark: any Benchmark, baselineFirst: Bool) throws -> Pair {
        if baselineFirst {
            let baseline = try measure(benchmark.baseline)
            return Pair(baseline: baseline, ours: try measure(benchmark.ours))
        }
        let ours = try measure(benchmark.ours)
        return Pair(baseline: try measure(benchmark.baseline), ours: ours)
    }

    private func measure(_ run: (Workbench) throws -> Leg) throws -> MeasuredLeg {
        let syncs = try SyncProbe.run(in: workbench.directory)
        let load = Machine.load
        return MeasuredLeg(leg: try run(workbench), syncsPerSecond: syncs, load: load)
    }

    private static func disksDiffer(_ pair: Pair) -> Bool {
        let (a, b) = (pair.baseline.syncsPerSecond, pair.ours.syncsPerSecond)
        return max(a, b) > 2 * min(a, b)
    }
}

extension String? {
    /// The text, or nothing.
    var orEmpty: String { self ?? "" }
}

extension Double {
    /// Rounded to so many places.
    func rounded(to places: Int) -> Double {
        let factor = pow(10, Double(places))
        return (self * factor).rounded() / factor
    }
}
