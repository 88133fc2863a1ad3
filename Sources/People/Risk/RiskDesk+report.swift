import Evidence
import Notices

/// How well a rule has foretold departures, against saying that nobody leaves (S-8, S-9).
public struct RuleQuality: Sendable, Hashable {
    /// The rule; `all` for all of them together.
    public let rule: String
    /// Alerted, and gone within the horizon.
    public let truePositives: Int
    /// Alerted, and still there.
    public let falsePositives: Int
    /// Gone without an alert.
    public let falseNegatives: Int
    /// Still there without an alert.
    public let trueNegatives: Int
    /// Days from alert to resignation, of each case that was foretold.
    public let leadDays: [Int]
    /// What is wanted.
    public let targets: RiskRules.ReportTargets

    private static func percent(_ part: Int, _ whole: Int) -> Hundredths? {
        whole > 0 ? Hundredths(value: (part * 10_000 + whole / 2) / whole) : nil
    }

    /// How many alerts were right, in per cent.
    public var precision: Hundredths? { Self.percent(truePositives, truePositives + falsePositives) }
    /// How many departures were foretold, in per cent.
    public var recall: Hundredths? { Self.percent(truePositives, truePositives + falseNegatives) }
    /// How many people were judged rightly, in per cent.
    public var accuracy: Hundredths? { Self.percent(truePositives + trueNegatives, total) }
    /// The accuracy of saying that nobody leaves: what a rule has to beat.
    public var baselineAccuracy: Hundredths? { Self.percent(trueNegatives + falsePositives, total) }
    /// Whether the accuracy that is wanted was reached; nil when there is nothing to measure.
    public var meetsTarget: Bool? { accuracy.map { $0 >= Hundredths(targets.targetAccuracyPercent) } }
    /// The middle lead time in days.
    public var medianLeadDays: Int? {
        let sorted = leadDays.sorted()
        guard !sorted.isEmpty else { return nil }
        return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    }
    /// The days gained against the time before there were alerts.
    public var gainDays: Int? { medianLeadDays.map { $0 - targets.baselineLeadDays } }
    /// Whether the days that are to be gained were gained.
    public var meetsGain: Bool? { gainDays.map { $0 >= targets.targetGainDays } }

    private var total: Int { truePositives + falsePositives + falseNegatives + trueNegatives }

    /// Counts the cases of one rule.
    ///
    /// - Parameters:
    ///   - alerts: the first day on which the rule fired for each person, and how HR closed it.
    ///   - departures: the day on which each person gave notice or left.
    init(
        rule: String, alerts: [PersonID: (on: CivilDate, outcome: Alert.Outcome?)],
        departures: [PersonID: CivilDate], departuresInSpan: Set<PersonID>, headcount: Int,
        targets: RiskRules.ReportTargets
    ) {
        var (foretold, mistaken, leads): (Set<PersonID>, Int, [Int]) = ([], 0, [])
        for (person, alert) in alerts {
            let days = departures[person].map { $0.dayNumber - alert.on.dayNumber }
            if let days, (0...targets.horizonDays).contains(days) {
                foretold.insert(person)
                leads.append(days)
            } else if alert.outcome == .left {
                foretold.insert(person)
            } else {
                mistaken += 1
            }
        }
        self.rule = rule
        truePositives = foretold.count
        falsePositives = mistaken
        falseNegatives = departuresInSpan.subtracting(foretold).subtracting(alerts.keys).count
        trueNegatives = max(0, headcount - foretold.count - mistaken - falseNegatives)
        leadDays = leads.sorted()
        self.targets = targets
    }
}

