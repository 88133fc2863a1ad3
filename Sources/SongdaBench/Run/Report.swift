import Foundation

/// What is printed and written at the end.
struct Report: Codable {
    let machine: Machine
    /// What was measured beside a baseline.
    let benchmarks: [Measured]
    /// What was held to a bound of its own.
    let examinations: [Examined]
    /// One row each of the above, and of what could not be measured.
    let verdicts: [Verdict]

    init(machine: Machine, benchmarks: [Measured], examinations: [Examined] = [], omitted: [Verdict] = []) {
        (self.machine, self.benchmarks, self.examinations) = (machine, benchmarks, examinations)
        verdicts =
            benchmarks.map { Verdict($0) } + examinations.flatMap { one in one.figures.map { Verdict($0, of: one) } }
            + omitted
    }

    /// The table, and below it how each row was made.
    var markdown: String {
        var lines = [
            "| | Baseline | Songda | Ratio, median (min–max) | Goal | | Pairs | Discarded |",
            "|---|---|---|---|---|---|---|---|",
        ]
        lines += zip(benchmarks, verdicts).map { row($0, $1) }
        // What has no baseline leaves those columns empty.
        lines += verdicts.dropFirst(benchmarks.count).map { verdict in
            let measured = verdict.measured.map(Self.short) ?? "not measured"
            return "| \(verdict.id) | | \(measured) | | \(verdict.goal) | \(Self.word(verdict)) | | |"
        }
        lines.append("")
        for one in benchmarks {
            lines.append("- **\(one.id)** \(one.method) Durability: \(one.durability)")
            lines.append("  \(facts(one))")
            for fault in Set(one.pairs.flatMap { [$0.baseline.leg.fault, $0.ours.leg.fault] }.compactMap(\.self)) {
                lines.append("  **Scores 0:** \(fault)")
            }
        }
        for one in examinations {
            lines.append("- **\(one.id)** \(one.method)")
            let facts = one.facts.sorted { $0.key < $1.key }.map { "\($0.key) \(Self.short($0.value))" }
            lines.append(
                "  Songda: " + facts.joined(separator: ", ") + "; fdatasync/s before it \(Int(one.syncsPerSecond)).")
            lines += Set(one.figures.compactMap(\.fault)).map { "  **Scores 0:** \($0)" }
        }
        lines += verdicts.filter { $0.measured == nil }.map { "- **\($0.id)** not measured: \($0.fault.orEmpty)" }
        let loads = benchmarks.flatMap(\.pairs).flatMap { [$0.baseline.load, $0.ours.load] } + examinations.map(\.load)
        let oneMinute = loads.compactMap { Double($0.split(separator: " ").first ?? "") }
        lines.append("")
        lines.append(
            "\(machine.processor), \(machine.cores) cores, Linux \(machine.kernel), \(machine.startedAt); load (1 min) "
                + "before the legs \(oneMinute.min() ?? 0)–\(oneMinute.max() ?? 0)")
        return lines.joined(separator: "\n")
    }

    /// Everything measured, for later comparison.
    var json: Data {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
            return try encoder.encode(self)
        }
    }

    private func row(_ one: Measured, _ verdict: Verdict) -> String {
        let ratios = one.pairs.map(\.ratio).sorted()
        return "| \(one.id) | \(Self.rate(one.pairs.map(\.baseline.leg.rate))) \(one.unit) "
            + "| \(Self.rate(one.pairs.map(\.ours.leg.rate))) \(one.unit) "
            + "| \(Self.text(Self.median(ratios))) (\(Self.text(ratios.first ?? 0))–\(Self.text(ratios.last ?? 0))) "
            + "| \(verdict.goal) | \(Self.word(verdict)) | \(one.pairs.count) | \(one.discarded) |"
    }

    private func facts(_ one: Measured) -> String {
        var gathered: [String: [Double]] = [:]
        for (name, value) in one.pairs.flatMap(\.ours.leg.facts) { gathered[name, default: []].append(value) }
        let syncs = one.pairs.flatMap { [$0.baseline.syncsPerSecond, $0.ours.syncsPerSecond] }.map { Int($0) }
        let facts = gathered.sorted { $0.key < $1.key }.map {
            "\($0.key) \(Self.short(Self.median($0.value.sorted())))"
        }
        return "Songda: " + facts.joined(separator: ", ")
            + "; fdatasync/s before the legs \(syncs.min() ?? 0)–\(syncs.max() ?? 0)."
    }

    static func median(_ sorted: [Double]) -> Double {
        guard !sorted.isEmpty else { return 0 }
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }

    /// The value that so many of a thousand do not exceed; 0 for none.
    static func quantile(_ perMille: Int, of sorted: [Double]) -> Double {
        sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, sorted.count * perMille / 1_000)]
    }

    /// A number without places it does not need.
    static func short(_ value: Double) -> String {
        value == value.rounded() ? "\(Int(value))" : String(format: "%.2f", value)
    }

    private static func rate(_ rates: [Double]) -> String {
        let rate = median(rates.sorted())
        // A program a unit does few of them in a second.
        return rate < 100 ? String(format: "%.1f", rate) : "\(Int(rate.rounded()))"
    }

    private static func word(_ verdict: Verdict) -> String { verdict.isMet ? "met" : "not met" }
    /// A ratio; a small one with more places.
    static func text(_ ratio: Double) -> String { String(format: ratio < 0.1 ? "%.3f" : "%.2f", ratio) }
}
