import Foundation

/// What is printed and written at the end.
struct Report: Codable {
    let machine: Machine
    let benchmarks: [Measured]

    /// The table, and below it how each row was made.
    var markdown: String {
        var lines = [
            "| | Baseline | Songda | Ratio, median (min–max) | Goal | | Pairs | Discarded |",
            "|---|---|---|---|---|---|---|---|",
        ]
        for one in benchmarks {
            let ratios = one.pairs.map(\.ratio).sorted()
            let ratio = Self.median(ratios)
            lines.append(
                "| \(one.id) | \(Self.rate(one.pairs.map(\.baseline.leg.rate))) \(one.unit) "
                    + "| \(Self.rate(one.pairs.map(\.ours.leg.rate))) \(one.unit) "
                    + "| \(Self.text(ratio)) (\(Self.text(ratios.first ?? 0))–\(Self.text(ratios.last ?? 0))) "
                    + "| ≥ \(Self.text(one.goal)) | \(ratio >= one.goal ? "met" : "not met") | \(one.pairs.count) "
                    + "| \(one.discarded) |")
        }
        lines.append("")
        for one in benchmarks {
            lines.append("- **\(one.id)** \(one.method) Durability: \(one.durability)")
            lines.append("  \(facts(one))")
            for fault in Set(one.pairs.flatMap { [$0.baseline.leg.fault, $0.ours.leg.fault] }.compactMap(\.self)) {
                lines.append("  **Scores 0:** \(fault)")
            }
        }
        let loads = benchmarks.flatMap(\.pairs).flatMap { [$0.baseline.load, $0.ours.load] }
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

    private static func rate(_ rates: [Double]) -> String { "\(Int(median(rates.sorted()).rounded()))" }
    private static func text(_ ratio: Double) -> String { String(format: "%.2f", ratio) }
    private static func short(_ value: Double) -> String {
        value == value.rounded() ? "\(Int(value))" : String(format: "%.2f", value)
    }
}