extension RiskDesk {
    /// Precision, recall, accuracy and lead time of each rule over the cases that were closed, and of all together.
    public func quality(from: CivilDate, to: CivilDate, by actor: Actor) async throws -> [RuleQuality] {
        try AccessPolicy.require(.viewAlerts, actor)
        try requireSpan(from, to)
        let targets = try await book.rules().report
        let cases = try await store.closedCases(from: from, to: to)
        let departures = try await store.departures(from: from, to: to.adding(days: targets.horizonDays))
        let inSpan = Set(departures.filter { $0.value <= to }.keys)
        let headcount = try await store.headcount(from: from, to: to)
        func quality(_ rule: String, _ cases: [AlertCase]) -> RuleQuality {
            var first: [PersonID: (on: CivilDate, outcome: Alert.Outcome?)] = [:]
            for one in cases.sorted(by: { $0.raisedOn < $1.raisedOn }) where first[one.person] == nil {
                first[one.person] = (one.raisedOn, one.outcome)
            }
            return RuleQuality(
                rule: rule, alerts: first, departures: departures, departuresInSpan: inSpan, headcount: headcount,
                targets: targets)
        }
        let byRule = Dictionary(grouping: cases, by: \.rule)
        return [quality("all", cases)] + byRule.keys.sorted().map { quality($0, byRule[$0] ?? []) }
    }

    /// Tries a rule on history, day by day, before it is switched on; makes no alert and tells nobody.
    ///
    /// - Parameter text: rules that are not in force yet; nil for those that are.
    public func backtest(
        _ ruleID: String, in text: String? = nil, units: Set<UnitID>? = nil, from: CivilDate, to: CivilDate,
        by actor: Actor
    ) async throws -> RuleQuality {
        try AccessPolicy.require(.configureRules, actor)
        try requireSpan(from, to)
        var rules = try await book.rules()
        if let text {
            do { rules = try RiskRules(yaml: text, file: "rules") } catch {
                throw PeopleError(.invalid, "the rules cannot be tried: \(error)")
            }
        }
        guard let rule = rules.rule(ruleID) else {
            throw PeopleError(
                .notFound,
                "there is no rule \"\(ruleID.prefix(60))\"; known are \(rules.rules.map(\.id).joined(separator: ", "))")
        }
        let departures = try await store.departures(from: from, to: to.adding(days: rules.report.horizonDays))
        var fired: [PersonID: (on: CivilDate, outcome: Alert.Outcome?)] = [:]
        var number: String?
        var examined: Set<PersonID> = []
        while true {
            let page = try await store.employees(in: units, states: nil, after: number, limit: 200)
            guard let last = page.last else { break }
            number = last.number
            let histories = try await histories(
                of: page.map(\.id), from: from, to: to, rules)
            for (person, history) in histories where history.employee.employedDays.overlaps(from...to) {
                examined.insert(person)
                let end = min(to, departures[person] ?? to)
                guard from <= end else { continue }
                for day in (from.dayNumber...end.dayNumber).map(CivilDate.init(dayNumber:)) {
                    // As it looked on the evening of that day.
                    let evening = day.adding(days: 1).startInChina.adding(.seconds(-1))
                    guard rule.finding(in: history, on: day, at: evening) != nil else { continue }
                    fired[person] = (day, nil)
                    break
                }
            }
        }
        let quality = RuleQuality(
            rule: ruleID, alerts: fired, departures: departures,
            departuresInSpan: examined.intersection(departures.filter { $0.value <= to }.keys),
            headcount: examined.count,
            targets: rules.report)
        try await store.record([
            try acts.act(
                .ruleBacktested, by: actor, about: [Subject(kind: .riskRules, id: String(rules.version))],
                [
                    "rule": .string(ruleID), "from": .string(from.description), "to": .string(to.description),
                    "fired": .integer(Int64(fired.count)), "people": .integer(Int64(examined.count)),
                ])
        ])
        return quality
    }

    private func requireSpan(_ from: CivilDate, _ to: CivilDate) throws(PeopleError) {
        guard from <= to, to.dayNumber - from.dayNumber <= 731 else {
            throw PeopleError(.invalid, "from \(from) to \(to) is no span of up to two years")
        }
    }
}
