/// P10: what a provider that never answers does to the mail beside it.
struct IsolationExamination: Examination {
    let count: Int
    /// Text messages that are due at the provider.
    let due: Int
    let seconds: Int
    let kept: String?
    let id = "P10"

    var method: String {
        "P1 with \(count) notices, and notices at half its rate for \(seconds) s, alone on an empty store and beside \(due) "
            + "sealed text messages that are due at a provider which takes connections and never answers; the dispatcher of the "
            + "text messages runs in the same process. At least one of them must have been handed over and none accepted."
    }

    func run(_ bench: Workbench) throws -> Findings {
        let stores = FilledStores(bench, kept: kept)
        defer { stores.remove() }
        _ = try stores.fill(.dueTexts, due)
        let hole = try BlackHole()
        let run = LoadRun(bench: bench, count: count)
        let alone = try run.mail()
        if let fault = alone.fault { throw BenchError("P1 alone: \(fault)") }
        let rate = alone.rate / 2
        let quiet = try run.load(rate, for: seconds)
        // The port must stay open for as long as the legs run.
        let (beside, held) = try withExtendedLifetime(hole) {
            (
                try stores.withCopy(of: .dueTexts, due) { try run.mail(in: $0, hole: hole.port) },
                try stores.withCopy(of: .dueTexts, due) { try run.load(rate, for: seconds, in: $0, hole: hole.port) }
            )
        }
        let fault = [alone, quiet, beside, held].compactMap(\.fault).first
        var facts: [String: Double] = [
            "mails/s alone": alone.rate.rounded(), "mails/s beside it": beside.rate.rounded(),
        ]
        for (name, leg) in [("alone", quiet), ("beside it", held)] {
            facts["accept p99 ms \(name)"] = leg.facts[LoadLeg.acceptance]
            facts["accept to SMTP 250 p99 ms \(name)"] = leg.facts[LoadLeg.handOver]
        }
        facts["handed over to it"] = beside.facts[HoleDispatcher.begun]
        let peak = max(beside.facts[Consumption.peak] ?? .infinity, held.facts[Consumption.peak] ?? .infinity)
        return Findings(
            figures: [
                Figure(
                    name: "mail beside it", measured: alone.rate > 0 ? beside.rate / alone.rate : 0, .atLeast,
                    bound: 0.8,
                    unit: "× P1 alone", fault: fault),
                Figure(
                    name: "accept p99 beside it", measured: Self.ratio(held, quiet) ?? 0, bound: 1.5,
                    unit: "× that alone", fault: fault ?? (Self.ratio(held, quiet) == nil ? "it was not measured" : nil)
                ),
                Figure(name: "P7 peak RSS", measured: peak, bound: 192, unit: "MiB", fault: fault),
            ], facts: facts)
    }

    private static func ratio(_ held: Leg, _ quiet: Leg) -> Double? {
        guard let held = held.facts[LoadLeg.acceptance], let quiet = quiet.facts[LoadLeg.acceptance], quiet > 0 else {
            return nil
        }
        return held / quiet
    }
}
