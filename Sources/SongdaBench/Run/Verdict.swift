import Foundation

/// One row of the summary: what was measured, what it should be, and whether it is.
struct Verdict: Codable {
    var id: String
    /// The ratio, or the figure in its unit; nil when it could not be measured.
    var measured: Double?
    /// The goal in words.
    var goal: String
    var isMet: Bool
    /// Why it counts for nothing, or could not be measured.
    var fault: String?

    /// Judges pairs: the median of their ratios, and the medians of what is bounded beside it.
    init(_ one: Measured) {
        id = one.id
        let faults = one.pairs.flatMap { [$0.baseline.leg.fault, $0.ours.leg.fault] }.compactMap(\.self)
        // One leg that miscounted, and none of them is to be believed.
        let ratio = faults.isEmpty ? Report.median(one.pairs.map(\.ratio).sorted()) : 0
        (measured, fault) = (ratio.rounded(to: 3), faults.first)
        let limits = one.limits.map { limit in
            let values = one.pairs.compactMap { $0.ours.leg.facts[limit.fact] }.sorted()
            return limit.holds(values.isEmpty ? nil : Report.median(values))
        }
        let words = one.limits.map { "\($0.fact) \($0.side.rawValue) \(Report.short($0.bound))" }
        goal = (["≥ " + String(format: "%.2f", one.goal)] + words).joined(separator: "; ")
        isMet = ratio >= one.goal && !limits.contains(false)
    }

    /// Judges one figure.
    init(_ figure: Figure, of examined: Examined) {
        id = "\(examined.id) \(figure.name)"
        measured = figure.fault == nil ? figure.measured : 0
        goal = "\(figure.side.rawValue) \(Report.short(figure.bound)) \(figure.unit)"
        (isMet, fault) = (figure.isMet, figure.fault)
    }

    /// States that something could not be measured, which is not met.
    init(omitted id: String, _ reason: String) {
        (self.id, measured, goal, isMet, fault) = (id, nil, "", false, reason)
    }
}
