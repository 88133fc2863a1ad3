import People

/// How well rules foretold departures, as a table.
struct RuleScore: Sendable {
    let rule: String
    let foretold: Int
    let mistaken: Int
    let missed: Int
    let precision: String
    let recall: String
    let accuracy: String
    let baseline: String
    let lead: String

    init(_ quality: RuleQuality, _ make: PageMaker) {
        func percent(_ value: Hundredths?) -> String { value.map { "\($0)%" } ?? "—" }
        rule = quality.rule == "all" ? make.word("rules_all") : quality.rule
        foretold = quality.truePositives
        mistaken = quality.falsePositives
        missed = quality.falseNegatives
        precision = percent(quality.precision)
        recall = percent(quality.recall)
        accuracy = percent(quality.accuracy)
        baseline = percent(quality.baselineAccuracy)
        lead = quality.medianLeadDays.map(String.init) ?? "—"
    }
}
